"""A setting that cannot be used: said to whoever asks, and never taken for the fault of an event."""

import shutil
from pathlib import Path

import pytest

from local.azurite import azurite
from local.up import functions_host
from tests.end_to_end.place import Place


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("POST", "/events")], ids=["asked", "told of a push"])
async def test_a_setting_of_ours_is_nobody_elses_fault(town: Place, tmp_path: Path, method: str, path: str) -> None:
    """500 names the setting, and Event Grid sends a push again; a 400 would have thrown it away."""
    (tmp_path / "logs").mkdir()
    shutil.copy(town.run_dir / "keys.json", tmp_path)
    async with azurite() as storage:
        settings = {"PULLEY_PACE": "2", "AzureWebJobsStorage": storage.connection_string}
        async with functions_host(0, {**town.running.host_settings, **settings}, tmp_path) as (_, ready):
            answer = await town.friend.request(method, f"{ready.url}/api{path}", json=[])
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["detail"].startswith("setting PULLEY_PACE: ")
