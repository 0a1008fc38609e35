"""How a start is judged where Azure lets us read only a part of what is known about it."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
SETTINGS = FaultRule(method="POST", path="/config/appsettings/list$")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(SETTINGS.model_copy(update={"status": 429, "times": 1}), id="refused once"),
        pytest.param(SETTINGS.model_copy(update={"status": 403, "code": "AuthorizationFailed"}), id="never allowed"),
    ],
)
async def test_a_start_limit_that_cannot_be_read_accuses_no_image(town: Town, fault: FaultRule) -> None:
    """The app allows half an hour and the image needs most of it: our not knowing that is not the image's fault."""
    town.world.set_app_settings("shop", {"WEBSITES_CONTAINER_START_TIME_LIMIT": "1800"})
    town.clock.advance(60)
    await town.push(IMAGE, "slow")
    await town.run(seconds=1250, step=20)
    town.world.faults.add(fault)
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert rollout.state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]


async def test_without_site_status_a_missing_secret_still_explains_a_crash(town: Town) -> None:
    """Only the log tells of it: the unresolved reference is named all the same, and the digest is not rejected."""
    town.world.set_app_settings("shop", {"DATABASE_URL": "@Microsoft.KeyVault(VaultName=gone;SecretName=database)"})
    town.world.faults.add(FaultRule(path="/siteStatus$", status=404, envelope="web", code="NotFound"))
    town.clock.advance(60)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    stall = (await town.rollout("shop")).stall
    assert stall is not None
    assert stall.reason is StallReason.KEY_VAULT_REFERENCE_UNRESOLVED
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.rejected == ()
