"""Start-up summaries from a deployment site, through the real pipeline, against the simulated Azure."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.deployment_site import DeploymentSite
from operators.errors import Forbidden, NotFound, Permanent, PulleyError, Temporary, Unauthenticated
from tests.local_azure.worlds import NOON, site, world_of

HOST = "web.scm.azurewebsites.net"
STRANGER = "99999999-9999-4999-8999-999999999999"


class House:
    """A world with the reader on it."""

    def __init__(self, principal: str | None = None, **changes: Any) -> None:
        self.world: World
        self.clock: ManualClock
        self.world, self.clock = world_of(**changes)
        self.site = DeploymentSite(WorldCredential(self.world, principal), WorldTransport(self.world))


async def test_starts_that_worked_and_failed() -> None:
    """Each machine with its last ones, as they happened."""
    house = House(sites=[site(instances=2)])
    house.world.push("store", "team/web", "latest", "crashes")
    house.clock.advance(60)
    house.world.restart("web")
    house.clock.advance(30)
    read = await house.site.startups(HOST)
    assert len(read) == 2
    for one in read:
        assert one.failing_since(NOON)
        assert one.last_success is not None
        assert one.last_success < NOON < (one.last_failure or NOON)


@pytest.mark.parametrize(
    ("principal", "changes", "error"),
    [
        pytest.param(STRANGER, {}, Unauthenticated, id="nobody who may publish"),
        pytest.param(None, {"public_network_access": "Disabled"}, Forbidden, id="closed to the public network"),
    ],
)
async def test_who_is_not_let_in(principal: str | None, changes: dict[str, Any], error: type[PulleyError]) -> None:
    """Refused, which is an error and never an app without starts."""
    house = House(principal, sites=[site(**changes)])
    with pytest.raises(error):
        await house.site.startups(HOST)


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        pytest.param({"status": 404}, NotFound, id="its Kudu is too old"),
        pytest.param({"status": 400}, Permanent, id="an older one takes it for a file's name"),
        pytest.param({"status": 503}, Temporary, id="it does not answer"),
        pytest.param({"status": 302, "headers": {"location": "https://elsewhere.example"}}, Permanent, id="a redirect"),
        pytest.param({"status": 200, "envelope": "flat", "code": "x", "message": "y"}, Permanent, id="another shape"),
        pytest.param({"status": 200, "envelope": "none"}, Temporary, id="no JSON"),
    ],
)
async def test_what_is_no_summary(rule: dict[str, Any], error: type[PulleyError]) -> None:
    """An error that says so."""
    house = House()
    house.world.faults.add(FaultRule.model_validate({"host": HOST, "path": "/api/startuplogs/summary$"} | rule))
    with pytest.raises(error):
        await house.site.startups(HOST)


@pytest.mark.parametrize(
    "host", ["web.azurewebsites.net", "web.scm.example.org", "web.scm.azurewebsites.net.example.org"]
)
async def test_no_other_host_gets_the_token(host: str) -> None:
    """It is refused before anything is sent."""
    house = House()
    with pytest.raises(Permanent):
        await house.site.startups(host)
    assert house.world.calls == []
