"""How does the demo ask Pulley (by its admin API, as anybody with the key may) and the simulated Azure?"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import BaseModel

from local.addresses import Addresses
from local.demo.answers import App, Drift, RealApp, RealApps, Rollout, Rollouts
from local.demo.errors import DemoError

_TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Asking:
    """Both APIs. Every method raises DemoError where there is no good answer."""

    addresses: Addresses
    client: httpx.AsyncClient

    async def app(self, name: str) -> App:
        """One app."""
        return await self._pulley("GET", f"/apps/{name}", App)

    async def rollouts(self) -> tuple[Rollout, ...]:
        """Everyone's, newest first, without their steps."""
        return (await self._pulley("GET", "/rollouts", Rollouts)).value

    async def rollout(self, name: str, sequence: int) -> Rollout:
        """One rollout with its steps."""
        return await self._pulley("GET", f"/apps/{name}/rollouts/{sequence}", Rollout)

    async def check_drift(self) -> Drift:
        """Have the registry compared with what was decided, now."""
        return await self._pulley("POST", "/drift/check", Drift)

    async def real_apps(self) -> tuple[RealApp, ...]:
        """What really runs."""
        answer = await self._answer("GET", f"{self.addresses.control}/apps")
        return RealApps.model_validate_json(answer).apps

    async def grant(self, principal: str, role: str, scope: str) -> None:
        """Give a role, in the scenario's names."""
        body = {"principal": principal, "role": role, "scope": scope}
        await self._answer("POST", f"{self.addresses.control}/role-assignments", body)

    async def _pulley[Read: BaseModel](self, method: str, path: str, model: type[Read]) -> Read:
        return model.model_validate_json(await self._answer(method, f"{self.addresses.admin}{path}"))

    async def _answer(self, method: str, url: str, body: Mapping[str, str] | None = None) -> bytes:
        key = {"x-functions-key": self.addresses.key}
        try:
            answer = await self.client.request(method, url, json=body, headers=key)
        except httpx.HTTPError as error:
            raise DemoError(f"{method} {url} got no answer: {error!r}") from error
        if answer.is_error:
            raise DemoError(f"{method} {url} answered {answer.status_code}: {answer.text[:300]}")
        return answer.content


@asynccontextmanager
async def asking_at(addresses: Addresses) -> AsyncIterator[Asking]:
    """Ask the environment that runs there."""
    # the shell's proxies are for the real network
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        yield Asking(addresses, client)
