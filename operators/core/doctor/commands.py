"""The `az` commands that mend what a check found, with the real ids filled in."""

import shlex

from operators.core.apps import AppId
from operators.core.registries import Registry

_ARM = "https://management.azure.com"
_WEB_API_VERSION = "2025-05-01"


def delete_settings(app: AppId, *names: str) -> str:
    """Take app settings out; the app restarts."""
    return f"az webapp config appsettings delete {_target(app)} --setting-names {shlex.join(names)}"


def set_setting(app: AppId, name: str, value: str) -> str:
    """Set an app setting; the app restarts."""
    return f"az webapp config appsettings set {_target(app)} --settings {shlex.quote(f'{name}={value}')}"


def set_always_on(app: AppId) -> str:
    """Keep the app loaded; needs the Basic tier."""
    return f"az webapp config set {_target(app)} --always-on true"


def set_health_check_path(app: AppId) -> str:
    """Name the path that tells whether the app is healthy. Which one that is, only its makers know."""
    config = shlex.quote('{"healthCheckPath": "/<path>"}')
    return f"az webapp config set {_target(app)} --generic-configurations {config}"


def keep_logs(app: AppId) -> str:
    """Keep what the container writes."""
    return f"az webapp log config {_target(app)} --docker-container-logging filesystem"


def show_tags(registry: Registry, repository: str) -> str:
    """See which tags a repository has."""
    return f"az acr repository show-tags --name {registry.name} {_in(registry)} --repository {shlex.quote(repository)}"


def delete_webhook(registry: Registry, name: str) -> str:
    """Delete a webhook of a registry."""
    return f"az acr webhook delete --registry {registry.name} {_in(registry)} --name {shlex.quote(name)}"


def list_webhooks(registry: Registry) -> str:
    """See which webhooks a registry has."""
    return f"az acr webhook list --registry {registry.name} {_in(registry)} --output table"


def subscribe(registry: Registry, operator_site: str | None) -> str:
    """Have the registry's pushes sent to Pulley's function."""
    site = operator_site or "<Pulley's function app>"
    function_app = f"az functionapp list --query {shlex.quote(f"[?name=='{site}'].id")} --output tsv"
    return (
        f"az eventgrid event-subscription create --name pulley --source-resource-id {shlex.quote(registry.id)}"
        " --included-event-types Microsoft.ContainerRegistry.ImagePushed --endpoint-type azurefunction"
        f' --endpoint "$({function_app})/functions/image_pushed"'
    )


def delete_subscription(subscription_id: str) -> str:
    """Delete an Event Grid subscription."""
    return f"az resource delete --ids {shlex.quote(subscription_id)}"


def grant_secrets(principal_id: str, vault: str, vault_id: str | None) -> str:
    """Let an identity read the secrets of a vault, by object id and type: a new one is not in the directory yet."""
    looked_up = f'"$(az keyvault show --name {shlex.quote(vault)} --query id --output tsv)"'
    scope = shlex.quote(vault_id) if vault_id else looked_up
    return (
        f"az role assignment create --assignee-object-id {shlex.quote(principal_id)}"
        f' --assignee-principal-type ServicePrincipal --role "Key Vault Secrets User" --scope {scope}'
    )


def set_secret_policy(principal_id: str, vault: str, vault_id: str) -> str:
    """The same, where the vault goes by its own access policies."""
    return (
        f"az keyvault set-policy --name {shlex.quote(vault)} --subscription {vault_id.split('/')[2]}"
        f" --object-id {shlex.quote(principal_id)} --secret-permissions get"
    )


def refresh_references(app: AppId) -> str:
    """Have the platform read the references again, which it does once a day by itself."""
    return f"az rest --method post --url {shlex.quote(f'{_references(app)}/refresh?api-version={_WEB_API_VERSION}')}"


def show_reference(app: AppId, setting: str) -> str:
    """See what the platform says about one reference."""
    return f"az rest --method get --url {shlex.quote(f'{_references(app)}/{setting}?api-version={_WEB_API_VERSION}')}"


def show_restrictions(app: AppId) -> str:
    """See who is let in to the app."""
    return f"az webapp config access-restriction show {_target(app)}"


def tail_logs(app: AppId) -> str:
    """See what the platform and the container write."""
    return f"az webapp log tail {_target(app)}"


def start(app: AppId) -> str:
    """Start an app that was stopped."""
    return f"az webapp start {_target(app)}"


def cancel_swap(app: AppId, other: str) -> str:
    """Give up a swap with preview that was begun with another slot."""
    site = app.model_copy(update={"slot": None})
    return f"az webapp deployment slot swap {_target(site)} --slot {shlex.quote(app.slot or other)} --action reset"


def _references(app: AppId) -> str:
    return f"{_ARM}{app.resource_id}/config/configreferences/appsettings"


def _in(registry: Registry) -> str:
    return f"--subscription {registry.id.split('/')[2]}"


def _target(app: AppId) -> str:
    slot = ("--slot", app.slot) if app.slot else ()
    return shlex.join(
        ("--subscription", app.subscription, "--resource-group", app.resource_group, "--name", app.site, *slot)
    )
