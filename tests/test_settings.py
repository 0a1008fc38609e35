"""What may be set, what is taken where nothing is, and what is said where it cannot be used."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from os import environ

import pytest

from operators.core.clouds import CloudName
from operators.core.gate import Mode
from operators.core.strategies import Strategy
from operators.errors import Misconfigured
from operators.settings import Settings

KEY = "bm90IGEga2V5"
STORAGE = {"AzureWebJobsStorage": f"DefaultEndpointsProtocol=https;AccountName=pulley;AccountKey={KEY}"}
HOOK = "https://hooks.example.com/pulley?token=s3cr3t"
SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
_OURS = ("PULLEY_", "AZUREWEBJOBSSTORAGE", "AZURE_CLIENT_ID", "WEBSITE_SITE_NAME", "WEBSITE_TIME_ZONE")


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process with these of our variables and no others."""
    before = dict(environ)
    for name in before:
        if name.upper().startswith(_OURS):
            del environ[name]
    environ.update(values)
    try:
        yield
    finally:
        environ.clear()
        environ.update(before)


def read(**values: str) -> Settings:
    """The settings of a process with storage and these variables."""
    with environment(STORAGE | values):
        return Settings.read()


def test_the_defaults() -> None:
    """With nothing but storage set, Pulley looks nowhere and does nothing: it only observes."""
    settings = read()
    assert (settings.scopes, settings.mode, settings.opt_in) == ((), Mode.OBSERVE, "tag")
    assert (settings.strategy, settings.pace) == (Strategy.RESTART, 1.0)
    assert settings.drift_schedule == "0 */5 * * * *"
    assert (settings.storage_account, settings.client_id) == (None, None)
    assert (settings.notify_url, settings.site_name) == (None, None)
    assert (settings.cloud, settings.endpoints.arm_url) == (CloudName.PUBLIC, "https://management.azure.com")


def test_every_setting_can_be_set() -> None:
    """Each variable reaches its field, also where an identity is used instead of a connection string."""
    given = {
        "PULLEY_CLOUD": "us-government",
        "PULLEY_MODE": "act",
        "PULLEY_OPT_IN": "all",
        "PULLEY_STRATEGY": "pin",
        "PULLEY_DRIFT_SCHEDULE": "0 0 * * * *",
        "PULLEY_PACE": "0.1",
        "AzureWebJobsStorage__accountName": "pulley",
        "AZURE_CLIENT_ID": "c1",
        "PULLEY_NOTIFY_URL": HOOK,
        "WEBSITE_SITE_NAME": "pulley-prod",
        "WEBSITE_TIME_ZONE": "Asia/Kolkata",
    }
    with environment(given):
        settings = Settings.read()
    assert (settings.mode, settings.opt_in, settings.strategy) == (Mode.ACT, "all", Strategy.PIN)
    assert (settings.drift_schedule, settings.pace) == ("0 0 * * * *", 0.1)
    assert (settings.storage, settings.storage_account, settings.client_id) == (None, "pulley", "c1")
    assert settings.endpoints.arm_url == "https://management.usgovcloudapi.net"
    assert settings.notify_url is not None
    assert (settings.notify_url.get_secret_value(), settings.site_name) == (HOOK, "pulley-prod")
    assert settings.time_zone == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param(" , ", (), id="nothing but a comma"),
        pytest.param(SUBSCRIPTION, (f"/subscriptions/{SUBSCRIPTION}",), id="a bare subscription id"),
        pytest.param(f"/subscriptions/{SUBSCRIPTION}", (f"/subscriptions/{SUBSCRIPTION}",), id="a subscription"),
        pytest.param("/subscriptions/s/resourceGroups/web/", ("/subscriptions/s/resourceGroups/web",), id="a group"),
        pytest.param("subscriptions/s/resourcegroups/Web", ("/subscriptions/s/resourcegroups/Web",), id="any case"),
        pytest.param(
            f"/subscriptions/s, {SUBSCRIPTION},", ("/subscriptions/s", f"/subscriptions/{SUBSCRIPTION}"), id="two"
        ),
    ],
)
def test_scopes(text: str, scopes: tuple[str, ...]) -> None:
    """Ids of subscriptions and resource groups, separated by commas, as people write them."""
    assert read(PULLEY_SCOPES=text).scopes == scopes


