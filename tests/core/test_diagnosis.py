# ruff: noqa: E501 - the lines of the platform are as long as they are
"""Which stall the platform's own words mean."""

from datetime import UTC, datetime

import pytest

from operators.core.asked_ports import AskedPorts
from operators.core.instances import InstanceStatus
from operators.core.model import Unknown
from operators.core.stalls import StallReason
from tests.core.platform_words import (
    CRASH,
    TIMEOUT_DETAILS,
    UNAUTHORIZED_DETAILS,
    UNBLOCKED_AT,
    crash,
    docker_error,
    found,
    instance,
    new_log,
    old_log,
    on,
    refused_pull,
    silent,
    silent_old,
)


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        pytest.param(docker_error("Get https://r.azurecr.io/v2/api/manifests/v2: unauthorized: authentication required"), StallReason.PULL_UNAUTHORIZED, id="authentication required"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: Invalid clientid or client secret"), StallReason.PULL_UNAUTHORIZED, id="client secret"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: aad access token with sp failed client id must be guid"), StallReason.PULL_UNAUTHORIZED, id="client id"),
        pytest.param(docker_error("Get https://registry-1.docker.io/v2/: incorrect username or password"), StallReason.PULL_UNAUTHORIZED, id="password"),
        pytest.param(docker_error("pull failed: denied: access forbidden"), StallReason.PULL_UNAUTHORIZED, id="access forbidden"),
        pytest.param(docker_error("The client does not have permission for manifest"), StallReason.PULL_UNAUTHORIZED, id="no permission for manifest"),
        pytest.param(docker_error('manifest for r.azurecr.io/i:t not found: manifest unknown: manifest tagged by "t" is not found'), StallReason.IMAGE_MISSING, id="manifest unknown"),
        pytest.param(docker_error("pull access denied for demo, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"), StallReason.IMAGE_MISSING, id="no repository"),
        pytest.param(docker_error("no matching manifest for linux/amd64 in the manifest list entries"), StallReason.WRONG_PLATFORM, id="no manifest for the platform"),
        pytest.param(docker_error("invalid reference format: repository name must be lowercase"), StallReason.BAD_REFERENCE, id="bad reference"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: dial tcp: lookup r.azurecr.io on 127.0.0.11:53: no such host"), StallReason.REGISTRY_UNREACHABLE, id="name resolution"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: dial tcp 20.1.1.1:443: i/o timeout"), StallReason.REGISTRY_UNREACHABLE, id="timeout"),
        pytest.param(docker_error("Head https://r.azurecr.io/v2/api/manifests/v2: denied: client with IP '20.1.2.3' is not allowed access."), StallReason.REGISTRY_UNREACHABLE, id="firewall, which says denied as well"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: net/http: request canceled (Client.Timeout exceeded while awaiting headers)"), StallReason.REGISTRY_UNREACHABLE, id="client timeout"),
        pytest.param(docker_error("failed to register layer: Error processing tar file: write /x: no space left on device"), StallReason.NO_SPACE, id="no space"),
        pytest.param(old_log("ERROR - failed to register layer: Error processing tar file(exit status 1): Container ID 1000000 cannot be mapped to a host ID"), StallReason.NO_SPACE, id="a layer that cannot be unpacked"),
        pytest.param(old_log("ERROR - Image pull for r.azurecr.io/i:t failed. UnexpectedFaliure", "ERROR - Pulling docker image r.azurecr.io/i:t over VNET failed."), StallReason.PULL_FAILED, id="a pull that failed for no stated reason"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: context deadline exceeded"), StallReason.REGISTRY_UNREACHABLE, id="a deadline"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: dial tcp: lookup r.azurecr.io on 168.63.129.16:53: server misbehaving"), StallReason.REGISTRY_UNREACHABLE, id="a name server that fails"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: dial tcp 10.0.0.4:443: connect: no route to host"), StallReason.REGISTRY_UNREACHABLE, id="no route"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: read tcp 10.0.0.4:443: connection reset by peer"), StallReason.REGISTRY_UNREACHABLE, id="a reset"),
        pytest.param(docker_error("received unexpected HTTP status: 502 Bad Gateway"), StallReason.REGISTRY_UNREACHABLE, id="a registry that fails"),
        pytest.param(CRASH, StallReason.CONTAINER_EXITED, id="a crash, reported as ContainerTimeout"),
        pytest.param(crash("GET https://api.contoso.com/v2/orders: 401 Unauthorized"), StallReason.CONTAINER_EXITED, id="a crash of an app that was refused elsewhere"),
        pytest.param(crash("schema registry: 403 Forbidden"), StallReason.CONTAINER_EXITED, id="… by a registry of another kind"),
        pytest.param(crash("ERROR - registry fetch failed: connection refused"), StallReason.CONTAINER_EXITED, id="… which it could not reach"),
        pytest.param(crash("Failed to pull secrets: lookup v.vault.azure.net: no such host"), StallReason.CONTAINER_EXITED, id="… or whose secrets it could not pull"),
        pytest.param(f"{refused_pull(50)}\n{CRASH}", StallReason.CONTAINER_EXITED, id="a crash, after a refused pull that was got over"),
        pytest.param(new_log("Container start method finished after 1 ms.", "Container exited with exit code 1 during startup", "Site startup probe failed after 7.4 seconds."), StallReason.CONTAINER_EXITED, id="a crash in other words"),
        pytest.param(on("lw0", "Creating container", "Site started.", "Container is terminating. Grace period: 5 seconds.") + on("lw1", "Creating container", "Container has finished running with exit code: 137."), StallReason.CONTAINER_EXITED, id="a crash on the second machine, while the first ends its old container"),
        pytest.param(on("lw1", "DockerApiException: Get https://r.azurecr.io/v2/: lookup r.azurecr.io: no such host") + on("lw0", "Creating container", "Site started."), StallReason.REGISTRY_UNREACHABLE, id="a pull that failed on one machine alone"),
        pytest.param(silent(), StallReason.START_LIMIT_REACHED, id="silent until the limit, its container then killed by the platform"),
        pytest.param(silent("1800.2", limit=1800), StallReason.START_LIMIT_REACHED, id="silent until the app's own limit"),
        pytest.param(silent(said="Now listening on: http://[::]:5000"), StallReason.PORT_NOT_ANSWERING, id="it listens on another port"),
        pytest.param(silent(said="Running on http://127.0.0.1:80"), StallReason.PORT_NOT_ANSWERING, id="it listens for itself alone"),
        pytest.param(silent(said="listening on port 80"), StallReason.START_LIMIT_REACHED, id="it listens where it is asked, and does not answer"),
        pytest.param(silent("300.1", limit=1800), StallReason.UNKNOWN, id="given up long before the limit, which accuses nobody"),
        pytest.param(old_log("ERROR - Container demo_0_ab for site demo has exited, failing site start"), StallReason.CONTAINER_EXITED, id="exit, older platform"),
        pytest.param(silent_old(), StallReason.START_LIMIT_REACHED, id="silent until the limit, older platform"),
        pytest.param(silent_old("Now listening on: http://[::]:5000"), StallReason.PORT_NOT_ANSWERING, id="another port, older platform"),
        pytest.param(old_log("ERROR - Container demo_0_ab for site demo did not start within expected time limit. Elapsed time = 230.1 sec"), StallReason.START_LIMIT_REACHED, id="start limit, older platform"),
        pytest.param(new_log("Volume: DiagnosticServer cannot be mounted at /diagServer during container: demo startup. The volume mount is required. Terminate.", "Site container: demo terminated during site startup."), StallReason.VOLUME_MOUNT_FAILED, id="a volume"),
        pytest.param(new_log("exec /usr/bin/node: exec format error", "Container has finished running with exit code: 255.", "Site container: demo terminated during site startup."), StallReason.WRONG_PLATFORM, id="another processor"),
        pytest.param(new_log(f"State: Blocked, Action: None, LastError: ContainerTimeout, LastErrorTimestamp: 04/04/2026 05:22:41, LastErrorDetails: , Details: {UNBLOCKED_AT}, DetailsLevel: WARN", "Start site prohibitted because the site is being blocked."), StallReason.BLOCKED, id="a block from before us, in the log alone"),
    ],
)  # fmt: skip
def test_log(log: str, reason: StallReason) -> None:
    """The log's own words decide, in both of its formats."""
    stalled = found(log)
    assert stalled is not None
    assert stalled.reason is reason


