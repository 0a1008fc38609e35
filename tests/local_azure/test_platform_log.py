"""The platform's log, in both formats."""

import re

from local.azure.world import World
from local.azure.world.platform_log import lines_of
from tests.local_azure.worlds import site, world_of

STATE = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z "
    r"State: (?P<state>\w+), Action: (?P<action>\w+), LastError: (?P<error>\w*), "
    r"LastErrorTimestamp: (?P<at>[\d/]+ [\d:]+), LastErrorDetails: (?P<error_details>.*?), Details: (?P<details>.*), "
    r"DetailsLevel: (?P<level>\w+)$"
)


def log_of(world: World, old: bool = False) -> list[str]:
    """Answer the log of the app since the story began."""
    (view,) = world.instances("web")
    return [line for entry in view.log if entry.at >= world.started for line in lines_of(entry, old)]


def crash(log_format: str = "new") -> World:
    """Make a world whose app crashed once and was restarted while it is blocked."""
    world, clock = world_of(sites=[site(log_format=log_format)])
    world.push("store", "team/web", "latest", "crashes")
    world.restart("web")
    clock.advance(20)
    world.restart("web")
    return world


def test_a_crash_reads_as_in_captured_logs() -> None:
    """The exit code, the misleading ContainerTimeout, the blocking and the refusal are told in the platform's words."""
    lines = [line.partition(" ")[2] for line in log_of(crash()) if "State:" not in line]
    expected = [
        *("Container has finished running with exit code: 3.", "Site container: web terminated during site startup."),
        *("Site startup probe failed after 1.0000000 seconds.", "Failed to start site. Revert by stopping site."),
        *("Container is terminating. Grace period: 5 seconds.", "Site: web stopped."),
    ]
    at = lines.index(expected[0])
    assert lines[at : at + len(expected)] == expected
    assert lines[-1] == "Start site prohibitted because the site is being blocked."


def test_state_lines_can_be_parsed() -> None:
    """Every state line has all its fields; one without an error has the year 1."""
    states = [match for line in log_of(crash()) if "State:" in line and (match := STATE.match(line))]
    assert len(states) == sum("State:" in line for line in log_of(crash()))
    assert (states[0]["error"], states[0]["at"]) == ("", "01/01/0001 00:00:00")
    assert (states[-1]["state"], states[-1]["error"], states[-1]["level"]) == ("Blocked", "ContainerTimeout", "WARN")
    assert states[-1]["details"].endswith("Site scheduled to be unblocked at 05/01/2026 12:01:18")


def test_the_old_format_has_levels_and_no_states() -> None:
    """The old platform writes milliseconds, levels, and its own words for a crash."""
    lines = log_of(crash("old"), old=True)
    assert all(re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO |WARN |ERROR) - ", line) for line in lines)
    assert any("for site web has exited, failing site start" in line for line in lines)


def test_the_old_format_tells_the_digest_that_a_pull_brought() -> None:
    """And whether the machine had it already; the new format names no digest."""
    world, clock = world_of(sites=[site(log_format="old")])
    digest = world.push("store", "team/web", "latest", "v2").digest
    for done, seconds in (("Downloaded newer image", 2), ("Image is up to date", 0)):
        since = clock.now()
        world.restart("web")
        clock.advance(10)
        (view,) = world.instances("web")
        lines = [line for entry in view.log if entry.at >= since for line in lines_of(entry, old=True)]
        assert [line.partition(" ")[2] for line in lines[1:4]] == [
            f"INFO  -  Digest: {digest}",
            f"INFO  -  Status: {done} for store.azurecr.io/team/web:latest",
            f"INFO  - Pull Image successful, Time taken: {seconds} Seconds",
        ]


def test_a_slot_has_its_deployment_name() -> None:
    """Logs know a slot as site and four hexadecimal digits."""
    world, clock = world_of(sites=[site(slots=[site(name="staging")])])
    world.stop("web/staging")
    clock.advance(1)
    (view,) = world.instances("web/staging")
    texts = [line for entry in view.log for line in lines_of(entry, old=False)]
    assert any(re.search(r"Site: web__[0-9a-f]{4} stopped\.", line) for line in texts)
