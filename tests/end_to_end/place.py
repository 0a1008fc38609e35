"""Everything that runs, as somebody outside reaches it: by HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.up import NO_DRIFT_TIMER, Environment, environment

SCENARIO = Path(__file__).with_name("town.yaml")
PACE = 0.02
_BETWEEN_LOOKS = 0.1
_WITHIN = 60.0
_ACTS = ("sites.restart", "config.update")


@dataclass(frozen=True)
class Place:
    """A running environment and two clients: one that has the function key, and a stranger."""

    running: Environment
    run_dir: Path
    friend: httpx.AsyncClient
    stranger: httpx.AsyncClient

    @property
    def admin(self) -> str:
        """The admin API."""
        return self.running.addresses.admin

    @property
    def control(self) -> str:
        """The simulated Azure's own API."""
        return self.running.addresses.control

    @property
    def host_log(self) -> str:
        """What the Functions host and the operator wrote so far."""
        return (self.run_dir / "logs" / "host.log").read_text()

    async def ask(self, path: str, **query: str) -> Any:
        """GET of the admin API that has to succeed."""
        return _json(await self.friend.get(f"{self.admin}{path}", params=query))

    async def tell(self, path: str, body: object = None) -> Any:
        """POST to the admin API that has to succeed."""
        return _json(await self.friend.post(f"{self.admin}{path}", json=body))

    async def deliver(self, body: object, **headers: str) -> httpx.Response:
        """POST to /api/events."""
        return await self.friend.post(f"{self.admin}/events", json=body, headers=headers)

    async def push(self, app: str, image: str, **event: object) -> str:
        """Push to the tag that an app of `contoso` follows; the digest. `event`: what becomes of its event."""
        body = {"registry": "contoso", "repository": app, "tag": "stable", "image": image, **event}
        return str(_json(await self.stranger.post(f"{self.control}/push", json=body))["digest"])

    async def newest(self, app: str) -> Any:
        """The newest rollout of an app, with its steps."""
        sequence = (await self.ask(f"/apps/{app}"))["lastRollout"]
        return await self.ask(f"/apps/{app}/rollouts/{sequence}")

    async def until(self, app: str, *states: str, after: int = 1, within: float = _WITHIN) -> Any:
        """Wait for a rollout of the app, later than that number, that is in one of the states."""

        async def there() -> Any:
            rollout = await self.newest(app)
            return rollout if rollout["sequence"] > after and rollout["state"] in states else None

        return await eventually(there, f"{app} is {' or '.join(states)}", within)

    async def served(self, app: str) -> set[str | None]:
        """Which digests the instances of an app really serve; None for an instance that serves nothing."""
        apps = _json(await self.stranger.get(f"{self.control}/apps"))["apps"]
        found = next(one for one in apps if one["name"] == app)
        return {instance["digest"] for instance in found["instances"]}

    async def acts(self, app: str) -> list[str]:
        """What was changed at Azure about an app, oldest first."""
        calls = _json(await self.stranger.get(f"{self.control}/calls"))["calls"]
        return [call["operation"] for call in calls if call["operation"] in _ACTS and f"/sites/{app}/" in call["path"]]

    async def settle(self) -> None:
        """Wait until every app was seen for the first time."""
        await self.tell("/drift/check")

        async def adopted() -> Any:
            apps = (await self.ask("/apps"))["value"]
            return (apps and all("reference" in app for app in apps)) or None

        await eventually(adopted, "every app is adopted")


@asynccontextmanager
async def place(
    run_dir: Path, settings: Mapping[str, str] | None = None, scenario: Path = SCENARIO
) -> AsyncIterator[Place]:
    """Run the town, wait until its apps are adopted, and hand out the way to it."""
    given = NO_DRIFT_TIMER | dict(settings or {})
    async with environment(scenario, pace=PACE, run_dir=run_dir, settings=given) as running:
        key = {"x-functions-key": running.addresses.key}
        async with (
            httpx.AsyncClient(headers=key, trust_env=False, timeout=30) as friend,
            httpx.AsyncClient(trust_env=False, timeout=30) as stranger,
        ):
            found = Place(running, run_dir, friend, stranger)
            await found.settle()
            yield found


async def eventually[Found](ask: Callable[[], Awaitable[Found | None]], what: str, within: float = _WITHIN) -> Found:
    """Ask until there is an answer; fails with what was asked for."""
    end = time.monotonic() + within
    while (found := await ask()) is None:
        assert time.monotonic() < end, f"not within {within:g} s: {what}"
        await asyncio.sleep(_BETWEEN_LOOKS)
    return found


def _json(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url} answered {answer.status_code}: {answer.text}"
    return answer.json()
