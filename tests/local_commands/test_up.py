"""Does `python -m local up` run everything from one command, and `push` reach it?"""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from local.addresses import Addresses
from local.ending import CannotStartError
from local.up import DEFAULT_SCENARIO, Environment, environment


async def _local(*arguments: str) -> tuple[int, str, str]:
    """Run `python -m local …` to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Environment, Path]]:
    """Run the demo's scenario for the tests of this file; yields it with its folder."""
    folder = tmp_path_factory.mktemp("run")
    async with environment(DEFAULT_SCENARIO, run_dir=folder) as found:
        yield found, folder


async def test_the_admin_api_answers_to_its_key(running: tuple[Environment, Path]) -> None:
    """The printed URL and key open the operator's API, and without the key it stays shut."""
    addresses = running[0].addresses
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        assert (await client.get(f"{addresses.admin}/apps")).status_code == 401
        answer = await client.get(f"{addresses.admin}/apps", headers={"x-functions-key": addresses.key})
    assert answer.status_code == 200


async def test_a_push_reaches_the_registry_and_its_event_the_operator(running: tuple[Environment, Path]) -> None:
    """`push` prints the digest, and the delivery of its event ends with 202 from the Functions host."""
    found, folder = running
    code, out, _ = await _local("push", "contoso.azurecr.io/shop:other", "--image", "shop-2", "--run-dir", str(folder))
    assert code == 0
    assert out.startswith("sha256:")
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client, asyncio.timeout(30):
        while True:
            deliveries = (await client.get(f"{found.addresses.control}/events")).json()["deliveries"]
            if deliveries and deliveries[0]["attempts"]:
                break
            await asyncio.sleep(0.05)
    assert [attempt["status"] for attempt in deliveries[0]["attempts"]] == [202]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["contoso.azurecr.io/shop:other", "--image", "shop-9"], 1, "shop-9", id="unknown image"),
        pytest.param(["fabrikam.azurecr.io/shop:other", "--image", "shop-2"], 1, "fabrikam", id="unknown registry"),
        pytest.param(["shop", "--image", "shop-2"], 2, "REGISTRY/REPOSITORY:TAG", id="no reference"),
    ],
)
async def test_a_push_that_cannot_be_is_told(
    arguments: list[str], code: int, said: str, running: tuple[Environment, Path]
) -> None:
    """Standard error names what is wrong, and nothing is printed that looks like a digest."""
    answered, out, err = await _local("push", *arguments, "--run-dir", str(running[1]))
    assert (answered, out) == (code, "")
    assert said in err


async def test_a_push_with_nothing_up_says_how_to_start(tmp_path: Path) -> None:
    """Without a saved line, `push` fails and names the command that makes one."""
    code, _, err = await _local("push", "r/a:b", "--image", "i", "--run-dir", str(tmp_path))
    assert code == 1
    assert "make up" in err


async def test_a_second_environment_in_the_same_folder_is_refused(running: tuple[Environment, Path]) -> None:
    """Two would share their files; the second one says so and leaves the first one's alone."""
    found, folder = running
    with pytest.raises(CannotStartError, match="runs here already"):
        async with environment(DEFAULT_SCENARIO, run_dir=folder):
            pytest.fail("it started")
    assert Addresses.model_validate_json((folder / "state.json").read_text()) == found.addresses


async def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    """The error names the port and the option that chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStartError, match=rf"port {port} .* --port"):
            async with environment(DEFAULT_SCENARIO, port=port, run_dir=tmp_path):
                pytest.fail("it started")


async def test_up_prints_one_line_and_ends_with_nothing_left(tmp_path: Path) -> None:
    """SIGTERM ends `up` with exit code 0; afterwards no port of the line answers, and the saved line is gone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "up", "--port", "0", "--run-dir", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        said = json.loads(await process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        rest, _ = await process.communicate()
    assert (process.returncode, rest) == (0, b"")
    assert not (tmp_path / "state.json").exists()
    for name in ("host", "control", "proxy"):
        at = urlsplit(said[name])
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(at.hostname, at.port)
