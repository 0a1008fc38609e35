"""The `az` commands that let an app pull, with the real ids filled in.

Source: azure-docs, app-service/configure-custom-container ("Use managed identity to pull image from ACR").
"""

import json
import shlex

from operators.core.apps import AppId


def assign_system_identity(app: AppId) -> str:
    """Give the app its own, system-assigned identity."""
    return f"az webapp identity assign {_target(app)}"


def assign_user_identity(app: AppId, resource_id: str) -> str:
    """Put a user-assigned identity on the app."""
    return f"az webapp identity assign {_target(app)} --identities {shlex.quote(resource_id)}"


def assign_user_identity_by_client_id(app: AppId, client_id: str) -> str:
    """Put the user-assigned identity on the app whose client id is known and whose resource id is not."""
    query = shlex.quote(f'[?clientId==`"{client_id}"`].id')
    identity = f"az identity list --subscription {app.subscription} --query {query} --output tsv"
    return f'az webapp identity assign {_target(app)} --identities "$({identity})"'


def pull_as_managed_identity(app: AppId) -> str:
    """Let the app pull with its identity instead of a user name and password."""
    return _set_config(app, {"acrUseManagedIdentityCreds": True})


def pull_as_user_identity(app: AppId, client_id: str) -> str:
    """Let the app pull with one of its user-assigned identities."""
    return _set_config(app, {"acrUserManagedIdentityID": client_id})


def pull_as_user_identity_of(app: AppId, resource_id: str) -> str:
    """The same, where the client id has to be looked up."""
    client_id = f"az identity show --ids {shlex.quote(resource_id)} --query clientId --output tsv"
    return f'az webapp config set {_target(app)} --generic-configurations acrUserManagedIdentityID="$({client_id})"'


def grant_acr_pull(principal_id: str, registry_id: str) -> str:
    """Give an identity AcrPull at a registry.

    By object id and type, so that neither has to be looked up in the directory: a new identity is not there yet.
    """
    return _create_assignment(shlex.quote(principal_id), registry_id)


def grant_acr_pull_to_system_identity(app: AppId, registry_id: str) -> str:
    """The same, for a system-assigned identity that is only being made."""
    return _create_assignment(
        f'"$(az webapp identity show {_target(app)} --query principalId --output tsv)"', registry_id
    )


def _create_assignment(object_id: str, registry_id: str) -> str:
    return (
        f"az role assignment create --assignee-object-id {object_id}"
        f" --assignee-principal-type ServicePrincipal --role AcrPull --scope {shlex.quote(registry_id)}"
    )


def _target(app: AppId) -> str:
    slot = ("--slot", app.slot) if app.slot else ()
    return shlex.join(
        ("--subscription", app.subscription, "--resource-group", app.resource_group, "--name", app.site, *slot)
    )


def _set_config(app: AppId, config: dict[str, str | bool]) -> str:
    return f"az webapp config set {_target(app)} --generic-configurations {shlex.quote(json.dumps(config))}"
