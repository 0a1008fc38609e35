"""Who exists in the directory: the principals of sites, identities, groups and the operator."""

import re
from datetime import datetime, timedelta

from local.azure.scenario import Scenario
from local.azure.world.names import stable_guid
from local.azure.world.sites import Site, UserIdentity

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Directory:
    """Finds principals by the names of a scenario."""

    def __init__(
        self, scenario: Scenario, sites: list[Site], identities: dict[str, UserIdentity], began: datetime
    ) -> None:
        self._by_name = {"operator": scenario.operator.principal_id}
        self._by_name |= {identity.name.lower(): identity.principal_id for identity in identities.values()}
        self._by_name |= {site.name.lower(): site.principal_id for site in sites if site.principal_id}
        late = [(site.principal_id, site.told.identity.replicates_in) for site in sites]
        late += [(identities[one.name].principal_id, one.replicates_in) for one in scenario.identities]
        self._known_from = {oid: began + timedelta(seconds=after) for oid, after in late if oid}
        group_ids = {group.name: stable_guid("group", group.name) for group in scenario.groups}
        self._by_name |= {name.lower(): oid for name, oid in group_ids.items()}
        self.groups = {
            group_ids[group.name]: {self.principal_id(member) for member in group.members} for group in scenario.groups
        }

    def learn(self, name: str, object_id: str, known_from: datetime) -> None:
        """Take in the principal of an identity made through ARM, which is known from a moment on."""
        self._by_name[name.lower()] = object_id
        self._known_from[object_id] = known_from

    def principal_id(self, name: str) -> str:
        """Answer the object id of a site, slot, identity, group, `operator`, or object id; raises KeyError."""
        found = self._by_name.get(name.lower())
        if found is not None:
            return found
        if _GUID.fullmatch(name):
            return name.lower()
        raise KeyError(f"there is no principal {name}: no such identity or group, or the site has no system identity")

    def knows(self, object_id: str, at: datetime) -> bool:
        """Tell whether the directory knows an object id at a moment; a new principal takes its time to replicate."""
        there = object_id.lower() in self._by_name.values()
        return there and at >= self._known_from.get(object_id.lower(), at)

    def type_of(self, object_id: str) -> str:
        """Answer the principal type that role assignments show."""
        return "Group" if object_id in self.groups else "ServicePrincipal"
