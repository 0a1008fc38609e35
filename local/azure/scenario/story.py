"""The whole scenario, and how it is read."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from local.azure.scenario.budgets import Budgets
from local.azure.scenario.events import Events, EventSubscription
from local.azure.scenario.faults import FaultRule
from local.azure.scenario.images import Image
from local.azure.scenario.parts import DEFAULT_TENANT, Guid, Part, ScenarioError, Seconds, Subscription
from local.azure.scenario.registries import Registry
from local.azure.scenario.rights import CustomRole, DenyAssignment, Grant, Group, Operator
from local.azure.scenario.sites import Identity, Site
from local.azure.scenario.vaults import KeyVault


class Scenario(Part):
    """Everything a World starts with."""

    tenant: Guid = DEFAULT_TENANT
    subscriptions: tuple[Subscription, ...] = (Subscription(),)
    role_spread_seconds: Seconds = 0
    """How long role assignments that are made through ARM take to count."""
    swap_seconds: Seconds = 5
    """How long a slot swap takes where the source answers."""
    directory_lag_seconds: Seconds = 0
    """How long the directory does not know the principals of identities that are made through ARM."""
    activity_log_lag_seconds: Seconds = 0
    """How long it takes until what was done through ARM is in the Activity Log; minutes in Azure."""
    page_size: Annotated[int, Field(ge=1)] = 100
    budgets: Budgets = Budgets()
    operator: Operator = Operator()
    images: dict[str, Image] = Field(default_factory=dict)
    registries: tuple[Registry, ...] = ()
    identities: tuple[Identity, ...] = ()
    groups: tuple[Group, ...] = ()
    sites: tuple[Site, ...] = ()
    key_vaults: tuple[KeyVault, ...] = ()
    role_definitions: tuple[CustomRole, ...] = ()
    role_assignments: tuple[Grant, ...] = ()
    deny_assignments: tuple[DenyAssignment, ...] = ()
    faults: tuple[FaultRule, ...] = ()
    events: Events = Events()
    event_subscriptions: tuple[EventSubscription, ...] | None = None
    """Null: one for each registry to the process's --events-url."""


class _Yaml12Loader(yaml.SafeLoader):
    """PyYAML speaks YAML 1.1, where `on` and `no` are booleans; resource tags such as `pulley: on` are texts."""


_NOT_BOOLEAN = "yYnNoO"
"""First letters of the words that only YAML 1.1 takes for booleans."""
_Yaml12Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if first not in _NOT_BOOLEAN or not tag.endswith(":bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_scenario(document: dict[str, Any], source: str = "scenario") -> Scenario:
    """Make a scenario of plain data; raises ScenarioError that names every wrong place."""
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        places = [f"  {'.'.join(str(part) for part in line['loc'])}: {line['msg']}" for line in error.errors()]
        raise ScenarioError("\n".join([f"{source} is no scenario:", *places])) from error


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file; raises ScenarioError where it cannot be read or understood."""
    try:
        document = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Yaml12Loader)  # noqa: S506 - a SafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ScenarioError(f"{path} is no scenario: it holds no mapping")
    return read_scenario(document, str(path))
