"""What the admin API is sent: parsed into frozen models, or refused naming the field."""

import base64
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from operators.core.images import Tag
from operators.core.looks import Wish
from operators.core.model import Digest
from operators.errors import BadInput

_MOST = 200
_DEFAULT = 50


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
    by: str = Field(default="somebody with the function key", max_length=100)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.tag and self.digest:
            raise ValueError("give a tag or a digest, not both")
        return self

    @property
    def wish(self) -> Wish:
        """The same in the core's words."""
        return Wish(tag=self.tag, digest=self.digest)


class FreezeBody(Body):
    """POST /api/freeze: who throws the switch, and why."""

    by: str = Field(min_length=1, max_length=100)
    why: str = Field(min_length=1, max_length=500)


class GrantBody(Body):
    """POST /api/apps/{app}/access/grant."""

    by: str = Field(default="somebody with the function key", max_length=100)


class UnfreezeBody(Body):
    """POST /api/unfreeze."""

    by: str = Field(min_length=1, max_length=100)


class _Place(Body):
    """What a `$skipToken` holds: the key of the page's first row."""

    skip: str


class Paging(BaseModel):
    """`$top` and `$skipToken` of a list."""

    model_config = ConfigDict(frozen=True)

    top: int = _DEFAULT
    skip: str | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Self:
        """Read a query string's. Raises BadInput."""
        text = query.get("$top", str(_DEFAULT))
        if not text.isdecimal() or not 1 <= int(text) <= _MOST:
            raise BadInput("$top", f"{text!r} is not a number from 1 to {_MOST}")
        token = query.get("$skipToken")
        if token is None:
            return cls(top=int(text))
        try:
            place = _Place.model_validate_json(base64.urlsafe_b64decode(token.encode()))
        except ValueError:
            raise BadInput("$skipToken", "this is no token of ours; take the nextLink as it is") from None
        return cls(top=int(text), skip=place.skip)

    @staticmethod
    def token(skip: str) -> str:
        """The `$skipToken` of the page that begins there."""
        return base64.urlsafe_b64encode(_Place(skip=skip).model_dump_json().encode()).decode()
