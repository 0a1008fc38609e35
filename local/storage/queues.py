"""What queues hold: messages that are visible, or hidden until a moment. (azure-docs: queue service)"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from local.azure.world.clock import Clock
from local.storage.errors import Refused

_TIME_TO_LIVE = timedelta(days=7)
_HIDDEN = timedelta(seconds=30)
_HIDDEN_AT_MOST = timedelta(days=7)


@dataclass(frozen=True)
class Message:
    """One message."""

    id: str
    text: str
    """As it was sent, escaped characters and all: mostly base64."""
    inserted_on: datetime
    expires_on: datetime
    next_visible_on: datetime
    pop_receipt: str
    dequeue_count: int = 0


class Queues:
    """The queues of one account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, dict[str, Message]] = {}
        self._numbers = count(1)
        self.on_change: list[Callable[[str], None]] = []
        """Told the name of a queue that has a message, or that has one visible at another time."""

    def create(self, queue: str) -> bool:
        """Make a queue; False where there is one of that name already."""
        if queue in self._queues:
            return False
        self._queues[queue] = {}
        return True

    def drop(self, queue: str) -> None:
        """Remove a queue with all its messages."""
        self._of(queue)
        del self._queues[queue]

    def names(self) -> list[str]:
        """The queues there are."""
        return sorted(self._queues)

    def messages(self, queue: str) -> list[Message]:
        """Every message, the hidden ones too, oldest first; none where there is no such queue."""
        return [one for one in self._queues.get(queue, {}).values() if one.expires_on > self._clock.now()]

    def put(self, queue: str, text: str, hidden: timedelta = timedelta(), lives: timedelta | None = None) -> Message:
        """Add a message at the end."""
        messages, now = self._of(queue), self._clock.now()
        _check_hidden(hidden)
        lives = _TIME_TO_LIVE if lives is None else lives
        never = datetime.max.replace(tzinfo=now.tzinfo)
        expires = now + lives if lives >= timedelta() else never
        message = Message(str(UUID(int=next(self._numbers))), text, now, expires, now + hidden, self._receipt())
        messages[message.id] = message
        self._tell(queue)
        return message

    def take(self, queue: str, most: int = 1, hidden: timedelta | None = None) -> list[Message]:
        """Take visible messages, oldest first, and hide them."""
        messages, now = self._of(queue), self._clock.now()
        hidden = _HIDDEN if hidden is None else hidden
        _check_hidden(hidden)
        visible = [one for one in self.messages(queue) if one.next_visible_on <= now][:most]
        taken = [
            replace(
                one,
                next_visible_on=now + hidden,
                pop_receipt=self._receipt(),
                dequeue_count=one.dequeue_count + 1,
            )
            for one in visible
        ]
        messages.update({one.id: one for one in taken})
        return taken

    def update(self, queue: str, message: str, receipt: str, hidden: timedelta, text: str | None) -> Message:
        """Hide a message anew, perhaps with another text; its receipt changes."""
        found = self._taken(queue, message, receipt)
        _check_hidden(hidden)
        changed = replace(
            found,
            text=found.text if text is None else text,
            next_visible_on=self._clock.now() + hidden,
            pop_receipt=self._receipt(),
        )
        self._of(queue)[message] = changed
        self._tell(queue)
        return changed

    def delete(self, queue: str, message: str, receipt: str) -> None:
        """Remove a message that was taken."""
        self._taken(queue, message, receipt)
        del self._of(queue)[message]

    def clear(self, queue: str, only: Iterable[str] | None = None) -> None:
        """Remove every message, or those of these ids, taken or not."""
        messages = self._of(queue)
        for message in list(messages) if only is None else only:
            messages.pop(message, None)

    def _taken(self, queue: str, message: str, receipt: str) -> Message:
        found = self._of(queue).get(message)
        if found is None or found.expires_on <= self._clock.now():
            raise Refused(404, "MessageNotFound", "The specified message does not exist.")
        if found.pop_receipt != receipt:
            why = "The specified pop receipt did not match the pop receipt for a dequeued message."
            raise Refused(400, "PopReceiptMismatch", why)
        return found

    def _of(self, queue: str) -> dict[str, Message]:
        if queue not in self._queues:
            raise Refused(404, "QueueNotFound", "The specified queue does not exist.")
        return self._queues[queue]

    def _tell(self, queue: str) -> None:
        for tell in self.on_change:
            tell(queue)

    def _receipt(self) -> str:
        return f"receipt-{next(self._numbers)}"


def _check_hidden(hidden: timedelta) -> None:
    if not timedelta() <= hidden <= _HIDDEN_AT_MOST:
        why = "One of the query parameters specified in the request URI is outside the permissible range."
        raise Refused(400, "OutOfRangeQueryParameterValue", why)
