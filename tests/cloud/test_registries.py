"""Which registry answers at a login server, through the real SDK client against the simulated Azure."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from local.azure.scenario import FaultRule, Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.registries import Registries
from operators.core.registries import ABAC, LEGACY
from operators.errors import Forbidden, Permanent, Temporary
from tests.cloud.odd import Odd

HERE, THERE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
STORY = {
    "subscriptions": [{"id": HERE}, {"id": THERE}],
    "page_size": 2,
    "registries": [
        {"name": "tutorial"},
        {"name": "myregist", "login_server": "myregist-d4dafvhpevapbeaz.azurecr.io"},
        {
            "name": "strict",
            "role_assignment_mode": ABAC,
            "public_network_access": "Disabled",
            "azure_ad_authentication_as_arm": False,
        },
        {"name": "silent", "role_assignment_mode": None, "anonymous_pull_enabled": True, "admin_user_enabled": True},
        {"name": "shared", "subscription": THERE},
    ],
}


class House:
    """A world, and the reader on it."""

    def __init__(self, story: Mapping[str, object]) -> None:
        self.clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
        self.world = World(Scenario.model_validate(story), self.clock)
        self.registries = self.reader(WorldTransport(self.world))

    def reader(self, transport: WorldTransport) -> Registries:
        """A reader of this world."""
        return Registries(WorldCredential(self.world), (HERE, THERE), self.clock.now, transport=transport)


@pytest.fixture
def house() -> House:
    """A fresh world for each test."""
    return House(STORY)


@pytest.mark.parametrize(
    ("login_server", "name"),
    [
        pytest.param("tutorial.azurecr.io", "tutorial", id="named as its address"),
        pytest.param("Tutorial.AzureCR.io", "tutorial", id="in another case"),
        pytest.param("myregist-d4dafvhpevapbeaz.azurecr.io", "myregist", id="with a hash in its address"),
        pytest.param("myregist.azurecr.io", None, id="an address that only the name suggests"),
        pytest.param("shared.azurecr.io", "shared", id="in another subscription"),
        pytest.param("silent.azurecr.io", "silent", id="on the second page"),
        pytest.param("docker.io", None, id="no Azure registry"),
    ],
)
async def test_find(house: House, login_server: str, name: str | None) -> None:
    """A registry is found by the address it says it has, wherever it is, and by nothing else."""
    found = await house.registries.find(login_server)
    assert (found.name if found else None) == name


async def test_find_reads_what_bears_on_a_pull(house: House) -> None:
    """Mode, anonymous pull, admin user and network come as ARM says; what it leaves out stays unsaid."""
    legacy, strict, silent = [
        await house.registries.find(f"{one}.azurecr.io") for one in ("tutorial", "strict", "silent")
    ]
    assert legacy
    assert strict
    assert silent
    assert (legacy.role_assignment_mode, legacy.anonymous_pull_enabled) == (LEGACY, False)
    assert (strict.role_assignment_mode, strict.public_network_access) == (ABAC, "Disabled")
    assert (legacy.azure_ad_authentication_as_arm, strict.azure_ad_authentication_as_arm) == (True, False)
    assert (silent.role_assignment_mode, silent.anonymous_pull_enabled, silent.admin_user_enabled) == (None, True, True)
    assert legacy.id == house.world.registry("tutorial").id


async def test_many_that_ask_at_once_share_the_read(house: House) -> None:
    """A hundred apps cost as many calls as there are pages, again after five minutes and not before."""
    await asyncio.gather(*(house.registries.find("tutorial.azurecr.io") for _ in range(100)))
    assert len(house.world.calls) == 3
    house.clock.advance(299)
    await house.registries.find("docker.io")
    assert len(house.world.calls) == 3
    house.clock.advance(1)
    await house.registries.find("docker.io")
    assert len(house.world.calls) == 6


async def test_a_subscription_that_fails_is_no_answer(house: House) -> None:
    """What another subscription has is found; what none has might be in the one that failed, which is then said."""
    house.world.faults.add(FaultRule(path=f"/subscriptions/{HERE}", status=503))
    found = await house.registries.find("shared.azurecr.io")
    assert found
    with pytest.raises(Temporary):
        await house.registries.find("tutorial.azurecr.io")


@pytest.mark.parametrize("key", ["properties", "id", "name"])
async def test_a_row_of_another_shape_is_an_error(house: House, key: str) -> None:
    """Never a crash, and never a registry less: somebody would be told that it is none of ours."""
    with pytest.raises(Permanent) as caught:
        await house.reader(Odd(house.world, key)).find("tutorial.azurecr.io")
    assert "unknown shape" in caught.value.reason


async def test_a_failed_read_is_not_kept(house: House) -> None:
    """When the fault is over, the next question is answered."""
    house.world.faults.add(FaultRule(path=f"/subscriptions/{HERE}", status=503, times=1))
    with pytest.raises(Temporary):
        await house.registries.find("tutorial.azurecr.io")
    assert await house.registries.find("tutorial.azurecr.io")


async def test_nothing_is_retried(house: House) -> None:
    """The SDK's own ten retries are off: one throttled call, one error, with the wait it asks for."""
    house.world.faults.add(FaultRule(path=f"/subscriptions/{HERE}", status=429, headers={"Retry-After": "30"}))
    with pytest.raises(Temporary) as caught:
        await house.registries.find("tutorial.azurecr.io")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 30
    assert [call.status for call in house.world.calls if HERE in call.path] == [429]


async def test_a_missing_right_is_named() -> None:
    """Without Reader the read says which right at which scope the operator lacks."""
    house = House({**STORY, "operator": {"roles": [], "reads_registries": False}})
    with pytest.raises(Forbidden) as caught:
        await house.registries.find("tutorial.azurecr.io")
    assert caught.value.action == "Microsoft.ContainerRegistry/registries/read"


def test_the_sdk_is_imported_on_first_use() -> None:
    """Who only imports the reader does not pay for the SDK's import."""
    seen = "import sys, operators.cloud.registries; print('azure.mgmt.containerregistry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True).stdout == "False\n"
