"""A mark on an app that nobody has looked at yet, in an app's answer."""

from pydantic import AwareDatetime

from operators.core.looks import Look, leading, turn_of
from operators.web.answer import Answer


class MarkAnswer(Answer):
    """What an app is to be looked at for; where several are gathered, what its rollout will be named after."""

    cause: str
    detail: str
    by: str | None
    """Who asked, where a person did."""
    at: AwareDatetime
    turn: AwareDatetime | None
    """When the app is looked at, where others of its subscription come before it."""

    @classmethod
    def of(cls, looks: tuple[Look, ...]) -> "MarkAnswer | None":
        """From the marks that nobody has looked at yet."""
        look = leading(looks)
        if look is None:
            return None
        return cls(cause=look.cause, detail=look.detail, by=look.by, at=look.at, turn=turn_of(looks))
