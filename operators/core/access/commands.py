"""The `az` commands that let an app pull, with the real ids filled in.

Sources: azure-docs, app-service/configure-custom-container ("Use managed identity to pull image from ACR"),
app-service/configure-vnet-integration-routing; azure-management-docs,
container-registry-rbac-abac-repository-permissions.
"""

import json

from operators.core.access.granting import PullRole
from operators.core.access.rbac import RoleAssignment
from operators.core.apps import AppId
from operators.core.az import WEB_API_VERSION, Filled, az, of_app, of_subscription, to_identity
from operators.core.registries import Registry

_AS_USER_ASSIGNED = "properties.authType=UserAssigned"
_CONTAINER_CLIENT_ID = "properties.userManagedIdentityClientId"
_OVER_NETWORK = "properties.outboundVnetRouting.imagePullTraffic=true"


def assign_system_identity(app: AppId) -> str:
    """Give the app its own, system-assigned identity."""
    return az("webapp", "identity", "assign", *of_app(app))


def assign_user_identity(app: AppId, resource_id: str) -> str:
    """Put a user-assigned identity on the app."""
    return az("webapp", "identity", "assign", *of_app(app), "--identities", resource_id)


def assign_user_identity_by_client_id(app: AppId, client_id: str) -> str:
    """Put the user-assigned identity on the app whose client id is known and whose resource id is not."""
    return az(
        "webapp", "identity", "assign", *of_app(app), "--identities", Filled(f"$({_look_up(app, client_id, 'id')})")
    )


def pull_as_managed_identity(app: AppId) -> str:
    """Let the app pull with its identity instead of a user name and password."""
    return _set_config(app, {"acrUseManagedIdentityCreds": True})


def pull_as_user_identity(app: AppId, client_id: str) -> str:
    """Let the app pull with one of its user-assigned identities."""
    return _set_config(app, {"acrUserManagedIdentityID": client_id})


def pull_as_user_identity_of(app: AppId, resource_id: str) -> str:
    """The same, where the client id has to be looked up."""
    setting = Filled(f"acrUserManagedIdentityID=$({_client_id_of(resource_id)})")
    return az("webapp", "config", "set", *of_app(app), "--generic-configurations", setting)


def pull_container_as_system_identity(container_id: str) -> str:
    """Let one container of a sidecar-enabled site be pulled with the site's system-assigned identity."""
    return _set_container(container_id, "properties.authType=SystemIdentity")


def pull_container_as_user_identity(container_id: str, client_id: str) -> str:
    """The same, with one of its user-assigned identities."""
    return _set_container(container_id, _AS_USER_ASSIGNED, f"{_CONTAINER_CLIENT_ID}={client_id}")


def pull_container_as_user_identity_of(container_id: str, resource_id: str) -> str:
    """The same, where the client id has to be looked up."""
    client_id = Filled(f"{_CONTAINER_CLIENT_ID}=$({_client_id_of(resource_id)})")
    return _set_container(container_id, _AS_USER_ASSIGNED, client_id)


def grant_role(principal_id: str, role: PullRole, registry_id: str) -> str:
    """Give an identity what lets it pull from a registry."""
    return _create_assignment(principal_id, role.name, registry_id, role.condition)


def grant_role_to_system_identity(app: AppId, role: PullRole, registry_id: str) -> str:
    """The same, for a system-assigned identity that is only being made."""
    identity = az("webapp", "identity", "show", *of_app(app), "--query", "principalId", "--output", "tsv")
    return _create_assignment(Filled(f"$({identity})"), role.name, registry_id, role.condition)


def grant_role_to_user_identity(resource_id: str, role: PullRole, registry_id: str) -> str:
    """The same, for a user-assigned identity whose object id has to be looked up."""
    identity = az("identity", "show", "--ids", resource_id, "--query", "principalId", "--output", "tsv")
    return _create_assignment(Filled(f"$({identity})"), role.name, registry_id, role.condition)


def grant_role_to_user_identity_by_client_id(app: AppId, client_id: str, role: PullRole, registry_id: str) -> str:
    """The same, for one of which only the client id is known."""
    identity = _look_up(app, client_id, "principalId")
    return _create_assignment(Filled(f"$({identity})"), role.name, registry_id, role.condition)


def widen_assignment(assignment: RoleAssignment, condition: str) -> str:
    """Give an assignment another condition. `create` would leave it as it is and answer it as if it had been made.

    Source: azure-cli, role assignment update, which takes the assignment as `list` shows it.
    """
    told = {
        "id": assignment.id,
        "name": assignment.id.rpartition("/")[2],
        "scope": assignment.scope,
        "roleDefinitionId": assignment.role_definition_id,
        "principalId": assignment.principal_id,
        "principalType": assignment.principal_type,
        "condition": condition,
        "conditionVersion": "2.0",
    }
    return az("role", "assignment", "update", "--role-assignment", json.dumps(told))


def pull_over_network(app: AppId) -> str:
    """Route the image pull through the network that the app is integrated with."""
    return az("resource", "update", "--ids", app.resource_id, "--set", _OVER_NETWORK)


def integrate_network(app: AppId) -> str:
    """Integrate the app with a subnet, whose id is to be filled in."""
    network = ("--vnet", Filled("$VNET_ID"), "--subnet", Filled("$SUBNET_ID"))
    return az("webapp", "vnet-integration", "add", *of_app(app), *network)