ELSEWHERE = "Now listening on: http://[::]:5000"


@pytest.mark.parametrize(
    ("log", "asked", "reason"),
    [
        pytest.param(silent(said=ELSEWHERE), frozenset({3000}), StallReason.PORT_NOT_ANSWERING, id="another port than the settings tell"),
        pytest.param(silent(said=ELSEWHERE), frozenset({5000}), StallReason.START_LIMIT_REACHED, id="the port that the settings tell"),
        pytest.param(silent(said=ELSEWHERE), None, StallReason.START_LIMIT_REACHED, id="the settings were not read"),
        pytest.param(silent(said=ELSEWHERE), Unknown(what="WEBSITES_PORT", reason="a reference"), StallReason.START_LIMIT_REACHED, id="the settings do not tell"),
        pytest.param(silent_old(ELSEWHERE), None, StallReason.PORT_NOT_ANSWERING, id="the older platform does"),
    ],
)  # fmt: skip
def test_a_wrong_port_is_accused_where_the_right_one_is_known(log: str, asked: AskedPorts, reason: StallReason) -> None:
    """By the settings or by the platform's own line; otherwise the start may just be slow."""
    stalled = found(log, asked=asked)
    assert stalled is not None
    assert stalled.reason is reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        pytest.param(instance("Stopping", "ImagePullUnauthorizedFailure", UNAUTHORIZED_DETAILS), StallReason.PULL_UNAUTHORIZED, id="unauthorized"),
        pytest.param(instance("Stopping", "ImagePullFailure", "Failed to pull image: r.azurecr.io/i:t. manifest unknown"), StallReason.IMAGE_MISSING, id="missing"),
        pytest.param(instance("Stopped", "ImagePullNewKindOfFailure", "?"), StallReason.PULL_FAILED, id="a pull error never seen"),
        pytest.param(instance("Stopping", "ContainerTimeout", TIMEOUT_DETAILS), StallReason.START_LIMIT_REACHED, id="time limit"),
        pytest.param(instance("Stopping", "ContainerTimeout", TIMEOUT_DETAILS, details="Site container: demo terminated during site startup. Cancelling site startup."), StallReason.CONTAINER_EXITED, id="exit, in the details"),
        pytest.param(instance("Stopped", "ContainerStartupFailure", "Container exited with exit code 1 during startup"), StallReason.CONTAINER_EXITED, id="exit, in the error"),
        pytest.param(instance("Stopped", "ContainerStartupFailure"), StallReason.UNKNOWN, id="a start that failed for no stated reason accuses nobody"),
        pytest.param(instance("Stopped", "SiteStartupCancelled", "x"), StallReason.START_CANCELLED, id="cancelled"),
        pytest.param(instance("Stopping", "SiteStartupCancelled", details="Site container: demo terminated during site startup. Cancelling site startup."), StallReason.START_CANCELLED, id="cancelled, which ended its container"),
        pytest.param(instance("Blocked", details=UNBLOCKED_AT), StallReason.BLOCKED, id="blocked"),
        pytest.param(instance("Stopped", "NoResponse", "Worker not reachable"), StallReason.UNKNOWN, id="an error without a name here"),
    ],
)  # fmt: skip
def test_site_status(status: InstanceStatus, reason: StallReason) -> None:
    """Without a log, siteStatus alone tells as much as it can."""
    stalled = found("", status)
    assert stalled is not None
    assert stalled.reason is reason


