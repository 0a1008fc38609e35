"""What runs on an instance after something happened, as tables over a clock that is set by hand."""

import pytest

from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from tests.local_azure.worlds import IMAGE, site, world_of


def seen(world: World, name: str = "web") -> InstanceView:
    """Answer the only instance of a site."""
    (view,) = world.instances(name)
    return view


def told(view: InstanceView) -> tuple[str, str, str | None]:
    """Answer state, action and the image that serves."""
    assert view.status is not None
    return view.status.state, view.status.action, view.serving.image_name if view.serving else None


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


def test_an_index_with_amd64_runs_under_its_own_digest() -> None:
    """A multi-architecture image is known by the digest of its index, which is what the tag shows."""
    world, clock = world_of()
    pushed = world.push("store", "team/web", "latest", "both")
    world.restart("web")
    clock.advance(10)
    serving = seen(world).serving
    assert serving is not None
    assert serving.digest == pushed.digest


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


def test_the_tag_is_resolved_when_the_pull_begins() -> None:
    """A push that comes between the restart and the pull is what is pulled."""
    world, clock = world_of()
    world.restart("web")
    clock.advance(0.4)
    world.push("store", "team/web", "latest", "v2")
    clock.advance(10)
    assert told(seen(world))[2] == "v2"


def test_a_push_after_the_pull_began_changes_nothing() -> None:
    """What was pulled stays, whatever the tag shows later."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(0.6)
    world.push("store", "team/web", "latest", "crashes")
    clock.advance(3600)
    assert told(seen(world))[2] == "v2"


@pytest.mark.parametrize(
    ("grants", "configured", "allowed"),
    [
        pytest.param([{"role": "AcrPull", "scope": "store"}], {}, True, id="AcrPull at the registry"),
        pytest.param([{"role": "AcrPull", "scope": "registries"}], {}, True, id="AcrPull at the resource group"),
        pytest.param([{"role": "Reader", "scope": "store"}], {}, True, id="Reader matches */read"),
        pytest.param([], {}, False, id="no role"),
        pytest.param([{"role": "AcrPull", "scope": "apps"}], {}, False, id="another resource group"),
        pytest.param([{"role": "AcrDelete", "scope": "store"}], {}, False, id="another role"),
        pytest.param([{"role": "AcrPull", "scope": "store", "spreads_in": 60}], {}, False, id="not spread yet"),
        pytest.param(
            [{"role": "AcrPull", "scope": "store"}], {"acr_use_managed_identity_creds": False}, False, id="flag off"
        ),
        pytest.param(
            [{"role": "AcrPull", "scope": "store"}],
            {"acr_user_managed_identity_id": "/sub/x"},
            False,
            id="no client id",
        ),
    ],
)
def test_the_right_to_pull_is_the_identitys_own(
    grants: list[dict[str, object]], configured: dict[str, object], allowed: bool
) -> None:
    """A pull is allowed by role assignments that have spread, of the identity that is configured."""
    grants = [{"principal": "web"} | grant for grant in grants]
    world, clock = world_of(sites=[site(**configured)], role_assignments=grants)
    world.restart("web")
    clock.advance(2)
    status = seen(world).status
    assert status is not None
    assert (status.last_error == "ImagePullUnauthorizedFailure") is not allowed


def test_a_role_that_spreads_late_lets_a_later_try_through() -> None:
    """An assignment counts only from its moment on; the platform's retry then succeeds."""
    world, clock = world_of(role_assignments=[])
    world.assign_role("web", "AcrPull", "store", spreads_in=8)
    world.restart("web")
    clock.advance(5)
    assert told(seen(world))[0] == "Stopped"
    clock.advance(15)
    assert told(seen(world))[0] == "Started"


def test_an_app_runs_on_when_its_role_is_gone() -> None:
    """What runs at the beginning was pulled long ago, whatever the rights are now."""
    world, _ = world_of(role_assignments=[])
    assert told(seen(world)) == ("Started", "None", "v1")


@pytest.mark.parametrize(
    ("reference", "error", "fragment"),
    [
        ("store.azurecr.io/team/web:nope", "ImagePullFailure", 'manifest tagged by "nope" is not found'),
        ("store.azurecr.io/team/nope", "ImagePullFailure", 'manifest tagged by "latest" is not found'),
        ("gone.azurecr.io/team/web:1", "ImagePullFailure", "lookup gone.azurecr.io: no such host"),
        (f"store.azurecr.io/team/web@sha256:{'0' * 64}", "ImagePullFailure", "manifest unknown"),
    ],
)
def test_a_reference_that_means_nothing_fails_the_pull(reference: str, error: str, fragment: str) -> None:
    """The platform's words tell a missing tag from an unknown host."""
    world, clock = world_of()
    world.configure("web", {"linuxFxVersion": f"DOCKER|{reference}"})
    clock.advance(3)
    status = seen(world).status
    assert status is not None
    assert status.last_error == error
    assert fragment in str(status.last_error_details)


def test_a_digest_pins_what_runs() -> None:
    """A configured digest is pulled as it is, also after the tag moved."""
    world, clock = world_of()
    digest = world.push("store", "team/web", "latest", "v2").digest
    world.push("store", "team/web", "latest", "crashes")
    world.configure("web", {"linuxFxVersion": f"DOCKER|store.azurecr.io/team/web@{digest}"})
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v2")


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


def test_the_old_platform_falls_back_to_its_local_copy() -> None:
    """On the old platform a pull that fails runs the old image and calls it a success."""
    world, clock = world_of(sites=[site(log_format="old")], role_assignments=[])
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v1")


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
