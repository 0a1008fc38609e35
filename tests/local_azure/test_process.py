"""The simulated Azure as a process: proxy, certificate authority, identity endpoint, control API."""

import asyncio
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

PYTHON = os.environ.get("PULLEY_AZURE_PYTHON", ".local/azure-venv/bin/python")
SCENARIO = "local/azure/scenarios/tutorial.yaml"
STARTS_WITHIN = 60


class Events:
    """A subscriber on a loopback port: accepts every delivery and keeps its body."""

    def __init__(self) -> None:
        self.bodies: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one delivery with 200."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        self.bodies.put_nowait(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


class Running:
    """A running simulated Azure and its subscriber."""

    def __init__(self, addresses: dict[str, str], events: Events) -> None:
        self.addresses = addresses
        self.events = events
        self.control = httpx.AsyncClient(base_url=addresses["control"], trust_env=False)

    def environment(self) -> dict[str, str]:
        """Answer what the operator's process gets."""
        return {
            "PATH": os.environ["PATH"],
            "HTTPS_PROXY": self.addresses["proxy"],
            "NO_PROXY": "127.0.0.1,localhost",
            "SSL_CERT_FILE": self.addresses["ca"],
            "IDENTITY_ENDPOINT": self.addresses["identity_endpoint"],
            "IDENTITY_HEADER": self.addresses["identity_header"],
        }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def azure(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Start the process on the tutorial's scenario; it must end cleanly on SIGTERM and say one line only."""
    events = Events()
    subscriber = await asyncio.start_server(events.serve, "127.0.0.1", 0)
    port = subscriber.sockets[0].getsockname()[1]
    state = tmp_path_factory.mktemp("azure")
    options = ("--scenario", SCENARIO, "--state-dir", str(state), "--events-url", f"http://127.0.0.1:{port}/")
    process = await asyncio.create_subprocess_exec(
        PYTHON, "-m", "local.azure", *options, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN)
        running = Running(json.loads(line), events)
        yield running
        await running.control.aclose()
    finally:
        if process.returncode is None:
            process.terminate()
        rest = await process.stdout.read()
        assert (await process.wait(), rest) == (0, b"")
        subscriber.close()


async def test_the_sdk_goes_through_the_proxy(azure: Running) -> None:
    """Only the environment leads the real clients here, and unknown hosts are refused."""
    digest = f"sha256:{'a' * 64}"
    visitor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.local_azure.visitor", digest),
        env=azure.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(visitor.communicate(), STARTS_WITHIN)
    found = json.loads(output)
    assert found["sites"] == ["hello"]
    assert (found["page"], found["stranger"]) == ([200, "hello-v1"], 502)
    status, challenge = found["manifest"]
    assert (status, 'scope="repository:team/hello:pull"' in challenge) == (401, True)
    calls = (await azure.control.get("/calls")).json()["calls"]
    assert {call["operation"] for call in calls} >= {"sites.list", "acr.manifest", "app.request"}


async def test_an_encoded_path_arrives_encoded(azure: Running) -> None:
    """`sha256%3A…` passes the proxy as it was sent (aiohttp itself would send a colon)."""
    trusted = ssl.create_default_context(cafile=azure.addresses["ca"])
    path = f"/v2/team%2Fhello/manifests/sha256%3A{'b' * 64}"
    async with httpx.AsyncClient(proxy=azure.addresses["proxy"], verify=trusted, trust_env=False) as client:
        answer = await client.get(f"https://tutorial.azurecr.io{path}")
    assert answer.status_code == 401
    assert path in [call["path"] for call in (await azure.control.get("/calls")).json()["calls"]]


@pytest.mark.parametrize(
    ("query", "header", "status"),
    [
        pytest.param("resource=https://management.azure.com/&api-version=2019-08-01", True, 200, id="as it should be"),
        pytest.param("resource=https://management.azure.com/&api-version=2019-08-01", False, 403, id="wrong header"),
        pytest.param("resource=https://management.azure.com/", True, 400, id="no api-version"),
        pytest.param("api-version=2019-08-01", True, 400, id="no resource"),
        pytest.param("resource=x&api-version=2019-08-01&client_id=someone", True, 400, id="another identity"),
    ],
)
async def test_the_identity_endpoint(azure: Running, query: str, header: bool, status: int) -> None:
    """App Service's protocol: the header proves who asks, expires_on is a text of seconds."""
    value = azure.addresses["identity_header"] if header else "guessed"
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{azure.addresses['identity_endpoint']}?{query}"
        answer = await client.get(url, headers={"x-identity-header": value})
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["token_type"] == "Bearer"
        assert answer.json()["expires_on"].isdecimal()


async def test_a_push_is_delivered(azure: Running) -> None:
    """A push answers the digest, and its event reaches the subscriber."""
    push = {"registry": "tutorial", "repository": "team/hello", "tag": "latest", "image": "hello-v2"}
    answer = (await azure.control.post("/push", json=push)).json()
    (event,) = await asyncio.wait_for(azure.events.bodies.get(), 10)
    assert event["data"]["target"]["digest"] == answer["digest"]
    dropped = (await azure.control.post("/push", json=push | {"drop": True})).json()
    deliveries = (await azure.control.get("/events")).json()["deliveries"]
    states = {delivery["event_id"]: delivery["state"] for delivery in deliveries}
    assert states[answer["events"][0]] in ("waiting", "delivered")
    assert states[dropped["events"][0]] == "dropped"


async def test_roles_faults_and_apps(azure: Running) -> None:
    """The rest of the control API: what is given can be taken away, and mistakes are told."""
    role = {"principal": "hello", "role": "AcrPush", "scope": "tutorial"}
    assert (await azure.control.post("/role-assignments", json=role)).status_code == 200
    removed = await azure.control.request("DELETE", "/role-assignments", json=role)
    assert removed.json() == {"removed": 1}
    unknown = await azure.control.post("/role-assignments", json=role | {"principal": "nobody"})
    assert (unknown.status_code, "nobody" in unknown.json()["error"]) == (400, True)
    assert (await azure.control.post("/faults", json={"path": "/nowhere", "statu": 1})).status_code == 400
    assert (await azure.control.post("/faults", json={"path": "/nowhere", "times": 1})).status_code == 200
    assert (await azure.control.delete("/faults")).status_code == 204
    (app,) = (await azure.control.get("/apps")).json()["apps"]
    assert (app["name"], app["instances"][0]["state"], app["instances"][0]["serving"]) == ("hello", "Started", True)
    seen = (await azure.control.get("/calls")).json()["next"]
    assert (await azure.control.get("/calls", params={"since": seen})).json()["calls"] == []
    assert (await azure.control.delete("/calls")).status_code == 204
    assert (await azure.control.get("/calls")).json() == {"calls": [], "next": 0}


async def test_a_bad_scenario_ends_with_its_mistake(tmp_path: Path) -> None:
    """Exit code 2 and the place that is wrong, nothing on stdout."""
    story = tmp_path / "story.yaml"
    story.write_text("sitez: []\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(PYTHON, "-m", "local.azure", "--scenario", str(story)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
    assert (process.returncode, output) == (2, b"")
    assert b"sitez: Extra inputs are not permitted" in errors
