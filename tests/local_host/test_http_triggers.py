"""Does a request reach its function as in Azure, and its answer the caller?"""

import time

import pytest

from tests.local_host.serving import Served


async def test_a_function_sees_the_request_and_its_answer_is_sent_as_it_is(host: Served) -> None:
    """Method, address, header, repeated query, route and raw bytes go in; status, header and cookie come out."""
    response = await host.client.post(
        "/api/ECHO/7/a%2Fb/sha256%3Aabc?q=1&q=2", content=b"\x00\xff", headers={"x-given": "here"}
    )
    assert response.status_code == 201
    assert response.headers["x-answer"] == "yes"
    assert response.headers["set-cookie"] == "a=b; Path=/"
    assert response.json() == {
        "method": "POST",
        "url": f"{host.ready['url']}/api/ECHO/7/a%2Fb/sha256%3Aabc?q=1&q=2",
        "header": "here",
        "query": {"q": "1,2"},
        "route": {"id": "7", "rest": "a%2Fb/sha256:abc"},
        "body": "00ff",
    }


async def test_a_function_without_async_and_types_may_answer_a_string(host: Served) -> None:
    """A plain string is the body of a 200 in plain text."""
    response = await host.client.get("/api/keyed", headers=host.master)
    assert (response.status_code, response.text) == (200, "plain")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


async def test_the_more_exact_route_wins(host: Served) -> None:
    """A literal route takes its path from a parameter's, though it was declared later."""
    assert (await host.client.get("/api/things/special")).text == "special"
    assert (await host.client.get("/api/things/other")).text == "any: other"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/api/nothing", id="unknown route"),
        pytest.param("GET", "/keyed", id="without the prefix"),
        pytest.param("DELETE", "/api/noted", id="another method of a known route"),
        pytest.param("GET", "/api/echo/x/y", id="a parameter that its constraint refuses"),
        pytest.param("POST", "/runtime/webhooks/blobs", id="an extension that is not here"),
    ],
)
async def test_what_no_function_takes_is_not_found(host: Served, method: str, path: str) -> None:
    """404 with an empty body, for the wrong method too, as in Azure."""
    response = await host.client.request(method, path)
    assert (response.status_code, response.content) == (404, b"")


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        pytest.param("/api/noted", None, 200, id="anonymous needs none"),
        pytest.param("/api/keyed", None, 401, id="function without a key"),
        pytest.param("/api/keyed", "wrong", 401, id="function with a wrong key"),
        pytest.param("/api/keyed", "function_key", 200, id="function with its key"),
        pytest.param("/api/keyed", "master_key", 200, id="function with the master key"),
        pytest.param("/api/keyed", "event_grid_key", 401, id="function with Event Grid's key"),
        pytest.param("/api/administered", "function_key", 401, id="admin with the function key"),
        pytest.param("/api/administered", "master_key", 200, id="admin with the master key"),
    ],
)
@pytest.mark.parametrize("place", ["header", "code"])
async def test_a_function_asks_for_the_key_of_its_level(
    host: Served, path: str, key: str | None, status: int, place: str
) -> None:
    """The header x-functions-key and the query's code count alike; a refusal has no body."""
    value = host.ready.get(key, key) if key else None
    headers = {"x-functions-key": value} if value and place == "header" else {}
    query = {"code": value} if value and place == "code" else {}
    response = await host.client.get(path, headers=headers, params=query)
    assert response.status_code == status
    assert status == 200 or response.content == b""


async def test_an_exception_is_a_500_without_a_body_and_a_logged_traceback(host: Served) -> None:
    """The caller learns nothing of what went wrong; the log has it with the function's name."""
    response = await host.client.get("/api/fails")
    assert (response.status_code, response.content) == (500, b"")
    line = await host.logged("Executed 'Functions.fails' (Failed")
    assert "RuntimeError('it went wrong')" in line
    await host.logged("RuntimeError: it went wrong")


async def test_an_invocation_ends_with_function_timeout(host: Served) -> None:
    """After host.json's two seconds the caller has a 500 and the log says why."""
    response = await host.client.get("/api/hangs")
    assert response.status_code == 500
    await host.logged("Timeout value of 0:00:02 exceeded by function 'Functions.hangs'")


async def test_what_a_function_logs_bears_its_name(host: Served) -> None:
    """A line logged from a worker's thread names the function that wrote it."""
    await host.client.get("/api/keyed", headers=host.master)
    assert "  keyed  INFO" in await host.logged("hello from GET")


async def test_an_answer_is_sent_at_once(host: Served) -> None:
    """Head and body leave together; where Nagle's algorithm is on, the body waits 40 ms for an acknowledgement."""
    times = []
    for _ in range(21):
        started = time.perf_counter()
        await host.client.get("/api/keyed", headers=host.master)
        times.append(time.perf_counter() - started)
    # a busy machine delays some of them; without an acknowledgement all but the first few wait
    assert sorted(times)[3] < 0.03
