"""The doctor's checks on how the app is set up, who gets in, and what it does now."""

import pytest

from operators.core.apps import IpRestriction
from operators.core.doctor.checks import Code, Status
from operators.core.doctor.configuration import (
    check_always_on,
    check_health_check,
    check_logs,
    check_port,
    check_start_time_limit,
)
from operators.core.doctor.facts import AppFacts, LogSettings
from operators.core.doctor.reach import check_access_restrictions
from operators.core.doctor.running import check_instances, check_operations
from operators.core.instances import InstanceStatus
from operators.core.other_work import Deployment
from tests.core.access_samples import SUBNET
from tests.core.doctor_samples import CONFIG, DENIED, SITE, STARTED, but, config, healthy, said, settings, site

REFERENCE = "@Microsoft.KeyVault(SecretUri=https://vault1.vault.azure.net/secrets/port)"


@pytest.mark.parametrize(
    ("values", "status", "part", "fix"),
    [
        ({}, "ok", "80 and 8080", ""),
        ({"WEBSITES_PORT": "3000"}, "ok", "port 3000", ""),
        ({"PORT": "3000"}, "ok", "port 3000", ""),
        ({"WEBSITES_PORT": "3000", "PORT": "3000"}, "ok", "port 3000", ""),
        ({"WEBSITES_PORT": "3000", "PORT": "80"}, "warning", "two ports", "--setting-names PORT"),
        ({"WEBSITES_PORT": "http"}, "problem", "no port", "WEBSITES_PORT=80"),
        ({"WEBSITES_PORT": "70000"}, "problem", "no port", "WEBSITES_PORT=80"),
        ({"WEBSITES_PORT": "0"}, "problem", "no port", "WEBSITES_PORT=80"),
        ({"WEBSITES_PORT": ""}, "problem", "no port", "WEBSITES_PORT=80"),
        ({"WEBSITES_PORT": REFERENCE}, "unknown", "a reference", ""),
    ],
)
def test_port(values: dict[str, str], status: Status, part: str, fix: str) -> None:
    """What is no port is a problem; a reference is not resolved here, and so not known."""
    said(check_port(but(settings=settings(**values))), Code.PORT, status, part, fix)


@pytest.mark.parametrize(
    ("value", "status", "part", "fix"),
    [
        (None, "ok", "230 s", ""),
        ("230", "ok", "230 s", ""),
        ("1800", "ok", "1800 s", ""),
        ("1801", "warning", "at most 1800 s", "START_TIME_LIMIT=1800"),
        ("10", "warning", "10 s only", "START_TIME_LIMIT=230"),
        ("0", "problem", "no number of seconds", "START_TIME_LIMIT=230"),
        ("00:05:00", "problem", "no number of seconds", "START_TIME_LIMIT=230"),
        (REFERENCE, "unknown", "a reference", ""),
    ],
)
def test_start_time_limit(value: str | None, status: Status, part: str, fix: str) -> None:
    """Seconds from a minute to half an hour; a time span is what Windows takes."""
    values = {"WEBSITES_CONTAINER_START_TIME_LIMIT": value} if value is not None else {}
    said(check_start_time_limit(but(settings=settings(**values))), Code.START_TIME_LIMIT, status, part, fix)


def test_always_on() -> None:
    """Off is a warning: a push takes effect at the next request only."""
    said(check_always_on(healthy()), Code.ALWAYS_ON, Status.OK, "stays loaded", "")
    said(check_always_on(config(always_on=False)), Code.ALWAYS_ON, Status.WARNING, "unloaded", "--always-on true")


def test_health_check() -> None:
    """No path is a warning; which path it should be, nobody but the app's makers knows."""
    said(check_health_check(healthy()), Code.HEALTH_CHECK, Status.OK, "/health", "")
    facts = config(health_check_path=None)
    said(check_health_check(facts), Code.HEALTH_CHECK, Status.WARNING, "no health path", "healthCheckPath")


