# ruff: noqa: E501 - the lines of the platform are as long as they are
"""The platform's log in both of its formats, and what may be shown of it."""

from datetime import UTC, datetime, timedelta

import pytest

from operators.core.images import ImageReference
from operators.core.platform_log import (
    LogLine,
    evidence,
    lines_since,
    pulled_since,
    read_platform_log,
    status_of,
    without_other_pulls,
)
from operators.core.redaction import redacted

DIGEST = "sha256:1b7c84fc8a533a34ed6e8553976c6b68d97adaa1dbe6499265e7a76ac75801d4"
API = ImageReference.parse("r.azurecr.io/team/api:v1")

NEW = """\
2026-04-22T05:30:41.8325445Z State: Starting, Action: PullingImage, LastError: , LastErrorTimestamp: 01/01/0001 00:00:00, \
LastErrorDetails: , Details: Pulling image 10.1.0.4:13209/appsvc/node:24-lts_20260115.4.tuxprod for demo., DetailsLevel: INFO
2026-04-22T05:30:41.9090905Z Pulling image: appsvc/node:24-lts_20260115.4.tuxprod.
2026-04-22T05:30:44.3635067Z Image appsvc/node:24-lts_20260115.4.tuxprod is pulled from registry 10.1.0.4:13209
2026-04-22T05:30:54.1674789Z Container start method finished after 12314 ms.
2026-04-22T05:33:59.5202039Z Site startup probe succeeded after 185.0804041 seconds.
2026-04-22T05:34:05.7100586Z Site started.
2026-04-22T05:34:05.7200000Z State: Started, Action: None, LastError: ContainerTimeout, \
LastErrorTimestamp: 04/04/2026 05:53:54, LastErrorDetails: Container did not start within expected time limit of 230s. \
Please inspect your container logs for more details., Details: Site started at 04/22/2026 05:34:05 (UTC), DetailsLevel: INFO
"""
OLD = f"""\
2023_09_28_10-30-0-141_docker.log:
2023-09-28T12:27:30.000Z INFO  - Pulling image: r.azurecr.io/team/api:v1
2023-09-28T12:27:30.909Z INFO  - 3a9444c255ce Extracting 1KB / 1KB
2023-09-28T12:27:31.201Z INFO  -  Digest: {DIGEST}
2023-09-28T12:27:31.250Z INFO  -  Status: Downloaded newer image for r.azurecr.io/team/api:v1
2023-09-28T12:27:31.282Z INFO  - Pull Image successful, Time taken: 1 Minutes and 8 Seconds
2023-09-28T12:27:33.104Z INFO  - Starting container for site
2023-09-28T12:27:33.105Z INFO  - Logging is not enabled for this container.
Please use https://aka.ms/linux-diagnostics to enable logging to see container logs here.
2023-09-28T12:27:37.414Z INFO  - Container api_0_5b07493a for site api initialized successfully and is ready to serve requests.
"""
OLDEST = """\
2019_12_25_RD00155DEA581C_docker.log:
2019-12-25 04:41:15.131 INFO  - Starting container for site
"""
FALLBACK = """\
2025-02-10T01:11:32.303Z ERROR - Image pull for r.azurecr.io/team/api:v2 failed. UnexpectedFaliure
2025-02-10T01:11:32.304Z ERROR - Pulling docker image r.azurecr.io/team/api:v2 over VNET failed.
2025-02-10T01:11:32.306Z WARN  - Image pull failed. Defaulting to local copy if present.
2025-02-10T01:11:32.309Z ERROR - Image pull failed: Verify docker image configuration and credentials (if using private repository)
"""


def on(machine: str, lines: str) -> str:
    """Lines of one machine, under the name of its file."""
    return f"2026_04_22_{machine}_docker.log:\n{lines}"


