"""Who is at work: carried along by every task that an invocation starts."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Invocation:
    """One call of one function on one instance."""

    number: int
    instance: str
    function: str
    owner: str
    """The queue message's id, which claims are made out to; empty for what no message started."""
    began: datetime
    observes: bool
    """Whether this instance may only look."""

    def __str__(self) -> str:
        return f"{self.instance} {self.function}/{self.number}"


CURRENT: ContextVar[Invocation | None] = ContextVar("invocation", default=None)


def who() -> str:
    """Who is at work, for the trace."""
    current = CURRENT.get()
    return str(current) if current else "-"
