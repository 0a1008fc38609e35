"""Recorded pushes and pulls of real registries get the recorded answers, byte for byte but for what is random."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.scenario import read_scenario
from local.azure.transport import WorldCredential
from local.azure.world import ManualClock, World

RECORDINGS: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted(Path(__file__).with_name("recordings").glob("*.yaml"))
}
STEERING = {
    *("content-range", "docker-content-digest", "docker-distribution-api-version", "docker-upload-uuid", "etag"),
    *("location", "range", "www-authenticate"),
}
"""Headers that must not be there where they were not recorded."""
_RANDOM = re.compile(r"\\{\w+\\}")


@pytest.mark.parametrize("name", RECORDINGS)
async def test_the_answers_are_the_recorded_ones(name: str) -> None:
    """Status, every recorded header, the bodies of errors; and no header that would steer a client elsewhere."""
    recording = RECORDINGS[name]
    assert set(recording["source"]) == {"repo", "path", "commit"}
    front = Front(_world(recording["registry"]))
    service, location = f"{recording['registry']}.azurecr.io", ""
    for row in recording["answers"]:
        method, _, target = row["request"].partition(" ")
        target = target.replace("{location}", location)
        url = target if target.startswith("https://") else f"https://{service}{target}"
        sent = list(row.get("sends", {}).items())
        if "scope" in row:
            sent.append(("authorization", f"Bearer {await _access_token(front, service, row['scope'])}"))
        answer = await ask(front, method, url, sent, _body(row.get("body", {})))
        assert _differences(row, answer) == [], row["request"]
        if answer.status < 400:
            location = dict(answer.headers).get("location", "")


def _differences(row: dict[str, Any], answer: Answer) -> list[str]:
    headers = dict(answer.headers)
    found = [] if answer.status == row["status"] else [f"status {answer.status}"]
    for name, recorded in row["headers"].items():
        if not _matches(name, recorded, headers.get(name, "")):
            found.append(f"{name}: {headers.get(name)} instead of {recorded}")
    found += [f"{name} is added" for name in STEERING & headers.keys() - row["headers"].keys()]
    if "json" in row and json.loads(answer.body) != row["json"]:
        found.append(f"body {answer.body.decode()}")
    return found


def _matches(name: str, recorded: str, ours: str) -> bool:
    if name == "content-type":
        return recorded == ours.partition(";")[0]
    # ACR names pull and push in either order (recorded)
    recorded = recorded.replace("push,pull", "pull,push")
    return re.fullmatch(_RANDOM.sub("[^/]+?", re.escape(recorded)), ours) is not None


def _body(told: dict[str, Any]) -> bytes:
    if "json" in told:
        return json.dumps(told["json"], separators=(",", ":")).encode()
    return b64decode(told["base64"]) if "base64" in told else bytes([told.get("byte", 0)]) * told.get("times", 0)


async def _access_token(front: Front, service: str, scope: str) -> str:
    """Get a token of exactly a scope, as the recorded clients do before each request."""
    entra = (await WorldCredential(front.world).get_token("https://containerregistry.azure.net/.default")).token
    told: dict[str, str] = {}
    for path, form in (
        ("exchange", {"grant_type": "access_token", "access_token": entra}),
        ("token", {"grant_type": "refresh_token", "scope": scope}),
    ):
        sent = urlencode(form | {"service": service} | told).encode()
        answer = await ask(front, "POST", f"https://{service}/oauth2/{path}?api-version=2021-07-01", [], sent)
        told = json.loads(answer.body)
    return told["access_token"]


def _world(registry: str) -> World:
    granted = [{"principal": "operator", "role": role, "scope": registry} for role in ("AcrPush", "AcrDelete")]
    scenario = read_scenario({"registries": [{"name": registry}], "role_assignments": granted})
    return World(scenario, ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC)))
