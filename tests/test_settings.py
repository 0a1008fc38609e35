"""What may be set, what is taken where nothing is, and what is said where it cannot be used."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from os import environ

import pytest

from operators.core.gate import Mode
from operators.core.rollouts import Strategy
from operators.errors import BadInput
from operators.settings import Settings

KEY = "bm90IGEga2V5"
STORAGE = {"AzureWebJobsStorage": f"DefaultEndpointsProtocol=https;AccountName=pulley;AccountKey={KEY}"}
SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
_OURS = ("PULLEY_", "AZUREWEBJOBSSTORAGE", "AZURE_CLIENT_ID")


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


def test_every_setting_can_be_set() -> None:
    """Each variable reaches its field, also where an identity is used instead of a connection string."""
    given = {
        "PULLEY_MODE": "act",
        "PULLEY_OPT_IN": "all",
        "PULLEY_STRATEGY": "pin",
        "PULLEY_DRIFT_SCHEDULE": "0 0 * * * *",
        "PULLEY_PACE": "0.1",
        "AzureWebJobsStorage__accountName": "pulley",
        "AZURE_CLIENT_ID": "c1",
    }
    with environment(given):
        settings = Settings.read()
    assert (settings.mode, settings.opt_in, settings.strategy) == (Mode.ACT, "all", Strategy.PIN)
    assert (settings.drift_schedule, settings.pace) == ("0 0 * * * *", 0.1)
    assert (settings.storage, settings.storage_account, settings.client_id) == (None, "pulley", "c1")


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
        pytest.param("PULLEY_MODE", "maybe", "'act' or 'observe'", id="an unknown mode"),
        pytest.param("PULLEY_OPT_IN", "some", "pattern", id="an unknown opt-in"),
        pytest.param("PULLEY_STRATEGY", "swap", "'restart' or 'pin'", id="an unknown strategy"),
        pytest.param("PULLEY_PACE", "0", "greater than 0", id="no pace"),
        pytest.param("PULLEY_PACE", "fast", "number", id="a pace that is no number"),
        pytest.param("AzureWebJobsStorage", "", "AzureWebJobsStorage__accountName", id="nowhere to store"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str, said: str) -> None:
    """The error names the variable as it has to be set, and what would do."""
    with pytest.raises(BadInput) as raised:
        read(**{name: value})
    assert raised.value.field == name
    assert said in raised.value.problem


def test_the_connection_string_is_shown_nowhere() -> None:
    """Neither the settings' text nor an error's holds the account key."""
    assert KEY not in repr(read())
    assert KEY not in str(read())
    with pytest.raises(BadInput) as raised:
        read(PULLEY_MODE="maybe")
    assert KEY not in f"{raised.value!r} {raised.value}"


def test_the_pace_shortens_waits() -> None:
    """A local environment lives faster; a real one waits what it says."""
    assert read(PULLEY_PACE="0.1").wait(timedelta(seconds=30)) == timedelta(seconds=3)
    assert read().wait(timedelta(seconds=30)) == timedelta(seconds=30)
