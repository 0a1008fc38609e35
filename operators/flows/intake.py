"""Intake: what came in becomes marks on the apps that follow it. Reads one partition, writes marks, returns."""

import logging
from collections.abc import Sequence
from enum import StrEnum

from operators.cloud.refusals import Refusal
from operators.core.inventory import Follower
from operators.core.looks import Cause, Look
from operators.core.model import Model
from operators.core.pushes import Malformed, NotAPush, Push, Reading
from operators.errors import Temporary
from operators.flows.marking import Marking
from operators.flows.services import Clock, Records

_log = logging.getLogger(__name__)


class Received(StrEnum):
    """What became of one event."""

    MARKED = "marked"
    """Apps that follow it will be looked at."""
    NOT_FOLLOWED = "not_followed"
    """No app follows this tag."""
    UNKNOWN_REPOSITORY = "unknown_repository"
    """No app is known to use this repository; the inventory was asked to be read anew."""
    NOT_USED = "not_used"
    """It is no push of an image by tag."""
    MALFORMED = "malformed"
    FAILED = "failed"
    """A temporary fault of ours: send it again."""


class Receipt(Model):
    """The answer for one event."""

    result: Received
    detail: str
    field: str | None = None
    """Where a malformed one is at fault."""
    apps: tuple[str, ...] = ()
    """The apps marked, by key."""


class Intake:
    """Receives readings of deliveries. Never raises for what an event says; a fault of ours is in its receipt."""

    def __init__(self, records: Records, marking: Marking, now: Clock) -> None:
        self._records = records
        self._marking = marking
        self._now = now

    async def receive(self, readings: Sequence[Reading]) -> tuple[Receipt, ...]:
        """One receipt per event, in order."""
        return tuple([await self._receive(reading) for reading in readings])

    async def _receive(self, reading: Reading) -> Receipt:
        try:
            match reading:
                case Push():
                    return await self._push(reading)
                case NotAPush():
                    return await self._refuse(Received.NOT_USED, reading.reason, reading.detail)
                case Malformed():
                    return await self._refuse(Received.MALFORMED, "malformed", reading.problem, reading.field)
        except Temporary as error:
            _log.warning("event not taken: %s", error)
            return Receipt(result=Received.FAILED, detail=f"{error.what}: {error.reason}")

    async def _push(self, push: Push) -> Receipt:
        if push.registry is None:
            detail = f"{push.repository}:{push.tag} was pushed without a login server; the drift check will see it"
            return await self._refuse(Received.NOT_USED, "no_login_server", detail)
        image = f"{push.registry}/{push.repository}:{push.tag}"
        followers = await self._records.follows.of(push.registry, push.repository)
        if not followers:
            await self._records.queues.refresh(f"unknown repository {push.registry}/{push.repository}")
            return Receipt(result=Received.UNKNOWN_REPOSITORY, detail=f"nobody follows {image} as far as is known")
        apps = tuple(follower.app for follower in followers if _follows(follower, push))
        if not apps:
            return Receipt(result=Received.NOT_FOLLOWED, detail=f"nobody follows the tag of {image}")
        detail, now = f"{image} pushed at {push.digest}", self._now()
        await self._marking.mark_all(
            [
                Look(app=app, cause=Cause.PUSH, at=now, detail=detail, digest=push.digest, pushed_at=push.pushed_at)
                for app in apps
            ]
        )
        _log.info("%s at %s: %d apps to look at", image, push.digest, len(apps))
        return Receipt(result=Received.MARKED, detail=f"{image} at {push.digest}", apps=apps)

    async def _refuse(self, result: Received, reason: str, detail: str, field: str | None = None) -> Receipt:
        said = f"{field}: {detail}" if field else detail
        _log.info("event not used: %s: %s", reason, said)
        await self._records.refusals.put(Refusal(at=self._now(), reason=reason, detail=said[:1000]))
        return Receipt(result=result, detail=detail, field=field)


def _follows(follower: Follower, push: Push) -> bool:
    return follower.tag is None or follower.tag == push.tag