def allow_address(registry: Registry, address: str) -> str:
    """Let an address through a registry's firewall."""
    where = (*of_subscription(registry.id), "--name", registry.name)
    return az("acr", "network-rule", "add", *where, "--ip-address", address)


def show_endpoints(registry: Registry) -> str:
    """See a registry's private endpoint connections."""
    where = (*of_subscription(registry.id), "--registry-name", registry.name)
    return az("acr", "private-endpoint-connection", "list", *where)


def show_endpoint(endpoint_id: str) -> str:
    """See which subnet a private endpoint stands in."""
    return az("network", "private-endpoint", "show", "--ids", endpoint_id, "--query", "subnet.id", "--output", "tsv")


def show_peerings(subnet_id: str) -> str:
    """See which networks a subnet's network is peered with."""
    _, _, subscription, _, group, _, _, _, network, *_ = subnet_id.split("/")
    where = ("--subscription", subscription, "--resource-group", group, "--vnet-name", network)
    return az("network", "vnet", "peering", "list", *where, "--output", "table")


def show_way_out(subnet_id: str) -> str:
    """See by which NAT gateway or routes a subnet goes out."""
    query = "{natGateway: natGateway.id, routeTable: routeTable.id}"
    return az("network", "vnet", "subnet", "show", "--ids", subnet_id, "--query", query)


def show_rules(registry: Registry) -> str:
    """See whom a registry's firewall lets in."""
    return az("acr", "network-rule", "list", *of_subscription(registry.id), "--name", registry.name)


def show_tags(registry: Registry, repository: str) -> str:
    """See which tags a repository has, newest first."""
    where = (*of_subscription(registry.id), "--name", registry.name, "--repository", repository)
    return az("acr", "repository", "show-tags", *where, "--orderby", "time_desc", "--output", "table")


def show_manifests(registry: Registry, repository: str) -> str:
    """See the manifests of a repository with what is said about each."""
    where = (*of_subscription(registry.id), "--registry", registry.name, "--name", repository)
    return az("acr", "manifest", "list-metadata", *where, "--orderby", "time_desc")


def take_arm_tokens(registry: Registry) -> str:
    """Let a registry take tokens for Azure Resource Manager."""
    where = (*of_subscription(registry.id), "--registry", registry.name)
    return az("acr", "config", "authentication-as-arm", "update", *where, "--status", "enabled")


def show_mode(registry_id: str) -> str:
    """See by which permissions a registry decides."""
    return az("resource", "show", "--ids", registry_id, "--query", "properties.roleAssignmentMode", "--output", "tsv")


def build(registry: Registry, repository: str, tag: str | None, platform: str) -> str:
    """Build what is in the current folder for a platform, in a registry that keeps it under the tag, or a new one."""
    image = f"{repository}:{tag or '{{.Run.ID}}'}"
    where = (*of_subscription(registry.id), "--registry", registry.name)
    return az("acr", "build", *where, "--image", image, "--platform", platform, ".")


def grant_to_operator(operator: str | None, role: str, scope: str) -> str:
    """Give the operator's own identity a role."""
    return _create_assignment(_operator(operator), role, scope)


def let_operator_see_registry(operator: str | None, login_server: str) -> str:
    """Give the operator's own identity Reader at a registry; in which subscription that is, is to be filled in."""
    query = f"[?loginServer=='{login_server}'].id"
    where = ("--subscription", Filled("$REGISTRY_SUBSCRIPTION_ID"))
    found = az("acr", "list", *where, "--query", query, "--output", "tsv")
    return _create_assignment(_operator(operator), "Reader", Filled(f"$({found})"))


def show_assignment(assignment: RoleAssignment) -> str:
    """See an assignment with its condition, among what else its principal was given at its scope."""
    return az("role", "assignment", "list", "--assignee", assignment.principal_id, "--scope", assignment.scope)


def show(resource_id: str) -> str:
    """See a resource as ARM has it, where `az` has no command of its own."""
    return az("rest", "--method", "get", "--url", f"{resource_id}?api-version=2022-04-01")


def _create_assignment(object_id: str | Filled, role: str, scope: str | Filled, condition: str | None = None) -> str:
    under = ("--condition", condition, "--condition-version", "2.0") if condition else ()
    return az("role", "assignment", "create", *to_identity(object_id), "--role", role, "--scope", scope, *under)


def _operator(object_id: str | None) -> str | Filled:
    return object_id or Filled("$OPERATOR_OBJECT_ID")


def _look_up(app: AppId, client_id: str, what: str) -> str:
    """What the subscription tells of the user-assigned identity with a client id."""
    query = f'[?clientId==`"{client_id}"`].{what}'
    return az("identity", "list", "--subscription", app.subscription, "--query", query, "--output", "tsv")


def _client_id_of(resource_id: str) -> str:
    return az("identity", "show", "--ids", resource_id, "--query", "clientId", "--output", "tsv")


def _set_container(container_id: str, *properties: str | Filled) -> str:
    """As a resource: `az webapp sitecontainers update` forgets the port and start-up command that it is not told."""
    what = ("--ids", container_id, "--api-version", WEB_API_VERSION)
    return az("resource", "update", *what, "--set", *properties)


def _set_config(app: AppId, config: dict[str, str | bool]) -> str:
    return az("webapp", "config", "set", *of_app(app), "--generic-configurations", json.dumps(config))
