"""How a World comes to be what its scenario says: long ago, before the story begins."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from local.azure import scenario as told
from local.azure.scenario import Scenario, ScenarioError
from local.azure.world.images import manifests_of
from local.azure.world.kudu import hook_address
from local.azure.world.names import stable_guid
from local.azure.world.permissions import Permission
from local.azure.world.plans import Plan
from local.azure.world.registries import Registry
from local.azure.world.roles import RoleDefinition, custom_role
from local.azure.world.site_making import make_site
from local.azure.world.sites import Site, UserIdentity
from local.azure.world.subscriptions import EventSubscription
from local.azure.world.vaults import Vault
from local.azure.world.webhooks import Webhook, Webhooks

LONG_AGO = timedelta(days=30)
"""When what a scenario describes came to be, seen from the beginning of the story."""
RUNNING_SINCE = timedelta(hours=1)


def registries_of(scenario: Scenario, began: datetime) -> Iterable[Registry]:
    """Make the registries with their tags; raises ScenarioError for a tag that means nothing."""
    for one in scenario.registries:
        made = Registry(one, scenario.subscriptions[0].id, began - LONG_AGO)
        for reference, image in one.tags.items():
            repository, _, tag = reference.rpartition(":")
            if not repository or image not in scenario.images:
                raise ScenarioError(f"registry {one.name}: {reference}: {image} is not `repository:tag: image name`")
            manifests = manifests_of(image, scenario.images[image])
            for manifest in manifests:
                made.put(repository, manifest, made.created, tag if manifest is manifests[-1] else None)
        yield made


def webhooks_of(registries: Iterable[Registry], sites: list[Site]) -> Webhooks:
    """Make the registries' webhooks; raises ScenarioError for an app that does not exist."""
    made = Webhooks(sites)
    by_name = {site.name.lower(): site for site in sites}
    for registry in registries:
        for one in registry.told.webhooks:
            if one.app is not None and one.app.lower() not in by_name:
                raise ScenarioError(f"webhook {one.name} of registry {registry.name}: there is no site {one.app}")
            uri = hook_address(by_name[one.app.lower()]) if one.app is not None else one.service_uri or ""
            webhook = Webhook(
                registry.id,
                one.name,
                registry.told.location,
                uri,
                one.custom_headers,
                one.status,
                one.scope,
                one.actions,
            )
            made.put(webhook)
    return made


def identities_of(scenario: Scenario) -> dict[str, UserIdentity]:
    """Make the user-assigned identities, by name."""
    return {one.name: user_identity(one, scenario.subscriptions[0].id) for one in scenario.identities}


def sites_of(scenario: Scenario, identities: dict[str, UserIdentity], began: datetime) -> Iterable[Site]:
    """Make the sites and slots; raises ScenarioError for an identity that does not exist."""
    for one in scenario.sites:
        subscription = one.subscription or scenario.subscriptions[0].id
        for part in (one, *one.slots):
            try:
                yield make_site(part, one, subscription, identities, began - RUNNING_SINCE)
            except KeyError as error:
                raise ScenarioError(f"site {one.name}: there is no identity {error}") from error


def event_subscriptions_of(
    scenario: Scenario, registries: list[Registry], events_url: str | None
) -> list[EventSubscription]:
    """Make the event subscriptions; without any told there is one for each registry to the process's --events-url."""
    by_name = {one.name: one for one in registries}
    subscriptions = scenario.event_subscriptions
    if subscriptions is None:
        name = scenario.events.subscription_name.lower()
        everywhere = by_name if events_url is not None else ()
        subscriptions = tuple(told.EventSubscription(name=name, registry=one) for one in everywhere)
    made = []
    for one in subscriptions:
        if one.registry not in by_name:
            raise ScenarioError(f"event subscription {one.name}: there is no registry {one.registry}")
        owner = by_name[one.registry].told.subscription or scenario.subscriptions[0].id
        made.append(EventSubscription(one, by_name[one.registry], owner, events_url))
    return made


def vaults_of(scenario: Scenario) -> list[Vault]:
    """Make the key vaults."""
    return [Vault(one, scenario.subscriptions[0].id) for one in scenario.key_vaults]


def plans_of(sites: Iterable[Site], began: datetime) -> Iterable[Plan]:
    """Make the plans that the sites of a scenario run on: one for each resource group with sites."""
    for one in sites:
        yield Plan(
            subscription=one.subscription,
            resource_group=one.resource_group,
            name=one.plan_id.rpartition("/")[2],
            location=one.location,
            sku="S1",
            capacity=one.told.instances,
            is_linux=one.is_linux,
            created=began - LONG_AGO,
        )


def custom_roles_of(scenario: Scenario) -> Iterable[RoleDefinition]:
    """Make the custom role definitions."""
    return (custom_role(one.name, one.description, permission_of(one)) for one in scenario.role_definitions)


def operator_grants(scenario: Scenario, registries: Iterable[Registry]) -> Iterable[told.Grant]:
    """Answer the roles that the operator has: its own at every subscription, and what reads the registries."""
    for subscription in scenario.subscriptions:
        for role in scenario.operator.roles:
            yield told.Grant(principal="operator", role=role, scope=subscription.id)
    if not scenario.operator.reads_registries:
        return
    for registry in registries:
        role = "Container Registry Repository Reader" if registry.uses_abac(registry.created) else "AcrPull"
        yield told.Grant(principal="operator", role=role, scope=registry.id)


def permission_of(part: told.CustomRole | told.DenyAssignment) -> Permission:
    """Make the permission block that a custom role or a deny assignment consists of."""
    return Permission(part.actions, part.not_actions, part.data_actions, part.not_data_actions)


def user_identity(one: told.Identity, default_subscription: str) -> UserIdentity:
    """Make a user-assigned identity."""
    owner = one.subscription or default_subscription
    # Azure spells this group segment in lower case: recorded userAssignedIdentities keys
    group = f"/subscriptions/{owner}/resourcegroups/{one.resource_group}"
    made = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{one.name}"
    return UserIdentity(made, one.name, one.location, stable_guid("principal", made), stable_guid("client", made))
