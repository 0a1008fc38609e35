"""Resource groups: those that hold what a scenario describes, and those made through ARM."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local.azure.world.names import group_id, same

DEFAULT_LOCATION = "eastus2"


@dataclass(frozen=True)
class ResourceGroup:
    """One resource group."""

    subscription: str
    name: str
    location: str = DEFAULT_LOCATION
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Answer its resource id."""
        return group_id(self.subscription, self.name)


class ResourceGroups:
    """Every resource group there is."""

    def __init__(self, there: Iterable[tuple[str, str]]) -> None:
        self._groups = [ResourceGroup(subscription, name) for subscription, name in sorted(set(there))]

    def find(self, subscription: str, name: str) -> ResourceGroup | None:
        """Answer a group by its name, without regard to case, or None."""
        here = self.of(subscription)
        return next((one for one in here if same(one.name, name)), None)

    def of(self, subscription: str) -> list[ResourceGroup]:
        """Answer the groups of a subscription by name."""
        here = [one for one in self._groups if same(one.subscription, subscription)]
        return sorted(here, key=lambda one: one.name.lower())

    def put(self, group: ResourceGroup) -> bool:
        """Take in a group or change it; answers whether it is new."""
        there = self.find(group.subscription, group.name)
        self._groups = [*(one for one in self._groups if one is not there), group]
        return there is None

    def remove(self, group: ResourceGroup) -> None:
        """Take a group away."""
        self._groups = [one for one in self._groups if one is not group]
