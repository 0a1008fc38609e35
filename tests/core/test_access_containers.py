# ruff: noqa: E501 - one case a line reads best as one line
"""May a sidecar-enabled site pull? Each container says for itself as whom; the site's verdict is the worst of theirs."""

import shlex

import pytest

from operators.core.access import Access, AccessFacts, ContainerAccess, Reason, Verdict
from operators.core.access.containers import image_of, of_all
from operators.core.access.evaluation import evaluate_access, needs_settings
from operators.core.access.parts import unread
from operators.core.app_settings import PullSettings
from operators.core.apps import SiteContainer, SiteIdentity
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.registries import ABAC, NotThere
from tests.core.access_samples import (
    ACR_PULL,
    APP,
    FORBIDDEN,
    NOW,
    OTHER,
    REGISTRY_ID,
    SLOT,
    USER,
    config,
    demo,
    facts,
    given,
    pulls,
    roles,
)

BOTH = SiteIdentity(user_assigned=(OTHER, USER))
AS_SYSTEM, AS_NOBODY, AS_SOMEBODY = "SystemIdentity", "Anonymous", "UserCredentials"
NO_FLAG = config(flag=False)
SERVICE_PRINCIPAL = PullSettings(user_name="ci", has_user_name=True, has_password=True, server="demo.azurecr.io")


def container(auth_type: str | None = AS_SYSTEM, client_id: str | None = None, name: str = "cache") -> SiteContainer:
    """One container of the site."""
    return SiteContainer(
        name=name, image="demo.azurecr.io/shop:v1", is_main=name == "main", auth_type=auth_type, client_id=client_id
    )


def of(told: AccessFacts, auth_type: str | None = AS_SYSTEM, client_id: str | None = None) -> AccessFacts:
    """The same asked for a container. The site's own flag is off, which must not matter."""
    changes = {"container": container(auth_type, client_id), "config": NO_FLAG}
    return told.model_copy(update=changes)


def as_user(client_id: str | None, **changes: object) -> AccessFacts:
    """A container that is pulled with a user-assigned identity, of which the site has two."""
    told = roles(given(ACR_PULL, to=USER.principal_id), known=(ACR_PULL,), identity=BOTH)
    return of(told.model_copy(update=changes), "UserAssigned", client_id)


CASES: dict[str, tuple[AccessFacts, Reason]] = {
    "its system-assigned identity has AcrPull": (of(pulls()), Reason.ROLE_GRANTED),
    "… whatever client id stands beside it": (of(pulls(), AS_SYSTEM, "1234"), Reason.ROLE_GRANTED),
    "… of a minute ago": (of(roles(given(ACR_PULL, minutes_ago=1), known=(ACR_PULL,))), Reason.ROLE_PROPAGATING),
    "its system-assigned identity has no role": (of(facts()), Reason.ROLE_MISSING),
    "… and there is none": (of(facts(identity=SiteIdentity())), Reason.IDENTITY_MISSING),
    "… which is not known": (of(facts(identity=FORBIDDEN)), Reason.READ_FAILED),
    "AcrPull at a registry in ABAC mode": (of(pulls(registry=demo(role_assignment_mode=ABAC))), Reason.ACR_PULL_NOT_HONOURED),
    "a user-assigned identity by client id": (as_user(USER.client_id), Reason.ROLE_GRANTED),
    "… in capitals": (as_user(USER.client_id.upper()), Reason.ROLE_GRANTED),
    "… by resource id": (as_user(USER.resource_id), Reason.CLIENT_ID_IS_RESOURCE_ID),
    "… that is not on the site": (as_user("1234"), Reason.USER_ASSIGNED_IDENTITY_MISSING),
    "… without saying which": (as_user(None), Reason.USER_ASSIGNED_IDENTITY_MISSING),
    "a user name and password": (of(facts(), AS_SOMEBODY), Reason.PASSWORD_NOT_TRIED),
    "… where those of the site are for another server": (of(facts(settings=SERVICE_PRINCIPAL.model_copy(update={"server": "old.io"})), AS_SOMEBODY), Reason.PASSWORD_NOT_TRIED),
    "nobody": (of(facts(), AS_NOBODY), Reason.CREDENTIALS_MISSING),
    "… where the site has a user name and password": (of(facts(settings=SERVICE_PRINCIPAL), AS_NOBODY), Reason.CREDENTIALS_MISSING),
    "… where the site pulls with its identity": (of(facts(), AS_NOBODY).model_copy(update={"config": config()}), Reason.CREDENTIALS_MISSING),
    "… and anybody may pull": (of(facts(registry=demo(anonymous_pull_enabled=True)), AS_NOBODY), Reason.ANONYMOUS_PULL),
    "nothing said": (of(facts(), None), Reason.CREDENTIALS_MISSING),
    "an authType that nobody has heard of": (of(pulls(), "Future"), Reason.READ_FAILED),
    "an image from another registry": (of(facts(registry=None, image=ImageReference.parse("mcr.microsoft.com/redis:7")), AS_NOBODY), Reason.NOT_AN_AZURE_REGISTRY),
    "a registry that is closed": (of(pulls(registry=demo(public_network_access="Disabled"))), Reason.REGISTRY_CLOSED),
    "an image that is not there": (of(pulls(manifest=NotThere(image="demo.azurecr.io/shop:v1"))), Reason.IMAGE_NOT_FOUND),
}  # fmt: skip


