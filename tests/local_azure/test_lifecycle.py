"""What runs on an instance after something happened, as tables over a clock that is set by hand."""

import pytest

from local.azure.world.platform_log import Event, Note
from tests.local_azure.worlds import IMAGE, seen, site, told, world_of


@pytest.mark.parametrize(
    ("after", "state", "action", "serves"),
    [
        (0, "Starting", "EstablishingSiteNetworks", "v1"),
        (0.3, "Starting", "StartingSiteContainers", "v1"),
        (1, "Starting", "PullingImage", "v1"),
        (2.6, "Starting", "CreatingContainer", "v1"),
        (2.8, "Starting", "InitiatingSiteWarmUpProbe", "v1"),
        (4, "Starting", "WaitingForSiteWarmUpProbeSuccess", "v1"),
        (5, "Started", "None", "v2"),
        (5000, "Started", "None", "v2"),
    ],
)
def test_a_restart_brings_the_new_image_while_the_old_serves(
    after: float, state: str, action: str, serves: str
) -> None:
    """The phases of a start follow each other; the old container serves until the new one answers."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(after)
    assert told(seen(world)) == (state, action, serves)


def test_the_start_time_is_told_in_details() -> None:
    """`details` is how a new start is told from the old one."""
    world, clock = world_of()
    before = seen(world).status
    world.restart("web")
    clock.advance(10)
    after = seen(world).status
    assert before is not None
    assert after is not None
    assert before.details == "Site started at 05/01/2026 11:00:05 (UTC)"
    assert after.details == "Site started at 05/01/2026 12:00:03 (UTC)"  # the layers were local: nothing to pull


@pytest.mark.parametrize(
    ("image", "after", "error", "fragment"),
    [
        pytest.param("crashes", 5, "ContainerTimeout", "expected time limit of 230s", id="crash"),
        pytest.param("slow", 234, "ContainerTimeout", "expected time limit of 230s", id="slower than the limit"),
        pytest.param("other-port", 234, "ContainerTimeout", "expected time limit of 230s", id="silent port"),
        pytest.param("arm-only", 4, "ContainerTimeout", "expected time limit of 230s", id="arm64 image"),
        pytest.param("arm-and-s390x", 4, "ImagePullFailure", "no matching manifest for linux/amd64", id="no amd64"),
    ],
)
def test_a_failed_start_stops_the_site(image: str, after: float, error: str, fragment: str) -> None:
    """Whatever is wrong with an image, the site is reverted by stopping it, and the error says which kind it was."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", image)
    world.restart("web")
    clock.advance(after)
    view = seen(world)
    assert told(view) == ("Stopped", "None", None)
    assert view.status is not None
    assert view.status.last_error == error
    assert fragment in str(view.status.last_error_details)


@pytest.mark.parametrize(
    ("after", "state", "starts"),
    [
        pytest.param(5, "Stopped", 2, id="first failure"),
        pytest.param(15, "Starting", 3, id="the platform tries again by itself"),
        pytest.param(20, "Blocked", 3, id="blocked after the second failure in a row"),
        pytest.param(75, "Blocked", 3, id="for a minute"),
        pytest.param(78, "Starting", 4, id="tried again"),
        pytest.param(90, "Blocked", 4, id="blocked again"),
        pytest.param(195, "Blocked", 4, id="for two minutes"),
        pytest.param(205, "Blocked", 5, id="and again"),
    ],
)
def test_failures_in_a_row_block_the_site(after: float, state: str, starts: int) -> None:
    """The platform's own retries: after ten seconds, then blocked for one minute, then for two at a time."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", "crashes")
    world.restart("web")
    clock.advance(after)
    view = seen(world)
    assert (told(view)[0], view.starts) == (state, starts)


def test_a_restart_is_refused_while_blocked() -> None:
    """Restarting a blocked site changes nothing but its log."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", "crashes")
    world.restart("web")
    clock.advance(20)
    before = seen(world)
    world.restart("web")
    after = seen(world)
    assert (before.starts, after.starts) == (3, 3)
    assert after.status is not None
    assert after.status.details.startswith("Site is blocked due to multiple, consecutive cold start failures.")


