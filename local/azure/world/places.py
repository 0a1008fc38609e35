"""Where things are: the resource groups of a scenario, and the scopes that its names mean."""

from local.azure import scenario as told
from local.azure.scenario import Scenario
from local.azure.world.groups import ResourceGroups
from local.azure.world.names import same, subscription_id
from local.azure.world.registries import Registry
from local.azure.world.sites import Site
from local.azure.world.vaults import Vault


class Places:
    """Finds resource groups and scopes."""

    def __init__(self, scenario: Scenario, resources: list[Registry | Site | Vault]) -> None:
        self._scenario = scenario
        self._resources = resources
        self.groups = ResourceGroups(_groups_of(scenario))

    def add(self, resource: Registry | Site) -> None:
        """Know a resource that was made through ARM."""
        self._resources.append(resource)

    def remove(self, resource: Registry | Site) -> None:
        """Forget a resource that was taken away."""
        self._resources.remove(resource)

    def scope_id(self, name: str) -> str:
        """Answer the resource id of a scope named as scenarios do; raises KeyError."""
        if name.startswith("/"):
            return name
        for resource in self._resources:
            if same(resource.name, name):
                return resource.id
        for subscription in self._scenario.subscriptions:
            if same(subscription.id, name):
                return subscription_id(subscription.id)
            group = self.groups.find(subscription.id, name)
            if group is not None:
                return group.id
        raise KeyError(f"there is no scope {name}")


def _groups_of(scenario: Scenario) -> set[tuple[str, str]]:
    """Answer every (subscription, resource group) that holds anything."""
    default = scenario.subscriptions[0].id
    parts: list[told.Registry | told.Site | told.Identity | told.KeyVault] = [
        *scenario.registries,
        *scenario.key_vaults,
        *scenario.sites,
        *scenario.identities,
    ]
    return {(part.subscription or default, part.resource_group) for part in parts}