@pytest.mark.parametrize(
    ("log", "statuses"),
    [
        pytest.param("", [], id="nothing said"),
        pytest.param("", [instance("Started", "ContainerTimeout", TIMEOUT_DETAILS, at="04/04/2026 05:20:00")], id="a sticky error from before"),
        pytest.param(CRASH.replace("T05:5", "T04:5").replace("05:53:54", "04:53:54"), [], id="a crash before we acted"),
        pytest.param(new_log("Site started.", "Container is terminating. Grace period: 5 seconds.", "Container has finished running with exit code: 137."), [], id="the old container, ended by the platform"),
        pytest.param(new_log("Container start method finished after 1 ms.", "Error: getaddrinfo: no such host db.example"), [], id="an app that cannot find its database"),
        pytest.param(docker_error("Get https://r.azurecr.io/v2/: i/o timeout") + "\n" + new_log("Creating container with image: api:v2", start=53), [], id="a pull error that was got over"),
    ],
)  # fmt: skip
def test_no_stall(log: str, statuses: list[InstanceStatus]) -> None:
    """Old errors, ordinary endings and the app's own words are no stall."""
    assert found(log, *statuses) is None


CANCELLED = instance("Stopping", "SiteStartupCancelled", "Site startup was cancelled", details="Stopping")


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["Site container: demo terminated during site startup."], id="a container that was ended"),
        pytest.param(["Container has finished running with exit code: 143."], id="… and tells its code"),
        pytest.param(["Site startup probe failed after 12.8 seconds."], id="a probe that found nobody any more"),
    ],
)
def test_a_cancelled_start_accuses_nobody(texts: list[str]) -> None:
    """What becomes of a container that the platform ended is not its own doing."""
    log = new_log("Creating container", "Container is terminating. Grace period: 5 seconds.", *texts)
    stalled = found(log, CANCELLED)
    assert stalled is not None
    assert stalled.reason is StallReason.START_CANCELLED


def test_a_container_that_crashed_before_its_start_was_cancelled_is_told() -> None:
    """The crash came first, and the next start will not be better."""
    stalled = found(CRASH, CANCELLED)
    assert stalled is not None
    assert stalled.reason is StallReason.CONTAINER_EXITED


