"""A town with one registry and one app, which every story may change."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from local.azure.scenario import read_scenario
from local.azure.world import ManualClock, World
from tests.flows.crowd import Crowd
from tests.flows.receiver import URL, Receiver
from tests.flows.town import Town, at_noon
from tests.storage import empty

_FINE = {"pull_seconds": 2, "start_seconds": 3, "paths": {"/health": 200}}


@pytest.fixture
def resource_tags() -> dict[str, str]:
    """The app's resource tags; stories parametrize them."""
    return {"pulley": "on"}


@pytest.fixture
def registry_mode() -> str:
    """How the registry decides who may pull; stories parametrize it."""
    return "LegacyRegistryPermissions"


@pytest.fixture
def registry() -> dict[str, Any]:
    """What else is set at the registry; stories parametrize it."""
    return {}


@pytest.fixture
def role_spread() -> int:
    """Seconds until a role that is given takes effect; stories parametrize it."""
    return 0


@pytest.fixture
def scenario(
    resource_tags: dict[str, str], registry_mode: str, registry: dict[str, Any], role_spread: int
) -> dict[str, Any]:
    """One registry, one app that follows shop:stable, AcrPull; images that start, and one that crashes."""
    return {
        "role_spread_seconds": role_spread,
        "operator": {"roles": ["Reader", "Website Contributor", "Role Based Access Control Administrator"]},
        "images": {
            "v1": _FINE,
            "v2": _FINE,
            "v3": _FINE,
            "crashes": {"exit_code": 3, "log_lines": ["no DATABASE_URL"]},
            "silent": {"port": None},
            "elsewhere": {"port": 5000, "log_lines": ["Now listening on: http://[::]:5000"]},
            "slow": _FINE | {"start_seconds": 1500},
            "slow_on_3000": _FINE | {"port": 3000, "start_seconds": 1500, "log_lines": ["listening on 0.0.0.0:3000"]},
            **{f"crashes{n}": {"exit_code": n + 1} for n in range(3)},
        },
        "registries": [
            {"name": "contoso", "role_assignment_mode": registry_mode, "tags": {"shop:stable": "v1"}} | registry
        ],
        "sites": [
            {
                "name": "shop",
                "image": "contoso.azurecr.io/shop:stable",
                "tags": resource_tags,
                "identity": {"system": True},
                "acr_use_managed_identity_creds": True,
                "health_check_path": "/health",
                "instances": 2,
            }
        ],
        "role_assignments": [{"principal": "shop", "role": "AcrPull", "scope": "contoso"}],
    }


@pytest_asyncio.fixture
async def fresh(azurite: str, scenario: dict[str, Any]) -> AsyncIterator[Town]:
    """The town before the operator has ever looked at it."""
    await empty(azurite)
    clock = ManualClock(at_noon())
    town = Town.build(World(read_scenario(scenario), clock), clock, azurite)
    yield town
    await town.storage.close()


@pytest_asyncio.fixture
async def town(fresh: Town) -> Town:
    """The town after the first look: the app is adopted, nothing was done, the journal is empty."""
    await fresh.settle()
    assert fresh.acts == []
    fresh.world.journal.clear()
    return fresh


@pytest.fixture
def budgets() -> dict[str, Any]:
    """What the simulated ARM takes from the crowd; stories parametrize it."""
    return {}


@pytest.fixture
def size() -> int:
    """How many apps the crowd has; stories parametrize it."""
    return 200


@pytest_asyncio.fixture
async def crowd(budgets: dict[str, Any], size: int) -> AsyncIterator[Crowd]:
    """Many apps that follow one tag, adopted; the journal is empty and ARM's buckets are full."""
    made = await Crowd.build(size, budgets)
    yield made
    await made.storage.close()


@pytest.fixture
def receiver() -> Receiver:
    """Who hears of it."""
    return Receiver()


@pytest_asyncio.fixture
async def heard(town: Town, receiver: Receiver) -> AsyncIterator[Town]:
    """The town with somebody who listens."""
    listening = town.restarted(notify_url=URL).heard_by(receiver)
    yield listening
    await listening.storage.close()
