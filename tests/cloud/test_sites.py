"""One site or slot through the real SDK client, against the simulated Azure."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from operators.core.apps import SiteIdentity
from operators.core.images import ImageReference
from operators.core.platform_log import pulled_since, read_platform_log, ready_since
from operators.errors import Busy, Forbidden, NotFound, Permanent, Temporary
from tests.cloud.shop import SCENARIO, START, V1, Shop


async def test_site(shop: Shop) -> None:
    """Everything that the inventory keeps comes with one call."""
    site = await shop.sites.site(shop.app("api"))
    assert site.id == shop.app("api")
    assert site.resource_tags == {"pulley": "on"}
    assert site.linux_fx_version == f"DOCKER|{V1}"
    assert (site.state, site.usage_state, site.in_progress_operation_id, site.swapped_at) == (
        "Running",
        "Normal",
        None,
        None,
    )
    assert site.default_host_name == shop.world.site("api").host
    identity = shop.world.identities["puller"]
    assert site.identity.system_principal_id == shop.world.site("api").principal_id
    (user,) = site.identity.user_assigned
    assert (user.resource_id, user.client_id, user.principal_id) == (
        identity.id,
        identity.client_id,
        identity.principal_id,
    )
    assert len(shop.world.calls) == 1


async def test_slot(shop: Shop) -> None:
    """A slot is an app of its own, with its own identity."""
    slot = await shop.sites.site(shop.app("api/canary"))
    assert slot.id.name == "api:canary"
    assert slot.identity == SiteIdentity()
    assert slot.default_host_name != (await shop.sites.site(shop.app("api"))).default_host_name


@pytest.mark.parametrize(
    ("app", "linux_fx_version"), [("code", "PYTHON|3.13"), ("windows", None)], ids=["built-in stack", "windows"]
)
async def test_other_sites(shop: Shop, app: str, linux_fx_version: str | None) -> None:
    """Sites that run no Linux container are read as what they are."""
    assert (await shop.sites.site(shop.app(app))).linux_fx_version == linux_fx_version


async def test_config(shop: Shop) -> None:
    """config/web has what the site's own answer leaves out."""
    config = await shop.sites.config(shop.app("api"))
    assert config.linux_fx_version == f"DOCKER|{V1}"
    assert config.acr_use_managed_identity_creds
    assert config.acr_user_managed_identity_id == shop.world.identities["puller"].client_id
    assert (config.health_check_path, config.always_on) == ("/healthz", True)
    slot = await shop.sites.config(shop.app("api/canary"))
    assert (slot.acr_user_managed_identity_id, slot.health_check_path) == (None, None)
    assert not slot.acr_use_managed_identity_creds


async def test_instances_and_their_status(shop: Shop) -> None:
    """Every instance says since when it runs."""
    app = shop.app("api")
    assert await shop.sites.instances(app) == 2
    statuses = await shop.sites.site_status(app)
    assert {status.state for status in statuses} == {"Started"}
    assert len({status.instance_id for status in statuses}) == 2
    assert all(status.started_at and status.started_at < START for status in statuses)
    assert await shop.sites.site_status(shop.app("sleepy")) == ()


async def test_no_site_status_on_windows(shop: Shop) -> None:
    """Where the platform has no siteStatus, the answer says so."""
    with pytest.raises(NotFound):
        await shop.sites.site_status(shop.app("windows"))


async def test_a_status_of_another_shape_is_an_error(shop: Shop) -> None:
    """An answer we cannot read is never an empty list of instances."""
    shop.fault("/siteStatus$", status=200, envelope="flat")
    with pytest.raises(Permanent, match="siteStatus answered"):
        await shop.sites.site_status(shop.app("api"))


@pytest.mark.parametrize("name", ["api", "api/staging"], ids=["site", "slot"])
async def test_restart_is_seen_in_status_and_log(shop: Shop, name: str) -> None:
    """A restart pulls the tag again, and both the instances and the log tell of it; a slot is asked at its own path."""
    app = shop.app(name)
    shop.clock.advance(60)
    before = await shop.sites.site_status(app)
    t0 = shop.clock.now()
    await shop.sites.restart(app)
    (restart,) = shop.world.journal.of("sites.restart")
    assert restart.path.lower().endswith(f"/{name.replace('/', '/slots/')}/restart")
    assert "softRestart=false" in restart.query.replace("False", "false")
    shop.clock.advance(30)
    after = await shop.sites.site_status(app)
    assert all(status.started_at and status.started_at >= t0 for status in after)
    assert {status.started_at for status in after}.isdisjoint(status.started_at for status in before)
    lines = read_platform_log(await shop.sites.container_logs(app) or "")
    assert ready_since(lines, t0) is not None
    assert pulled_since(lines, t0, ImageReference.parse(V1)).pulled