@pytest.mark.parametrize(("state", "action"), [("Starting", "WaitingForSiteWarmUpProbeSuccess"), ("Started", None)])
def test_the_error_of_a_pull_that_an_instance_got_over_is_history(state: str, action: str | None) -> None:
    """`lastError` stays while the container of a later pull is being started."""
    status = instance(state, "ImagePullUnauthorizedFailure", UNAUTHORIZED_DETAILS)
    assert found("", status.model_copy(update={"action": action})) is None


def test_a_refused_login_hides_the_first_true_error() -> None:
    """The platform tries again with other credentials, so the last error is about them and an earlier one is true."""
    first = docker_error("manifest for r.azurecr.io/i:t not found: manifest unknown")
    then = old_log("ERROR - Pull failed: unauthorized: authentication required", start=52)
    stalled = found(f"{first}\n{then}", instance("Stopping", "ImagePullUnauthorizedFailure", UNAUTHORIZED_DETAILS))
    assert stalled is not None
    assert stalled.reason is StallReason.IMAGE_MISSING


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        pytest.param(["INFO  - Starting container for site"], StallReason.STALE_IMAGE, id="there was a copy"),
        pytest.param(["INFO  - Stopping site demo because it failed during startup."], StallReason.IMAGE_MISSING, id="there was none"),
        pytest.param(["INFO  - Starting container for site", "ERROR - Container demo_0_ab for site demo has exited, failing site start"], StallReason.STALE_IMAGE, id="the copy crashed, which accuses no new image"),
    ],
)  # fmt: skip
def test_local_copy(after: list[str], reason: StallReason) -> None:
    """A failed pull may start the old image: whatever it then does is not the new one's doing."""
    stalled = found(
        old_log(
            "ERROR - DockerApiException: manifest for r.azurecr.io/i:t not found: manifest unknown",
            "WARN  - Image pull failed. Defaulting to local copy if present.",
            "ERROR - Image pull failed: Verify docker image configuration and credentials (if using private repository)",
            *after,
        )
    )
    assert stalled is not None
    assert stalled.reason is reason
    assert not stalled.accuses_image


def test_a_copy_that_another_try_made_up_for_is_not_the_old_image() -> None:
    """The pull failed once and worked the next time: what runs then is the new one."""
    stalled = found(
        old_log(
            "INFO  - Pulling image: r.azurecr.io/i:t",
            "WARN  - Image pull failed. Defaulting to local copy if present.",
            "INFO  - Pull Image successful, Time taken: 3 Seconds",
            "INFO  - Starting container for site",
            "ERROR - Container demo_0_ab for site demo has exited, failing site start. Exit code: 3",
        )
    )
    assert stalled is not None
    assert stalled.reason is StallReason.CONTAINER_EXITED
    assert stalled.meaning.endswith("Exit code 3.")


@pytest.mark.parametrize(
    ("code", "words"),
    [(3, "Exit code 3."), (137, "memory ran out"), (134, "SIGABRT"), (0, "keep running")],
)
def test_exit_codes_are_explained(code: int, words: str) -> None:
    """An exit code is named, and the known ones are put into words."""
    stalled = found(
        new_log(
            f"Container has finished running with exit code: {code}.",
            "Site container: demo terminated during site startup.",
        )
    )
    assert stalled is not None
    assert words in stalled.meaning
    assert stalled.lines[0] == f"2026-04-04T05:51:00Z Container has finished running with exit code: {code}."
    assert stalled.since == datetime(2026, 4, 4, 5, 51, 0, 123456, tzinfo=UTC)


def test_a_wrong_port_is_told_with_the_port() -> None:
    """Whoever mends it is told which one the container itself names, beside what the platform said."""
    stalled = found(silent(said="Now listening on: http://[::]:5000"))
    assert stalled is not None
    assert stalled.meaning.endswith("By its own log it listens on port 5000.")
    assert "Site startup probe failed" in stalled.lines[0]


def test_a_cause_is_told_with_the_block_it_led_to() -> None:
    """Blocked is what comes of failing; the cause is the reason and the block's end goes with it."""
    stalled = found(CRASH, instance("Blocked", "ContainerTimeout", TIMEOUT_DETAILS, details=UNBLOCKED_AT))
    assert stalled is not None
    assert stalled.reason is StallReason.CONTAINER_EXITED
    assert stalled.blocked_until == datetime(2026, 4, 4, 5, 54, 41, tzinfo=UTC)


def test_unknown_words_are_kept() -> None:
    """What we cannot name is shown as it was said."""
    stalled = found("", instance("Crashed", "SomethingNew", "of an unknown kind", details="a detail"))
    assert stalled is not None
    assert "SomethingNew" in stalled.lines[0]
    assert "a detail" in stalled.lines[0]
