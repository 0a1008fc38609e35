"""The World: everything of the simulated Azure, made from a scenario and given a clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from local.azure import scenario as told
from local.azure.scenario import Scenario, ScenarioError
from local.azure.world import pushes
from local.azure.world.activity_log import ActivityLog
from local.azure.world.budgets import CallBudgets
from local.azure.world.building import (
    LONG_AGO,
    custom_roles_of,
    event_subscriptions_of,
    identities_of,
    operator_grants,
    plans_of,
    registries_of,
    sites_of,
    user_identity,
    vaults_of,
    webhooks_of,
)
from local.azure.world.clock import Clock
from local.azure.world.denials import DenyAssignment
from local.azure.world.faults import Faults
from local.azure.world.granting import Granting
from local.azure.world.groups import ResourceGroup
from local.azure.world.journal import Call, Journal
from local.azure.world.lifecycle import InstanceView, Pulls, instance_at
from local.azure.world.names import is_within, same
from local.azure.world.places import Places
from local.azure.world.plans import Plans
from local.azure.world.principals import Directory
from local.azure.world.pulls import Puller
from local.azure.world.pushes import Pushed
from local.azure.world.registries import Registry
from local.azure.world.roles import RoleAssignment, Roles
from local.azure.world.sites import Happened, Site, UserIdentity
from local.azure.world.swaps import Swaps
from local.azure.world.tokens import Tokens
from local.azure.world.vaults import SecretReader


class World:
    """One deterministic Azure."""

    def __init__(self, scenario: Scenario, clock: Clock, events_url: str | None = None) -> None:
        self.scenario = scenario
        self.clock = clock
        self.started = clock.now()
        self.journal = Journal()
        self.activity_log = ActivityLog(timedelta(seconds=scenario.activity_log_lag_seconds))
        self.numbers = count(1)
        """Numbers requests, so that their ids differ and yet are the same in every run."""
        self.faults = Faults(scenario.faults)
        self.call_budgets = CallBudgets(scenario.budgets)
        self.tokens = Tokens(scenario.tenant)
        self.registries = list(registries_of(scenario, self.started))
        self.identities = identities_of(scenario)
        self.sites = list(sites_of(scenario, self.identities, self.started))
        self.webhooks = webhooks_of(self.registries, self.sites)
        self.unpublished: list[Pushed] = []
        self.publish: Callable[[Pushed], object] = self.unpublished.append
        """Gives Event Grid what clients push and delete; without an Event Grid, it waits."""
        self.plans = Plans(plans_of(self.sites, self.started))
        self.roles = Roles(custom_roles_of(scenario))
        self.directory = Directory(scenario, self.sites, self.identities, self.started)
        self.event_subscriptions = event_subscriptions_of(scenario, self.registries, events_url)
        self.vaults = vaults_of(scenario)
        self.places = Places(scenario, [*self.registries, *self.sites, *self.vaults])
        self._granting = Granting(self.roles, self.directory, self.places)
        self._grant_what_the_scenario_says()
        self.vault_policies = self._vault_policies()
        """Vault id → object ids that its access policies let get secrets."""
        self.secrets = SecretReader(self.vaults, self.vault_policies, self.roles)
        self._puller = Puller(self.registries, self.roles)
        self._pulls = Pulls(self._puller.pull, self._puller.adopt)
        self.deletions: set[str] = set()
        """Operations that took resource groups away."""
        self.imports: dict[str, tuple[str, str, str] | None] = {}
        """Operations that imported images → code, resource and text of a failure."""
        self.swaps = Swaps(scenario.swap_seconds, self._serves)

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

    def instances(self, site: Site | str, at: datetime | None = None) -> list[InstanceView]:
        """Answer what runs on every instance of a site, now or at an earlier moment."""
        self.catch_up()
        found = self.site(site) if isinstance(site, str) else site
        return self._views(found, at or self.now())

    def catch_up(self) -> None:
        """Let happen what has come to its time since the last look."""
        self.swaps.catch_up(self.now())

    def push(self, registry: str, repository: str, tag: str, image: str) -> Pushed:
        """Push an image of the scenario; raises KeyError for an unknown registry or image."""
        if image not in self.scenario.images:
            raise KeyError(f"the scenario has no image {image}")
        described = self.scenario.images[image]
        into = self.registry(registry)
        return self._told(pushes.push(into, repository, tag, image, described, self.now()))

    def release(self, registry: str, repository: str, tag: str) -> Pushed:
        """Let an image out of its registry's quarantine; raises KeyError where it is not in it."""
        return self._told(pushes.release(self.registry(registry), repository, tag, self.now()))

    def client_did(self, done: Pushed) -> Pushed:
        """Tell webhooks and Event Grid what a client of a registry has done to it."""
        self.publish(self._told(done))
        return done

    def change_registry(self, registry: str, **changes: Any) -> None:
        """Configure a registry anew, in the keys of a scenario: its firewall, say."""
        self.registry(registry).change(self.now(), changes)

    def change_app(self, site: str, **changes: Any) -> None:
        """Change an app in the keys of a scenario, except what `configure` changes; nothing is restarted."""
        self.site(site).change(self.now(), changes)

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

    def set_app_settings(self, site: Site | str, settings: dict[str, str]) -> bool:
        """Replace all app settings; answers whether they differ, for only then containers are restarted."""
        found = self.site(site) if isinstance(site, str) else site
        if found.app_settings == settings:
            return False
        found.app_settings = dict(settings)
        found.record(self.now(), Happened.CONFIGURED)
        return True

    def stop(self, site: str) -> None:
        """Stop a site."""
        self._switch(self.site(site), "Stopped", Happened.STOPPED)

    def start(self, site: str) -> None:
        """Start a site."""
        self._switch(self.site(site), "Running", Happened.STARTED)

    def make_identity(self, name: str, resource_group: str, subscription: str, location: str) -> UserIdentity:
        """Make a user-assigned identity, as ARM does."""
        told_so = told.Identity(name=name, resource_group=resource_group, location=location)
        made = user_identity(told_so, subscription)
        self.identities[made.id.lower()] = made
        self._learn(made.name, made.principal_id)
        return made

    def give_system_identity(self, site: Site) -> None:
        """Make the system-assigned identity of a site."""
        site.has_system_identity = True
        if site.principal_id:
            self._learn(site.name, site.principal_id)

    def add_site(self, site: Site) -> None:
        """Take in a site that was made through ARM, and start it."""
        self.sites.append(site)
        self.places.add(site)
        site.record(self.now(), Happened.STARTED)

    def remove_site(self, site: Site) -> None:
        """Take a site away, and its slots."""
        for one in [one for one in self.sites if one is site or (not site.slot and is_within(one.id, site.id))]:
            self.sites.remove(one)
            self.places.remove(one)

    def remove_registry(self, registry: Registry) -> None:
        """Take a registry away with all it holds."""
        self.registries.remove(registry)
        self.places.remove(registry)

    def remove_group(self, group: ResourceGroup) -> None:
        """Take a resource group away with all that is in it."""
        for site in [one for one in self.sites if is_within(one.id, group.id) and not one.slot]:
            self.remove_site(site)
        for registry in [one for one in self.registries if is_within(one.id, group.id)]:
            self.remove_registry(registry)
        for plan in self.plans.of(group.subscription, group.name):
            self.plans.remove(plan)
        self.identities = {name: one for name, one in self.identities.items() if not is_within(one.id, group.id)}
        self.places.groups.remove(group)

    def add_registry(self, registry: Registry) -> None:
        """Take in a registry that was made through ARM."""
        self.registries.append(registry)
        self.places.add(registry)

    def assign_role(
        self, principal: str, role: str, scope: str, spreads_in: float = 0, condition: str | None = None
    ) -> RoleAssignment:
        """Give a role, all in the scenario's names; raises KeyError for a name that means nothing."""
        grant = told.Grant(principal=principal, role=role, scope=scope, spreads_in=spreads_in, condition=condition)
        return self._granting.assign(grant, self.now())

    def remove_role(self, principal: str, role: str, scope: str) -> int:
        """Take a role away, all in the scenario's names; answers how many assignments there were."""
        return self._granting.remove(principal, role, scope, self.now())

    def deny(self, denial: dict[str, Any]) -> DenyAssignment:
        """Make a deny assignment, told as in a scenario; raises KeyError for a name that means nothing."""
        return self._granting.deny(told.DenyAssignment.model_validate(denial), self.now())

    def lift_denial(self, name: str) -> int:
        """Take the deny assignments of a name away; answers how many there were."""
        return self._granting.lift(name, self.now())

    @property
    def default_subscription(self) -> str:
        """Answer the id of the subscription where everything is that names none."""
        return self.scenario.subscriptions[0].id

    def _told(self, pushed: Pushed) -> Pushed:
        self.webhooks.tell(pushed.registry, (*pushed.events, *pushed.quarantine_events), self.now())
        return pushed

    def _views(self, site: Site, at: datetime) -> list[InstanceView]:
        if not site.is_linux:
            return []
        return [instance_at(site, n, self._pulls, at) for n in range(site.told.instances)]

    def _serves(self, site: Site, at: datetime) -> bool:
        """Tell whether a site answers, idle ones included: they start when they are asked."""
        return all(view.serving is not None or view.idle for view in self._views(site, at))

    def _learn(self, name: str, principal_id: str) -> None:
        lag = timedelta(seconds=self.scenario.directory_lag_seconds)
        self.directory.learn(name, principal_id, self.now() + lag)

    def _switch(self, site: Site, state: str, what: Happened) -> None:
        if site.state == state:
            return
        site.state = state
        site.record(self.now(), what)

    def _vault_policies(self) -> dict[str, set[str]]:
        policies: dict[str, set[str]] = {}
        for vault in self.vaults:
            try:
                policies[vault.id] = {self.directory.principal_id(one) for one in vault.told.secret_readers}
            except KeyError as error:
                raise ScenarioError(f"key vault {vault.name}: {error.args[0]}") from error
        return policies

    def _grant_what_the_scenario_says(self) -> None:
        self.roles.groups = self.directory.groups
        for grant in (*operator_grants(self.scenario, self.registries), *self.scenario.role_assignments):
            try:
                self._granting.assign(grant, self.started if grant.spreads_in else self.started - LONG_AGO)
            except KeyError as error:
                raise ScenarioError(f"role assignment of {grant.principal}: {error.args[0]}") from error
        for denial in self.scenario.deny_assignments:
            try:
                self._granting.deny(denial, self.started - LONG_AGO)
            except KeyError as error:
                raise ScenarioError(f"deny assignment {denial.name}: {error.args[0]}") from error