async def test_set_linux_fx_version_changes_nothing_else(shop: Shop) -> None:
    """The PATCH names one property, and everything else stays."""
    app = shop.app("api")
    before = await shop.sites.config(app)
    await shop.sites.set_linux_fx_version(app, "DOCKER|shop.azurecr.io/team/api:v2")
    after = await shop.sites.config(app)
    assert after == before.model_copy(update={"linux_fx_version": "DOCKER|shop.azurecr.io/team/api:v2"})
    assert shop.calls()["config.update"] == 1


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_every_success_of_an_act_is_a_success(shop: Shop, status: int) -> None:
    """The SDK takes only 200; the platform may accept with another 2xx."""
    shop.fault("/restart$|/config/web$", status=status, envelope="flat")
    await shop.sites.restart(shop.app("api"))
    await shop.sites.set_linux_fx_version(shop.app("api"), f"DOCKER|{V1}")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(
            {"status": 409, "envelope": "web", "code": "Conflict", "extended_code": "59203"}, Busy, id="locked"
        ),
        pytest.param({"status": 429, "envelope": "web", "code": "429", "extended_code": "59206"}, Busy, id="429 lock"),
        pytest.param({"status": 429, "headers": {"retry-after": "7"}}, Temporary, id="throttled"),
        pytest.param({"status": 503, "headers": {"retry-after": "0"}}, Temporary, id="unavailable"),
        pytest.param({"status": 500, "envelope": "none"}, Temporary, id="no body"),
        pytest.param({"effect": "time_out"}, Temporary, id="no answer"),
        pytest.param({"status": 403, "code": "AuthorizationFailed"}, Forbidden, id="no right"),
        pytest.param({"status": 404, "code": "ResourceNotFound"}, NotFound, id="gone"),
    ],
)
@pytest.mark.parametrize("act", ["restart", "set_linux_fx_version"])
async def test_acts_are_sent_once(shop: Shop, act: str, fault: dict[str, Any], error: type[Exception]) -> None:
    """No act is ever repeated below us, whatever the answer and its Retry-After say."""
    shop.fault("/restart$|/config/web$", **fault)
    doing = (
        shop.sites.restart(shop.app("api"))
        if act == "restart"
        else shop.sites.set_linux_fx_version(shop.app("api"), "DOCKER|x/y")
    )
    with pytest.raises(error):
        await doing
    assert len(shop.world.calls) == 1


async def test_retry_after_is_passed_on(shop: Shop) -> None:
    """Whoever decides on the next step learns how long to wait."""
    shop.fault("/sites/api$", status=429, code="SubscriptionRequestsThrottled", headers={"retry-after": "7"})
    with pytest.raises(Temporary) as caught:
        await shop.sites.site(shop.app("api"))
    assert caught.value.retry_after == timedelta(seconds=7)


async def test_no_log_is_none() -> None:
    """204 says that there is no log; that is not an empty one."""
    shop = Shop(sites=[{"name": "idle", "image": V1, "always_on": False, "idle": True}])
    assert await shop.sites.container_logs(shop.app("idle")) is None


async def test_a_long_log_is_cut_at_its_beginning() -> None:
    """The end of the log is what counts; it begins with a whole line."""
    talkative = SCENARIO["images"] | {"api-v1": {"log_lines": [f"{number} {'x' * 3000}" for number in range(199)]}}
    shop = Shop(images=talkative)
    log = await shop.sites.container_logs(shop.app("worker"))
    assert log is not None
    assert len(log) <= 256 * 1024
    assert log.partition("\n")[0].endswith("x")
    assert log.partition("\n")[0].startswith("2026-")
    assert "Site started." in log


async def test_the_log_needs_a_right_of_its_own() -> None:
    """Reader alone reads everything but the log."""
    shop = Shop(operator={"roles": ["Reader"]})
    assert await shop.sites.site_status(shop.app("api"))
    with pytest.raises(Forbidden, match="containerlogs/action"):
        await shop.sites.container_logs(shop.app("api"))


def test_importing_sites_imports_no_azure_mgmt_web() -> None:
    """The push path never pays for the large SDK."""
    program = (
        "import sys, operators.cloud.sites; sys.exit(any(name.startswith('azure.mgmt.web') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
