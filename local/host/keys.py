"""Which key opens what?"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from local.host.errors import ConfigurationError
from local.host.functions import AuthLevel


class Keys(BaseModel):
    """The host's keys; the master key opens everything (azure-docs: azure-functions/function-keys-how-to)."""

    model_config = ConfigDict(frozen=True)

    master_key: str
    function_key: str
    event_grid_key: str

    @classmethod
    def generate(cls) -> Self:
        """Make new random keys."""
        return cls(
            master_key=secrets.token_urlsafe(32),
            function_key=secrets.token_urlsafe(32),
            event_grid_key=secrets.token_urlsafe(32),
        )

    def open_function(self, level: AuthLevel, given: str | None) -> bool:
        """Whether a request with this key may call an HTTP-triggered function of this level."""
        match level:
            case AuthLevel.ANONYMOUS:
                return True
            case AuthLevel.FUNCTION:
                return _is_one_of(given, (self.function_key, self.master_key))
            case AuthLevel.ADMIN:
                return self.open_admin(given)

    def open_event_grid(self, given: str | None) -> bool:
        """Whether a request with this key may deliver events."""
        return _is_one_of(given, (self.event_grid_key, self.master_key))

    def open_admin(self, given: str | None) -> bool:
        """Whether a request with this key may use /admin."""
        return _is_one_of(given, (self.master_key,))


def presented(request: Request) -> str | None:
    """Answer the key that a request carries, in its header `x-functions-key` or its query's `code`."""
    return request.headers.get("x-functions-key") or request.query_params.get("code")


def load_or_create(path: Path | None) -> Keys:
    """Read the keys from their file, writing new ones, readable by their owner alone, where there is none."""
    if path is None:
        return Keys.generate()
    try:
        return Keys.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _create(path)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _create(path: Path) -> Keys:
    keys = Keys.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(keys.model_dump_json(indent=2))
    return keys


def _is_one_of(given: str | None, keys: Iterable[str]) -> bool:
    return given is not None and any(secrets.compare_digest(given.encode(), key.encode()) for key in keys)
