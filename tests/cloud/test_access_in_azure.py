"""May this app pull? Read through the real clients from the simulated Azure, whose platform then tries it itself."""

from collections.abc import Mapping
from typing import Any

import pytest

from operators.core.access import Reason, Verdict
from tests.cloud.access_samples import ENDPOINT, FOR_US, IN_NETWORK, OVER_NETWORK, PULL, STRICT, may, reader_of
from tests.cloud.asking import Asker, story

PULLER: dict[str, Any] = {"identities": [{"name": "puller"}]}
AS_PULLER = {"identity": {"user": ["puller"]}}
PULLER_MAY: dict[str, Any] = {"role_assignments": [{"principal": "puller", "role": "AcrPull", "scope": "contoso"}]}
CLOSED = {"public_network_access": "Disabled", "sku": "Premium"}
WALLED = {"network_rule_set": {"default_action": "Deny"}, "sku": "Premium"}
ELSEWHERE = {"private_endpoints": [{"name": "spoke", "resource_group": "apps", "virtual_network_subnet": "spoke/all"}]}
PULLER_ID = (
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourcegroups/identities/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/puller"
)

MISTAKES: dict[str, tuple[Mapping[str, Any], Reason]] = {
    "none": (story(), Reason.ROLE_GRANTED),
    "flag not set": (story({"acr_use_managed_identity_creds": False}), Reason.CREDENTIALS_MISSING),
    "identity missing": (story({"identity": {}}, role_assignments=[]), Reason.IDENTITY_MISSING),
    "role on the wrong registry": (
        story(
            **may("AcrPull", "elsewhere"),
            registries=[{"name": "contoso", "tags": {"shop:v1": "v1"}}, {"name": "elsewhere"}],
        ),
        Reason.ROLE_MISSING,
    ),
    "role on the web app's group instead of the registry's": (story(**may("AcrPull", "apps")), Reason.ROLE_MISSING),
    "role on the registry's group": (story(**may("AcrPull", "registries")), Reason.ROLE_GRANTED),
    "role given to another identity": (
        story(**may("AcrPull", principal="puller"), **PULLER),
        Reason.ROLE_MISSING,
    ),
    "role through a group": (
        story(**may("AcrPull", principal="pullers"), groups=[{"name": "pullers", "members": ["shop"]}]),
        Reason.ROLE_GRANTED,
    ),
    "user-assigned identity by client id": (
        story(AS_PULLER | {"acr_user_managed_identity": "puller"}, **PULLER, **PULLER_MAY),
        Reason.ROLE_GRANTED,
    ),
    "resource id for client id": (
        story(AS_PULLER | {"acr_user_managed_identity_id": PULLER_ID}, **PULLER, **PULLER_MAY),
        Reason.CLIENT_ID_IS_RESOURCE_ID,
    ),
    "client id of an identity that is not on the app": (
        story({"identity": {}, "acr_user_managed_identity": "puller"}, **PULLER, **PULLER_MAY),
        Reason.USER_ASSIGNED_IDENTITY_MISSING,
    ),
    "user-assigned identity, and none chosen": (story(AS_PULLER, **PULLER, **PULLER_MAY), Reason.IDENTITY_MISSING),
    "ABAC registry with AcrPull": (story(registry=STRICT), Reason.ACR_PULL_NOT_HONOURED),
    "ABAC registry, this repository": (story(registry=STRICT, **reader_of("shop")), Reason.ROLE_GRANTED),
    "ABAC registry, another repository": (story(registry=STRICT, **reader_of("news")), Reason.ROLE_CONDITION_UNMET),
    "denied by a deployment stack": (
        story(deny_assignments=[{"name": "stack", "scope": "registries", "actions": [PULL], "principals": ["shop"]}]),
        Reason.DENY_ASSIGNMENT,
    ),
    "excluded from what denies everyone else": (
        story(
            deny_assignments=[
                {
                    "name": "stack",
                    "scope": "registries",
                    "actions": [PULL],
                    "exclude_principals": ["shop", "operator"],
                }
            ]
        ),
        Reason.ROLE_GRANTED,
    ),
    "firewall without VNet pull": (
        story(IN_NETWORK, registry=WALLED | ENDPOINT),
        Reason.IMAGE_PULL_NOT_OVER_VNET,
    ),
    "closed without VNet pull": (story(IN_NETWORK, registry=CLOSED | ENDPOINT), Reason.IMAGE_PULL_NOT_OVER_VNET),
    "closed, VNet pull, and no endpoint": (
        story(OVER_NETWORK, registry=CLOSED),
        Reason.NO_PRIVATE_ENDPOINT,
    ),
    "firewall, VNet pull, and no endpoint": (story(OVER_NETWORK, registry=WALLED), Reason.NO_PRIVATE_ENDPOINT),
    "firewall with rules for others, VNet pull, and no endpoint": (
        story(OVER_NETWORK, registry=FOR_US),
        Reason.NETWORK_ADDRESS_UNKNOWN,
    ),
    "firewall, VNet pull, and an endpoint in another network": (
        story(OVER_NETWORK, registry=FOR_US | ELSEWHERE),
        Reason.ENDPOINT_NOT_IN_NETWORK,
    ),
    "firewall, VNet pull, and an endpoint in the app's network": (
        story(OVER_NETWORK, registry=FOR_US | ENDPOINT),
        Reason.ROLE_GRANTED,
    ),
    "closed, and no network": (story(registry=CLOSED | ENDPOINT), Reason.REGISTRY_CLOSED),
    "firewall, and no network": (story(registry=WALLED), Reason.FIREWALL),
    "firewall that knows the app's address": (
        story(
            registry={
                "network_rule_set": {"default_action": "Deny", "ip_rules": ["203.0.113.0/24"]},
                "sku": "Premium",
            }
        ),
        Reason.ROLE_GRANTED,
    ),
    "admin user that is disabled": (
        story(
            {
                "acr_use_managed_identity_creds": False,
                "app_settings": {
                    "DOCKER_REGISTRY_SERVER_URL": "https://contoso.azurecr.io",
                    "DOCKER_REGISTRY_SERVER_USERNAME": "contoso",
                    "DOCKER_REGISTRY_SERVER_PASSWORD": "hunter2",
                },
            }
        ),
        Reason.ADMIN_USER_DISABLED,
    ),
    "nobody, and anybody may": (
        story({"acr_use_managed_identity_creds": False}, registry={"anonymous_pull_enabled": True}),
        Reason.ANONYMOUS_PULL,
    ),
    "image that is not there": (story({"image": "contoso.azurecr.io/shop:v9"}), Reason.IMAGE_NOT_FOUND),
    "repository that is not there": (story({"image": "contoso.azurecr.io/nope:v1"}), Reason.IMAGE_NOT_FOUND),
    "image for another processor": (story({"image": "contoso.azurecr.io/arm:v1"}), Reason.PLATFORM_MISSING),
}