@pytest.mark.parametrize(("told", "reason"), CASES.values(), ids=CASES.keys())
def test_container(told: AccessFacts, reason: Reason) -> None:
    """Each situation has its reason; the container is named, and the site's flag and settings do not count."""
    access = evaluate_access(told, NOW)
    assert access.reason is reason
    assert told.container is not None
    assert not any("acrUse" in one.fact or "DOCKER_REGISTRY" in one.fact for one in access.evidence)
    said = {one.fact: (one.value, one.source) for one in access.evidence}
    assert said["authType"][1] == f"{APP.resource_id}/sitecontainers/cache"


def test_a_sentence_names_the_container_and_its_setting() -> None:
    """Not the site, which has several."""
    assert evaluate_access(CASES["nobody"][0], NOW).sentence.startswith("container cache of shop may not pull shop")
    sentence = evaluate_access(CASES["… by resource id"][0], NOW).sentence
    assert sentence.startswith("userManagedIdentityClientId of container cache of shop is a resource id")


def test_settings_are_not_asked_for_who_pulls() -> None:
    """They hold secrets and say nothing about containers, but for whether a pull goes through the network."""
    assert not needs_settings(CASES["nobody"][0])
    subnet = pulls().network.model_copy(update={"subnet_id": "/subnets/apps"})
    assert needs_settings(of(pulls(registry=demo(public_network_access="Disabled"), network=subnet)))


GRANT = f"az role assignment create --assignee-object-id {{}} --assignee-principal-type ServicePrincipal --role AcrPull --scope {REGISTRY_ID}"
SET = "az resource update --ids {}/sitecontainers/cache --api-version 2025-05-01 --set properties.authType="
SITE = "--subscription 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 --resource-group rg-web --name shop"
TO_SYSTEM = SET.format(APP.resource_id) + "SystemIdentity"
TO_USER = f"{SET.format(APP.resource_id)}UserAssigned properties.userManagedIdentityClientId={USER.client_id}"
SYSTEM_GRANT = GRANT.format("97d83402-1cee-46eb-bf02-426df6480397")
NEW_GRANT = GRANT.format(f'"$(az webapp identity show {SITE} --query principalId --output tsv)"')
ONE_USER = SiteIdentity(user_assigned=(USER,))


@pytest.mark.parametrize(
    ("told", "fix"),
    [
        pytest.param(CASES["its system-assigned identity has no role"][0], (SYSTEM_GRANT,), id="the role"),
        pytest.param(CASES["nobody"][0], (SYSTEM_GRANT, TO_SYSTEM), id="the identity that is there"),
        pytest.param(CASES["a user name and password"][0], (SYSTEM_GRANT, TO_SYSTEM), id="instead of a password"),
        pytest.param(
            of(facts(identity=ONE_USER)), (GRANT.format(USER.principal_id), TO_USER), id="the only one that is there"
        ),
        pytest.param(CASES["… and there is none"][0], (f"az webapp identity assign {SITE}", NEW_GRANT), id="a new one"),
        pytest.param(
            of(facts(identity=BOTH), AS_NOBODY),
            (f"az webapp identity assign {SITE}", NEW_GRANT, TO_SYSTEM),
            id="a new one rather than a guess",
        ),
        pytest.param(as_user(None, identity=ONE_USER), (GRANT.format(USER.principal_id), TO_USER), id="none named"),
        pytest.param(as_user(USER.resource_id), (GRANT.format(USER.principal_id), TO_USER), id="its client id"),
        pytest.param(
            as_user(f" {USER.resource_id}"), (GRANT.format(USER.principal_id), TO_USER), id="… behind a blank"
        ),
        pytest.param(of(facts(identity=FORBIDDEN), AS_NOBODY), (), id="identities that could not be read"),
    ],
)
def test_fix(told: AccessFacts, fix: tuple[str, ...]) -> None:
    """The role before the identity that needs it; the container is changed as a resource, and keeps all else."""
    assert evaluate_access(told, NOW).fix == fix


