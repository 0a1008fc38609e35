"""What the app itself says to a planned measure."""

from datetime import timedelta

import pytest

from operators.core.apps import AppId, Site, SiteIdentity
from operators.core.gate import GiveUp, Unread
from operators.core.heeding import AllowsLess, heed, unreadable
from operators.core.model import Unknown
from operators.core.recovery import Measure, Recover
from operators.core.transitions import State
from tests.core.samples import APP, NOW, rollout

_R, _D, _B = Measure.RETRY, Measure.REDEPLOY, Measure.ROLLBACK
ON = {"pulley": "on"}


def site(name: str = APP, *, state: str = "Running", **resource_tags: str) -> Site:
    """A site or slot."""
    return Site(
        id=AppId.from_key(name),
        location="westeurope",
        resource_tags={tag.replace("_", "-"): value for tag, value in resource_tags.items()},
        default_host_name="shop.azurewebsites.net",
        state=state,
        linux_fx_version=None,
        identity=SiteIdentity(),
    )


@pytest.mark.parametrize(
    ("tags", "planned", "opt_in", "default", "taken"),
    [
        pytest.param(ON, _R, "tag", Recover.FULL, True, id="nothing against it"),
        pytest.param({}, _R, "tag", Recover.FULL, False, id="the resource tag is gone"),
        pytest.param({}, _R, "all", Recover.FULL, True, id="all are taken"),
        pytest.param({"pulley": "off"}, _R, "all", Recover.FULL, False, id="all are taken but this one"),
        pytest.param(ON, _B, "tag", Recover.REPORT, False, id="the setting allows nothing"),
        pytest.param(ON | {"pulley_recover": "full"}, _D, "tag", Recover.REPORT, True, id="the app allows all"),
        pytest.param(ON | {"pulley_recover": "rollback"}, _D, "tag", Recover.FULL, False, id="no second try"),
        pytest.param(ON | {"pulley_recover": "rollback"}, _B, "tag", Recover.FULL, True, id="the way back"),
        pytest.param(ON | {"pulley_recover": "report"}, _B, "tag", Recover.FULL, False, id="nothing"),
        pytest.param(ON | {"pulley_recover": "no"}, _B, "tag", Recover.FULL, False, id="a word not known"),
    ],
)
def test_whose_resource_tags_allow_it(
    tags: dict[str, str], planned: Measure, opt_in: str, default: Recover, taken: bool
) -> None:
    """The app is in our hands, and allows the measure itself or leaves that to the setting."""
    app = site(**tags)
    assert (heed(app, app, planned, opt_in=opt_in, default=default) is None) is taken


def test_how_much_less_is_allowed() -> None:
    """The answer says what the resource tag allows instead: the way back may be left."""
    app = site(**ON, pulley_recover="rollback")
    answer = heed(app, app, _R, opt_in="tag", default=Recover.FULL)
    assert isinstance(answer, AllowsLess)
    assert answer.allowed is Recover.ROLLBACK


@pytest.mark.parametrize(
    ("app", "slot", "said"),
    [
        pytest.param(site(**ON), site(f"{APP}:staging", state="Stopped"), "shop:staging was stopped", id="the slot"),
        pytest.param(site(**ON, state="Stopped"), site(f"{APP}:staging"), None, id="the app, which is not acted on"),
    ],
)
def test_what_is_stopped(app: Site, slot: Site, said: str | None) -> None:
    """Only what the measure would start counts, and a slot needs no resource tags."""
    answer = heed(app, slot, _R, opt_in="tag", default=Recover.FULL)
    assert (answer and answer.detail.startswith(said or "")) == (None if said is None else True)


@pytest.mark.parametrize(
    ("kind", "reason", "minutes", "end"),
    [
        pytest.param({}, "frozen", 60, Unread, id="the first answer, after a freeze"),
        pytest.param({}, "app_unreadable", 9, Unread, id="its right may be spreading"),
        pytest.param({}, "app_unreadable", 10, GiveUp, id="it stays so"),
        pytest.param({"missing": True}, "app_unreadable", 1, Unread, id="not there"),
        pytest.param({"missing": True}, "app_unreadable", 2, GiveUp, id="still not there"),
        pytest.param({"temporary": True}, "app_unreadable", 60, Unread, id="it passes"),
    ],
)
def test_an_app_that_cannot_be_read(kind: dict[str, bool], reason: str, minutes: int, end: type) -> None:
    """What no waiting mends is waited for while a right may be on its way, whatever was before; the rest to its end."""
    read = Unknown(what="site shop", reason="403 AuthorizationFailed").model_copy(update=kind)
    waiting = rollout(State.RECOVERING, reason=reason, retries=99)
    assert isinstance(unreadable(read, waiting, NOW + timedelta(minutes=minutes)), end)