def at(text: str) -> datetime:
    """A time of today's platform log."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param(
            NEW.splitlines()[1],
            LogLine(at=at("2026-04-22T05:30:41.909090"), text="Pulling image: appsvc/node:24-lts_20260115.4.tuxprod."),
            id="today's platform",
        ),
        pytest.param(
            FALLBACK.splitlines()[2],
            LogLine(
                at=at("2025-02-10T01:11:32.306"),
                level="WARN",
                text="Image pull failed. Defaulting to local copy if present.",
            ),
            id="older platform",
        ),
        pytest.param(
            OLDEST,
            LogLine(
                at=at("2019-12-25T04:41:15.131"),
                level="INFO",
                text="Starting container for site",
                source="RD00155DEA581C",
            ),
            id="oldest recording",
        ),
        pytest.param(
            "/home/LogFiles/2024_02_07_10-30-0-91_docker.log  (https://demo.scm.azurewebsites.net/x)\nlost",
            LogLine(at=None, text="lost", source="10-30-0-91"),
            id="header of a log stream",
        ),
        pytest.param(
            "2025-07-01T07:18:50.086476047Z ModuleNotFoundError: No module named 'app'",
            LogLine(at=at("2025-07-01T07:18:50.086476"), text="ModuleNotFoundError: No module named 'app'"),
            id="app output, nine digits",
        ),
        pytest.param("\x00\ufffd garbage", LogLine(at=None, text="\x00\ufffd garbage"), id="garbage"),
        pytest.param(
            "2026-99-99T00:00:00Z no such day", LogLine(at=None, text="no such day"), id="a time that is none"
        ),
    ],
)
def test_first_line(text: str, first: LogLine) -> None:
    """Every line becomes something: what cannot be parsed keeps its words and has no time."""
    assert read_platform_log(text)[0] == first


def test_no_text_has_no_lines() -> None:
    """An empty log is an empty log."""
    assert read_platform_log("\n\n") == ()


def test_a_state_line_is_a_status() -> None:
    """State lines say what siteStatus says, details with commas included."""
    first, *_, last = read_platform_log(NEW)
    starting, started = status_of(first), status_of(last)
    assert starting is not None
    assert (starting.state, starting.action, starting.last_error, starting.last_error_at) == (
        "Starting",
        "PullingImage",
        None,
        None,
    )
    assert started is not None
    assert (started.state, started.action, started.last_error) == ("Started", None, "ContainerTimeout")
    assert started.started_at == at("2026-04-22T05:34:05")
    assert started.last_error_at == at("2026-04-04T05:53:54")
    assert (first.level, last.level) == ("INFO", "INFO")
    assert status_of(read_platform_log(NEW)[1]) is None


def test_lines_since_takes_a_stack_trace_with_its_line() -> None:
    """Lines without a time go with the timed line before them, and never across files."""
    lines = read_platform_log(
        "untimed, before everything\n"
        "2026-04-22T05:00:00.0Z old\n  of the old\n"
        "2026-04-22T06:00:00.0Z new\n  of the new\n"
        "2026_04_22_other_docker.log:\nuntimed in another file\n"
    )
    since = lines_since(lines, at("2026-04-22T06:00:00"))
    assert [line.text for line in since] == ["new", "  of the new"]


@pytest.mark.parametrize(
    ("text", "pulled", "digests", "local_copy_used"),
    [
        pytest.param(NEW.replace("appsvc/node", "team/api"), True, frozenset(), False, id="today's platform"),
        pytest.param(NEW, False, frozenset(), False, id="an image of the platform's own"),
        pytest.param(OLD.replace("/api:", "/api-2:"), False, frozenset(), False, id="a longer name"),
        pytest.param(OLD, True, frozenset({DIGEST}), False, id="older platform names the digest"),
        pytest.param(FALLBACK, False, frozenset(), True, id="local copy"),
        pytest.param(
            FALLBACK.replace("/team/api", "/appsvc/middleware"),
            False,
            frozenset(),
            False,
            id="local copy of one of the platform's own",
        ),
        pytest.param(
            OLD.replace(":\n", f":\n{FALLBACK}", 1),
            True,
            frozenset({DIGEST}),
            False,
            id="local copy, and another try that worked",
        ),
        pytest.param(
            on("lw0", FALLBACK) + on("lw1", OLD), True, frozenset({DIGEST}), True, id="local copy on one machine"
        ),
        pytest.param(OLD.splitlines()[1], False, frozenset(), False, id="a pull that has only begun"),
        pytest.param("", False, frozenset(), False, id="nothing"),
    ],
)
def test_pulled_since(text: str, pulled: bool, digests: frozenset[str], local_copy_used: bool) -> None:
    """A finished pull, its digest, and the silent fallback are three different things."""
    pull = pulled_since(read_platform_log(text), at("2020-01-01T00:00:00"), API)
    assert (pull.pulled, pull.digests, pull.local_copy_used) == (pulled, digests, local_copy_used)


def test_pulls_of_the_platform_s_own_images_are_left_out() -> None:
    """A proxy of the platform that could not be pulled says nothing about the app's image."""
    other = read_platform_log(FALLBACK.replace("/team/api", "/appsvc/middleware"))
    assert without_other_pulls((*other, *read_platform_log(OLD)), API) == read_platform_log(OLD)


