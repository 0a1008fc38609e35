"""Sidecar-enabled sites: their containers are resources, and the main one is what runs."""

from typing import Any

from tests.local_azure.worlds import IMAGE, arm, seen, site, told, world_of

PATH = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/web"
MAIN = f"{PATH}/sitecontainers/main"
VERSION = {"api-version": "2025-05-01"}
SIDECARS: dict[str, Any] = {
    "image": None,
    "linux_fx_version": "sitecontainers",
    "acr_use_managed_identity_creds": False,
}


def main(**changes: Any) -> dict[str, Any]:
    """The body of the main container."""
    usual = {"image": IMAGE, "isMain": True, "targetPort": "80", "authType": "SystemIdentity"}
    return {"properties": usual | changes}


async def test_the_main_container_runs() -> None:
    """It is pulled with the identity that it names itself, and asked at its own port."""
    world, clock = world_of(sites=[site(**SIDECARS)])
    made = await arm(world, "PUT", MAIN, main(), **VERSION)
    assert (made.status_code, made.json()["type"]) == (201, "Microsoft.Web/sites/sitecontainers")
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v1")
    again = await arm(world, "PUT", MAIN, main(authType="Anonymous"), **VERSION)
    assert again.status_code == 200
    clock.advance(5)
    status = seen(world).status
    assert status is not None
    assert status.last_error == "ImagePullUnauthorizedFailure"


async def test_containers_are_listed_read_and_taken_away() -> None:
    """A written password is never read again; what is not there is a 404, and deleting it a 204."""
    world, _ = world_of(sites=[site(**SIDECARS)])
    secret = main(authType="UserCredentials", userName="store", passwordSecret="hunter2")
    await arm(world, "PUT", MAIN, secret, **VERSION)
    (row,) = (await arm(world, "GET", f"{PATH}/sitecontainers", **VERSION)).json()["value"]
    assert row == (await arm(world, "GET", MAIN, **VERSION)).json()
    assert (row["properties"]["userName"], row["properties"]["passwordSecret"]) == ("store", None)
    assert (await arm(world, "DELETE", MAIN, **VERSION)).status_code == 200
    assert (await arm(world, "DELETE", MAIN, **VERSION)).status_code == 204
    gone = await arm(world, "GET", MAIN, **VERSION)
    assert (gone.status_code, gone.json()["Code"]) == (404, "NotFound")


async def test_a_scenario_describes_containers() -> None:
    """They are listed with every key, of a slot too; the main one runs, pulled as it says itself."""
    puller = {"auth_type": "UserAssigned", "user_managed_identity": "puller"}
    containers = [
        {"name": "main", "image": IMAGE, "is_main": True, "target_port": "80", **puller},
        {"name": "cache", "image": "mcr.microsoft.com/redis:7"},
    ]
    told_slot = {"name": "staging", "site_containers": containers[1:]}
    sidecars = site(image=None, identity={"user": ["puller"]}, site_containers=containers, slots=[told_slot])
    role = {"principal": "puller", "role": "AcrPull", "scope": "store"}
    world, clock = world_of(sites=[sidecars], identities=[{"name": "puller"}], role_assignments=[role])
    rows = (await arm(world, "GET", f"{PATH}/sitecontainers", **VERSION)).json()["value"]
    assert [(row["name"], row["properties"]["authType"]) for row in rows] == [
        ("main", "UserAssigned"),
        ("cache", "Anonymous"),
    ]
    assert rows[0]["properties"]["userManagedIdentityClientId"] == world.identities["puller"].client_id
    assert rows[1]["properties"]["targetPort"] is None
    (row,) = (await arm(world, "GET", f"{PATH}/slots/staging/sitecontainers", **VERSION)).json()["value"]
    assert (row["name"], row["type"]) == ("cache", "Microsoft.Web/sites/slots/sitecontainers")
    assert (await arm(world, "GET", PATH, **VERSION)).json()["properties"]["siteConfig"]["linuxFxVersion"] == (
        "sitecontainers"
    )
    world.restart("web")
    clock.advance(10)
    assert told(seen(world)) == ("Started", "None", "v1")
