# ruff: noqa: E501 - one case a line reads best as one line
"""May this app pull? Each case is a situation somebody has been in."""

import pytest

from operators.core.access import PULL, SPREADING, Access, AccessFacts, Reason, Verdict
from operators.core.access.catalogue import CATALOGUE
from operators.core.access.conditions import repository_condition
from operators.core.access.deny_assignments import Named
from operators.core.access.evaluation import evaluate_access
from operators.core.app_settings import PullSettings
from operators.core.apps import SiteIdentity, SiteNetwork
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.registries import ABAC, ManifestFacts, NotThere
from tests.core.access_samples import (
    ACR_DELETE,
    ACR_PULL,
    ALL_BUT_PULL,
    ALL_REPOSITORIES,
    APP,
    AS_USER,
    CATALOG_LISTER,
    DIGEST,
    ENDPOINT,
    FORBIDDEN,
    NOW,
    OWNER,
    READER,
    REGISTRY_ID,
    REPOSITORY_READER,
    SLOT,
    SUBNET,
    SUBSCRIPTION,
    SYSTEM,
    THROTTLED,
    UNREAD_ROLE,
    USER,
    config,
    demo,
    denial,
    facts,
    given,
    pulls,
    roles,
    signs_in,
)

WEB_GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-web"
REGISTRY_GROUP = f"{SUBSCRIPTION}/resourcegroups/RG-ACR"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/platform"
STRICT, SILENT = demo(role_assignment_mode=ABAC), demo(role_assignment_mode=None)
NO_ARM_TOKENS = demo(azure_ad_authentication_as_arm=False)
ANYBODY = demo(anonymous_pull_enabled=True)
CLOSED = demo(public_network_access="Disabled", private_endpoints=(ENDPOINT.id,))
WALLED = demo(network_default_action="Deny", private_endpoints=(ENDPOINT.id,))
SEALED = CLOSED.model_copy(update={"private_endpoints": ()})
SHUT = WALLED.model_copy(update={"private_endpoints": ()})
ELSEWHERE = ENDPOINT.model_copy(update={"subnet_id": SUBNET.replace("/hub/", "/spoke/")})
ENDPOINT_UNREAD = Unknown(
    what=f"private endpoint {ENDPOINT.id}", reason="403: needs Microsoft.Network/privateEndpoints/read"
)
HALF_OPEN = WALLED.model_copy(update={"ip_rules": ("13.66.140.1",)})
OPEN_RANGE = WALLED.model_copy(update={"ip_rules": ("no address", "13.66.140.0/24")})
IN_NETWORK = SiteNetwork(subnet_id=SUBNET, possible_outbound_ips=("13.66.140.1",))
HALF_IN_NETWORK = IN_NETWORK.model_copy(update={"possible_outbound_ips": ("13.66.140.1", "13.66.140.2")})
OVER_NETWORK = IN_NETWORK.model_copy(update={"pulls_over_subnet": True})
ME, EVERYONE = Named(id=SYSTEM, type="ServicePrincipal"), Named(id="0" * 32, type="Everyone")
A_GROUP, MY_GROUP = Named(id="another-group", type="Group"), Named(id="a-group", type="Group")
FOR_SHOP, FOR_NEWS = repository_condition("shop"), repository_condition("news")
ODD_CONDITION = "@Resource[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'shop'"
UNREADABLE_CONDITION = "sometimes"
NO_SETTINGS = Unknown(
    what="app settings of shop",
    reason="403: the operator's identity needs Microsoft.Web/sites/config/list/action",
    action="Microsoft.Web/sites/config/list/action",
    scope=f"{APP.resource_id}/config/appsettings",
)
NOT_OURS_TO_READ = Unknown(what="tag demo.azurecr.io/shop:v1", reason="401 UNAUTHORIZED: … needs AcrPull", action=PULL)
ADMIN = {"user_name": "demo", "has_user_name": True, "has_password": True}
SERVICE_PRINCIPAL = {"user_name": "221b5a87", "has_user_name": True, "has_password": True, "server": "demo.azurecr.io"}


