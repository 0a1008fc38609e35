"""The whole of `make live` at one place, a simulated one: what is made, played, written down and deleted."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from local.azure.scenario.parts import DEFAULT_SUBSCRIPTION, DEFAULT_TENANT
from local.live.comparison import differences, operations
from local.live.performance import Performance, perform
from local.live.places import simulated
from local.live.recording import Exchange, read_recording

RUN = "7e57ed"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def done(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Performance]:
    """The story, played once."""
    run_dir = tmp_path_factory.mktemp("live")
    (run_dir / "logs").mkdir()
    async with simulated("eastus2", run_dir) as place:
        yield await perform(place, RUN, run_dir, keep=False, say=print)


@pytest.fixture(scope="module")
def recorded(done: Performance) -> list[Exchange]:
    """What was written down."""
    return list(read_recording(done.recording))


def test_every_act_ends_as_it_should(done: Performance) -> None:
    """A push, a missing role, a container that ends, a lost event: by the operator as it is deployed."""
    assert done.hindrance is None
    assert [one.seen for one in done.outcomes] == [one.expected for one in done.outcomes]
    assert len(done.outcomes) == 5
    assert done.went_well


def test_everything_is_written_down(recorded: list[Exchange]) -> None:
    """The calls of the story and those of the operator, at ARM, the registry and the apps; none went past."""
    assert {one.asked_by for one in recorded} == {"pulley", "pulley-live"}
    assert {one.host for one in recorded} == {
        "management.azure.com",
        f"pulleylive{RUN}.azurecr.io",
        f"pulley-live-{RUN}.azurewebsites.net",
        f"pulley-live-{RUN}-staging.azurewebsites.net",
    }
    assert 0 not in {one.status for one in recorded}


def test_the_group_is_deleted_last(recorded: list[Exchange]) -> None:
    """The deletion is followed until Azure says that all is gone."""
    asked, followed = recorded[-2:]
    assert (asked.method, asked.path.endswith(f"/resourceGroups/pulley-live-{RUN}"), asked.status) == (
        "DELETE",
        True,
        202,
    )
    assert followed.path in asked.headers["location"]
    assert followed.status == 200


def test_no_secret_is_written_down(done: Performance) -> None:
    """No token, and no id of the subscription, the tenant or anybody in it."""
    text = done.recording.read_text(encoding="utf-8")
    assert "eyJ" not in text
    assert DEFAULT_SUBSCRIPTION not in text
    assert DEFAULT_TENANT not in text
    assert '"refresh_token":"***"' in text


def test_a_difference_shows(recorded: list[Exchange]) -> None:
    """The recording is like itself; where one answer is another, that one is told and nothing else."""
    seen = operations(recorded, RUN)
    assert list(differences(seen, seen)) == []
    changed = [
        one.model_copy(update={"answered": {**one.answered, "surprise": 1}})
        if one.path.endswith("/config/logs")
        else one
        for one in recorded
    ]
    assert [str(one) for one in differences(operations(changed, RUN), seen)] == [
        "PUT /Microsoft.Web/sites/pulley-live/config/logs: 200: missing surprise",
        "PUT /Microsoft.Web/sites/pulley-live/slots/staging/config/logs: 200: missing surprise",
    ]
