"""Where things are: the resource groups of a scenario, and the scopes that its names mean."""

from local.azure import scenario as told
from local.azure.scenario import Scenario
from local.azure.world.names import group_id, same, subscription_id
from local.azure.world.registries import Registry
from local.azure.world.sites import Site
from local.azure.world.vaults import Vault


class Places:
    """Finds resource groups and scopes."""

    def __init__(self, scenario: Scenario, resources: list[Registry | Site | Vault]) -> None:
        self._scenario = scenario
        self._resources = resources

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
        for owner, group in self.resource_groups():
            if same(group, name):
                return group_id(owner, name)
        raise KeyError(f"there is no scope {name}")

    def resource_groups(self) -> set[tuple[str, str]]:
        """Answer every (subscription, resource group) that holds anything."""
        default = self._scenario.subscriptions[0].id
        parts: list[told.Registry | told.Site | told.Identity | told.KeyVault] = [
            *self._scenario.registries,
            *self._scenario.key_vaults,
            *self._scenario.sites,
            *self._scenario.identities,
        ]
        return {(part.subscription or default, part.resource_group) for part in parts}
