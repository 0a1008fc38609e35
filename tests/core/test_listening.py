"""Where a container listens, by what servers write when they do."""

import pytest

from operators.core.listening import elsewhere, read_listening
from operators.core.model import Unknown

PINGED = "ERROR - Container demo_0_ab didn't respond to HTTP pings on port: 80, failing site start."
UNREAD = Unknown(what="app settings of shop", reason="403")


@pytest.mark.parametrize(
    ("line", "port", "loopback"),
    [
        pytest.param("Now listening on: http://[::]:5000", 5000, False, id="Kestrel"),
        pytest.param("      Now listening on: http://localhost:5000", 5000, False, id="Kestrel, by a name"),
        pytest.param("Example app listening on port 3000!", 3000, False, id="Express"),
        pytest.param("Server running at http://127.0.0.1:3000/", 3000, True, id="Node"),
        pytest.param("[1] [INFO] Listening at: http://0.0.0.0:8000 (1)", 8000, False, id="gunicorn"),
        pytest.param("INFO:     Uvicorn running on http://127.0.0.1:8000 (Press …)", 8000, True, id="Uvicorn"),
        pytest.param(" * Running on http://127.0.0.1:5000", 5000, True, id="Flask"),
        pytest.param("Tomcat started on port(s): 8081 (http) with context path ''", 8081, False, id="Spring Boot 2"),
        pytest.param("Tomcat started on port 8081 (http)", 8081, False, id="Spring Boot 3"),
        pytest.param("2026/04/04 05:51:00 Listening on :8080", 8080, False, id="Go"),
        pytest.param("listening on *:3000", 3000, False, id="every address"),
        pytest.param("Listening on http://[::1]:5000", 5000, True, id="the loopback of IPv6"),
        pytest.param("server listening on :::3000", 3000, False, id="every address of IPv6"),
        pytest.param("Serving HTTP on 0.0.0.0 port 8000 ...", 8000, False, id="Python"),
    ],
)  # fmt: skip
def test_it_is_read(line: str, port: int, loopback: bool) -> None:
    """The port, and whether anybody else can reach it."""
    assert [(one.port, one.loopback) for one in read_listening(line)] == [(port, loopback)]


@pytest.mark.parametrize(
    "line",
    [
        "connecting to the database at db:5432",
        "Container start method finished after 12314 ms.",
        "Site startup probe failed after 231.0055547 seconds.",
        "Site started.",
        "Image demo/api:1.0 is pulled from registry 10.1.0.4:13209",
        PINGED,
        "State: Started, Action: None, LastError: , LastErrorTimestamp: 01/01/0001 00:00:00, LastErrorDetails: , "
        "Details: Site started at 04/22/2026 05:34:05 (UTC), DetailsLevel: INFO",
        "Listening...",
        "Server started at 05:51:30 on 2026-04-04",
        "running migrations against db.example:5432",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    """Neither the platform's own words nor an app's about others."""
    assert read_listening(line) == ()


def test_a_line_may_name_several() -> None:
    """All of them count."""
    found = read_listening("Tomcat started on ports 8443 (https), 8080 (http) with context path '/'")
    assert [one.port for one in found] == [8443, 8080]


FLASK = (
    " * Running on all addresses (0.0.0.0)",
    " * Running on http://127.0.0.1:5000",
    " * Running on http://172.17.0.2:5000",
)
SSH = "Server listening on 0.0.0.0 port 2222."


@pytest.mark.parametrize(
    ("lines", "asked", "found"),
    [
        pytest.param(["Listening on port 5000"], [80, 8080], "port 5000", id="elsewhere"),
        pytest.param(["Listening on port 8080"], [80, 8080], None, id="where the platform finds it by itself"),
        pytest.param(["listening on http://0.0.0.0:3000"], [3000], None, id="where the settings say"),
        pytest.param(["listening on :8080"], [3000], "port 8080", id="not where the settings say"),
        pytest.param(["Listening on port 8080", PINGED], [80, 8080], "port 8080", id="not where it was asked"),
        pytest.param(["Listening on port 80", PINGED], [3000], None, id="where it was asked: it is slow"),
        pytest.param(["Listening on port 5000", PINGED], None, "port 5000", id="the platform names what it asked"),
        pytest.param(["Running on http://127.0.0.1:80"], [80], "port 80 of the loopback interface", id="unreachable"),
        pytest.param(FLASK, [5000], None, id="the loopback, and an address of its own"),
        pytest.param(FLASK, [80], "port 5000", id="elsewhere on both"),
        pytest.param(["Listening at: http://172.17.0.2:8000"], [80], None, id="an address that may be anybody's"),
        pytest.param(["redis available at 10.0.0.4:6379"], [80], None, id="another machine"),
        pytest.param(["redis available at cache.example on port 6379"], [80], None, id="another machine, by its name"),
        pytest.param(["started, connected to redis on port 6379"], [80], None, id="where it connects to"),
        pytest.param(["redis available at 10.0.0.4:6379", "listening on :3000"], [80], "port 3000", id="and its own"),
        pytest.param(["Listening on port 80", "worker listening on port 9000"], [80], None, id="there and elsewhere"),
        pytest.param(
            ["listening on :5000", "Metrics server listening on :9100"], [80], "port 5000", id="the likeliest"
        ),
        pytest.param(["listening on :5000", "Running on http://127.0.0.1:6000"], [80], "port 5000", id="the reachable"),
        pytest.param(["Metrics server listening on :9100"], [80], None, id="metrics alone"),
        pytest.param(["management: Tomcat started on port 9001 (http)"], [80], None, id="management alone"),
        pytest.param(["debugpy listening on 0.0.0.0:5678"], [80], None, id="a debugger alone"),
        pytest.param([SSH], [80, 8080], None, id="the platform's console alone"),
        pytest.param(["Listening on port 5000"], None, None, id="not known where it is asked"),
        pytest.param(["Listening on port 5000"], UNREAD, None, id="the settings could not be read"),
        pytest.param(["Running on http://127.0.0.1:80"], UNREAD, None, id="nor then on the loopback"),
        pytest.param(["loading the model", PINGED], [80, 8080], None, id="not said"),
    ],
)
def test_elsewhere(lines: list[str], asked: list[int] | Unknown | None, found: str | None) -> None:
    """A wrong port is only what is shown to be one."""
    heard = elsewhere(lines, asked=frozenset(asked) if isinstance(asked, list) else asked)
    assert (str(heard) if heard else None) == found
