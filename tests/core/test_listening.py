"""Where a container listens, by what servers write when they do."""

import pytest

from operators.core.listening import elsewhere, read_listening

PINGED = "ERROR - Container demo_0_ab didn't respond to HTTP pings on port: 80, failing site start."


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
    ],
)  # fmt: skip
def test_it_is_read(line: str, port: int, loopback: bool) -> None:
    """The port, and whether anybody else can reach it."""
    found = read_listening(line)
    assert found is not None
    assert (found.port, found.loopback) == (port, loopback)


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
    assert read_listening(line) is None


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(["Listening on port 5000"], "port 5000", id="elsewhere"),
        pytest.param(["Listening on port 8080"], None, id="where the platform finds it by itself"),
        pytest.param(["Listening on port 8080", PINGED], "port 8080", id="not where it was asked"),
        pytest.param(["Listening on port 80", PINGED], None, id="where it was asked: it is slow"),
        pytest.param(["Running on http://127.0.0.1:80", PINGED], "port 80 of the loopback interface", id="unreachable"),
        pytest.param(["Listening on port 80", "metrics listening on port 9090"], None, id="there and elsewhere"),
        pytest.param(["loading the model", PINGED], None, id="not said"),
    ],
)
def test_elsewhere(lines: list[str], found: str | None) -> None:
    """A wrong port is only what is shown to be one."""
    heard = elsewhere(lines)
    assert (str(heard) if heard else None) == found
