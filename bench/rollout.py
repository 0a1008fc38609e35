"""What does a healthy rollout cost: which calls to Azure, and how long from the queue message to the restart?

Everything runs as in `make up`. Cold is the first rollout of a Functions host that has just been started: no token, no
client, no SDK module is there yet. Warm are the next ones, the median of five. The calls are counted by the simulated
Azure, so they are exact; the times are those of this machine, without the network's.
"""

import asyncio
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx

from local.addresses import Addresses
from local.ending import until_told_to_end
from local.up import NO_DRIFT_TIMER, Environment, environment, functions_host

_APP = "shop"
_WARM = 5
_PACE = 0.2
"""The first look after the restart comes after 6 s: the app has started by then, as it mostly has after 30 s."""
_ACT = "sites.restart"
_DEQUEUED = re.compile(r"^(\S+Z) .*Executing 'Functions\.reconcile'", re.MULTILINE)
_LOOKS = 300
_BETWEEN_LOOKS_SECONDS = 0.2


@dataclass(frozen=True)
class Call:
    """One call to Azure."""

    at: datetime
    operation: str


@dataclass(frozen=True)
class Measured:
    """One rollout."""

    dequeued: datetime
    calls: tuple[Call, ...]

    @property
    def before(self) -> tuple[Call, ...]:
        """The calls up to the restart."""
        return tuple(call for call in self.calls if call.at <= self.acted)

    @property
    def after(self) -> tuple[Call, ...]:
        """The calls of the watch."""
        return tuple(call for call in self.calls if call.at > self.acted)

    @property
    def acted(self) -> datetime:
        """When the restart reached Azure."""
        return next(call.at for call in self.calls if call.operation == _ACT)

    @property
    def to_restart(self) -> float:
        """Milliseconds from the queue message to the restart."""
        return self.since(self.acted)

    def since(self, moment: datetime) -> float:
        """Milliseconds since the queue message was taken."""
        return (moment - self.dequeued).total_seconds() * 1000


@dataclass(frozen=True)
class Bench:
    """An environment whose rollouts are measured."""

    addresses: Addresses
    client: httpx.AsyncClient
    log: Path
    """The Functions host's."""

    async def settle(self) -> None:
        """Have every app seen for the first time."""
        await self._ask("POST", f"{self.addresses.admin}/drift/check")

        async def seen() -> bool:
            return "reference" in await self._app()

        await _until(seen)

    async def rollout(self, image: str) -> Measured:
        """Push, wait for the end, and answer what it took."""
        control = self.addresses.control
        await self._ask("DELETE", f"{control}/calls")
        last = (await self._app())["lastRollout"]
        body = {"registry": "contoso", "repository": _APP, "tag": "stable", "image": image}
        await self._ask("POST", f"{control}/push", body)
        await self._succeeded(last + 1)
        calls = tuple(
            Call(datetime.fromisoformat(call["at"]), call["operation"] or f"{call['method']} {call['host']}")
            for call in (await self._ask("GET", f"{control}/calls"))["calls"]
        )
        acted = next(call.at for call in calls if call.operation == _ACT)
        taken = [datetime.fromisoformat(at) for at in _DEQUEUED.findall(self.log.read_text())]
        return Measured(max(at for at in taken if at <= acted), calls)

    async def _succeeded(self, sequence: int) -> None:
        async def done() -> bool:
            answer = await self.client.get(f"{self.addresses.admin}/apps/{_APP}/rollouts/{sequence}")
            return answer.is_success and bool(answer.json()["state"] == "succeeded")

        await _until(done)

    async def _app(self) -> Any:
        return await self._ask("GET", f"{self.addresses.admin}/apps/{_APP}")

    async def _ask(self, method: str, url: str, body: Mapping[str, str] | None = None) -> Any:
        answer = await self.client.request(method, url, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(_LOOKS):
        if await holds():
            return
        await asyncio.sleep(_BETWEEN_LOOKS_SECONDS)
    raise TimeoutError(f"not within {_LOOKS * _BETWEEN_LOOKS_SECONDS:.0f} s; is the machine busy?")


async def _measure() -> int:
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder), Path(folder) / "cold"
        async with environment(pace=_PACE, run_dir=first, settings=NO_DRIFT_TIMER) as running:
            key = {"x-functions-key": running.addresses.key}
            async with httpx.AsyncClient(headers=key, trust_env=False, timeout=30) as client:
                await Bench(running.addresses, client, first / "logs" / "host.log").settle()
                await _end_host(running)
                (second / "logs").mkdir(parents=True)
                shutil.copy(first / "keys.json", second)
                async with functions_host(_port(running), running.host_settings, second):
                    bench = Bench(running.addresses, client, second / "logs" / "host.log")
                    cold = await bench.rollout("shop-2")
                    warm = [await bench.rollout(f"shop-{1 + count % 2}") for count in range(_WARM)]
    _report(cold, warm)
    return 0


async def _end_host(running: Environment) -> None:
    """End the host that has seen the apps: the next one knows them and holds nothing in memory."""
    process = running.parts[-1].process
    process.terminate()
    await process.wait()


def _port(running: Environment) -> int:
    port = urlsplit(running.addresses.host).port
    assert port is not None
    return port


def _report(cold: Measured, warm: list[Measured]) -> None:
    typical = sorted(warm, key=lambda one: one.to_restart)[len(warm) // 2]
    print(f"{'calls to Azure':34}{'cold':>6}{'warm':>6}")
    for phase, cold_calls, warm_calls in (
        ("until the restart", cold.before, typical.before),
        ("the watch", cold.after, typical.after),
        ("the whole rollout", cold.calls, typical.calls),
    ):
        print(f"{phase:34}{len(cold_calls):6}{len(warm_calls):6}")
    print()
    _by_operation(cold.calls, typical.calls)
    print(f"\nfrom the queue message to the restart: cold {cold.to_restart:.0f} ms, warm {_median(warm):.0f} ms")
    print("\na warm one, in milliseconds since the queue message:")
    for call in typical.before:
        print(f"  {typical.since(call.at):6.0f}  {call.operation}")


def _by_operation(cold: Iterable[Call], warm: Iterable[Call]) -> None:
    colds, warms = (Counter(call.operation for call in calls) for calls in (cold, warm))
    for operation in sorted(colds | warms):
        print(f"  {operation:32}{colds[operation]:6}{warms[operation]:6}")


def _median(measured: list[Measured]) -> float:
    return median(one.to_restart for one in measured)


if __name__ == "__main__":
    sys.exit(until_told_to_end(_measure()))
