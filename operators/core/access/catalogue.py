"""Every reason of a verdict: which verdict, in which words, what a person does about it, and where it is documented.

docs/access.md shows this catalogue; a test keeps both equal. The commands of a fix are made by access/commands.py.
"""

from typing import NamedTuple

from operators.core.access import Reason, Verdict

_LEARN = "https://learn.microsoft.com/azure/"
_PULL_WITH_IDENTITY = (
    f"{_LEARN}app-service/configure-custom-container#use-managed-identity-to-pull-image-from-azure-container-registry"
)
_REGISTRY_ROLES = f"{_LEARN}container-registry/container-registry-rbac-built-in-roles-overview"
_REPOSITORY_PERMISSIONS = f"{_LEARN}container-registry/container-registry-rbac-abac-repository-permissions"
_CONDITIONS = f"{_LEARN}role-based-access-control/conditions-format"
_SPREADING = (
    f"{_LEARN}role-based-access-control/troubleshooting#symptom---role-assignment-changes-are-not-being-detected"
)
_DENY_ASSIGNMENTS = f"{_LEARN}role-based-access-control/deny-assignments"
_READER = f"{_LEARN}role-based-access-control/built-in-roles#reader"
_ANONYMOUS = f"{_LEARN}container-registry/anonymous-pull-access"
_AUTHENTICATION = f"{_LEARN}container-registry/container-registry-authentication"
_ADMIN_USER = f"{_AUTHENTICATION}#admin-account"
_FIREWALL = f"{_LEARN}container-registry/container-registry-access-selected-networks"
_PRIVATE_LINK = f"{_LEARN}container-registry/container-registry-private-link"
_VNET_PULL = f"{_LEARN}app-service/configure-vnet-integration-routing#container-image-pull"
_TAGS = f"{_LEARN}container-registry/container-registry-concepts"
_QUARANTINE = "https://github.com/Azure/acr/tree/main/docs/preview/quarantine"
_PLATFORMS = f"{_LEARN}container-registry/push-multi-architecture-images"


class Entry(NamedTuple):
    """One reason."""

    verdict: Verdict
    sentence: str
    """For a person; what stands in braces is filled in."""
    what_to_do: str
    documentation: str


_ALLOWED, _PROPAGATING, _DENIED, _UNKNOWN = Verdict.ALLOWED, Verdict.PROPAGATING, Verdict.DENIED, Verdict.UNKNOWN
_MAY_NOT = "{app} may not pull {repository} from {registry}: "

