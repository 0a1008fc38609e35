"""How is Microsoft's Python worker library driven?

This is the only file that knows `azure_functions_runtime`. Its `native_invocation` is made for another host of
Microsoft's and may change with any release, so requirements-dev.txt pins it exactly. The library keeps the app in
globals: one app a process.
"""

import json
import logging
import sys
import traceback
from http.cookies import SimpleCookie
from importlib.metadata import version
from pathlib import Path
from typing import Any

from azure_functions_runtime import (
    invocation_id_cv,
    start_threadpool_executor,
    stop_threadpool_executor,
)
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.bindings.meta import load_binding_registry
from azure_functions_runtime.handle_event import _functions as registry
from azure_functions_runtime.loader import index_function_app
from azure_functions_runtime.native_invocation import invocation_request_native

from local.host.errors import IndexingError, UnsupportedFunctionError
from local.host.functions import Function, parse_function
from local.host.payloads import HttpAnswer, HttpPayload, JsonPayload, Outcome, Payload, QueuePayload

VERSION = version("azure-functions-runtime")

# It logs each failed invocation itself, without the function's name; the host logs it with the name.
logging.getLogger("azure.functions").disabled = True

_running: dict[str, str] = {}  # invocation id → function name, for the log


class _BindingInfo:
    """The directions as the library's protobuf names them; all that indexing asks of protobuf."""

    inout, out, undefined = 2, 1, 0


class _Protos:
    BindingInfo = _BindingInfo


def index(root: Path) -> tuple[Function, ...]:
    """Import `root`/function_app.py and answer its functions, ready to be called.

    Raises IndexingError where the import or the reading fails (with the cause), UnsupportedFunctionError where a
    function needs what this host does not have.
    """
    path = root / "function_app.py"
    if not path.is_file():
        raise IndexingError(f"{path} is missing")
    sys.path.insert(0, str(root))
    load_binding_registry()
    start_threadpool_executor()
    try:
        return tuple(_register(declared) for declared in index_function_app(str(path)))
    except UnsupportedFunctionError:
        raise
    except Exception as error:  # whatever the app's own code raises while it is imported
        raise IndexingError(f"{path} cannot be indexed: {error}") from error


def _register(declared: Any) -> Function:
    name: str = declared.get_function_name()
    bindings = tuple(json.loads(binding) for binding in declared.get_raw_bindings())
    if declared.get_settings_dict("retry_policy"):
        raise UnsupportedFunctionError(name, "the local host has no retry policies")
    # Refused before it is registered, so that the message is about the binding and not about a parameter's type.
    parse_function("", name, bindings)
    info = registry.add_indexed_function(declared, _Protos)
    return parse_function(info.function_id, name, bindings)


def stop_threads() -> None:
    """Wait for the worker's threads, in which functions without `async` run, and end them."""
    stop_threadpool_executor()


def current_function() -> str | None:
    """Answer the name of the function on whose behalf this code runs, in a task or in a worker's thread."""
    return _running.get(invocation_id_cv.get() or "")


async def call(function: Function, payload: Payload, invocation_id: str) -> Outcome:
    """Run one function to its end; what it raises becomes a failed outcome. Cancellation passes through."""
    inputs = [(function.trigger.name, _datum(payload))]
    _running[invocation_id] = function.name
    try:
        succeeded, returned, _, error, trace = await invocation_request_native(
            invocation_id, function.id, inputs, _metadata(payload)
        )
        if not succeeded:
            return Outcome.failed(error, trace)
        return Outcome(succeeded=True, answer=_answer(returned))
    except Exception as unexpected:  # noqa: BLE001 - an answer that cannot be decoded fails its invocation, not the host
        return Outcome.failed(repr(unexpected), traceback.format_exc())
    finally:
        del _running[invocation_id]


def _datum(payload: Payload) -> Any:
    match payload:
        case HttpPayload():
            return _http_datum(payload)
        case JsonPayload():
            return Datum(payload.text, "json")
        case QueuePayload():
            return Datum(payload.text, "string")


def _http_datum(payload: HttpPayload) -> Any:
    return Datum(
        {
            "method": _string(payload.method),
            "url": _string(payload.url),
            "headers": {name: _string(value) for name, value in payload.headers.items()},
            "query": {name: _string(value) for name, value in payload.query.items()},
            "params": {name: _string(value) for name, value in payload.route_params.items()},
            "body": Datum(payload.body, "bytes"),
        },
        "http",
    )


def _metadata(payload: Payload) -> dict[str, Any]:
    if not isinstance(payload, QueuePayload):
        return {}
    return {
        name: Datum(value, "int") if isinstance(value, int) else _string(value)
        for name, value in payload.metadata.items()
    }


def _string(text: str) -> Any:
    return Datum(text, "string")


def _answer(returned: Any) -> HttpAnswer | None:
    """Read an HTTP function's return value: a full response, or a string that is the body of a 200."""
    if returned is None or returned.type is None:
        return None
    if returned.type == "string":
        return HttpAnswer(
            status=200, headers=(("content-type", "text/plain; charset=utf-8"),), body=returned.value.encode()
        )
    response = returned.value
    headers = [(name, value.value) for name, value in response["headers"].items()]
    return HttpAnswer(
        status=int(response["status_code"].value),
        headers=(*headers, *_cookies(response["cookies"])),
        body=response["body"].value,
    )


def _cookies(cookies: list[SimpleCookie] | None) -> list[tuple[str, str]]:
    return [("set-cookie", morsel.OutputString()) for cookie in cookies or () for morsel in cookie.values()]