def test_logs() -> None:
    """Off is a warning: what a container writes while it dies is lost."""
    said(check_logs(healthy()), Code.LOGS, Status.OK, "is kept", "")
    facts = but(logs=LogSettings(http_file_system=False))
    said(check_logs(facts), Code.LOGS, Status.WARNING, "is not kept", "--docker-container-logging filesystem")


def rules(*rules: tuple[str, str], default: str | None = None) -> AppFacts:
    """The healthy app but for who is let in."""
    restrictions = tuple(IpRestriction(source=source, action=action) for source, action in rules)
    return config(ip_restrictions=restrictions, ip_restrictions_default_action=default)


@pytest.mark.parametrize(
    ("facts", "status", "part"),
    [
        pytest.param(healthy(), "ok", "lets everybody in", id="no rules"),
        pytest.param(rules(("Any", "Allow")), "ok", "lets everybody in.", id="the rule that is there by itself"),
        pytest.param(rules(("10.0.0.0/8", "Deny"), ("Any", "Allow")), "ok", "but whom it names", id="some kept out"),
        pytest.param(
            rules(("10.0.0.0/8", "Allow"), ("Any", "Deny")), "warning", "only whom it names", id="some let in"
        ),
        pytest.param(
            rules(("AzureFrontDoor.Backend", "Allow")), "warning", "only whom", id="the rest is kept out unsaid"
        ),
        pytest.param(rules(default="Deny"), "warning", "only whom it names", id="nobody is let in"),
        pytest.param(rules(("10.0.0.0/8", "Deny"), default="Allow"), "ok", "but whom", id="the default lets in"),
        pytest.param(
            rules(("AzureCloud", "Deny"), ("Any", "Allow")), "warning", "keeps out AzureCloud:", id="Azure is kept out"
        ),
        pytest.param(
            rules(("AppService.WestEurope", "Deny"), default="Allow"),
            *("warning", "keeps out AppService.WestEurope:"),
            id="a region's apps are kept out",
        ),
        pytest.param(
            rules(("10.0.0.0/8, 20.0.0.0/8", "Deny"), ("Any", "Allow")),
            "warning",
            "keeps out 10.0.0.0/8, 20",
            id="public",
        ),
        pytest.param(
            rules(("2603:1000::/24", "Deny"), default="Allow"), "warning", "2603:1000::/24", id="public, IPv6"
        ),
        pytest.param(rules(("128.0.0.0/1", "Deny"), default="Allow"), "warning", "128.0.0.0/1", id="half the internet"),
        pytest.param(
            rules(("10.0.0.0/8,fd00::/8", "Deny"), default="Allow"), "ok", "but whom", id="private ranges alone"
        ),
        pytest.param(rules((SUBNET, "Deny"), ("Any", "Allow")), "ok", "but whom", id="a subnet is kept out"),
        pytest.param(
            rules(("Any", "Allow"), ("AzureCloud", "Deny")),
            "ok",
            "lets everybody in.",
            id="a rule that is never reached",
        ),
        pytest.param(site(public_network_access="Disabled"), "warning", "not open", id="closed, says the site"),
        pytest.param(config(public_network_access="Disabled"), "warning", "not open", id="closed, says config/web"),
        pytest.param(
            but(site=SITE.model_copy(update={"public_network_access": "Disabled"}), config=DENIED),
            "warning",
            "not open",
            id="closed, and the rest not to be read",
        ),
        pytest.param(but(config=DENIED), "unknown", "needs X/read", id="config not to be read"),
    ],
)
def test_access_restrictions(facts: AppFacts, status: Status, part: str) -> None:
    """Whoever is not named is kept out as soon as somebody is let in by name."""
    fix = "access-restriction show" if status == "warning" else ""
    said(check_access_restrictions(facts), Code.ACCESS_RESTRICTIONS, status, part, fix)


