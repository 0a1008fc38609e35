"""What ARM knows of Microsoft.ContainerRegistry here."""

from local.azure.arm import deleting, imports, registries, registry_writing, webhooks
from local.azure.arm.call import Handler
from local.azure.arm.operation import GROUP, SUBSCRIPTION, Operation

_PROVIDER = "/providers/Microsoft.ContainerRegistry"
_REGISTRIES = _PROVIDER + "/registries"
_REGISTRY = GROUP + _REGISTRIES + "/{registry}"
_WEBHOOK = _REGISTRY + "/webhooks/{webhook}"


def _acr(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    needed = f"Microsoft.ContainerRegistry/registries/{action}"
    return Operation(name, method, template, handler, needed, "Microsoft.ContainerRegistry")


REGISTRIES = (
    Operation(
        *("registries.check_name", "POST", SUBSCRIPTION + _PROVIDER + "/checkNameAvailability"),
        *(registry_writing.check_name, "Microsoft.ContainerRegistry/checkNameAvailability/read"),
        provider="Microsoft.ContainerRegistry",
    ),
    _acr("registries.list", "GET", SUBSCRIPTION + _REGISTRIES, registries.list_subscription, "read"),
    _acr("registries.list_group", "GET", GROUP + _REGISTRIES, registries.list_group, "read"),
    _acr("registries.put", "PUT", _REGISTRY, registry_writing.put, "write"),
    _acr("registries.patch", "PATCH", _REGISTRY, registry_writing.patch, "write"),
    _acr("registries.delete", "DELETE", _REGISTRY, deleting.delete_registry, "delete"),
    _acr(
        *("registries.operation", "GET", _REGISTRY + "/operationStatuses/{operation}"),
        *(registry_writing.operation_status, "operationStatuses/read"),
    ),
    _acr("registries.get", "GET", _REGISTRY, registries.get, "read"),
    _acr("registries.import", "POST", _REGISTRY + "/importImage", imports.import_image, "importImage/action"),
    Operation(
        *("registries.import_result", "GET"),
        *(SUBSCRIPTION + _PROVIDER + "/locations/{location}/operationResults/{operation}", imports.import_result),
        *("Microsoft.ContainerRegistry/locations/operationResults/read", "Microsoft.ContainerRegistry"),
    ),
    _acr("registries.usages", "GET", _REGISTRY + "/listUsages", webhooks.list_usages, "listUsages/read"),
    _acr("webhooks.list", "GET", _REGISTRY + "/webhooks", webhooks.list_webhooks, "webhooks/read"),
    _acr("webhooks.get", "GET", _WEBHOOK, webhooks.get_webhook, "webhooks/read"),
    _acr("webhooks.put", "PUT", _WEBHOOK, webhooks.put_webhook, "webhooks/write"),
    _acr("webhooks.patch", "PATCH", _WEBHOOK, webhooks.patch_webhook, "webhooks/write"),
    _acr("webhooks.delete", "DELETE", _WEBHOOK, webhooks.delete_webhook, "webhooks/delete"),
    _acr(
        *("webhooks.callback_config", "POST", _WEBHOOK + "/getCallbackConfig"),
        *(webhooks.callback_config, "webhooks/getCallbackConfig/action"),
    ),
    _acr("webhooks.ping", "POST", _WEBHOOK + "/ping", webhooks.ping, "webhooks/ping/action"),
    _acr("webhooks.events", "POST", _WEBHOOK + "/listEvents", webhooks.list_events, "webhooks/listEvents/action"),
)
