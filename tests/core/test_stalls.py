"""What the catalogue says about each stall, and what is advised."""

import pytest

from operators.core.apps import AppId
from operators.core.images import ImageReference
from operators.core.stalls import CATALOGUE, Stall, StallReason, stall
from tests.core.samples import NOW


def test_every_reason_is_in_the_catalogue() -> None:
    """No stall without a meaning and something to do."""
    assert set(CATALOGUE) == set(StallReason)
    assert all(entry.meaning and entry.what_to_do for entry in CATALOGUE.values())


@pytest.mark.parametrize("reason", StallReason)
@pytest.mark.parametrize("slot", [None, "staging"])
def test_advice_names_the_site_or_the_slot(reason: StallReason, slot: str | None) -> None:
    """No command is left that cannot be copied, and none that would act on the site instead of its slot."""
    app = AppId(subscription="s-1", resource_group="rg (x)", site="shop", slot=slot)
    said = stall(reason, NOW, ()).advice(app)
    assert not {"<app>", "<id>", "--ids"} & set(said.split())
    for command in said.split("az webapp ")[1:]:
        assert "--subscription s-1 --resource-group 'rg (x)' --name shop" in command
        assert command.count("--slot ") == (1 if slot or "slot swap" in command else 0)


SITE = AppId(subscription="s-1", resource_group="apps", site="shop")
STAGING = SITE.slot_id("staging")
IMAGE = ImageReference.parse("demo-a1b2.azurecr.io/team/shop:stable")
_SITE = "--subscription s-1 --resource-group apps --name shop"


@pytest.mark.parametrize(
    ("reason", "on", "other_slot", "expected"),
    [
        pytest.param(StallReason.PULL_UNAUTHORIZED, SITE, None, "GET /api/apps/s-1:apps:shop/access ", id="access"),
        pytest.param(
            StallReason.PULL_UNAUTHORIZED, STAGING, None, "/s-1:apps:shop:staging/access ", id="the slot's access"
        ),
        pytest.param(
            StallReason.KEY_VAULT_REFERENCE_UNRESOLVED, SITE, None, "/api/apps/s-1:apps:shop/doctor ", id="doctor"
        ),
        pytest.param(
            StallReason.DEPLOYMENT_IN_PROGRESS,
            STAGING,
            None,
            "POST /api/apps/s-1:apps:shop/rollouts {",
            id="a deployment in the slot",
        ),
        pytest.param(StallReason.IMAGE_MISSING, SITE, None, "--name demo-a1b2 --repository team/shop", id="repository"),
        pytest.param(
            StallReason.SWAP_IN_PROGRESS, SITE, "blue", f"swap {_SITE} --slot blue --action", id="a swap with the app"
        ),
        pytest.param(
            StallReason.SWAP_IN_PROGRESS,
            STAGING,
            "production",
            f"swap {_SITE} --slot staging --action",
            id="seen from its slot",
        ),
        pytest.param(
            StallReason.SWAP_IN_PROGRESS,
            STAGING,
            "blue",
            f"swap {_SITE} --slot staging --target-slot blue --action",
            id="two slots",
        ),
        pytest.param(StallReason.SWAP_IN_PROGRESS, SITE, None, f"swap {_SITE} --slot staging --action", id="our own"),
    ],
)
def test_advice_says_all_that_is_known(reason: StallReason, on: AppId, other_slot: str | None, expected: str) -> None:
    """Nothing is left to fill in that a rollout knows: which app, which image, which slot."""
    told = stall(reason, NOW, (), other_slot=other_slot).advice(on, app=SITE, image=IMAGE, slot="staging")
    assert expected in told
    assert not any(left in told for left in ("{app}", "<app>", "<registry>", "<repository>", "<slot>"))


def test_only_faults_of_the_image_accuse_it() -> None:
    """Faults of rights, registry, network, platform and people never reject a digest."""
    assert {reason for reason, entry in CATALOGUE.items() if entry.accuses_image} == {
        StallReason.WRONG_PLATFORM,
        StallReason.CONTAINER_EXITED,
        StallReason.PORT_NOT_ANSWERING,
        StallReason.START_LIMIT_REACHED,
    }


def test_a_stall_is_stored_and_read_back() -> None:
    """The history holds it as JSON."""
    stalled = stall(StallReason.BLOCKED, NOW, ["a", "b", "a"], detail="Soon over.", blocked_until=NOW)
    assert Stall.model_validate_json(stalled.model_dump_json()) == stalled
    assert stalled.lines == ("a", "b")
    assert stalled.meaning.endswith(" Soon over.")