def strict(*assignments: object, **changes: object) -> AccessFacts:
    """At a registry in ABAC mode."""
    known = (ACR_PULL, READER, OWNER, REPOSITORY_READER, CATALOG_LISTER, ALL_REPOSITORIES)
    return facts(assignments=assignments, definitions=known, **{"registry": STRICT, **changes})


CASES: dict[str, tuple[AccessFacts, Reason]] = {
    # roles
    "AcrPull at the registry": (pulls(), Reason.ROLE_GRANTED),
    "AcrPull at the registry's group": (roles(given(ACR_PULL, REGISTRY_GROUP), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "AcrPull at the subscription": (roles(given(ACR_PULL, SUBSCRIPTION), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "AcrPull at a management group": (roles(given(ACR_PULL, MANAGEMENT_GROUP), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "Reader inherited from the root": (roles(given(READER, "/"), known=(READER,)), Reason.ROLE_GRANTED),
    "Owner": (roles(given(OWNER), known=(OWNER,)), Reason.ROLE_GRANTED),
    "AcrPull through a group": (roles(given(ACR_PULL, to="a-group"), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "AcrPull beside a role that could not be read": (roles(given(READER), given(ACR_PULL), known=(UNREAD_ROLE, ACR_PULL)), Reason.ROLE_GRANTED),
    "AcrPull beside the same under a condition": (roles(given(ACR_PULL, condition=ODD_CONDITION), given(ACR_PULL, SUBSCRIPTION), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "no role at all": (facts(), Reason.ROLE_MISSING),
    "a role that does not pull": (roles(given(ACR_DELETE), known=(ACR_DELETE,)), Reason.ROLE_MISSING),
    "a custom role that takes the pull out again": (roles(given(ALL_BUT_PULL), known=(ALL_BUT_PULL,)), Reason.ROLE_MISSING),
    "AcrPull at the web app's group": (roles(given(ACR_PULL, WEB_GROUP), known=(ACR_PULL,)), Reason.ROLE_MISSING),
    "AcrPull at another registry": (roles(given(ACR_PULL, f"{REGISTRY_ID}2"), known=(ACR_PULL,)), Reason.ROLE_MISSING),
    "Repository Reader at a legacy registry": (roles(given(REPOSITORY_READER), known=(REPOSITORY_READER,)), Reason.ROLE_MISSING),
    "an unread role that does not reach the registry": (roles(given(READER, WEB_GROUP), known=(UNREAD_ROLE,)), Reason.ROLE_MISSING),
    "a role that could not be read": (roles(given(READER), known=(UNREAD_ROLE,)), Reason.READ_FAILED),
    "a role that nobody read": (roles(given(READER), known=()), Reason.READ_FAILED),
    "role assignments that could not be read": (facts(assignments=FORBIDDEN), Reason.READ_FAILED),
    "role assignments that nobody asked for": (facts(assignments=None), Reason.READ_FAILED),
    "no role, but anybody may pull": (facts(registry=ANYBODY), Reason.ROLE_MISSING_ANONYMOUS_PULL),
    # spreading
    "AcrPull of a minute ago": (roles(given(ACR_PULL, minutes_ago=1), known=(ACR_PULL,)), Reason.ROLE_PROPAGATING),
    "AcrPull of ten minutes ago": (roles(given(ACR_PULL, minutes_ago=10), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "a new AcrPull beside an old Reader": (roles(given(ACR_PULL, minutes_ago=1), given(READER, "/"), known=(ACR_PULL, READER)), Reason.ROLE_GRANTED),
    "a new role that does not pull": (roles(given(ACR_DELETE, minutes_ago=1), known=(ACR_DELETE,)), Reason.ROLE_MISSING),
    "a new AcrPull through a group": (roles(given(ACR_PULL, to="a-group", minutes_ago=1), known=(ACR_PULL,)), Reason.ROLE_PROPAGATING),
    # conditions outside of ABAC mode
    "AcrPull under a condition of another action": (roles(given(ACR_PULL, condition=FOR_NEWS), known=(ACR_PULL,)), Reason.ROLE_GRANTED),
    "AcrPull under a condition on a name": (roles(given(ACR_PULL, condition=ODD_CONDITION), known=(ACR_PULL,)), Reason.ROLE_CONDITIONAL),
    "a condition on a role that does not pull": (roles(given(ACR_DELETE, condition=ODD_CONDITION), known=(ACR_DELETE,)), Reason.ROLE_MISSING),
    # a registry in ABAC mode
    "Repository Reader without a condition": (strict(given(REPOSITORY_READER)), Reason.ROLE_GRANTED),
    "Repository Reader for this repository": (strict(given(REPOSITORY_READER, condition=FOR_SHOP)), Reason.ROLE_GRANTED),
    "Repository Reader for another repository": (strict(given(REPOSITORY_READER, condition=FOR_NEWS)), Reason.ROLE_CONDITION_UNMET),
    "Repository Reader for another repository, at the group": (strict(given(REPOSITORY_READER, REGISTRY_GROUP, condition=FOR_NEWS)), Reason.ROLE_CONDITION_UNMET),
    "Repository Reader for both, in two assignments": (strict(given(REPOSITORY_READER, REGISTRY_GROUP, condition=FOR_NEWS), given(REPOSITORY_READER, condition=FOR_SHOP)), Reason.ROLE_GRANTED),
    "Repository Reader of a minute ago": (strict(given(REPOSITORY_READER, minutes_ago=1, condition=FOR_SHOP)), Reason.ROLE_PROPAGATING),
    "Repository Reader under a condition on the resource": (strict(given(REPOSITORY_READER, condition=ODD_CONDITION)), Reason.ROLE_CONDITIONAL),
    "Repository Reader under no condition that can be read": (strict(given(REPOSITORY_READER, condition=UNREADABLE_CONDITION)), Reason.ROLE_CONDITIONAL),
    "a custom role of all data actions": (strict(given(ALL_REPOSITORIES)), Reason.ROLE_GRANTED),
    "the catalog alone": (strict(given(CATALOG_LISTER)), Reason.ROLE_MISSING),
    "AcrPull at a registry in ABAC mode": (strict(given(ACR_PULL)), Reason.ACR_PULL_NOT_HONOURED),
    "Owner at a registry in ABAC mode": (strict(given(OWNER, SUBSCRIPTION)), Reason.ACR_PULL_NOT_HONOURED),
    "AcrPull beside Repository Reader": (strict(given(ACR_PULL), given(REPOSITORY_READER)), Reason.ROLE_GRANTED),
    "no role at a registry in ABAC mode": (strict(), Reason.ROLE_MISSING),
    "the mode not told, AcrPull": (pulls(registry=SILENT), Reason.ROLE_GRANTED),
    "the mode not told, Repository Reader": (roles(given(REPOSITORY_READER), known=(REPOSITORY_READER,), registry=SILENT), Reason.REGISTRY_MODE_UNKNOWN),
    "the mode not told, no role": (facts(registry=SILENT), Reason.ROLE_MISSING),
    "a mode that nobody has heard of": (pulls(registry=demo(role_assignment_mode="Future")), Reason.REGISTRY_MODE_UNKNOWN),
    # deny assignments
    "everyone is denied": (pulls(denials=(denial(EVERYONE),)), Reason.DENY_ASSIGNMENT),
    "everyone but me is denied": (pulls(denials=(denial(EVERYONE, exclude_principals=(ME,)),)), Reason.ROLE_GRANTED),
    "a group I may be in is denied": (pulls(denials=(denial(A_GROUP),)), Reason.DENY_ASSIGNMENT_UNDECIDED),
    "the group that grants is denied": (roles(given(ACR_PULL, to="a-group"), known=(ACR_PULL,), denials=(denial(MY_GROUP),)), Reason.DENY_ASSIGNMENT),
    "everyone is denied at a registry in ABAC mode": (strict(given(REPOSITORY_READER), denials=(denial(EVERYONE),)), Reason.DENY_ASSIGNMENT),
    "denied, and a new role": (roles(given(ACR_PULL, minutes_ago=1), known=(ACR_PULL,), denials=(denial(ME),)), Reason.DENY_ASSIGNMENT),
    "deny assignments that could not be read": (pulls(denials=FORBIDDEN), Reason.READ_FAILED),
    "deny assignments that nobody asked for": (pulls(denials=None), Reason.READ_FAILED),
    # the identity
    "no identity": (facts(identity=SiteIdentity()), Reason.IDENTITY_MISSING),
    "a slot without an identity of its own": (facts(app=SLOT, identity=SiteIdentity()), Reason.IDENTITY_MISSING),
    "an identity on the site, but none chosen": (facts(identity=SiteIdentity(user_assigned=(USER,))), Reason.IDENTITY_MISSING),
    "client id of an identity that is not on the site": (facts(config=config(client_id=USER.client_id)), Reason.USER_ASSIGNED_IDENTITY_MISSING),
    "resource id where the client id belongs": (facts(identity=SiteIdentity(user_assigned=(USER,)), config=config(client_id=USER.resource_id)), Reason.CLIENT_ID_IS_RESOURCE_ID),
    "user-assigned identity with AcrPull": (roles(given(ACR_PULL, to=USER.principal_id), known=(ACR_PULL,), **AS_USER), Reason.ROLE_GRANTED),
    "client id in capitals": (roles(given(ACR_PULL, to=USER.principal_id), known=(ACR_PULL,), **AS_USER | {"config": config(client_id=USER.client_id.upper())}), Reason.ROLE_GRANTED),
    "client id written as an empty text": (pulls(config=config(client_id="")), Reason.ROLE_GRANTED),
    "config/web that could not be read": (facts(config=FORBIDDEN), Reason.READ_FAILED),
    "a site that could not be read": (facts(identity=FORBIDDEN), Reason.READ_FAILED),
    # a user name and password, or nothing
    "flag not set": (signs_in(), Reason.CREDENTIALS_MISSING),
    "flag not set, and anybody may pull": (signs_in().model_copy(update={"registry": ANYBODY}), Reason.ANONYMOUS_PULL),
    "a user name without a password": (signs_in(user_name="demo", has_user_name=True), Reason.CREDENTIALS_MISSING),
    "the admin user, disabled": (signs_in(**ADMIN), Reason.ADMIN_USER_DISABLED),
    "the admin user, enabled": (signs_in(**ADMIN).model_copy(update={"registry": demo(admin_user_enabled=True)}), Reason.PASSWORD_NOT_TRIED),
    "a service principal": (signs_in(**SERVICE_PRINCIPAL), Reason.PASSWORD_NOT_TRIED),
    "a user name in a Key Vault": (signs_in(has_user_name=True, has_password=True), Reason.PASSWORD_NOT_TRIED),
    "a password for another server": (signs_in(**SERVICE_PRINCIPAL | {"server": "old.azurecr.io"}), Reason.CREDENTIALS_OF_ANOTHER_SERVER),
    "app settings that may not be listed": (facts(config=config(flag=False), settings=NO_SETTINGS), Reason.NOT_MANAGED_IDENTITY),
    "app settings that nobody asked for": (facts(config=config(flag=False)), Reason.NOT_MANAGED_IDENTITY),
    # the registry
    "an image from Docker Hub": (facts(registry=None, image=ImageReference.parse("nginx")), Reason.NOT_AN_AZURE_REGISTRY),
    "an image from Docker Hub, and no identity": (facts(registry=None, image=ImageReference.parse("nginx"), identity=SiteIdentity()), Reason.NOT_AN_AZURE_REGISTRY),
    "a registry that we cannot see": (facts(registry=None), Reason.REGISTRY_NOT_FOUND),
    "a registry that we cannot see, in China": (facts(registry=None, image=ImageReference.parse("demo.azurecr.cn/shop")), Reason.REGISTRY_NOT_FOUND),
    "registries that could not be listed": (facts(registry=THROTTLED), Reason.READ_FAILED),
    "no identity, and registries that could not be listed": (facts(identity=SiteIdentity(), registry=THROTTLED), Reason.READ_FAILED),
    # the road
    "closed, and the app in no network": (pulls(registry=CLOSED), Reason.REGISTRY_CLOSED),
    "closed, and the app pulls over its network, which has the private endpoint": (pulls(registry=CLOSED, network=OVER_NETWORK, endpoints=(ENDPOINT,)), Reason.ROLE_GRANTED),
    "closed, and the private endpoint is in another network": (pulls(registry=CLOSED, network=OVER_NETWORK, endpoints=(ELSEWHERE,)), Reason.ENDPOINT_NOT_IN_NETWORK),
    "closed, and one of two private endpoints is in the app's network": (pulls(registry=CLOSED, network=OVER_NETWORK, endpoints=(ELSEWHERE, ENDPOINT)), Reason.ROLE_GRANTED),
    "closed, and one that is in the app's network beside one that could not be read": (pulls(registry=CLOSED, network=OVER_NETWORK, endpoints=(ENDPOINT_UNREAD, ENDPOINT)), Reason.ROLE_GRANTED),
    "closed, and a private endpoint that could not be read": (pulls(registry=CLOSED, network=OVER_NETWORK, endpoints=(ELSEWHERE, ENDPOINT_UNREAD)), Reason.READ_FAILED),
    "closed, and a private endpoint that nobody asked for": (pulls(registry=CLOSED, network=OVER_NETWORK), Reason.READ_FAILED),
    "closed, and private endpoints that the registry does not tell": (pulls(registry=demo(public_network_access="Disabled"), network=OVER_NETWORK), Reason.READ_FAILED),
    "closed, and no private endpoint": (pulls(registry=SEALED, network=OVER_NETWORK), Reason.NO_PRIVATE_ENDPOINT),
    "closed, no private endpoint, and the settings may not be listed": (pulls(registry=SEALED, network=IN_NETWORK, settings=NO_SETTINGS), Reason.NO_PRIVATE_ENDPOINT),
    "closed, no private endpoint, and the app in an App Service Environment": (pulls(registry=SEALED, network=SiteNetwork(in_environment=True)), Reason.NO_PRIVATE_ENDPOINT),
    "closed, and an app setting says so": (pulls(registry=CLOSED, network=IN_NETWORK, settings=PullSettings(pull_over_vnet=True), endpoints=(ENDPOINT,)), Reason.ROLE_GRANTED),
    "closed, in a network, and nothing says so": (pulls(registry=CLOSED, network=IN_NETWORK, settings=PullSettings()), Reason.IMAGE_PULL_NOT_OVER_VNET),
    "closed, in a network, and the settings may not be listed": (pulls(registry=CLOSED, network=IN_NETWORK, settings=NO_SETTINGS), Reason.READ_FAILED),
    "closed, in a network, and nobody asked for settings": (pulls(registry=CLOSED, network=IN_NETWORK), Reason.READ_FAILED),
    "closed, and the app in an App Service Environment": (pulls(registry=CLOSED, network=SiteNetwork(in_environment=True)), Reason.ENDPOINT_NOT_IN_NETWORK),
    "a firewall that lets nobody in": (pulls(registry=WALLED), Reason.FIREWALL),
    "a firewall, and an app of unknown addresses": (pulls(registry=OPEN_RANGE, network=SiteNetwork()), Reason.FIREWALL),
    "a firewall that lets all of the app's addresses in": (pulls(registry=OPEN_RANGE), Reason.ROLE_GRANTED),
    "a firewall that lets some of them in": (pulls(registry=HALF_OPEN), Reason.FIREWALL_PARTLY_OPEN),
    "a firewall, and the app pulls over its network, which has the private endpoint": (pulls(registry=WALLED, network=OVER_NETWORK, endpoints=(ENDPOINT,)), Reason.ROLE_GRANTED),
    "a firewall that lets nobody in, no private endpoint, and the app pulls over its network": (pulls(registry=SHUT, network=OVER_NETWORK), Reason.NO_PRIVATE_ENDPOINT),
    "a firewall that lets others in, no private endpoint, and the app pulls over its network": (pulls(registry=SHUT.model_copy(update={"ip_rules": ("20.1.2.3",)}), network=OVER_NETWORK), Reason.NETWORK_ADDRESS_UNKNOWN),
    "a firewall that lets others in, no private endpoint, and an app setting says so": (pulls(registry=SHUT.model_copy(update={"ip_rules": ("20.1.2.3",)}), network=IN_NETWORK, settings=PullSettings(pull_over_vnet=True)), Reason.NETWORK_ADDRESS_UNKNOWN),
    "a firewall that lets all in, no private endpoint, and the app pulls over its network": (pulls(registry=OPEN_RANGE, network=OVER_NETWORK), Reason.ROLE_GRANTED),
    "a firewall that lets others in, and the app in an App Service Environment": (pulls(registry=SHUT.model_copy(update={"ip_rules": ("20.1.2.3",)}), network=SiteNetwork(in_environment=True)), Reason.NETWORK_ADDRESS_UNKNOWN),
    "a firewall, a network, and the pull not over it": (pulls(registry=WALLED, network=IN_NETWORK, settings=PullSettings()), Reason.IMAGE_PULL_NOT_OVER_VNET),
    "a firewall that lets some of them in, a network, and the pull not over it": (pulls(registry=HALF_OPEN, network=HALF_IN_NETWORK, settings=PullSettings()), Reason.FIREWALL_PARTLY_OPEN),
    "a firewall that lets all in, and the settings may not be listed": (pulls(registry=OPEN_RANGE, network=IN_NETWORK, settings=NO_SETTINGS), Reason.ROLE_GRANTED),
    "closed, with rules from before": (pulls(registry=OPEN_RANGE.model_copy(update={"public_network_access": "Disabled"})), Reason.REGISTRY_CLOSED),
    "a site's network that could not be read": (pulls(registry=CLOSED, network=FORBIDDEN), Reason.READ_FAILED),
    "closed, and no role either": (facts(registry=CLOSED), Reason.ROLE_MISSING),
    "closed, and the roles could not be read": (facts(registry=CLOSED, assignments=FORBIDDEN), Reason.REGISTRY_CLOSED),
    "tokens for Azure Resource Manager refused": (pulls(registry=NO_ARM_TOKENS), Reason.ROLE_GRANTED),
    "tokens for Azure Resource Manager refused, and nobody comes with one": (facts(registry=NO_ARM_TOKENS, config=config(flag=False), settings=PullSettings()), Reason.CREDENTIALS_MISSING),
    # the image
    "an image that is not there": (pulls(manifest=NotThere(image="demo.azurecr.io/shop:v1")), Reason.IMAGE_NOT_FOUND),
    "an image for another processor": (pulls(manifest=ManifestFacts(digest=DIGEST, platforms=("linux/arm64", "windows/amd64"))), Reason.PLATFORM_MISSING),
    "an index with ours among them": (pulls(manifest=ManifestFacts(digest=DIGEST, platforms=("linux/arm64", "linux/amd64"))), Reason.ROLE_GRANTED),
    "an image in quarantine": (pulls(registry=demo(quarantine_enabled=True), manifest=ManifestFacts(digest=DIGEST, quarantine_state="Quarantined")), Reason.IMAGE_QUARANTINED),
    "an image that quarantine hides": (pulls(registry=demo(quarantine_enabled=True), manifest=NotThere(image="demo.azurecr.io/shop:v1")), Reason.IMAGE_QUARANTINED),
    "an image that passed": (pulls(registry=demo(quarantine_enabled=True), manifest=ManifestFacts(digest=DIGEST, quarantine_state="Passed")), Reason.ROLE_GRANTED),
    "a manifest that could not be read": (pulls(manifest=FORBIDDEN), Reason.READ_FAILED),
    "an image that the operator may not read": (pulls(manifest=NOT_OURS_TO_READ), Reason.READ_FAILED),
    "an image that the operator may not read, in ABAC mode": (strict(given(REPOSITORY_READER), manifest=NOT_OURS_TO_READ), Reason.READ_FAILED),
    "an image that the operator may not read, and its own id not known": (pulls(manifest=NOT_OURS_TO_READ, operator_id=None), Reason.READ_FAILED),
    "a manifest that nobody asked for": (pulls(manifest=None), Reason.ROLE_GRANTED),
    "a manifest that could not be read, and a new role": (roles(given(ACR_PULL, minutes_ago=1), known=(ACR_PULL,), manifest=THROTTLED), Reason.ROLE_PROPAGATING),
}  # fmt: skip


@pytest.mark.parametrize(("told", "reason"), CASES.values(), ids=CASES.keys())
def test_verdict(told: AccessFacts, reason: Reason) -> None:
    """The situation has this reason and the verdict that goes with it, and says so in a sentence without a gap."""
    access = evaluate_access(told, NOW)
    assert (access.reason, access.verdict) == (reason, CATALOGUE[reason].verdict)
    assert access.sentence.strip()
    assert "{" not in access.sentence.replace(FOR_NEWS, "")


def test_every_reason_is_reached() -> None:
    """No reason is only a word: the table above has a situation for each, and is as long as it is said to be."""
    assert {reason for _, reason in CASES.values()} == set(Reason) == set(CATALOGUE)
    assert len(CASES) >= 60


@pytest.mark.parametrize("told", [told for told, _ in CASES.values()], ids=CASES)
def test_failed_reads_come_with_unknown_alone(told: AccessFacts) -> None:
    """A read that decided nothing is not reported as missing; one that did never leads to allowed or denied."""
    access = evaluate_access(told, NOW)
    assert not access.failed_reads or access.verdict is Verdict.UNKNOWN
    assert bool(access.failed_reads) is (access.reason in (Reason.READ_FAILED, Reason.NOT_MANAGED_IDENTITY))


@pytest.mark.parametrize("told", [told for told, _ in CASES.values()], ids=CASES)
def test_access_survives_storage(told: AccessFacts) -> None:
    """A verdict is stored with its rollout and shown again later: nothing is lost on the way."""
    access = evaluate_access(told, NOW)
    assert Access.model_validate_json(access.model_dump_json()) == access


def test_a_failed_read_is_named_and_keeps_its_delay() -> None:
    """Whoever gets the verdict learns which read failed, why, and when to ask again."""
    access = evaluate_access(facts(registry=THROTTLED), NOW)
    assert access.failed_reads == (THROTTLED,)
    assert "registries: 429" in access.sentence


def test_spreading_ends_when_it_says() -> None:
    """Propagating names a time, and at that time the same facts are allowed."""
    told = CASES["AcrPull of a minute ago"][0]
    access = evaluate_access(told, NOW)
    assert access.until is not None
    assert f"{access.until:%F %T}" in access.sentence
    assert evaluate_access(told, access.until).verdict is Verdict.ALLOWED
    assert access.until - NOW < SPREADING


def test_a_condition_that_was_changed_spreads_anew() -> None:
    """Of an assignment under a condition, the last change counts; of any other, when it was made."""
    update = {"updated_on": NOW}
    changed = given(REPOSITORY_READER, condition=FOR_SHOP).model_copy(update=update)
    assert evaluate_access(strict(changed), NOW).verdict is Verdict.PROPAGATING
    described = given(REPOSITORY_READER).model_copy(update=update)
    assert evaluate_access(strict(described), NOW).verdict is Verdict.ALLOWED