CATALOGUE: dict[Reason, Entry] = {
    # roles
    Reason.ROLE_GRANTED: Entry(
        _ALLOWED,
        "{app} may pull {repository} from {registry}: its {identity} has {role} at {scope}.",
        "Nothing.",
        _REGISTRY_ROLES,
    ),
    Reason.ROLE_PROPAGATING: Entry(
        _PROPAGATING,
        "{app} may pull {repository} from {registry} once this has spread, by {until} at the latest: its {identity} "
        "has {role} at {scope} since {since}.",
        "Wait; a rollout waits by itself.",
        _SPREADING,
    ),
    Reason.ROLE_MISSING: Entry(
        _DENIED,
        _MAY_NOT + "its {identity} has no role there that grants it.",
        "Give the identity that pulls the role, at the registry: a role at the app or its resource group is no use.",
        _REGISTRY_ROLES,
    ),
    Reason.ROLE_MISSING_ANONYMOUS_PULL: Entry(
        _UNKNOWN,
        "Anybody may pull {repository} from {registry}, but {app} signs in, and its {identity} has no role there that "
        "grants it.",
        "Give it the role: whether a registry lets in who signs in without a role is not documented.",
        _ANONYMOUS,
    ),
    Reason.ROLE_CONDITION_UNMET: Entry(
        _DENIED,
        _MAY_NOT + "its {identity} has {role} at {scope} under a condition that leaves this out: {condition}",
        "Give it the role for this repository too, or change the condition.",
        _CONDITIONS,
    ),
    Reason.ROLE_CONDITIONAL: Entry(
        _UNKNOWN,
        "Whether {app} may pull {repository} from {registry} hangs on a condition that is not understood here: "
        "{condition}",
        "Read the condition; the role without one, or with the documented one, is understood.",
        _CONDITIONS,
    ),
    Reason.ACR_PULL_NOT_HONOURED: Entry(
        _DENIED,
        _MAY_NOT + "its {identity} has {role} at {scope}, which this registry does not honour, because it decides by "
        "repository permissions (AbacRepositoryPermissions).",
        "Give the identity Container Registry Repository Reader for this repository.",
        _REPOSITORY_PERMISSIONS,
    ),
    Reason.REGISTRY_MODE_UNKNOWN: Entry(
        _UNKNOWN,
        "Whether {app} may pull from {registry} hangs on how the registry decides, and what it says of that "
        "(roleAssignmentMode: {mode}) does not tell.",
        "See which roleAssignmentMode the registry has.",
        _REPOSITORY_PERMISSIONS,
    ),
    Reason.DENY_ASSIGNMENT: Entry(
        _DENIED,
        _MAY_NOT + "whatever its roles, deny assignment {denial} at {scope} keeps its {identity} from it.",
        "Azure made it, for a managed application or a deployment stack: exclude the identity there.",
        _DENY_ASSIGNMENTS,
    ),
    Reason.DENY_ASSIGNMENT_UNDECIDED: Entry(
        _UNKNOWN,
        "Whether deny assignment {denial} at {scope} keeps the {identity} of {app} from pulling hangs on who is in a "
        "group, or on a condition, which is not read here.",
        "See whether the identity is meant.",
        _DENY_ASSIGNMENTS,
    ),
    # the identity
    Reason.IDENTITY_MISSING: Entry(
        _DENIED,
        "{app} is to pull with its system-assigned identity and has none.",
        "Give it one and the role; a slot has an identity of its own.",
        _PULL_WITH_IDENTITY,
    ),
    Reason.USER_ASSIGNED_IDENTITY_MISSING: Entry(
        _DENIED,
        "{app} is to pull with the user-assigned identity whose client id is {client_id}, which is not on it.",
        "Put that identity on the app, or name the client id of one that is.",
        _PULL_WITH_IDENTITY,
    ),
    Reason.CLIENT_ID_IS_RESOURCE_ID: Entry(
        _DENIED,
        "{setting} of {app} is a resource id instead of a client id.",
        "Write the identity's client id there.",
        _PULL_WITH_IDENTITY,
    ),
    # a user name and password, or nothing
    Reason.NOT_MANAGED_IDENTITY: Entry(
        _UNKNOWN,
        "{app} pulls with a user name and password or as nobody; the app settings that say it cannot be read. {reads}",
        "Let it pull with its identity, or let the operator list its settings.",
        _PULL_WITH_IDENTITY,
    ),
    Reason.ANONYMOUS_PULL: Entry(
        _ALLOWED,
        "{app} pulls as nobody, and anybody may pull from {registry}.",
        "Nothing.",
        _ANONYMOUS,
    ),
    Reason.CREDENTIALS_MISSING: Entry(
        _DENIED,
        _MAY_NOT + "it does not use its identity, and has no user name with a password.",
        "Let it pull with its identity.",
        _PULL_WITH_IDENTITY,
    ),
    Reason.ADMIN_USER_DISABLED: Entry(
        _DENIED,
        _MAY_NOT + "it signs in as the registry's admin user, which is disabled.",
        "Let it pull with its identity; the admin user is one for everybody.",
        _ADMIN_USER,
    ),
    Reason.PASSWORD_NOT_TRIED: Entry(
        _UNKNOWN,
        "{app} signs in to {registry} as {user} with a password, which is not tried here.",
        "Nothing, or let it pull with its identity.",
        _AUTHENTICATION,
    ),
    Reason.CREDENTIALS_OF_ANOTHER_SERVER: Entry(
        _UNKNOWN,
        "{app} has a user name and password for {server}, and its image is at {registry}.",
        "Let it pull with its identity, or correct DOCKER_REGISTRY_SERVER_URL.",
        _PULL_WITH_IDENTITY,
    ),
    # the registry
    Reason.REGISTRY_NOT_FOUND: Entry(
        _UNKNOWN,
        "{registry} is none of the registries that can be read here.",
        "Give the operator Reader at the registry, and its subscription a place in PULLEY_SCOPES. Which subscription "
        "that is cannot be seen from here.",
        _READER,
    ),
    Reason.NOT_AN_AZURE_REGISTRY: Entry(
        _UNKNOWN,
        "{registry} is no Azure container registry; whom it lets pull is not looked into.",
        "Nothing.",
        _TAGS,
    ),
    # the road
    Reason.REGISTRY_CLOSED: Entry(
        _DENIED,
        "{app} cannot reach {registry}: its public network access is disabled, and the app is in no virtual network.",
        "Integrate the app with a network that has the registry's private endpoint, and let it pull through that. "
        "App Service is none of the trusted services.",
        _PRIVATE_LINK,
    ),
    Reason.NO_PRIVATE_ENDPOINT: Entry(
        _DENIED,
        "{app} cannot reach {registry}: it lets nobody in from outside, and has no private endpoint that is approved.",
        "Make a private endpoint in the app's network, or approve the one that waits for it.",
        _PRIVATE_LINK,
    ),
    Reason.FIREWALL: Entry(
        _DENIED,
        "{app} cannot reach {registry}: its firewall lets none of the addresses in that the app comes from "
        "({addresses}).",
        "Let them in, or let the app pull through a virtual network. App Service is none of the trusted services.",
        _FIREWALL,
    ),
    Reason.FIREWALL_PARTLY_OPEN: Entry(
        _UNKNOWN,
        "Whether {app} reaches {registry} hangs on the address that it comes from: the firewall does not let "
        "{addresses} in.",
        "Let the others in as well.",
        _FIREWALL,
    ),
    Reason.NETWORK_ADDRESS_UNKNOWN: Entry(
        _UNKNOWN,
        "Whether {app} reaches {registry} hangs on the address that its virtual network goes out by (a NAT gateway, a "
        "firewall), which is not read: there is no private endpoint, and the registry's own firewall does not let in "
        "{addresses}.",
        "Nothing where that address is among the registry's rules; or make a private endpoint in the app's network.",
        _PRIVATE_LINK,
    ),
    Reason.ENDPOINT_NOT_IN_NETWORK: Entry(
        _UNKNOWN,
        "Whether {app} reaches {registry} is not known: it pulls through {network}, and whether that leads to the "
        "registry's private endpoint ({endpoints}), by peering and routes, is not looked into.",
        "Nothing where the networks are peered; or make a private endpoint in the app's network.",
        _PRIVATE_LINK,
    ),
    Reason.IMAGE_PULL_NOT_OVER_VNET: Entry(
        _DENIED,
        "{app} cannot reach {registry}, which is closed to it from outside: the app is in a virtual network and does "
        "not pull its image through that.",
        "Route its image pull through the network.",
        _VNET_PULL,
    ),
    # the image
    Reason.IMAGE_NOT_FOUND: Entry(
        _DENIED, "{registry} has no {image}.", "Push it, or configure one that is there.", _TAGS
    ),
    Reason.IMAGE_QUARANTINED: Entry(
        _DENIED,
        "{image} cannot be pulled: {registry} keeps images in quarantine until they are passed, and this one is not.",
        "Let whoever scans the registry's images pass it.",
        _QUARANTINE,
    ),
    Reason.PLATFORM_MISSING: Entry(
        _DENIED,
        "{image} has nothing for linux/amd64, which App Service runs, but: {platforms}.",
        "Build it for linux/amd64 too and push it again. `az acr build` makes an image for one platform; to keep the "
        "others beside it: `docker buildx build --platform linux/amd64,… --push`.",
        _PLATFORMS,
    ),
    # a read
    Reason.READ_FAILED: Entry(
        _UNKNOWN,
        "Whether {app} may pull {image} is not known. {reads}",
        "Give the operator the right that is named; what fails for a moment is asked again.",
        _READER,
    ),
}
