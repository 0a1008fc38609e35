"""What do host.json and local.settings.json say?"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from local.host.errors import ConfigurationError
from local.host.time_spans import TimeSpan, parse_time_span

_SETTING = re.compile(r"%([^%\s]+)%")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _unbounded_or_time_span(text: object) -> timedelta | None:
    """`-1` means that an invocation may run for ever (azure-docs: azure-functions/functions-host-json)."""
    return None if text in ("-1", -1, None) else parse_time_span(text)


class QueueOptions(_Section):
    """`extensions.queues`, with Azure's defaults (azure-docs: azure-functions/functions-bindings-storage-queue)."""

    batch_size: int = Field(default=16, ge=1, le=32)
    new_batch_threshold: int | None = Field(default=None, ge=0)
    max_dequeue_count: int = Field(default=5, ge=1)
    visibility_timeout: TimeSpan = timedelta(0)
    max_polling_interval: Annotated[TimeSpan, Field(ge=timedelta(milliseconds=100))] = timedelta(minutes=1)
    message_encoding: Annotated[Literal["base64", "none"], BeforeValidator(_lower)] = "base64"

    @property
    def refill_below(self) -> int:
        """A new batch is taken as soon as no more than this many messages are at work; half a batch by default."""
        return self.batch_size // 2 if self.new_batch_threshold is None else self.new_batch_threshold


class HttpOptions(_Section):
    """`extensions.http`."""

    route_prefix: str = "api"


class Extensions(_Section):
    """The extensions that this host has."""

    http: HttpOptions = HttpOptions()
    queues: QueueOptions = QueueOptions()


class HostJson(_Section):
    """host.json; sections of other extensions and of logging are left unread."""

    function_timeout: Annotated[timedelta | None, BeforeValidator(_unbounded_or_time_span)] = timedelta(minutes=30)
    extensions: Extensions = Extensions()


def read_host_json(root: Path) -> HostJson:
    """Read `root`/host.json; raises ConfigurationError where it is missing or wrong."""
    path = root / "host.json"
    try:
        return HostJson.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} is missing: is {root} a function app?") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


class _LocalSettings(BaseModel):
    is_encrypted: bool = Field(default=False, alias="IsEncrypted")
    values: dict[str, str] = Field(default_factory=dict, alias="Values")


def read_settings(path: Path) -> dict[str, str]:
    """Answer the `Values` of a local.settings.json, or none where there is no such file."""
    if not path.is_file():
        return {}
    try:
        settings = _LocalSettings.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if settings.is_encrypted:
        raise ConfigurationError(f"{path} is encrypted: run `func settings decrypt` first")
    return settings.values


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace every `%NAME%` in a schedule, queue name or route by that setting's value.

    Raises ConfigurationError for a setting that does not exist, as the real host does.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in settings:
            raise ConfigurationError(f"{json.dumps(text)} names the setting {match[1]!r}, which does not exist")
        return settings[match[1]]

    return _SETTING.sub(value, text)
