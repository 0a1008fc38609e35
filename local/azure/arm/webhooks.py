"""Webhooks of registries at ARM, and how many there may be. Shapes as recorded; a PUT is 200, also for a new one."""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door, resource_not_found
from local.azure.world.names import same
from local.azure.world.webhooks import QUOTA, Webhook, WebhookRequest

_GIB = 2**30
_SIZE = {"Basic": 10 * _GIB, "Standard": 100 * _GIB, "Premium": 500 * _GIB}


def list_webhooks(call: ArmCall) -> Response:
    """List the webhooks of a registry, without their addresses."""
    return call.page([_body(one) for one in call.world.webhooks.of(call.registry())])


def get_webhook(call: ArmCall) -> Response:
    """Get one webhook, without its address."""
    return JSONResponse(_body(_webhook(call)))


def put_webhook(call: ArmCall) -> Response:
    """Make a webhook; what the body leaves out has its default."""
    registry, body = call.registry(), call.body or {}
    properties = body.get("properties") or {}
    if not properties.get("serviceUri") or not properties.get("actions"):
        raise front_door(400, "InvalidRequestContent", "The webhook needs a serviceUri and actions.")
    name = call.place["webhook"]
    there = call.world.webhooks.of(registry)
    quota = QUOTA[registry.told.sku]
    if len(there) >= quota and not any(same(one.name, name) for one in there):
        text = f"The number of webhooks of registry {registry.name} is limited to {quota} for SKU {registry.told.sku}."
        raise front_door(409, "QuotaExceeded", text)
    made = Webhook(registry.id, name, body.get("location") or registry.told.location, properties["serviceUri"])
    return JSONResponse(_body(call.world.webhooks.put(_changed(made, body))))


def patch_webhook(call: ArmCall) -> Response:
    """Change what the body names."""
    return JSONResponse(_body(call.world.webhooks.put(_changed(_webhook(call), call.body or {}))))


def delete_webhook(call: ArmCall) -> Response:
    """Take a webhook away; 204 where there is none."""
    call.registry()
    found = call.world.webhooks.get(call.path)
    if found is None:
        return Response(status_code=204)
    call.world.webhooks.remove(found)
    return Response()


def callback_config(call: ArmCall) -> Response:
    """Tell the address and the custom headers: secrets, which need more than reading."""
    webhook = _webhook(call, "getCallbackConfig")
    headers = {"customHeaders": webhook.custom_headers} if webhook.custom_headers else {}
    return JSONResponse({"serviceUri": webhook.service_uri} | headers)


def ping(call: ArmCall) -> Response:
    """Send a ping and answer its id."""
    return JSONResponse({"id": call.world.webhooks.ping(_webhook(call, "ping"), call.world.now())})


def list_events(call: ArmCall) -> Response:
    """List what was sent and what came back, the newest first."""
    webhook = _webhook(call, "listEvents")
    sent = [one for one in call.world.webhooks.sent if one.webhook_id == webhook.id]
    return call.page([_event(one) for one in reversed(sent)])


def list_usages(call: ArmCall) -> Response:
    """Tell how much of the SKU's quotas is used."""
    registry = call.registry()
    webhooks = len(call.world.webhooks.of(registry))
    return JSONResponse(
        {
            "value": [
                _usage("Size", _SIZE[registry.told.sku], registry.size, "Bytes"),
                _usage("Webhooks", QUOTA[registry.told.sku], webhooks, "Count"),
            ]
        }
    )


def _webhook(call: ArmCall, action: str = "") -> Webhook:
    """Find the webhook in the path, before its action; raises ARM's 404."""
    call.registry()
    found = call.world.webhooks.get(call.path[: -len(action) - 1] if action else call.path)
    if found is None:
        name = f"{call.place['registry']}/webhooks/{call.place['webhook']}"
        raise resource_not_found("Microsoft.ContainerRegistry/registries", name, call.place["group"])
    return found


def _changed(webhook: Webhook, body: dict[str, Any]) -> Webhook:
    asked = body.get("properties") or {}
    return replace(
        webhook,
        service_uri=asked.get("serviceUri") or webhook.service_uri,
        custom_headers=asked.get("customHeaders") or webhook.custom_headers,
        status=asked.get("status") or webhook.status,
        scope=asked.get("scope", webhook.scope) or "",
        actions=tuple(asked.get("actions") or webhook.actions),
        tags=body.get("tags") or webhook.tags,
    )


def _body(one: Webhook) -> dict[str, Any]:
    properties = {"status": one.status, "scope": one.scope, "actions": list(one.actions)}
    return {
        "type": "Microsoft.ContainerRegistry/registries/webhooks",
        "id": one.id,
        "name": one.name,
        "location": one.location,
        "tags": one.tags,
        "properties": properties | {"provisioningState": "Succeeded"},
    }


def _event(one: WebhookRequest) -> dict[str, Any]:
    shown = {name: value for name, value in one.headers.items() if name != "Authorization"}
    request = {
        "content": one.content,
        "headers": shown | {"Content-Length": str(len(one.body))},
        "method": "POST",
        "requestUri": one.shown_uri,
        "version": "1.1",
    }
    answer = {"content": "", "headers": {}, "reasonPhrase": one.reason, "statusCode": str(one.status), "version": "1.1"}
    return {"eventRequestMessage": request, "eventResponseMessage": answer, "id": one.content["id"]}


def _usage(name: str, limit: int, current: int, unit: str) -> dict[str, Any]:
    return {"name": name, "limit": limit, "currentValue": current, "unit": unit}
