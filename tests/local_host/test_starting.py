"""Does the host start, refuse and end as its users need it to?"""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tests.local_host.serving import served, start

HOST_JSON = '{"version": "2.0"}'
HELLO = """
import os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
print("imported", os.environ.get("FROM_FILE"), os.environ.get("GIVEN"))


@app.route()
def hello(req: func.HttpRequest) -> str:
    return f"{os.environ.get('FROM_FILE')} {os.environ.get('GIVEN')} {os.environ['WEBSITE_HOSTNAME']}"
"""


def written(root: Path, function_app: str, host_json: str = HOST_JSON) -> Path:
    """Write a function app."""
    (root / "function_app.py").write_text(function_app)
    (root / "host.json").write_text(host_json)
    return root


async def refused(root: Path, *arguments: str) -> tuple[int, str, str]:
    """Start the host on an app that it cannot serve; answers exit code, stdout and stderr."""
    process = await start({}, root, arguments)
    async with asyncio.timeout(20):
        output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def test_settings_are_there_before_the_app_is_imported(tmp_path: Path) -> None:
    """local.settings.json is read, --env goes over it, and stdout carries nothing but the ready line."""
    written(tmp_path, HELLO)
    values = {"FROM_FILE": "file", "GIVEN": "file"}
    (tmp_path / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    async with served({"GIVEN": "given"}, tmp_path) as host:
        response = await host.client.get("/api/hello")
        assert response.text == f"file given {host.ready['url'].removeprefix('http://')}"
        assert await host.logged("imported file given")
    assert host.process.returncode == 0
    assert host.process.stdout is not None
    assert await host.process.stdout.read() == b""


async def test_the_keys_of_a_file_stay_the_same(tmp_path: Path) -> None:
    """Two starts with one keys file answer the same keys."""
    written(tmp_path, HELLO)
    arguments = ("--keys", str(tmp_path / "keys.json"))
    async with served({}, tmp_path, arguments) as first:
        pass
    async with served({}, tmp_path, arguments) as second:
        assert {**second.ready, "url": ""} == {**first.ready, "url": ""}


async def test_a_disabled_function_is_not_triggered(tmp_path: Path) -> None:
    """AzureWebJobs.NAME.Disabled takes the route away; the list says so."""
    written(tmp_path, HELLO)
    async with served({"AzureWebJobs.hello.Disabled": "true"}, tmp_path) as host:
        assert (await host.client.get("/api/hello")).status_code == 404
        listed = (await host.client.get("/admin/functions", headers=host.master)).json()
        assert [function["isDisabled"] for function in listed] == [True]


async def test_an_empty_route_prefix_serves_from_the_root(tmp_path: Path) -> None:
    """host.json's routePrefix may be empty."""
    written(tmp_path, HELLO, '{"extensions": {"http": {"routePrefix": ""}}}')
    async with served({}, tmp_path) as host:
        assert (await host.client.get("/hello")).status_code == 200
        assert (await host.client.get("/api/hello")).status_code == 404


APP_START = "import azure.functions as func\napp = func.FunctionApp()\n"


@pytest.mark.parametrize(
    ("function_app", "host_json", "reason"),
    [
        pytest.param("import nothing_of_this_name", HOST_JSON, "ModuleNotFoundError", id="import error"),
        pytest.param("raise ValueError('at import')", HOST_JSON, "ValueError: at import", id="error at import"),
        pytest.param("x = 1", HOST_JSON, "Could not find top level function app instances", id="no app"),
        pytest.param(HELLO, "{", "host.json", id="broken host.json"),
        pytest.param(
            APP_START + "@app.timer_trigger(arg_name='t', schedule='never')\ndef f(t): ...\n",
            HOST_JSON,
            "the schedule 'never'",
            id="broken schedule",
        ),
        pytest.param(
            APP_START + "@app.timer_trigger(arg_name='t', schedule='%MISSING%')\ndef f(t): ...\n",
            HOST_JSON,
            "the setting 'MISSING'",
            id="missing setting",
        ),
        pytest.param(
            APP_START + "@app.queue_trigger(arg_name='m', queue_name='q', connection='Nowhere')\ndef f(m): ...\n",
            HOST_JSON,
            "the setting Nowhere is missing",
            id="missing connection",
        ),
        pytest.param(
            APP_START
            + "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n"
            + "@app.queue_output(arg_name='out', queue_name='q', connection='c')\n"
            + "def f(t, out: func.Out[str]): ...\n",
            HOST_JSON,
            "function 'f': the local host has no output binding 'queue' (out)",
            id="output binding",
        ),
        pytest.param(
            APP_START + "@app.blob_trigger(arg_name='b', path='p', connection='c')\ndef f(b): ...\n",
            HOST_JSON,
            "the local host has no blobTrigger",
            id="another trigger",
        ),
        pytest.param(
            APP_START
            + "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n"
            + "@app.retry(strategy='fixed_delay', max_retry_count='2', delay_interval='00:00:01')\n"
            + "def f(t): ...\n",
            HOST_JSON,
            "no retry policies",
            id="retry policy",
        ),
    ],
)
async def test_an_app_that_cannot_be_served_ends_the_host(
    tmp_path: Path, function_app: str, host_json: str, reason: str
) -> None:
    """Exit code 1, the reason on stderr, nothing on stdout."""
    code, output, errors = await refused(written(tmp_path, function_app, host_json))
    assert (code, output) == (1, "")
    assert reason in errors


async def test_an_import_error_is_shown_with_its_traceback(tmp_path: Path) -> None:
    """The line of the app that failed is there."""
    _, _, errors = await refused(written(tmp_path, "def broken():\n    raise ValueError('deep')\n\nbroken()\n"))
    assert 'function_app.py", line 2, in broken' in errors


async def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    """Without host.json, or without function_app.py, the error names the file."""
    assert "host.json is missing" in (await refused(tmp_path))[2]
    (tmp_path / "host.json").write_text(HOST_JSON)
    assert "function_app.py is missing" in (await refused(tmp_path))[2]


async def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    """A second host on the same port says so at once."""
    written(tmp_path, HELLO)
    async with served({}, tmp_path) as host:
        port = host.ready["url"].rsplit(":", 1)[1]
        code, _, errors = await refused(tmp_path, "--port", port)
        assert code == 1
        assert f"port {port} cannot be listened at" in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_host_after_running_invocations(tmp_path: Path, number: signal.Signals) -> None:
    """A request at work is answered, then the process ends with 0."""
    app = HELLO.replace("def hello", "async def hello").replace(
        "return", "import asyncio; await asyncio.sleep(1); return"
    )
    written(tmp_path, app)
    async with served({}, tmp_path) as host:
        request = asyncio.create_task(host.client.get("/api/hello"))
        await host.logged("Executing 'Functions.hello'")
        host.process.send_signal(number)
        assert (await request).status_code == 200
        async with asyncio.timeout(20):
            assert await host.process.wait() == 0


async def test_a_thread_that_never_ends_does_not_keep_the_host(tmp_path: Path) -> None:
    """A function without async that ran out of time goes on in its thread; the host ends all the same."""
    app = HELLO.replace("return", "import time; time.sleep(60); return")
    written(tmp_path, app, '{"functionTimeout": "00:00:00.5"}')
    async with served({}, tmp_path) as host:
        assert (await host.client.get("/api/hello")).status_code == 500
        host.process.terminate()
        async with asyncio.timeout(20):
            assert await host.process.wait() == 0
