"""Can whoever has the master key, and nobody else, run functions and see the host?"""

import json
from typing import Any

import pytest

from tests.local_host.serving import Served


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        pytest.param("typed_message", "by hand", {"body": "by hand"}, id="queue: the input is the message"),
        pytest.param("at_start", "", {"status": {}}, id="timer: the input is ignored"),
        pytest.param(
            "grid_event",
            json.dumps({"id": "by-hand", "data": {}}),
            {"id": "by-hand"},
            id="Event Grid: JSON of one event",
        ),
    ],
)
async def test_a_function_runs_now(host: Served, function: str, given: str, expected: dict[str, Any]) -> None:
    """The request is accepted at once and the function gets the input as its trigger would give it."""
    response = await host.client.post(f"/admin/functions/{function}", headers=host.master, json={"input": given})
    assert (response.status_code, response.content) == (202, b"")
    await host.noted_at_least(1, function, **expected)


@pytest.mark.parametrize(
    ("function", "body", "status"),
    [
        pytest.param("nobody", b'{"input": ""}', 404, id="unknown function"),
        pytest.param("at_start", b"", 400, id="no body"),
        pytest.param("at_start", b'{"input": 1}', 400, id="an input that is no text"),
        pytest.param("keyed", b'{"input": ""}', 400, id="HTTP-triggered"),
    ],
)
async def test_what_cannot_be_run_is_refused(host: Served, function: str, body: bytes, status: int) -> None:
    """The status says why."""
    response = await host.client.post(f"/admin/functions/{function}", headers=host.master, content=body)
    assert response.status_code == status


async def test_the_functions_are_listed_with_their_bindings(host: Served) -> None:
    """The list and the single function have the declared bindings."""
    listed = (await host.client.get("/admin/functions", headers=host.master)).json()
    assert [function["name"] for function in listed] == host.ready["functions"]
    single = (await host.client.get("/admin/functions/at_start", headers=host.master)).json()
    assert single in listed
    assert single["config"]["bindings"][0]["schedule"] == "0 0 0 1 1 *"
    assert (await host.client.get("/admin/functions/nobody", headers=host.master)).status_code == 404


async def test_the_status_says_that_it_runs(host: Served) -> None:
    """State, version and uptime are there; ping needs no key."""
    status = (await host.client.get("/admin/host/status", headers=host.master)).json()
    assert status["state"] == "Running"
    assert status["processUptime"] > 0
    assert status["version"]
    assert (await host.client.get("/admin/host/ping")).status_code == 200


@pytest.mark.parametrize("path", ["/admin/functions", "/admin/functions/at_start", "/admin/host/status"])
async def test_the_master_key_alone_opens_admin(host: Served, path: str) -> None:
    """No key and the other keys are refused."""
    for key in (None, host.ready["function_key"], host.ready["event_grid_key"]):
        headers = {"x-functions-key": key} if key else {}
        assert (await host.client.get(path, headers=headers)).status_code == 401
    response = await host.client.post("/admin/functions/at_start", json={"input": ""})
    assert response.status_code == 401