def states(*names: str, listed: int | None = None) -> AppFacts:
    """The healthy app but for what its instances say."""
    return but(
        statuses=tuple(InstanceStatus(instance_id=f"i{index}", state=name) for index, name in enumerate(names)),
        instances=len(names) if listed is None else listed,
    )


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "runs on 1 instance.", "", id="one"),
        pytest.param(states("Started", "Started"), "ok", "runs on 2 instances.", "", id="two"),
        pytest.param(
            states("Started", "Blocked"), "problem", "not run on 1 of 2", "az webapp log tail", id="one blocked"
        ),
        pytest.param(
            states("Stopped"), "problem", "not run on 1 of 1", "az webapp log tail", id="stopped after a failure"
        ),
        pytest.param(states("Started", "Starting"), "warning", "being started", "", id="one is starting"),
        pytest.param(states("Updating"), "warning", "being started", "", id="updating"),
        pytest.param(states("Unknown"), "unknown", "does not say", "", id="unknown"),
        pytest.param(states("Pondering"), "unknown", "does not say", "", id="a word of tomorrow"),
        pytest.param(states("Started", listed=3), "warning", "has 3 instances", "", id="fewer than listed"),
        pytest.param(states(listed=1), "unknown", "tells no state", "", id="listed, and no state"),
        pytest.param(states(listed=0), "problem", "runs nowhere", "az webapp log tail", id="nowhere, though always on"),
        pytest.param(
            states(listed=0).model_copy(update={"config": CONFIG.model_copy(update={"always_on": False})}),
            "warning",
            "next request starts it",
            "",
            id="idle",
        ),
        pytest.param(site(state="Stopped"), "warning", "was stopped", "az webapp start", id="stopped by somebody"),
        pytest.param(site(usage_state="Exceeded"), "problem", "used up its quota", "", id="no quota left"),
        pytest.param(but(statuses=DENIED), "unknown", "needs X/read", "", id="not to be read"),
        pytest.param(
            states("Blocked").model_copy(update={"instances": DENIED}),
            "problem",
            "does not run",
            "az webapp log tail",
            id="blocked",
        ),
    ],
)
def test_instances(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """Only instances that say Started run the app; what says nothing proves nothing."""
    said(check_instances(facts), Code.INSTANCES, status, part, fix)


def test_instances_do_not_quote_what_the_container_printed() -> None:
    """The platform's details may hold the container's own words, and those may hold secrets."""
    status = STARTED.model_copy(
        update={"state": "Blocked", "details": "printed s3cret", "last_error_details": "s3cret"}
    )
    assert "s3cret" not in check_instances(but(statuses=(status,))).model_dump_json()


def deploying(*statuses: str) -> AppFacts:
    """The healthy app but for its deployments."""
    return but(deployments=tuple(Deployment(id=f"d{index}", status=one) for index, one in enumerate(statuses)))


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "Nobody", "", id="nothing"),
        pytest.param(
            deploying("RuntimeSuccessful", "BuildFailed", "BuildSuccessful"),
            "ok",
            "Nobody",
            "",
            id="deployments that ended",
        ),
        pytest.param(deploying("RuntimeStarting"), "warning", "A deployment", "", id="a deployment"),
        pytest.param(site(in_progress_operation_id="op1"), "warning", "An operation", "", id="an operation"),
        pytest.param(
            site(target_swap_slot="staging"),
            "warning",
            "A swap of shop with staging",
            "--slot staging --action reset",
            id="a swap",
        ),
        pytest.param(but(deployments=DENIED), "unknown", "needs X/read", "", id="deployments not to be read"),
        pytest.param(
            site(in_progress_operation_id="op1").model_copy(update={"deployments": DENIED}),
            "warning",
            "An operation",
            "",
            id="an operation, and deployments not to be read",
        ),
    ],
)
def test_operations(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """What somebody else does to the app now is said even where the rest cannot be read."""
    said(check_operations(facts), Code.OPERATIONS, status, part, fix)