def test_a_good_image_ends_the_blocking_and_keeps_the_last_error() -> None:
    """lastError is sticky: a later success does not clear it, only its timestamp tells that it is old."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", "crashes")
    world.restart("web")
    clock.advance(20)
    world.push("store", "team/web", "latest", "v2")
    clock.advance(70)
    view = seen(world)
    assert told(view) == ("Started", "None", "v2")
    assert view.status is not None
    assert view.status.last_error == "ContainerTimeout"
    assert view.status.last_error_at is not None
    assert view.serving_since is not None
    assert view.status.last_error_at < view.serving_since


def test_the_same_configuration_does_not_restart() -> None:
    """A PATCH with the value that is there is no deployment."""
    world, clock = world_of()
    assert not world.configure("web", {"linuxFxVersion": f"DOCKER|{IMAGE}"})
    clock.advance(1)
    assert seen(world).starts == 1


def test_a_second_restart_cancels_the_start() -> None:
    """Two restarts in quick succession: the first attempt is cancelled, the second succeeds."""
    world, clock = world_of()
    world.restart("web")
    clock.advance(1)
    world.restart("web")
    status = seen(world).status
    assert status is not None
    assert (status.action, status.last_error) == ("CancellingStartup", "SiteStartupCancelled")
    assert any(isinstance(entry, Note) and entry.event is Event.TERMINATING for entry in seen(world).log)
    clock.advance(10)
    assert told(seen(world))[0] == "Started"


def test_stop_and_start() -> None:
    """A stopped site serves nothing and does not mind restarts; starting it begins a start."""
    world, clock = world_of()
    world.stop("web")
    world.restart("web")
    clock.advance(60)
    assert told(seen(world)) == ("Stopped", "None", None)
    world.start("web")
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v1")


def test_without_always_on_a_restart_waits_for_a_request() -> None:
    """An idle app runs nowhere: there is no status until somebody asks for it."""
    world, clock = world_of(sites=[site(always_on=False)])
    world.restart("web")
    clock.advance(600)
    view = seen(world)
    assert (view.status, view.idle) == (None, True)


def test_instances_start_each_for_itself() -> None:
    """Every instance has its own id and machine and runs the image."""
    world, clock = world_of(sites=[site(instances=3)])
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(10)
    views = world.instances("web")
    assert len({view.instance_id for view in views}) == len({view.machine for view in views}) == 3
    assert {view.serving.image_name for view in views if view.serving} == {"v2"}


def test_the_state_is_a_function_of_what_happened_and_the_moment() -> None:
    """Two worlds with the same story look alike at the same moment, however often one was looked at."""
    worlds = [world_of(), world_of()]
    for nth, (world, clock) in enumerate(worlds):
        world.push("store", "team/web", "latest", "crashes")
        world.restart("web")
        for _ in range(1 if nth else 100):
            clock.advance(100 if nth else 1)
            world.instances("web")
    assert worlds[0][0].instances("web") == worlds[1][0].instances("web")


def test_a_sick_instance_starts_nothing_and_the_others_serve() -> None:
    """Its containers are killed, and it is blocked like any that fails; once it is well it serves, too."""
    world, clock = world_of(sites=[site(instances=2)])
    world.change_app("web", sick_instances={1})
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(30)
    well, sick = world.instances("web")
    assert (told(well), told(sick)[2]) == (("Started", "None", "v2"), None)
    assert any(isinstance(entry, Note) and entry.words.get("exit_code") == "137" for entry in sick.log)
    world.change_app("web", sick_instances=set())
    clock.advance(200)
    assert [told(one) for one in world.instances("web")] == [("Started", "None", "v2")] * 2
