"""Sidecar-enabled sites over the admin API and at the doctor's: the real SDK clients over the simulated Azure."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.access import Reason, Verdict
from operators.core.access.conditions import repository_condition
from operators.errors import Conflict, NotFound
from operators.web.access_answers import AccessAnswer
from tests.web.clinic import Clinic, site, story

MAIN = {"name": "main", "image": "contoso.azurecr.io/shop:stable", "is_main": True, "target_port": "80"}
CACHE = {"name": "cache", "image": "contoso.azurecr.io/cache:v7"}
AS_SYSTEM, AS_PULLER = {"auth_type": "SystemIdentity"}, {"auth_type": "UserAssigned", "user_managed_identity": "puller"}
BY_PASSWORD = {"auth_type": "UserCredentials", "user_name": "hunter"}
REDIS = {"image": "mcr.microsoft.com/redis:7"}
READER = "Container Registry Repository Reader"


def sidecars(*containers: dict[str, Any], registry: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A story whose app is a sidecar-enabled site; its system-assigned identity has AcrPull, `puller` has not."""
    told = site(image=None, identity={"system": True, "user": ["puller"]}, site_containers=containers) | changes
    told["acr_use_managed_identity_creds"] = False
    tags = {"shop:stable": "v1", "cache:v7": "v1"}
    return story(
        sites=[told],
        identities=[{"name": "puller"}],
        registries=[{"name": "contoso", "tags": tags} | (registry or {})],
        event_subscriptions=[],
    )


async def asked(told: dict[str, Any], name: str = "shop") -> AccessAnswer:
    """GET /api/apps/{name}/access."""
    return await (await Clinic.open(told)).admin.access(name)


STORIES: dict[str, tuple[dict[str, Any], Verdict, dict[str, Reason]]] = {
    "all as the system-assigned identity": (
        sidecars(MAIN | AS_SYSTEM, CACHE | AS_SYSTEM),
        Verdict.ALLOWED,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.ROLE_GRANTED},
    ),
    "one as a user-assigned identity without a role": (
        sidecars(MAIN | AS_SYSTEM, CACHE | AS_PULLER),
        Verdict.DENIED,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.ROLE_MISSING},
    ),
    "one as an identity that is not on the site": (
        sidecars(MAIN | AS_SYSTEM, CACHE | AS_PULLER, identity={"system": True}),
        Verdict.DENIED,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.USER_ASSIGNED_IDENTITY_MISSING},
    ),
    "one by a user name and password": (
        sidecars(MAIN | AS_SYSTEM, CACHE | BY_PASSWORD),
        Verdict.UNKNOWN,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.PASSWORD_NOT_TRIED},
    ),
    "the main one as nobody": (
        sidecars(MAIN, CACHE | AS_SYSTEM),
        Verdict.DENIED,
        {"main": Reason.CREDENTIALS_MISSING, "cache": Reason.ROLE_GRANTED},
    ),
    "all as nobody, where anybody may": (
        sidecars(MAIN, CACHE, registry={"anonymous_pull_enabled": True}),
        Verdict.ALLOWED,
        {"main": Reason.ANONYMOUS_PULL, "cache": Reason.ANONYMOUS_PULL},
    ),
    "one from a registry of somebody else": (
        sidecars(MAIN | AS_SYSTEM, CACHE | REDIS),
        Verdict.UNKNOWN,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.NOT_AN_AZURE_REGISTRY},
    ),
    "one whose image is not there": (
        sidecars(MAIN | AS_SYSTEM, CACHE | AS_SYSTEM | {"image": "contoso.azurecr.io/cache:v8"}),
        Verdict.DENIED,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.IMAGE_NOT_FOUND},
    ),
    "one that names no image": (
        sidecars(MAIN | AS_SYSTEM, CACHE | AS_SYSTEM | {"image": "not an image"}),
        Verdict.UNKNOWN,
        {"main": Reason.ROLE_GRANTED, "cache": Reason.READ_FAILED},
    ),
}


@pytest.mark.parametrize(("told", "verdict", "reasons"), STORIES.values(), ids=STORIES)
async def test_access(told: dict[str, Any], verdict: Verdict, reasons: dict[str, Reason]) -> None:
    """The site's verdict is the worst of its containers'; each is answered for, and the main one is marked."""
    answer = await asked(told)
    assert answer.containers is not None
    assert answer.verdict == verdict
    assert {one.name: one.access.reason for one in answer.containers} == reasons
    assert [one.name for one in answer.containers if one.is_main] == ["main"]
    assert answer.reason in reasons.values()
    assert "hunter" not in answer.model_dump_json()


async def test_what_mends_a_container_is_named() -> None:
    """The commands are those of the containers that may not, the sentence names the one that it is about."""
    answer = await asked(sidecars(MAIN | AS_SYSTEM, CACHE | AS_PULLER))
    assert "container cache of shop may not pull cache" in answer.sentence
    (grant,) = answer.fix
    assert grant.startswith("az role assignment create")
    assert {one.source.rpartition("/")[2] for one in answer.evidence if one.fact == "authType"} == {"main", "cache"}


async def test_a_slot_is_asked_by_its_own_containers_and_identity() -> None:
    """The site's role is no use to the slot."""
    slot = {"name": "staging", "identity": {"system": True}, "site_containers": [MAIN | AS_SYSTEM]}
    answer = await asked(sidecars(MAIN | AS_SYSTEM, slots=[slot]), "shop:staging")
    assert (answer.verdict, answer.reason) == ("denied", "role_missing")
    assert "container main of shop:staging" in answer.sentence


