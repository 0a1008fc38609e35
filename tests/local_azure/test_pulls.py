"""What an instance pulls: which image a reference means at that moment, and whether the identity may."""

import pytest

from tests.local_azure.worlds import seen, site, told, world_of


def test_an_index_with_amd64_runs_under_its_own_digest() -> None:
    """A multi-architecture image is known by the digest of its index, which is what the tag shows."""
    world, clock = world_of()
    pushed = world.push("store", "team/web", "latest", "both")
    world.restart("web")
    clock.advance(10)
    serving = seen(world).serving
    assert serving is not None
    assert serving.digest == pushed.digest


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


READER = {"principal": "web", "role": "Container Registry Repository Reader", "scope": "store"}
FOR_ANOTHER = (
    "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})) OR "
    "(@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'other/web'))"
)


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        pytest.param({}, False, id="AcrPull is not honoured"),
        pytest.param({"role_assignments": [READER]}, True, id="Repository Reader"),
        pytest.param(
            {"role_assignments": [READER | {"condition": FOR_ANOTHER}]},
            False,
            id="Repository Reader for another repository",
        ),
        pytest.param(
            {
                "role_assignments": [READER],
                "deny_assignments": [{"name": "no", "scope": "store", "data_actions": ["*/content/read"]}],
            },
            False,
            id="denied as data action",
        ),
        pytest.param(
            {
                "role_assignments": [READER],
                "deny_assignments": [{"name": "no", "scope": "store", "actions": ["*/pull/read"]}],
            },
            True,
            id="denied is what does not count here",
        ),
    ],
)
def test_an_abac_registry_goes_by_repository_permissions(changes: dict[str, object], allowed: bool) -> None:
    """Once a registry is switched to ABAC, the same pull is decided by data actions and their conditions."""
    world, clock = world_of(**changes)
    world.change_registry("store", role_assignment_mode="AbacRepositoryPermissions")
    world.restart("web")
    clock.advance(2)
    status = seen(world).status
    assert status is not None
    assert (status.last_error == "ImagePullUnauthorizedFailure") is not allowed


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


def test_the_old_platform_falls_back_to_its_local_copy() -> None:
    """On the old platform a pull that fails runs the old image and calls it a success."""
    world, clock = world_of(sites=[site(log_format="old")], role_assignments=[])
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v1")


@pytest.mark.parametrize(
    ("log_format", "state"),
    [("new", ("Stopped", "None", None)), ("old", ("Started", "None", "v1"))],
)
def test_a_registry_that_is_out_of_reach_fails_every_pull(log_format: str, state: tuple[str, str, str | None]) -> None:
    """In the words of its client, until that is over; only the old platform starts what it has."""
    world, clock = world_of(sites=[site(log_format=log_format)])
    world.push("store", "team/web", "latest", "v2")
    world.change_app("web", pull_error="Get https://store.azurecr.io/v2/: dial tcp: i/o timeout")
    world.restart("web")
    clock.advance(5)
    assert told(seen(world)) == state
    world.change_app("web", pull_error=None)
    world.restart("web")
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v2")


def test_the_old_platform_has_a_local_copy_of_a_digest_that_a_tag_brought() -> None:
    """What the machine pulled by a tag is there under its digest; what it never pulled is not."""
    world, clock = world_of(sites=[site(log_format="old")])
    here = seen(world).serving
    assert here is not None
    other = world.push("store", "team/web", "next", "v2").digest
    world.change_app("web", pull_error="Get https://store.azurecr.io/v2/: dial tcp: i/o timeout")
    for digest, serves in ((here.digest, "v1"), (other, None)):
        world.configure("web", {"linuxFxVersion": f"DOCKER|store.azurecr.io/team/web@{digest}"})
        clock.advance(5)
        assert told(seen(world))[2] == serves
