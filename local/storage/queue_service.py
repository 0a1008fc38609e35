"""Queue Storage's REST protocol over the queues. (azure-docs: storageservices/queue-service-rest-api)"""

from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from local.azure.asgi import Answer
from local.azure.world.clock import Clock
from local.in_process import Asked
from local.storage.errors import Refused
from local.storage.queues import Message, Queues

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


class QueueService:
    """Answers requests to `http://<host>/<account>/…`."""

    def __init__(self, queues: Queues, clock: Clock) -> None:
        self._queues = queues
        self._clock = clock

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request; it takes no time."""
        try:
            answer = self._answer(asked)
        except Refused as refused:
            body = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
            answer = _xml(refused.status, body)
            answer.headers.append(("x-ms-error-code", refused.code))
        answer.headers.append(("Date", _time(self._clock.now())))
        return answer

    def _answer(self, asked: Asked) -> Answer:
        target = urlsplit(asked.url)
        parts = [unquote(part) for part in target.path.strip("/").split("/")[1:]]
        query = {key: values[0] for key, values in parse_qs(target.query).items()}
        match asked.method, *parts:
            case "GET", *nothing if not any(nothing):
                return self._list()
            case "PUT", queue:
                return Answer(201 if self._queues.create(queue) else 204)
            case "DELETE", queue:
                self._queues.drop(queue)
                return Answer(204)
            case "GET", queue:
                return self._properties(queue)
            case "POST", queue, "messages":
                return self._put(queue, query, _text(asked.body) or "")
            case "GET", queue, "messages":
                taken = self._queues.take(
                    queue, int(query.get("numofmessages", 1)), _seconds(query, "visibilitytimeout")
                )
                return _messages(200, taken, with_text=True)
            case "DELETE", queue, "messages":
                self._queues.clear(queue)
                return Answer(204)
            case "PUT", queue, "messages", message:
                return self._update(queue, message, query, asked.body)
            case "DELETE", queue, "messages", message:
                self._queues.delete(queue, message, query["popreceipt"])
                return Answer(204)
        raise Refused(405, "UnsupportedHttpVerb", f"{asked.method} {target.path} is not known here.")

    def _list(self) -> Answer:
        queues = "".join(f"<Queue><Name>{name}</Name></Queue>" for name in self._queues.names())
        return _xml(200, f"<EnumerationResults><Queues>{queues}</Queues><NextMarker/></EnumerationResults>")

    def _properties(self, queue: str) -> Answer:
        if queue not in self._queues.names():
            raise Refused(404, "QueueNotFound", "The specified queue does not exist.")
        return Answer(200, [("x-ms-approximate-messages-count", str(len(self._queues.messages(queue))))])

    def _put(self, queue: str, query: dict[str, str], text: str) -> Answer:
        hidden = _seconds(query, "visibilitytimeout") or timedelta()
        message = self._queues.put(queue, text, hidden, _seconds(query, "messagettl"))
        return _messages(201, [message], with_text=False)

    def _update(self, queue: str, message: str, query: dict[str, str], body: bytes) -> Answer:
        hidden = _seconds(query, "visibilitytimeout") or timedelta()
        changed = self._queues.update(queue, message, query["popreceipt"], hidden, _text(body))
        headers = [
            ("x-ms-popreceipt", changed.pop_receipt),
            ("x-ms-time-next-visible", _time(changed.next_visible_on)),
        ]
        return Answer(204, headers)


def _messages(status: int, messages: list[Message], *, with_text: bool) -> Answer:
    rows = "".join(_message(one, with_text=with_text) for one in messages)
    return _xml(status, f"<QueueMessagesList>{rows}</QueueMessagesList>")


def _message(message: Message, *, with_text: bool) -> str:
    text = (
        f"<DequeueCount>{message.dequeue_count}</DequeueCount><MessageText>{escape(message.text)}</MessageText>"
        if with_text
        else ""
    )
    return (
        f"<QueueMessage><MessageId>{message.id}</MessageId>"
        f"<InsertionTime>{_time(message.inserted_on)}</InsertionTime>"
        f"<ExpirationTime>{_time(message.expires_on)}</ExpirationTime>"
        f"<PopReceipt>{message.pop_receipt}</PopReceipt>"
        f"<TimeNextVisible>{_time(message.next_visible_on)}</TimeNextVisible>{text}</QueueMessage>"
    )


def _text(body: bytes) -> str | None:
    """The text in a `<QueueMessage>`; None where there is no body."""
    if not body:
        return None
    return ElementTree.fromstring(body).findtext("MessageText") or ""  # noqa: S314 - from our own process


def _seconds(query: dict[str, str], name: str) -> timedelta | None:
    return timedelta(seconds=int(query[name])) if name in query else None


def _xml(status: int, body: str) -> Answer:
    return Answer(status, [("Content-Type", "application/xml")], [f"{_XML}{body}".encode()])


def _time(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
