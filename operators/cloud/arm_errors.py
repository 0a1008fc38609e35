"""What azure-core raises, in our words: shall we ask again, who has to change what, and in the platform's own text.

Error bodies come in four shapes: ARM's `{"error": {code, message}}`; Microsoft.Web's `{"Code", "Message", "Details":
[…, {"ErrorEntity": {"ExtendedCode"}}]}`; some providers' bare `{code, message}`; a registry's `{"errors": [{code}]}`.
Source: recorded traffic in the public tests of azure-cli, azure-sdk-for-python and azure-libraries-for-java.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core import exceptions as sdk

from operators.core.model import Model, Unknown
from operators.errors import (
    Busy,
    Conflict,
    Deploying,
    Forbidden,
    NotFound,
    Permanent,
    PulleyError,
    Temporary,
    Throttled,
    Unauthenticated,
)

_MESSAGE_LENGTH = 500
# Nobody means more, and a message in a queue can wait a week at most (rest/api/storageservices/put-message).
_LONGEST_WAIT = timedelta(days=1)
# The webspace's or the site's lock is held by another operation; 59206 comes with status and code "429".
_LOCKED = frozenset({"59202", "59203", "59206"})
# The same from ARM and other providers, and from Microsoft.Web where its details are missing; all in lower case.
_LOCKED_CODES = frozenset({"anotheroperationinprogress", "retryableerrorduetoanotheroperation"})
_LOCKED_WORDS = ("another operation is in progress", "cannot acquire exclusive lock")
# The deployment site's own words (projectkudu/kudu; quoted as its callers see them: vscode-azureappservice issue 1619).
_A_DEPLOYMENT = ("deployment currently in progress", "auto swap deployment currently ongoing")
_MISSING_RIGHT = re.compile(r"perform action '(?P<action>[^']+)' over scope '(?P<scope>[^']+)'")
_JSON_WEB_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+(\.[\w-]*)?")


class ErrorAnswer(Model):
    """An answer that says no."""

    status: int
    code: str | None
    """"AuthorizationFailed", "Conflict", "TAG_UNKNOWN"; None where the body was none of the known shapes."""
    extended_code: str | None = None
    """Microsoft.Web's own number: "59203"."""
    message: str
    """Cut, and without anything that looks like a token."""
    retry_after: timedelta | None = None

    def __str__(self) -> str:
        code = f" {self.code}" if self.code and self.code != str(self.status) else ""
        return f"{self.status}{code}: {self.message}"


def read_answer(status: int, headers: Mapping[str, str], text: str) -> ErrorAnswer:
    """Parse an answer that says no, whatever its shape. Header names are compared without case."""
    lower = {name.lower(): value for name, value in headers.items()}
    code, extended_code, message = _read_body(text)
    return ErrorAnswer(
        status=status,
        code=code,
        extended_code=extended_code,
        message=_JSON_WEB_TOKEN.sub("***", message)[:_MESSAGE_LENGTH],
        retry_after=_retry_after(lower),
    )


def translate(what: str, error: sdk.AzureError) -> PulleyError:
    """The exception of an SDK as one of ours; `what` is what was tried, in the field's words."""
    response: Any = error.response if isinstance(error, sdk.HttpResponseError) else None
    if response is not None and response.status_code >= 400:
        return refusal(what, read_answer(response.status_code, response.headers, _text(response)))
    # No answer, half an answer, or no token to ask with: a service's own fault, ours or the network's.
    return Temporary(what, _JSON_WEB_TOKEN.sub("***", error.message or type(error).__name__)[:_MESSAGE_LENGTH])


