"""What a function is handed and what it answers, before and after the worker's own encoding."""

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class HttpPayload(_Frozen):
    """A request to an HTTP-triggered function: headers by lower-case name, repeated ones joined by a comma."""

    method: str
    url: str
    headers: dict[str, str]
    query: dict[str, str]
    route_params: dict[str, str]
    body: bytes


class JsonPayload(_Frozen):
    """One event or one timer firing, as JSON text."""

    text: str


class QueuePayload(_Frozen):
    """One decoded queue message with the trigger metadata of its receipt."""

    text: str
    metadata: dict[str, str | int]


Payload = HttpPayload | JsonPayload | QueuePayload


class HttpAnswer(_Frozen):
    """An HTTP-triggered function's response; Set-Cookie may come more than once."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Outcome(_Frozen):
    """How an invocation ended; `answer` only of HTTP-triggered functions, `error` and `trace` only of failed ones."""

    succeeded: bool
    answer: HttpAnswer | None = None
    error: str = ""
    trace: str = ""

    @classmethod
    def failed(cls, error: str, trace: str = "") -> "Outcome":
        """Answer a failure with its message and, where there is one, its traceback."""
        return cls(succeeded=False, error=error, trace=trace)