@pytest.mark.parametrize(
    ("set_to", "minute"),
    [
        pytest.param({}, 5, id="the default"),
        pytest.param({"PULLEY_DRIFT_SCHEDULE": "0 30 * * * *"}, 30, id="half past"),
        pytest.param({"PULLEY_DRIFT_SCHEDULE": "00:05:00"}, None, id="a time span"),
        pytest.param({"WEBSITE_TIME_ZONE": "Asia/Kolkata"}, None, id="the schedule is in another time zone"),
    ],
)
def test_the_next_drift_check(set_to: dict[str, str], minute: int | None) -> None:
    """Told where it is known: the schedule is the host's, and in UTC unless somebody says otherwise."""
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    told = read(**set_to).next_drift_check(noon)
    assert (told and told - noon) == (minute and timedelta(minutes=minute))


def test_subscriptions_are_counted_once() -> None:
    """Two groups of a subscription are one subscription, whatever the case of its id."""
    settings = read(
        PULLEY_SCOPES="/subscriptions/S/resourceGroups/a,/subscriptions/s/resourceGroups/b,/subscriptions/t"
    )
    assert settings.subscriptions == ("s", "t")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        pytest.param("PULLEY_SCOPES", "/subscriptions/s/sites/x", "neither a subscription's", id="a scope too deep"),
        pytest.param("PULLEY_SCOPES", "/subscriptions", "neither a subscription's", id="a scope without its id"),
        pytest.param("PULLEY_SCOPES", "Visual Studio Enterprise", "neither a", id="a subscription's name"),
        pytest.param("PULLEY_SCOPES", "/", "neither a subscription's", id="a scope of slashes"),
        pytest.param("PULLEY_SCOPES", "/subscriptions//resourceGroups/a", "neither a", id="a scope with a hole"),
        pytest.param("PULLEY_CLOUD", "germany", "'public', 'china' or 'us-government'", id="an unknown cloud"),
        pytest.param("PULLEY_MODE", "maybe", "'act' or 'observe'", id="an unknown mode"),
        pytest.param("PULLEY_OPT_IN", "some", "pattern", id="an unknown opt-in"),
        pytest.param("PULLEY_STRATEGY", "canary", "'restart', 'pin'", id="an unknown strategy"),
        pytest.param("PULLEY_STRATEGY", "swap", "pulley-strategy=swap:<slot>", id="a strategy that needs a slot"),
        pytest.param("PULLEY_PACE", "0", "greater than 0", id="no pace"),
        pytest.param("PULLEY_PACE", "fast", "number", id="a pace that is no number"),
        pytest.param("AzureWebJobsStorage", "", "AzureWebJobsStorage__accountName", id="nowhere to store"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str, said: str) -> None:
    """The error names the variable as it has to be set, and what would do."""
    with pytest.raises(Misconfigured) as raised:
        read(**{name: value})
    assert raised.value.setting == name
    assert said in raised.value.problem


def test_the_connection_string_is_shown_nowhere() -> None:
    """Neither the settings' text nor an error's holds the account key."""
    assert KEY not in repr(read())
    assert KEY not in str(read())
    with pytest.raises(Misconfigured) as raised:
        read(PULLEY_MODE="maybe")
    assert KEY not in f"{raised.value!r} {raised.value}"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("hooks.example.com/pulley?token=s3cr3t", id="no scheme"),
        pytest.param("ftp://hooks.example.com/?token=s3cr3t", id="another scheme"),
        pytest.param("https:///pulley?token=s3cr3t", id="no host"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(address: str) -> None:
    """The error names the variable and keeps its value to itself."""
    with pytest.raises(Misconfigured) as raised:
        read(PULLEY_NOTIFY_URL=address)
    assert raised.value.setting == "PULLEY_NOTIFY_URL"
    assert "s3cr3t" not in f"{raised.value!r} {raised.value}"


def test_the_address_of_notifications_is_shown_nowhere() -> None:
    """The settings' text hides it; an empty one is none."""
    assert "s3cr3t" not in f"{read(PULLEY_NOTIFY_URL=HOOK)!r}"
    assert read(PULLEY_NOTIFY_URL="").notify_url is None


def test_the_pace_shortens_waits() -> None:
    """A local environment lives faster; a real one waits what it says."""
    assert read(PULLEY_PACE="0.1").wait(timedelta(seconds=30)) == timedelta(seconds=3)
    assert read().wait(timedelta(seconds=30)) == timedelta(seconds=30)
