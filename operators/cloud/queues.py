"""The queues: what is to be looked at and when, and what is to be told."""

from datetime import timedelta

from pydantic import ValidationError

from operators.cloud.storage import Storage, faults
from operators.core.model import Instant, Model
from operators.core.notices import Notice
from operators.errors import BadInput

LOOKS = "looks"
REFRESH = "refresh"
NOTICES = "notices"


class LookMessage(Model):
    """One message of the queue `looks`: work on this app."""

    app: str
    step: int | None = None
    """The only step that this message may act as; None for a look, which may begin a new one."""

    @classmethod
    def read(cls, body: bytes) -> "LookMessage":
        """Parse a message's body. Raises BadInput."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise BadInput("looks message", error.errors()[0]["msg"]) from None


class NoticeMessage(Model):
    """One message of the queue `notices`: tell this."""

    notice: Notice
    tries: int = 0
    """How often it was told to no avail."""
    tried_at: Instant | None = None
    """When it was told first."""

    @classmethod
    def read(cls, body: bytes) -> "NoticeMessage":
        """Parse a message's body. Raises BadInput."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise BadInput("notices message", error.errors()[0]["msg"]) from None


class Queues:
    """Sends messages. Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def look(self, app: str, step: int | None = None, delay: timedelta = timedelta()) -> None:
        """Have the app worked on after the delay."""
        queue = await self._storage.queue(LOOKS)
        body = LookMessage(app=app, step=step).model_dump_json().encode()
        async with faults(f"enqueue {app}"):
            await queue.send_message(body, visibility_timeout=round(delay.total_seconds()))

    async def refresh(self, why: str) -> None:
        """Ask for the inventory to be read anew."""
        queue = await self._storage.queue(REFRESH)
        async with faults("enqueue a refresh"):
            await queue.send_message(why.encode())

    async def notice(self, message: NoticeMessage, delay: timedelta = timedelta()) -> None:
        """Have news told after the delay."""
        queue = await self._storage.queue(NOTICES)
        async with faults(f"enqueue the notice {message.notice.id}"):
            await queue.send_message(
                message.model_dump_json().encode(), visibility_timeout=round(delay.total_seconds())
            )

    async def undelivered_notices(self) -> int:
        """How much news nobody took: messages that were given up and stay in the poison queue, about."""
        queue = await self._storage.queue(f"{NOTICES}-poison")
        async with faults("the notices that nobody took"):
            properties = await queue.get_queue_properties()
        return int(properties.approximate_message_count or 0)
