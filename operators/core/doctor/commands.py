"""The `az` commands that mend what a check found, with the real ids filled in."""

from operators.core.apps import AppId
from operators.core.az import WEB_API_VERSION, Filled, az, of_app, of_subscription, to_identity
from operators.core.registries import Registry


def delete_settings(app: AppId, *names: str) -> str:
    """Take app settings out; the app restarts."""
    return az("webapp", "config", "appsettings", "delete", *of_app(app), "--setting-names", *names)


def set_setting(app: AppId, name: str, value: str) -> str:
    """Set an app setting; the app restarts."""
    return az("webapp", "config", "appsettings", "set", *of_app(app), "--settings", f"{name}={value}")


def set_always_on(app: AppId) -> str:
    """Keep the app loaded; needs the Basic tier."""
    return az("webapp", "config", "set", *of_app(app), "--always-on", "true")


def set_health_check_path(app: AppId) -> str:
    """Name the path that tells whether the app is healthy. Which one that is, only its makers know."""
    path = '{"healthCheckPath": "/<path>"}'
    return az("webapp", "config", "set", *of_app(app), "--generic-configurations", path)


def keep_logs(app: AppId) -> str:
    """Keep what the container writes."""
    return az("webapp", "log", "config", *of_app(app), "--docker-container-logging", "filesystem")


def delete_webhook(registry: Registry, name: str) -> str:
    """Delete a webhook of a registry."""
    return az("acr", "webhook", "delete", "--registry", registry.name, *of_subscription(registry.id), "--name", name)


def list_webhooks(registry: Registry) -> str:
    """See which webhooks a registry has."""
    where = ("--registry", registry.name, *of_subscription(registry.id))
    return az("acr", "webhook", "list", *where, "--output", "table")


def subscribe(registry: Registry, operator_site: str | None) -> str:
    """Have the registry's pushes sent to Pulley's function."""
    query = f"[?name=='{operator_site or '<function app>'}'].id"
    function_app = az("functionapp", "list", "--query", query, "--output", "tsv")
    what = ("--source-resource-id", registry.id, "--included-event-types", "Microsoft.ContainerRegistry.ImagePushed")
    to = ("--endpoint-type", "azurefunction", "--endpoint", Filled(f"$({function_app})/functions/image_pushed"))
    return az("eventgrid", "event-subscription", "create", "--name", "pulley", *what, *to)


def delete_subscription(subscription_id: str) -> str:
    """Delete an Event Grid subscription."""
    return az("resource", "delete", "--ids", subscription_id)


def grant_secrets(principal_id: str, vault: str, vault_id: str | None) -> str:
    """Let an identity read the secrets of a vault."""
    looked_up = az("keyvault", "show", "--name", vault, "--query", "id", "--output", "tsv")
    scope = vault_id or Filled(f"$({looked_up})")
    role = ("--role", "Key Vault Secrets User", "--scope", scope)
    return az("role", "assignment", "create", *to_identity(principal_id), *role)


def set_secret_policy(principal_id: str, vault: str, vault_id: str) -> str:
    """The same, where the vault goes by its own access policies."""
    where = ("--name", vault, *of_subscription(vault_id))
    return az("keyvault", "set-policy", *where, "--object-id", principal_id, "--secret-permissions", "get")


def refresh_references(app: AppId) -> str:
    """Have the platform read the references again, which it does once a day by itself."""
    return az("rest", "--method", "post", "--url", f"{_references(app)}/refresh?api-version={WEB_API_VERSION}")


def show_reference(app: AppId, setting: str) -> str:
    """See what the platform says about one reference."""
    return az("rest", "--method", "get", "--url", f"{_references(app)}/{setting}?api-version={WEB_API_VERSION}")


def show_restrictions(app: AppId) -> str:
    """See who is let in to the app."""
    return az("webapp", "config", "access-restriction", "show", *of_app(app))


def tail_logs(app: AppId) -> str:
    """See what the platform and the container write."""
    return az("webapp", "log", "tail", *of_app(app))


def start(app: AppId) -> str:
    """Start an app that was stopped."""
    return az("webapp", "start", *of_app(app))


def make_slot(slot: AppId) -> str:
    """Make a slot that is set up as its site is."""
    assert slot.slot is not None
    names = ("--slot", slot.slot, "--configuration-source", slot.site)
    return az("webapp", "deployment", "slot", "create", *of_app(slot.site_id), *names)


def cancel_swap(app: AppId, other: str) -> str:
    """Give up a swap with preview that was begun with another slot."""
    slot = ("--slot", app.slot or other)
    return az("webapp", "deployment", "slot", "swap", *of_app(app.site_id), *slot, "--action", "reset")


def _references(app: AppId) -> str:
    """Without a host `az rest` asks the cloud that it is signed in to."""
    return f"{app.resource_id}/config/configreferences/appsettings"