def test_a_pull_before_our_restart_proves_nothing() -> None:
    """Only what happened from t0 on counts."""
    pull = pulled_since(read_platform_log(OLD), at("2023-09-28T12:28:00"), API)
    assert (pull.pulled, pull.digests) == (False, frozenset())


def test_evidence_prefers_alarms_and_leaves_out_progress() -> None:
    """Layers and repeated lines go first, then the oldest lines that alarm nobody; the order stays."""
    start = at("2026-04-22T06:00:00")
    calm = [LogLine(at=start + timedelta(seconds=second), text=f"step {second}") for second in range(1, 6)]
    crash = LogLine(at=start, text="Container has finished running with exit code: 3.")
    noise = LogLine(at=start, level="INFO", text="3a9444c255ce Extracting 1KB / 1KB")
    shown = evidence([crash, crash, noise, *calm], start, limit=3)
    assert [line.text for line in shown] == [crash.text, "step 4", "step 5"]


def test_a_healthy_state_line_is_no_alarm_for_its_sticky_error() -> None:
    """`LastError` stays in healthy state lines; they must not crowd out what happened."""
    healthy = read_platform_log(NEW)[-1]
    alarm = LogLine(at=healthy.at, text="Site startup probe failed after 231.0055547 seconds.")
    assert evidence([alarm, healthy], at("2026-04-22T00:00:00"), limit=1) == (alarm,)


def test_a_line_prints_with_its_time() -> None:
    """Evidence is shown as a person reads logs."""
    assert str(read_platform_log(NEW)[5]) == "2026-04-22T05:34:05Z Site started."
    assert str(LogLine(at=None, text="  at main.js:3")) == "  at main.js:3"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param(
            "docker run -d -p 80:80 --name a_0 -e PORT=80 -e DB=Server=x;Password=p w -e WEBSITE_AUTH_SIGNING_KEY=k r.io/a:1",
            "docker run -d -p 80:80 --name a_0 -e PORT=80 -e DB=*** -e WEBSITE_AUTH_SIGNING_KEY=*** r.io/a:1",
            id="app settings of docker run",
        ),
        pytest.param(
            "docker run -e A=one two r.io/a:1  ", "docker run -e A=*** r.io/a:1  ", id="value with a space, last"
        ),
        pytest.param(
            "Server=tcp:x,1433;User ID=u;Password=hunter2;Encrypt=true",
            "Server=tcp:x,1433;User ID=u;Password=***;Encrypt=true",
            id="sql connection string",
        ),
        pytest.param(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v/+==;EndpointSuffix=core.windows.net",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=***;EndpointSuffix=core.windows.net",
            id="storage connection string",
        ),
        pytest.param('{"client_secret": "a b c", "n": 1}', '{"client_secret": ***, "n": 1}', id="json"),
        pytest.param(
            "postgres://u:p%40ss@db:5432/x refused", "postgres://***@db:5432/x refused", id="url with password"
        ),
        pytest.param("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***", id="bearer"),
        pytest.param("got eyJhbGciOiJI.eyJzdWIiOiIx.c2ln here", "got *** here", id="jwt"),
        pytest.param(
            "https://a.blob.core.windows.net/c?sv=1&sig=abc%3D&se=2",
            "https://a.blob.core.windows.net/c?sv=1&sig=***&se=2",
            id="sas",
        ),
        pytest.param("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "***", id="a row of a key"),
        pytest.param("KeyError: 'DATABASE_URL'", "KeyError: 'DATABASE_URL'", id="a missing key explains"),
        pytest.param("TokenExpiredError: jwt expired", "TokenExpiredError: jwt expired", id="an exception explains"),
        pytest.param(
            "unauthorized: authentication required", "unauthorized: authentication required", id="a pull error explains"
        ),
        pytest.param(
            "Image pull failed: Verify docker image configuration and credentials (if using private repository)",
            "Image pull failed: Verify docker image configuration and credentials (if using private repository)",
            id="the platform's advice",
        ),
        pytest.param(f"Digest: {DIGEST}", f"Digest: {DIGEST}", id="a digest is no secret"),
    ],
)
def test_redaction(line: str, shown: str) -> None:
    """Names explain and stay; values of settings and secrets go."""
    assert redacted(line) == shown


def test_lines_are_redacted_as_they_are_read() -> None:
    """No secret gets past the edge."""
    (line,) = read_platform_log("2026-04-22T05:30:41.0Z failed with password=hunter2")
    assert line.text == "failed with password=***"
