"""Looks: marks on an app that something may have changed. A hint to look, never an instruction what to believe."""

import hashlib
from datetime import datetime
from enum import StrEnum

from pydantic import model_validator

from operators.core.model import Digest, Instant, Model


class Cause(StrEnum):
    """Who says "look at this app"."""

    PUSH = "push"
    DRIFT = "drift"
    PERSON = "person"
    FIRST_SIGHT = "first_sight"


class Wish(Model):
    """What a person asked to deploy: the image tag or digest; neither is the reference's own choice, again."""

    tag: str | None = None
    digest: Digest | None = None
    anyway: bool = False
    """Also into somebody else's work, once that hangs."""

    @model_validator(mode="after")
    def _one(self) -> "Wish":
        if self.tag and self.digest:
            raise ValueError("give a tag or a digest, not both")
        return self


class Look(Model):
    """One mark on one app."""

    app: str
    """The app's key."""
    cause: Cause
    at: Instant
    detail: str
    """What was seen, for the history: "demo.azurecr.io/shop:latest pushed at sha256:…"."""
    digest: Digest | None = None
    """The digest that the push named. The registry is asked all the same."""
    pushed_at: Instant | None = None
    turn: Instant | None = None
    """When the app is to be looked at, where many others of its subscription come before it."""
    by: str | None = None
    """Who asked, for a person's look."""
    wish: Wish | None = None

    @property
    def id(self) -> str:
        """The same for every copy of the same push, so that duplicates leave one mark; a person's look is its own."""
        what = [self.app, self.cause, self.detail]
        if self.cause is Cause.PERSON:
            what.append(self.at.isoformat())
        return hashlib.sha256("\n".join(what).encode()).hexdigest()[:32]


def leading(looks: tuple[Look, ...]) -> Look | None:
    """Of the looks gathered into one rollout, the one it is named after: a person's before a push's, newest first."""
    rank = [Cause.FIRST_SIGHT, Cause.DRIFT, Cause.PUSH, Cause.PERSON]
    return max(looks, key=lambda look: (rank.index(look.cause), look.at), default=None)


def turn_of(looks: tuple[Look, ...]) -> datetime | None:
    """When the app is looked at, where each of its marks has to wait for a turn; None where one has not."""
    turns = [look.turn for look in looks if look.turn is not None]
    return min(turns) if turns and len(turns) == len(looks) else None
