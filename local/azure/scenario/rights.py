"""Who may do what in a scenario: groups, custom roles, assignments, and the operator itself."""

from local.azure.scenario.parts import Guid, Part, Seconds


class Group(Part):
    """A directory group whose members inherit its role assignments."""

    name: str
    members: tuple[str, ...] = ()


class CustomRole(Part):
    """A custom role definition."""

    name: str
    description: str = ""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


class Grant(Part):
    """A role assignment in the scenario's own names."""

    principal: str
    """A site, `site/slot`, identity, group, `operator`, or an object id."""
    role: str
    scope: str
    """A registry, a resource group, a subscription id, `/`, or a resource id."""
    spreads_in: Seconds = 0
    """How long the data plane and pulls ignore it after it was made."""
    condition: str | None = None


class DenyAssignment(Part):
    """What is denied, whatever roles give."""

    name: str
    scope: str
    """As in role assignments."""
    description: str = ""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    principals: tuple[str, ...] = ("everyone",)
    """As in role assignments, or `everyone`."""
    exclude_principals: tuple[str, ...] = ()
    do_not_apply_to_child_scopes: bool = False
    is_system_protected: bool = True


class Operator(Part):
    """Who the operator is and what it may do; the defaults let it read and restart everything."""

    principal_id: Guid = "33333333-3333-4333-8333-333333333333"
    client_id: Guid = "44444444-4444-4444-8444-444444444444"
    ip_address: str = "203.0.113.20"
    """Where its calls come from, for firewalls and access restrictions."""
    roles: tuple[str, ...] = ("Reader", "Website Contributor")
    """Granted at every subscription."""
    reads_registries: bool = True
    """Granted at every registry what reads its content there: AcrPull, or Repository Reader in ABAC mode."""
