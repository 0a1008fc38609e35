"""The doctor as a whole: a healthy app, what one failed read does, and which app is worst."""

import pytest

from operators.core.app_settings import SHOWN_SETTINGS
from operators.core.doctor.checks import CATALOGUE, Check, Code, Status, ok, problem, unknown, warning, worst
from operators.core.doctor.examination import CHECKS, examine
from tests.core.doctor_samples import DENIED, but, healthy, registry, settings


def statuses(checks: tuple[Check, ...]) -> dict[str, str]:
    """What each check says."""
    return {check.code: check.status for check in checks}


def test_a_healthy_app_is_all_ok() -> None:
    """Nothing is found where nothing is wrong, and nothing is to be mended."""
    examined = examine(healthy())
    assert statuses(examined.checks) == dict.fromkeys(Code, "ok")
    assert examined.status is Status.OK
    assert not any(check.fix for check in examined.checks)


def test_every_check_of_the_catalogue_is_made_once_and_in_order() -> None:
    """The list is the same for every app, so that a check that is missing cannot be taken for one that is ok."""
    assert list(CHECKS) == list(Code) == list(CATALOGUE)
    assert [check.code for check in examine(healthy()).checks] == list(Code)


@pytest.mark.parametrize("name", SHOWN_SETTINGS)
def test_no_setting_is_read_for_nothing(name: str) -> None:
    """Settings hold secrets: each whose value is kept changes what a check says."""
    assert examine(but(settings=settings(**{name: "1"}))) != examine(but(settings=settings()))


@pytest.mark.parametrize(
    ("read", "concerned"),
    [
        ("site", {"identity", "stage", "resource_tags", "access_restrictions", "operations"}),
        (
            "config",
            {"identity", "image", "always_on", "health_check", "access_restrictions"},
        ),
        ("settings", {"registry_credentials", "port", "start_time_limit", "continuous_deployment"}),
        ("key_vault_references", {"key_vault_references"}),
        ("logs", {"logs"}),
        ("instances", {"instances"}),
        ("statuses", {"instances"}),
        ("deployments", {"operations"}),
        ("image_there", {"image"}),
        ("registry", {"events", "webhooks", "webhook_addresses", "webhook_quota"}),
    ],
)
def test_a_read_that_failed_is_unknown_where_it_counts_and_nowhere_else(read: str, concerned: set[str]) -> None:
    """Each check that needs it says so and names the right; none of them says ok; all others are as before."""
    checks = examine(but(**{read: DENIED})).checks
    found = {check.code: check for check in checks if check.status is not Status.OK}
    assert set(found) == concerned
    for check in found.values():
        assert check.status is Status.UNKNOWN
        assert "needs X/read at Y" in check.sentence


@pytest.mark.parametrize(
    ("read", "concerned"),
    [
        ("webhooks", {"webhooks", "webhook_addresses"}),
        ("webhook_quota", {"webhook_quota"}),
        ("event_subscriptions", {"events"}),
    ],
)
def test_a_read_at_the_registry_that_failed_is_unknown_where_it_counts(read: str, concerned: set[str]) -> None:
    """The reads of a registry fail each for itself."""
    checks = examine(but(registry=registry(**{read: DENIED}))).checks
    assert {check.code for check in checks if check.status is Status.UNKNOWN} == concerned
    assert {check.code for check in checks if check.status is not Status.UNKNOWN} == set(Code) - concerned


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        pytest.param((), Status.UNKNOWN, id="nothing checked is nothing known"),
        pytest.param((ok(Code.IMAGE, ""), unknown(Code.IMAGE, "")), Status.UNKNOWN, id="unknown before ok"),
        pytest.param((unknown(Code.IMAGE, ""), warning(Code.IMAGE, "")), Status.WARNING, id="warning before unknown"),
        pytest.param((warning(Code.IMAGE, ""), problem(Code.IMAGE, "")), Status.PROBLEM, id="problem before all"),
    ],
)
def test_worst(checks: tuple[Check, ...], status: Status) -> None:
    """A right that is missing hides no warning, and nothing hides a problem."""
    assert worst(checks) is status
    assert worst(reversed(checks)) is status
