"""What a scenario file may say: the subscriptions, registries, images, sites, identities, roles and faults of a World.

The file is YAML 1.2: `on` is the text "on", as resource tags need it. Unknown keys are errors that name their place.
Durations are seconds. docs/local.md documents every key with an example that the tests load.

    parts.py        what every part has in common
    budgets.py faults.py images.py registries.py rights.py sites.py vaults.py webhooks.py    the parts
    story.py        the whole, and how it is read
"""

from local.azure.scenario.budgets import Bucket, Budgets
from local.azure.scenario.events import Events, EventSchema, EventSubscription
from local.azure.scenario.faults import FaultRule
from local.azure.scenario.images import Image
from local.azure.scenario.parts import DEFAULT_SUBSCRIPTION, DEFAULT_TENANT, ScenarioError, Subscription
from local.azure.scenario.registries import NetworkRuleSet, PrivateEndpoint, Registry
from local.azure.scenario.rights import CustomRole, DenyAssignment, Grant, Group, Operator
from local.azure.scenario.sites import (
    App,
    Deployment,
    Identity,
    IpRestriction,
    Site,
    SiteContainer,
    SiteIdentity,
    Slot,
    SlotSwap,
)
from local.azure.scenario.story import Scenario, load_scenario, read_scenario
from local.azure.scenario.vaults import KeyVault
from local.azure.scenario.webhooks import Webhook

__all__ = [
    "DEFAULT_SUBSCRIPTION",
    "DEFAULT_TENANT",
    "App",
    "Bucket",
    "Budgets",
    "CustomRole",
    "DenyAssignment",
    "Deployment",
    "EventSchema",
    "EventSubscription",
    "Events",
    "FaultRule",
    "Grant",
    "Group",
    "Identity",
    "Image",
    "IpRestriction",
    "KeyVault",
    "NetworkRuleSet",
    "Operator",
    "PrivateEndpoint",
    "Registry",
    "Scenario",
    "ScenarioError",
    "Site",
    "SiteContainer",
    "SiteIdentity",
    "Slot",
    "SlotSwap",
    "Subscription",
    "Webhook",
    "load_scenario",
    "read_scenario",
]