@pytest.mark.parametrize(("told", "reason"), MISTAKES.values(), ids=MISTAKES)
async def test_mistakes(told: Mapping[str, Any], reason: Reason) -> None:
    """Each mistake is named, and the verdict is what the platform finds when it tries: denied fails, allowed works."""
    asker = Asker(told)
    access = await asker.verdict()
    assert access.reason is reason
    assert asker.pulls() is (access.verdict is Verdict.ALLOWED)


async def test_a_registry_in_another_subscription_is_found() -> None:
    """By its login server, a hashed one too; its rights are read where it is."""
    there = "22222222-2222-4222-8222-222222222222"
    registry = {"subscription": there, "login_server": "contoso-d4dafvhpevapbeaz.azurecr.io"}
    app = {"image": "contoso-d4dafvhpevapbeaz.azurecr.io/shop:v1"}
    here = {"id": "11111111-1111-4111-8111-111111111111"}
    asker = Asker(story(app, registry, subscriptions=[here, {"id": there}]))
    assert (await asker.verdict()).reason is Reason.ROLE_GRANTED


async def test_a_slot_pulls_as_itself() -> None:
    """The site's role is no use to its slot; the fix names the slot's identity."""
    slot = {"name": "staging", "image": "contoso.azurecr.io/shop:v1", "identity": {"system": True}}
    asker = Asker(story({"slots": [slot | {"acr_use_managed_identity_creds": True}]}))
    assert (await asker.verdict("shop")).verdict is Verdict.ALLOWED
    denied = await asker.verdict("shop/staging")
    assert denied.reason is Reason.ROLE_MISSING
    assert asker.world.directory.principal_id("shop/staging") in denied.fix[0]
    assert not asker.pulls("shop/staging")


