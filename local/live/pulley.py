"""How does the operator run here, and how is it asked? By the Functions host, Azurite and its own admin API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, Field

from local.azurite import azurite
from local.demo.answers import Drift, Rollout
from local.host.keys import Keys, load_or_create
from local.live.events import Pushed, image_pushed
from local.live.identity import IdentityEndpoint
from local.live.places import Place, ProxyReady
from local.up import NO_DRIFT_TIMER, functions_host

_TIMEOUT_SECONDS = 60


class _App(BaseModel):
    last_rollout: int | None = Field(default=None, alias="lastRollout")


class NoAnswerError(Exception):
    """The operator gave no good answer; the text has what it was asked."""


@dataclass(frozen=True)
class Pulley:
    """The running operator. Every method raises NoAnswerError where there is no good answer."""

    client: httpx.AsyncClient
    host: str
    keys: Keys

    async def hear_of(self, pushed: Pushed) -> None:
        """Deliver the event of a push as Event Grid does."""
        there = {"functionName": "image_pushed", "code": self.keys.event_grid_key}
        await self._ask(
            "POST",
            "/runtime/webhooks/EventGrid",
            json=[image_pushed(pushed, datetime.now(UTC))],
            params=there,
            headers={"aeg-event-type": "Notification"},
        )

    async def check_drift(self) -> Drift:
        """Have the registry compared with what was decided, now."""
        return _read(Drift, await self._admin("POST", "/drift/check"))

    async def newest(self, name: str) -> Rollout | None:
        """The newest rollout of an app that it has seen, None where there was none yet."""
        number = _read(_App, await self._admin("GET", f"/apps/{name}")).last_rollout
        if number is None:
            return None
        return _read(Rollout, await self._admin("GET", f"/apps/{name}/rollouts/{number}"))

    async def _admin(self, method: str, path: str) -> bytes:
        return await self._ask(method, f"/api{path}", headers={"x-functions-key": self.keys.function_key})

    async def _ask(self, method: str, path: str, **options: Any) -> bytes:
        try:
            answer = await self.client.request(method, f"{self.host}{path}", **options)
        except httpx.HTTPError as error:
            raise NoAnswerError(f"{method} {path} got no answer: {error!r}") from error
        if answer.is_error:
            raise NoAnswerError(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.content


@asynccontextmanager
async def pulley(
    place: Place, group_id: str, proxy: ProxyReady, identity: IdentityEndpoint, run_dir: Path
) -> AsyncIterator[Pulley]:
    """Run the operator for as long as the block lasts, for one resource group."""
    keys = load_or_create(await asyncio.to_thread((run_dir / "keys.json").absolute))
    async with azurite() as storage:
        settings = _settings(place, group_id, proxy, storage.connection_string) | identity.environment
        async with (
            functions_host(0, settings, run_dir) as (_, host),
            httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client,
        ):
            yield Pulley(client, host.url, keys)


def _settings(place: Place, group_id: str, proxy: ProxyReady, storage: str) -> dict[str, str]:
    return {
        "HTTPS_PROXY": proxy.proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "SSL_CERT_FILE": proxy.ca,
        "REQUESTS_CA_BUNDLE": proxy.ca,
        "AzureWebJobsStorage": storage,
        "PULLEY_SCOPES": group_id,
        "PULLEY_MODE": "act",
        **NO_DRIFT_TIMER,  # the story asks for the check itself
        "PULLEY_PACE": str(place.pace),
        "PULLEY_ROLE_SPREAD_SECONDS": str(place.role_spread_seconds),
    }


def _read[Read: BaseModel](model: type[Read], answer: bytes) -> Read:
    return model.model_validate_json(answer)
