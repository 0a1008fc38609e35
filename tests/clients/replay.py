"""Replays recorded traffic against the simulated Azure and tells what is different.

A recording is cut down: of headers those that steer a client, of bodies the names and types of their fields. It begins
with the scenario, and the requests, that make the world what the recorded one was when the recording begins.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.scenario import read_scenario
from local.azure.transport import WorldCredential
from local.azure.world import ManualClock, World
from local.live.shapes import Shape, header_differences, shape_differences, shape_of

_ARM = "https://management.azure.com"
_LAST_ID = re.compile(r"/([^/?]+)(?:\?|$)")


@dataclass
class _Replay:
    """One recording against one world."""

    world: World
    clock: ManualClock
    front: Front
    renamed: dict[str, str] = field(default_factory=dict)
    """Ids of the recording → the simulated Azure's, learnt from the answers."""

    async def send(self, method: str, path: str, body: Any) -> Answer:
        """Send a recorded request, with our ids and tokens in the place of recorded and masked ones."""
        url = path if path.startswith("https://") else _ARM + path
        content = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
        for recorded, ours in self.renamed.items():
            url, content = url.replace(recorded, ours), content.replace(recorded, ours)
        headers = [("content-type", "application/json")]
        token = (await WorldCredential(self.world).get_token(f"{_ARM}/.default")).token
        if url.startswith(_ARM):
            headers.append(("authorization", f"Bearer {token}"))
        content = content.replace("access_token=***", f"access_token={quote(token)}")
        return await ask(self.front, method, quote(url, safe=":/?&=%$'+,()"), headers, content.encode())

    def learn(self, row: dict[str, Any], headers: dict[str, str], body: Any) -> None:
        """Note which of our ids stands for which recorded one."""
        for path, recorded in row.get("ids", {}).items():
            ours = _at(body, path)
            if isinstance(ours, str):
                self.renamed[recorded] = ours
        for name in ("location", "azure-asyncoperation"):
            recorded, ours = row["headers"].get(name), headers.get(name)
            if recorded and ours:
                self.renamed[_id_in(recorded)] = _id_in(ours)
        if isinstance(body, dict) and "refresh_token" in body:
            self.renamed["refresh_token=***"] = f"refresh_token={quote(body['refresh_token'])}"


async def differences(recording: dict[str, Any]) -> list[str]:
    """Replay a recording; answer every difference as `number METHOD path: what`."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    world = World(read_scenario(recording["scenario"]), clock)
    replay = _Replay(world, clock, Front(world))
    for method, path, body in recording["before"]:
        prepared = await replay.send(method, path, body)
        assert prepared.status in (200, 201), prepared.body
    found = []
    for number, row in enumerate(recording["interactions"]):
        answer = await replay.send(row["method"], row["path"], row.get("body"))
        headers = {name.lower(): value for name, value in answer.headers}
        body = _body(answer, headers)
        replay.learn(row, headers, body)
        expected = recording["shapes"].get(row.get("shape"), row.get("shape"))
        here = f"{number} {row['method']} {row['path'].partition('?')[0].rpartition('/providers/')[2]}"
        found += [f"{here}: {what}" for what in _compare(row, expected, answer.status, headers, body)]
        clock.advance(recording["seconds_between"])
    return found


def _compare(row: dict[str, Any], expected: Shape, status: int, headers: dict[str, str], body: Any) -> Iterator[str]:
    if status != row["status"]:
        yield f"status {status} instead of {row['status']}"
        return
    yield from header_differences(row["headers"], headers)
    yield from shape_differences(expected, shape_of(body))


def _body(answer: Answer, headers: dict[str, str]) -> Any:
    if "json" in headers.get("content-type", ""):
        return json.loads(answer.body)
    return None


def _id_in(url: str) -> str:
    found = _LAST_ID.findall(url)
    return str(found[-1])


def _at(body: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body