async def test_a_role_of_its_own_that_spreads_hides_no_group_that_has() -> None:
    """A second grant makes nobody wait: the group's role of long ago counts until the own one has spread."""
    asker = Asker(story(**may("AcrPull", principal="pullers"), groups=[{"name": "pullers", "members": ["shop"]}]))
    asker.clock.advance(700)
    asker.world.assign_role("shop", "AcrPull", "contoso")
    asker.clock.advance(1)
    access = await asker.verdict()
    assert (access.verdict, access.reason) == (Verdict.ALLOWED, Reason.ROLE_GRANTED)
    assert "through group" in " ".join(access.warnings + tuple(one.value for one in access.evidence))
    assert asker.pulls()


async def test_quarantine() -> None:
    """What was pushed into quarantine cannot be pulled until somebody lets it out."""
    asker = Asker(story(registry={"quarantine_enabled": True, "sku": "Premium"}))
    pushed = asker.world.push("contoso", "fresh", "v1", "v1")
    asker.world.configure("shop", {"linuxFxVersion": f"DOCKER|contoso.azurecr.io/fresh@{pushed.digest}"})
    assert (await asker.verdict()).reason is Reason.IMAGE_QUARANTINED
    assert not asker.pulls()
    asker.world.release("contoso", "fresh", "v1")
    assert (await asker.verdict()).reason is Reason.ROLE_GRANTED


async def test_an_app_setting_may_route_the_pull() -> None:
    """Where the site itself does not say it, the settings are listed, and only then."""
    app = IN_NETWORK | {"app_settings": {"WEBSITE_PULL_IMAGE_OVER_VNET": "true", "SECRET": "hunter2"}}
    asker = Asker(story(app, FOR_US | ENDPOINT))
    access = await asker.verdict()
    assert access.reason is Reason.ROLE_GRANTED
    assert "settings.list" in asker.calls()
    assert asker.pulls()
    assert "hunter2" not in access.model_dump_json()
    asker = Asker(story(app | {"vnet_image_pull": True}, FOR_US | ENDPOINT))
    assert (await asker.verdict()).reason is Reason.ROLE_GRANTED
    assert "settings.list" not in asker.calls()


async def test_a_registry_that_shuts_us_out_too() -> None:
    """The app's road is open and ours is not: whether the image is there cannot be said."""
    access = await Asker(story(OVER_NETWORK, CLOSED | ENDPOINT)).verdict()
    assert access.reason is Reason.READ_FAILED
    assert "not allowed access" in access.sentence


SECRETS = {"DOCKER_REGISTRY_SERVER_PASSWORD": "hunter2", "CONNECTION": "Server=db;Password=hunter2"}


async def test_no_secret_is_in_a_verdict() -> None:
    """Of the settings only the server's host is told: a verdict is stored with its rollout."""
    address = {"DOCKER_REGISTRY_SERVER_URL": "https://ci:hunter2@contoso.azurecr.io/v2"}
    user = {"DOCKER_REGISTRY_SERVER_USERNAME": "build-agent"}
    settings = {"app_settings": SECRETS | address | user}
    access = await Asker(story({"acr_use_managed_identity_creds": False} | settings)).verdict()
    assert access.reason is Reason.PASSWORD_NOT_TRIED
    told = access.model_dump_json()
    assert "hunter2" not in told
    assert "build-agent" not in told
    assert {"(set)", "contoso.azurecr.io"} <= {one.value for one in access.evidence}
