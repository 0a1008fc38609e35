"""The World: everything of the simulated Azure, made from a scenario and given a clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from local.azure import scenario as told
from local.azure.scenario import Scenario, ScenarioError
from local.azure.world.clock import Clock
from local.azure.world.events import push_event
from local.azure.world.faults import Faults
from local.azure.world.images import manifests_of
from local.azure.world.journal import Call, Journal
from local.azure.world.lifecycle import InstanceView, Pulls, instance_at
from local.azure.world.names import group_id, same, stable_guid, subscription_id
from local.azure.world.principals import Directory
from local.azure.world.pulls import Puller
from local.azure.world.registries import Registry
from local.azure.world.roles import Permission, RoleAssignment, Roles, custom_role
from local.azure.world.sites import Happened, Site, UserIdentity, make_site
from local.azure.world.tokens import Tokens

LONG_AGO = timedelta(days=30)
"""When what a scenario describes came to be, seen from the beginning of the story."""
RUNNING_SINCE = timedelta(hours=1)


@dataclass(frozen=True)
class Pushed:
    """A push that was done: the digest that the tag shows now, and the registry's events."""

    registry: Registry
    digest: str
    events: tuple[dict[str, Any], ...]
    """One per manifest, in the order they were put; child manifests of an index carry no tag."""

    @property
    def event(self) -> dict[str, Any]:
        """Answer the event of the tagged manifest: its `data`, as events and webhooks carry it."""
        return self.events[-1]