def test_fix_of_an_identity_that_is_not_on_the_site() -> None:
    """It is put there with the role, then chosen; `az` looks up what is not known of it."""
    assign, grant = evaluate_access(CASES["… that is not on the site"][0], NOW).fix
    assert "identity assign" in assign
    assert "clientId==" in assign
    assert "principalId" in grant
    assign, grant, choose = evaluate_access(as_user(USER.resource_id, identity=SiteIdentity()), NOW).fix
    assert shlex.split(assign)[-2:] == ["--identities", USER.resource_id]
    assert f"--ids {USER.resource_id} --query principalId" in grant
    assert shlex.split(choose)[-1].startswith("properties.userManagedIdentityClientId=$(az identity show")


def test_fix_of_a_slot_names_the_slot() -> None:
    """A slot's containers are resources of the slot."""
    (*_, choose) = evaluate_access(of(facts(app=SLOT), AS_NOBODY), NOW).fix
    assert f"--ids {SLOT.resource_id}/sitecontainers/cache " in choose


def answered(name: str, case: str) -> ContainerAccess:
    """A container and the verdict on it."""
    return ContainerAccess(container=container(name=name), access=evaluate_access(CASES[case][0], NOW))


ALLOWED, DENIED = "its system-assigned identity has AcrPull", "its system-assigned identity has no role"
PROPAGATING, UNKNOWN = "… of a minute ago", "a user name and password"


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [
        ((ALLOWED, ALLOWED), Verdict.ALLOWED),
        ((ALLOWED, UNKNOWN), Verdict.UNKNOWN),
        ((UNKNOWN, PROPAGATING, ALLOWED), Verdict.PROPAGATING),
        ((PROPAGATING, DENIED, UNKNOWN), Verdict.DENIED),
        ((UNKNOWN,), Verdict.UNKNOWN),
    ],
)
def test_the_worst_counts(cases: tuple[str, ...], verdict: Verdict) -> None:
    """A site is no better than its worst container; the other ones that are not allowed are warnings."""
    each = tuple(answered(f"c{n}", case) for n, case in enumerate(cases))
    site = of_all(each)
    assert (site.verdict, site.containers) == (verdict, each)
    troubled = {one.access.sentence for one in each if one.access.verdict is not Verdict.ALLOWED} - {site.sentence}
    assert troubled == set(site.warnings)
    assert {seen for one in each for seen in one.access.evidence} == set(site.evidence)


def test_of_several_alike_the_main_one_speaks_and_all_are_mended() -> None:
    """The sentence is the main container's; the commands are those of each that is as bad, each once."""
    site = of_all((answered("cache", "nobody"), answered("main", DENIED), answered("log", "nobody")))
    assert site.reason is Reason.ROLE_MISSING
    assert site.fix == (SYSTEM_GRANT, TO_SYSTEM)


def test_a_wait_is_as_long_as_the_longest() -> None:
    """What is propagating has spread once all of it has."""
    one = answered("main", PROPAGATING)
    until = one.access.until
    assert until is not None
    later = until.replace(minute=until.minute + 5)
    other = one.model_copy(update={"access": one.access.model_copy(update={"until": later})})
    assert of_all((one, other)).until == later


def test_what_names_no_image_is_unknown() -> None:
    """Neither allowed nor left out: the container is named, and what it says instead is quoted."""
    odd = container().model_copy(update={"image": "no image!"})
    image = image_of(odd)
    assert isinstance(image, Unknown)
    access = unread(APP, odd.image, image, operator_id=None)
    assert isinstance(access, Access)
    assert access.verdict is Verdict.UNKNOWN
    assert "image of container cache: 'no image!' is not an image reference" in access.sentence
    assert str(image_of(container())) == "demo.azurecr.io/shop:v1"