def refusal(what: str, answer: ErrorAnswer) -> PulleyError:
    """An answer that says no as one of our errors."""
    if _is_deploying(answer):
        return Deploying(what, str(answer), answer.retry_after)
    if is_busy(answer):
        return Busy(what, str(answer), answer.retry_after)
    if answer.status == 429:
        return Throttled(what, str(answer), answer.retry_after)
    if answer.status == 408 or answer.status >= 500:
        return Temporary(what, str(answer), answer.retry_after)
    if answer.status == 401:
        return Unauthenticated(what, str(answer))
    if answer.status == 403:
        return _forbidden(what, answer)
    if answer.status == 404:
        return NotFound(what, str(answer))
    if answer.status == 409:
        return Conflict(what, str(answer), code=answer.code)
    return Permanent(what, str(answer))


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Let exceptions of the SDKs leave this block as ours."""
    try:
        yield
    except sdk.AzureError as error:
        raise translate(what, error) from error
    except json.JSONDecodeError as error:
        raise Temporary(what, "the answer is no JSON") from error


def parsed[R, T](what: str, parse: Callable[[R], T], answer: R) -> T:
    """Parse an answer; one of another shape than Azure documents is an error that says so, never less of an answer."""
    try:
        return parse(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Permanent(what, f"the answer has an unknown shape: {type(error).__name__}: {error}"[:300]) from error


async def read_or_unknown[T](what: str, reading: Awaitable[T]) -> T | Unknown:
    """Await a read that gathers facts: without an answer the fact is unknown, and says why and whether to ask again."""
    try:
        return await reading
    except Temporary as error:
        seconds = error.retry_after.total_seconds() if error.retry_after is not None else None
        throttled = isinstance(error, Throttled)
        return Unknown(what=what, reason=error.reason, temporary=True, throttled=throttled, retry_after_seconds=seconds)
    except Forbidden as error:
        return Unknown(what=what, reason=error.reason, action=error.action, scope=error.scope)
    except Permanent as error:
        return Unknown(what=what, reason=error.reason, missing=isinstance(error, NotFound))


def is_busy(answer: ErrorAnswer) -> bool:
    """Whether it says that another operation holds the site: a 429 then is no matter of budgets."""
    if answer.extended_code in _LOCKED or _is_deploying(answer):
        return True
    return answer.status in (409, 429) and (
        (answer.code or "").lower() in _LOCKED_CODES or _says(answer, _LOCKED_WORDS)
    )


def _is_deploying(answer: ErrorAnswer) -> bool:
    return answer.status == 409 and _says(answer, _A_DEPLOYMENT)


def _says(answer: ErrorAnswer, words: tuple[str, ...]) -> bool:
    message = answer.message.lower()
    return any(one in message for one in words)


def _forbidden(what: str, answer: ErrorAnswer) -> Forbidden:
    right = _MISSING_RIGHT.search(answer.message)
    if right is None:
        return Forbidden(what, str(answer))
    action, scope = right["action"], right["scope"]
    return Forbidden(
        what,
        f"{answer.status} {answer.code}: the operator's identity needs {action} at {scope}",
        f"give the operator's identity a role with {action} at {scope}",
        action=action,
        scope=scope,
    )


def _text(response: Any) -> str:
    try:
        return str(response.text())
    except (sdk.AzureError, ValueError, LookupError):
        return ""  # a body that was streamed and not read, or is no text: the status has to do


def _read_body(text: str) -> tuple[str | None, str | None, str]:
    """Code, extended code and message."""
    try:
        body = _lower_keys(json.loads(text))
    except ValueError:
        return None, None, " ".join(text.split())
    for envelope in (body.get("error"), _first(body.get("errors")), body):
        entry = _lower_keys(envelope)
        if entry.get("code"):
            return str(entry["code"]), _extended_code(entry), str(entry.get("message") or "")
    return None, None, " ".join(text.split())


def _extended_code(entry: Mapping[str, Any]) -> str | None:
    details = entry.get("details")
    for detail in details if isinstance(details, list) else ():
        found = _lower_keys(_lower_keys(detail).get("errorentity")).get("extendedcode")
        if found:
            return str(found)
    return None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _lower_keys(value: Any) -> dict[str, Any]:
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long to wait: milliseconds, seconds, or a date, which is compared with the answer's own date."""
    if (milliseconds := headers.get("x-ms-retry-after-ms") or headers.get("retry-after-ms")) and _number(milliseconds):
        return _wait(float(milliseconds) / 1000)
    value = headers.get("retry-after", "")
    if _number(value):
        return _wait(float(value))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return _wait(wait.total_seconds())


def _wait(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), _LONGEST_WAIT.total_seconds()))


def _number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text.strip()) is not None