class World:
    """One deterministic Azure."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self.scenario = scenario
        self.clock = clock
        self.started = clock.now()
        self.journal = Journal()
        self.numbers = count(1)
        """Numbers requests, so that their ids differ and yet are the same in every run."""
        self.faults = Faults(scenario.faults)
        self.tokens = Tokens(scenario.tenant)
        self.registries = [self._registry(one) for one in scenario.registries]
        self.identities = {one.name: self._identity(one) for one in scenario.identities}
        self.sites = list(self._sites())
        self.roles = Roles(
            custom_role(
                one.name,
                one.description,
                Permission(one.actions, one.not_actions, one.data_actions, one.not_data_actions),
            )
            for one in scenario.role_definitions
        )
        self.directory = Directory(scenario, self.sites, self.identities.values())
        self._grant_what_the_scenario_says()
        self._puller = Puller(self.registries, self.roles, scenario.images)
        self._pulls = Pulls(self._puller.pull, self._puller.adopt)

    def now(self) -> datetime:
        """Answer the present moment."""
        return self.clock.now()

    @property
    def calls(self) -> list[Call]:
        """Answer every call so far."""
        return self.journal.calls

    def registry(self, name: str) -> Registry:
        """Find a registry by name or login server; raises KeyError."""
        for one in self.registries:
            if name.lower() in (one.name, one.login_server.lower()):
                return one
        raise KeyError(f"there is no registry {name}")

    def site(self, name: str) -> Site:
        """Find a site by `name`, a slot by `site/slot`, either by resource id; raises KeyError."""
        for one in self.sites:
            if same(name, one.name) or same(name, one.id):
                return one
        raise KeyError(f"there is no site {name}")

    def instances(self, site: Site | str) -> list[InstanceView]:
        """Answer what runs on every instance of a site now."""
        found = self.site(site) if isinstance(site, str) else site
        if not found.is_linux:
            return []
        return [instance_at(found, n, self._pulls, self.now()) for n in range(found.told.instances)]

    def push(self, registry: str, repository: str, tag: str, image: str) -> Pushed:
        """Push an image of the scenario; raises KeyError for an unknown registry or image."""
        at = self.now()
        into = self.registry(registry)
        if image not in self.scenario.images:
            raise KeyError(f"the scenario has no image {image}")
        manifests = manifests_of(image, self.scenario.images[image])
        events = []
        for manifest in manifests:
            own_tag = tag if manifest is manifests[-1] else None
            into.put(repository, manifest, at, own_tag)
            events.append(push_event(into, repository, manifest, own_tag, at))
        return Pushed(into, manifests[-1].digest, tuple(events))

    def restart(self, site: str) -> None:
        """Restart a site as a person would."""
        self.site(site).record(self.now(), Happened.RESTARTED)

    def configure(self, site: Site | str, properties: dict[str, Any]) -> bool:
        """Change properties of config/web; answers whether any differed, for only then containers are restarted."""
        found = self.site(site) if isinstance(site, str) else site
        changed = {name: value for name, value in properties.items() if found.config.get(name) != value}
        if not changed:
            return False
        found.config.update(changed)
        found.record(self.now(), Happened.CONFIGURED)
        return True

    def stop(self, site: str) -> None:
        """Stop a site."""
        self._switch(self.site(site), "Stopped", Happened.STOPPED)

    def start(self, site: str) -> None:
        """Start a site."""
        self._switch(self.site(site), "Running", Happened.STARTED)

    def assign_role(
        self, principal: str, role: str, scope: str, spreads_in: float = 0, condition: str | None = None
    ) -> RoleAssignment:
        """Give a role, all in the scenario's names; raises KeyError for a name that means nothing."""
        return self._assign(
            told.Grant.model_validate(
                {"principal": principal, "role": role, "scope": scope, "spreads_in": spreads_in, "condition": condition}
            ),
            self.now(),
        )

    def remove_role(self, principal: str, role: str, scope: str) -> int:
        """Take a role away, all in the scenario's names; answers how many assignments there were."""
        who, where, what = self.directory.principal_id(principal), self.scope_id(scope), self._role(role)
        found = [
            one
            for one in self.roles.assignments(self.now())
            if one.principal_id == who and same(one.scope, where) and one.role == what
        ]
        for one in found:
            self.roles.remove(one, self.now())
        return len(found)

    def scope_id(self, name: str) -> str:
        """Answer the resource id of a scope named as scenarios do; raises KeyError."""
        if name.startswith("/"):
            return name
        for registry in self.registries:
            if same(registry.name, name):
                return registry.id
        for subscription in self.scenario.subscriptions:
            if same(subscription.id, name):
                return subscription_id(subscription.id)
        if name.lower() in (group.lower() for _, group in self.resource_groups()):
            owner = next(owner for owner, group in self.resource_groups() if same(group, name))
            return group_id(owner, name)
        raise KeyError(f"there is no scope {name}")

    def resource_groups(self) -> set[tuple[str, str]]:
        """Answer every (subscription, resource group) that holds anything."""
        default = self.default_subscription
        parts: list[told.Registry | told.Site | told.Identity] = [
            *self.scenario.registries,
            *self.scenario.sites,
            *self.scenario.identities,
        ]
        return {(part.subscription or default, part.resource_group) for part in parts}

    @property
    def default_subscription(self) -> str:
        """Answer the id of the subscription where everything is that names none."""
        return self.scenario.subscriptions[0].id

    def _switch(self, site: Site, state: str, what: Happened) -> None:
        if site.state == state:
            return
        site.state = state
        site.record(self.now(), what)

    def _registry(self, one: told.Registry) -> Registry:
        long_ago = self.started - LONG_AGO
        made = Registry(one, self.default_subscription, long_ago)
        for reference, image in one.tags.items():
            repository, _, tag = reference.rpartition(":")
            if not repository or image not in self.scenario.images:
                raise ScenarioError(f"registry {one.name}: {reference}: {image} is not `repository:tag: image name`")
            manifests = manifests_of(image, self.scenario.images[image])
            for manifest in manifests:
                made.put(repository, manifest, long_ago, tag if manifest is manifests[-1] else None)
        return made

    def _identity(self, one: told.Identity) -> UserIdentity:
        owner = one.subscription or self.default_subscription
        # Azure spells this group segment in lower case: recorded userAssignedIdentities keys
        group = f"/subscriptions/{owner}/resourcegroups/{one.resource_group}"
        made = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{one.name}"
        return UserIdentity(made, one.name, one.location, stable_guid("principal", made), stable_guid("client", made))

    def _sites(self) -> Iterable[Site]:
        created = self.started - RUNNING_SINCE
        for one in self.scenario.sites:
            subscription = one.subscription or self.default_subscription
            for part in (one, *one.slots):
                try:
                    yield make_site(part, one, subscription, self.identities, created)
                except KeyError as error:
                    raise ScenarioError(f"site {one.name}: there is no identity {error}") from error

    def _grant_what_the_scenario_says(self) -> None:
        self.roles.groups = self.directory.groups
        operator = self.scenario.operator
        grants = [
            told.Grant(principal="operator", role=role, scope=subscription.id)
            for subscription in self.scenario.subscriptions
            for role in operator.roles
        ]
        if operator.reads_registries:
            for registry in self.registries:
                role = "Container Registry Repository Reader" if registry.uses_abac else "AcrPull"
                grants.append(told.Grant(principal="operator", role=role, scope=registry.id))
        for grant in (*grants, *self.scenario.role_assignments):
            try:
                self._assign(grant, self.started if grant.spreads_in else self.started - LONG_AGO)
            except KeyError as error:
                raise ScenarioError(f"role assignment of {grant.principal}: {error.args[0]}") from error

    def _assign(self, grant: told.Grant, at: datetime) -> RoleAssignment:
        principal, scope = self.directory.principal_id(grant.principal), self.scope_id(grant.scope)
        role = self._role(grant.role)
        return self.roles.add(
            RoleAssignment(
                name=stable_guid("assignment", principal, scope, role, at.isoformat()),
                scope=scope,
                role=role,
                principal_id=principal,
                principal_type=self.directory.type_of(principal),
                created_on=at,
                effective_on=at + timedelta(seconds=grant.spreads_in),
                condition=grant.condition,
            )
        )

    def _role(self, name: str) -> str:
        definition = self.roles.definition(name)
        if definition is None:
            raise KeyError(f"there is no role {name}")
        return definition.name