async def test_containers_that_may_not_be_read_are_unknown() -> None:
    """403: neither denied nor an error, but unknown with the right that is missing."""
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM))
    clinic.refuse("/sitecontainers", "Microsoft.Web/sites/sitecontainers/read")
    answer = await clinic.admin.access("shop")
    assert (answer.verdict, answer.containers) == ("unknown", None)
    assert "Microsoft.Web/sites/sitecontainers/read" in answer.sentence


async def test_a_site_without_containers_has_nothing_to_ask_about() -> None:
    """Made as a sidecar-enabled site, and nothing put on it yet."""
    clinic = await Clinic.open(sidecars(linux_fx_version="SITECONTAINERS"))
    with pytest.raises(NotFound, match="names no Linux container"):
        await clinic.admin.access("shop")


async def test_calls_are_shared_between_containers() -> None:
    """Ten containers of one registry cost one list of the site's containers, and one read of the registry's roles."""
    containers = [CACHE | AS_SYSTEM | {"name": f"c{n}"} for n in range(9)]
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM, *containers))
    await clinic.admin.access("shop")
    calls = clinic.calls()
    assert (calls["containers.list"], calls["roles.assignments"], calls["registries.list"]) == (1, 1, 1)


async def test_the_missing_role_is_given() -> None:
    """POST …/access/grant gives each container's identity what it lacks, one call after the other, until none helps."""
    told = sidecars(MAIN | AS_SYSTEM, CACHE | AS_PULLER, registry={"role_assignment_mode": "AbacRepositoryPermissions"})
    told["operator"]["roles"].append("Role Based Access Control Administrator")
    clinic = await Clinic.open(told, mode="act")
    given = []
    for _ in range(2):
        given.append(await clinic.admin.grant("shop", b'{"by": "ana"}'))
        clinic.clock.advance(1)
    assert [(one.role, one.condition) for one in given] == [
        (READER, repository_condition("shop")),
        (READER, repository_condition("cache")),
    ]
    assert given[0].principal_id != given[1].principal_id
    assert (await clinic.admin.access("shop")).verdict == "propagating"
    with pytest.raises(Conflict, match="no role would change the verdict"):
        await clinic.admin.grant("shop", b"")


async def test_a_moment_without_an_answer_is_unknown() -> None:
    """A list of containers that comes to nothing now may come later."""
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM))
    clinic.world.faults.add(FaultRule(path="/sitecontainers", status=503, times=1))
    assert (await clinic.admin.access("shop")).verdict == "unknown"
    assert (await clinic.admin.access("shop")).verdict == "allowed"


NOT_LOOKED_INTO = dict.fromkeys(("events", "webhooks", "webhook_addresses", "webhook_quota"), "unknown")


async def test_the_doctor_looks_at_every_container() -> None:
    """Identity, verdict, image and port are the containers'; of pushes it says that none is rolled out."""
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM, CACHE | AS_SYSTEM))
    assert await clinic.statuses() == NOT_LOOKED_INTO
    assert clinic.calls()["containers.list"] == 1


async def test_the_doctor_names_the_container_that_is_wrong() -> None:
    """The same app with a container by password and one whose image is gone."""
    gone = CACHE | AS_SYSTEM | {"name": "log", "image": "contoso.azurecr.io/log:v1"}
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM, CACHE | BY_PASSWORD, gone))
    found = {check.code: check for check in (await clinic.examine()).checks if check.status != "ok"}
    statuses = {"identity": "warning", "access": "problem", "image": "problem"}
    assert {code: check.status for code, check in found.items()} == statuses | NOT_LOOKED_INTO
    assert "container cache of shop" in found["identity"].sentence
    assert "container log of shop" in found["image"].sentence
    assert "contoso.azurecr.io has no contoso.azurecr.io/log:v1" in found["access"].sentence
    assert "hunter" not in (await clinic.examine()).model_dump_json()


async def test_the_doctor_says_which_right_it_lacks() -> None:
    """403 for the containers: what hangs on them is unknown, though the site and its configuration can be read."""
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM))
    clinic.refuse("/sitecontainers", "Microsoft.Web/sites/sitecontainers/read")
    unknown = dict.fromkeys(("identity", "access", "image", "port"), "unknown")
    assert await clinic.statuses() == unknown | NOT_LOOKED_INTO


async def test_containers_are_read_where_the_site_is_not() -> None:
    """The site's 403 makes unknown as whom it pulls, and says nothing wrong about its containers' images."""
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM))
    clinic.refuse("/sites/shop$", "Microsoft.Web/sites/read")
    statuses = await clinic.statuses()
    assert {code: statuses[code] for code in ("identity", "access")} == {"identity": "unknown", "access": "unknown"}
    assert "image" not in statuses


@pytest.mark.parametrize(("tags", "listed"), [({"pulley": "on"}, ["shop"]), ({}, [])])
async def test_the_round_visits_those_that_were_handed_over(tags: dict[str, str], listed: list[str]) -> None:
    """GET /api/doctor: a sidecar-enabled site with the resource tag is among them, without it is not."""
    clinic = await Clinic.open(sidecars(MAIN | AS_SYSTEM, tags=tags))
    page = await clinic.api.apps("https://ops/api/doctor", {})
    assert [one.name for one in page.value] == listed
    assert (await clinic.examine()).name == "shop"
