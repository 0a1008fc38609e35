"""What the admin API is sent: parsed into frozen models, or refused naming the field."""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from operators.core.images import Tag
from operators.core.looks import Wish
from operators.core.model import Digest
from operators.errors import BadInput

_MOST = 200
_DEFAULT = 50
_DIGITS = 9
"""No number that anybody asks for is longer; int() refuses thousands of digits in its own way."""


class Body(BaseModel):
    """A frozen body; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Parse JSON; no body is an empty object. Raises BadInput."""
        try:
            return cls.model_validate_json(body or b"{}")
        except ValidationError as error:
            first = error.errors()[0]
            raise BadInput(".".join(str(part) for part in first["loc"]) or "body", first["msg"]) from None


class DeployBody(Body):
    """POST /api/apps/{app}/rollouts: at most one of tag and digest; neither brings the followed tag's digest again."""

    tag: Tag | None = None
    digest: Digest | None = None
    anyway: bool = False
    """Also into somebody else's work, once that hangs."""
    by: str = Field(default="somebody with the function key", max_length=100)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.tag and self.digest:
            raise ValueError("give a tag or a digest, not both")
        return self

    @property
    def wish(self) -> Wish:
        """The same in the core's words."""
        return Wish(tag=self.tag, digest=self.digest, anyway=self.anyway)


class FreezeBody(Body):
    """POST /api/freeze: who throws the switch, and why."""

    by: str = Field(min_length=1, max_length=100)
    why: str = Field(min_length=1, max_length=500)


class GrantBody(Body):
    """POST /api/apps/{app}/access/grant."""

    by: str = Field(default="somebody with the function key", max_length=100)


class UnfreezeBody(Body):
    """POST /api/unfreeze: who lifts the switch, and perhaps why."""

    by: str = Field(min_length=1, max_length=100)
    why: str | None = Field(default=None, max_length=500)


class _Place(Body):
    """What a `$skipToken` holds: which list it is of, and the key of the page's first row."""

    path: str
    skip: str


class Paging(BaseModel):
    """`$top` and `$skipToken` of a list."""

    model_config = ConfigDict(frozen=True)

    top: int = _DEFAULT
    skip: str | None = None

    @classmethod
    def parse(cls, url: str, query: Mapping[str, str]) -> Self:
        """Read a query string's. Raises BadInput."""
        top = number("$top", query.get("$top", str(_DEFAULT)))
        if not 1 <= top <= _MOST:
            raise BadInput("$top", f"{top} is not a number from 1 to {_MOST}")
        token = query.get("$skipToken")
        if token is None:
            return cls(top=top)
        try:
            place = _Place.model_validate_json(base64.urlsafe_b64decode(token.encode()))
        except ValueError:
            place = None
        if place is None or place.path != urlsplit(url).path:
            raise BadInput("$skipToken", "this is no token of this list; take the nextLink as it is")
        return cls(top=top, skip=place.skip)

    def next_link(self, url: str, after: str | None, **kept: str) -> str | None:
        """The link to the page that begins there. Of the query only what is `kept` stays: it may hold a key."""
        if after is None:
            return None
        here = urlsplit(url)
        place = _Place(path=here.path, skip=after).model_dump_json()
        token = base64.urlsafe_b64encode(place.encode()).decode()
        return here._replace(query=urlencode({**kept, "$top": self.top, "$skipToken": token}, safe="$")).geturl()


def parse_day(text: str | None, now: datetime) -> date:
    """The query's `day`, today (UTC) where it names none. Raises BadInput."""
    if text is None:
        return now.date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("day", f"{text[:20]!r} is no day like {now:%F}") from None


def number(field: str, text: str) -> int:
    """A whole number, not negative. Raises BadInput."""
    if not text.isdecimal() or len(text) > _DIGITS:
        raise BadInput(field, f"{text[:20]!r} is not a number of at most {_DIGITS} digits")
    return int(text)
