"""Which functions does an app declare, and by what are they triggered?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from local.host.errors import UnsupportedFunctionError

_TRIGGERS = ("httpTrigger", "queueTrigger", "timerTrigger", "eventGridTrigger")


class AuthLevel(StrEnum):
    """Which key an HTTP-triggered function asks for."""

    ANONYMOUS = "anonymous"
    FUNCTION = "function"
    ADMIN = "admin"


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


class _Trigger(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")

    name: str  # the parameter that receives the payload


class HttpTrigger(_Trigger):
    """A route below the prefix; without a route the function's name, without methods every method."""

    type: Literal["httpTrigger"] = "httpTrigger"
    route: str | None = None
    methods: tuple[str, ...] = ()
    auth_level: Annotated[AuthLevel, BeforeValidator(_lower)] = AuthLevel.FUNCTION


class QueueTrigger(_Trigger):
    """A storage queue, in the account that the connection setting names."""

    type: Literal["queueTrigger"] = "queueTrigger"
    queue_name: str
    connection: str = ""


class TimerTrigger(_Trigger):
    """An NCRONTAB expression or a time span, in UTC."""

    type: Literal["timerTrigger"] = "timerTrigger"
    schedule: str
    run_on_startup: bool = False
    use_monitor: bool = True


class EventGridTrigger(_Trigger):
    """Events that Event Grid posts to the host's own webhook."""

    type: Literal["eventGridTrigger"] = "eventGridTrigger"


Trigger = HttpTrigger | QueueTrigger | TimerTrigger | EventGridTrigger
_TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Annotated[Trigger, Field(discriminator="type")])


class Function(BaseModel):
    """One function: the worker's id for it, its name, its trigger, and its bindings as declared."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    trigger: Trigger
    bindings: tuple[dict[str, Any], ...]


def parse_function(id: str, name: str, bindings: tuple[dict[str, Any], ...]) -> Function:  # noqa: A002 - the field's
    """Read a function from its bindings as the worker lists them.

    Raises UnsupportedFunctionError for a trigger, input or output that this host does not have: leaving one out
    silently would lose what the function says.
    """
    for binding in bindings:
        _refuse_unsupported(name, binding)
    triggers = [binding for binding in bindings if binding["type"] in _TRIGGERS]
    if len(triggers) != 1:
        raise UnsupportedFunctionError(name, f"has {len(triggers)} triggers; exactly one is possible")
    try:
        trigger = _TRIGGER.validate_python(triggers[0])
    except ValidationError as error:
        raise UnsupportedFunctionError(name, f"its trigger cannot be read: {error}") from error
    return Function(id=id, name=name, trigger=trigger, bindings=bindings)


def is_disabled(function: Function, settings: Mapping[str, str]) -> bool:
    """Whether `AzureWebJobs.NAME.Disabled` keeps a function from its trigger (azure-functions/disable-function)."""
    return settings.get(f"AzureWebJobs.{function.name}.Disabled", "").lower() in ("true", "1")


def _refuse_unsupported(name: str, binding: dict[str, Any]) -> None:
    kind, direction = binding["type"], str(binding["direction"]).lower()
    if kind in _TRIGGERS:
        return
    if kind == "http" and binding["name"] == "$return":
        return
    if kind.endswith("Trigger"):
        raise UnsupportedFunctionError(name, f"the local host has no {kind}; it has {', '.join(_TRIGGERS)}")
    raise UnsupportedFunctionError(name, f"the local host has no {direction}put binding {kind!r} ({binding['name']})")
