"""Every trigger of Pulley: decode, call a flow, encode; nothing else. The map of the house is operators/__init__.py."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import azure.functions as func

from operators.assembly import Operator, operator
from operators.cloud.queues import LOOKS, NOTICES, REFRESH, LookMessage
from operators.core.deliveries import read_delivery
from operators.errors import PulleyError, Temporary
from operators.flows.intake import Received
from operators.web.answer import Answer
from operators.web.events import receive_events
from operators.web.problems import Problem, problem

_STORAGE = "AzureWebJobsStorage"

# at INFO azure-core writes every call's headers
logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


# ── events in ───────────────────────────────────────────────────────────────────────────────────────────────────────


@app.function_name("image_pushed")
@app.event_grid_trigger(arg_name="event")
async def image_pushed(event: func.EventGridEvent) -> None:
    """A registry's event by Event Grid, in either schema. Fails only for a fault of ours: then it is sent again."""
    for receipt in await operator().intake.receive(read_delivery(_wire_form(event))):
        if receipt.result is Received.FAILED:
            raise Temporary("event", receipt.detail)


@app.function_name("events")
@app.route("events", methods=["POST"])
async def events(req: func.HttpRequest) -> func.HttpResponse:
    """Event Grid over HTTP, CloudEvents, and the classic registry webhook."""
    kind = req.headers.get("aeg-event-type")
    return await _answer(lambda pulley: receive_events(pulley.intake, req.get_body(), kind))


@app.function_name("events_handshake")
@app.route("events", methods=["OPTIONS"])
async def events_handshake(req: func.HttpRequest) -> func.HttpResponse:
    """The CloudEvents handshake: whoever has the key may send (CloudEvents HTTP webhook 1.0, section 4)."""
    origin = req.headers.get("WebHook-Request-Origin", "*")
    allowed = {"Allow": "POST, OPTIONS", "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
    return func.HttpResponse(status_code=200, headers=allowed)


# ── the engine ──────────────────────────────────────────────────────────────────────────────────────────────────────


@app.function_name("reconcile")
@app.queue_trigger(arg_name="msg", queue_name=LOOKS, connection=_STORAGE)
async def reconcile(msg: func.QueueMessage) -> None:
    """One step of one app."""
    await operator().reconcile.run(LookMessage.read(msg.get_body()), owner=msg.id or "")


@app.function_name("poisoned")
@app.queue_trigger(arg_name="msg", queue_name=f"{LOOKS}-poison", connection=_STORAGE)
async def poisoned(msg: func.QueueMessage) -> None:
    """A message that failed five times: its rollout is marked interrupted."""
    await operator().sweep.poisoned(LookMessage.read(msg.get_body()), owner=msg.id or "")


@app.function_name("refresh_inventory")
@app.queue_trigger(arg_name="msg", queue_name=REFRESH, connection=_STORAGE)
async def refresh_inventory(msg: func.QueueMessage) -> None:
    """Read the inventory anew, if that was not done just now."""
    refreshed = await operator().inventory.refresh_if_due(msg.id or "")
    logging.info("refresh because of %s: %s", msg.get_body().decode(), refreshed or "done just now")


@app.function_name("sweep")
@app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
async def sweep(timer: func.TimerRequest) -> None:
    """Each minute: what is overdue is enqueued again."""
    await operator().sweep.run()


@app.function_name("check_drift")
@app.timer_trigger(arg_name="timer", schedule="%PULLEY_DRIFT_SCHEDULE%")
async def check_drift(timer: func.TimerRequest) -> None:
    """What should run compared with what was decided last, so that no push is missed."""
    logging.info("drift: %s", await operator().drift.check())


@app.function_name("notify")
@app.queue_trigger(arg_name="msg", queue_name=NOTICES, connection=_STORAGE)
async def notify(msg: func.QueueMessage) -> None:
    """Tell whoever listens, for a day where nobody takes it; it stays in the poison queue at last."""
    await operator().notifications.deliver(msg.get_body())


# ── the admin API ───────────────────────────────────────────────────────────────────────────────────────────────────


@app.function_name("list_apps")
@app.route("apps", methods=["GET"])
async def list_apps(req: func.HttpRequest) -> func.HttpResponse:
    """Every app of the inventory."""
    return await _answer(lambda pulley: pulley.admin.apps(req.url, req.params))


@app.function_name("get_app")
@app.route("apps/{app}", methods=["GET"])
async def get_app(req: func.HttpRequest) -> func.HttpResponse:
    """One app."""
    return await _answer(lambda pulley: pulley.admin.app(req.route_params["app"]))


@app.function_name("list_app_rollouts")
@app.route("apps/{app}/rollouts", methods=["GET"])
async def list_app_rollouts(req: func.HttpRequest) -> func.HttpResponse:
    """One app's history."""
    return await _answer(lambda pulley: pulley.admin.app_rollouts(req.route_params["app"], req.url, req.params))


@app.function_name("get_rollout")
@app.route("apps/{app}/rollouts/{sequence}", methods=["GET"])
async def get_rollout(req: func.HttpRequest) -> func.HttpResponse:
    """One rollout, with its timeline."""
    return await _answer(lambda pulley: pulley.admin.rollout(req.route_params["app"], req.route_params["sequence"]))


@app.function_name("deploy")
@app.route("apps/{app}/rollouts", methods=["POST"])
async def deploy(req: func.HttpRequest) -> func.HttpResponse:
    """Deploy now: what the app follows, or a tag or digest."""
    return await _answer(lambda pulley: pulley.admin.deploy(req.route_params["app"], req.get_body()), status=202)


@app.function_name("get_access")
@app.route("apps/{app}/access", methods=["GET"])
async def get_access(req: func.HttpRequest) -> func.HttpResponse:
    """May it pull?"""
    return await _answer(lambda pulley: pulley.admin.access(req.route_params["app"]))


@app.function_name("examine_app")
@app.route("apps/{app}/doctor", methods=["GET"])
async def examine_app(req: func.HttpRequest) -> func.HttpResponse:
    """Everything that a person is told to check."""
    return await _answer(lambda pulley: pulley.doctor.app(req.route_params["app"]))


@app.function_name("examine_apps")
@app.route("doctor", methods=["GET"])
async def examine_apps(req: func.HttpRequest) -> func.HttpResponse:
    """The same, summed up over all apps."""
    return await _answer(lambda pulley: pulley.doctor.apps(req.url, req.params))


@app.function_name("grant_access")
@app.route("apps/{app}/access/grant", methods=["POST"])
async def grant_access(req: func.HttpRequest) -> func.HttpResponse:
    """Give it the role that it lacks."""
    return await _answer(lambda pulley: pulley.admin.grant(req.route_params["app"], req.get_body()))


@app.function_name("list_grants")
@app.route("apps/{app}/access/grants", methods=["GET"])
async def list_grants(req: func.HttpRequest) -> func.HttpResponse:
    """The roles that it was given by us."""
    return await _answer(lambda pulley: pulley.admin.grants(req.route_params["app"]))


@app.function_name("list_rollouts")
@app.route("rollouts", methods=["GET"])
async def list_rollouts(req: func.HttpRequest) -> func.HttpResponse:
    """Everyone's history."""
    return await _answer(lambda pulley: pulley.admin.rollouts(req.url, req.params))


@app.function_name("list_findings")
@app.route("findings", methods=["GET"])
async def list_findings(req: func.HttpRequest) -> func.HttpResponse:
    """What others have under way on apps for too long."""
    return await _answer(lambda pulley: pulley.findings.list(req.url, req.params))


@app.function_name("list_refusals")
@app.route("refusals", methods=["GET"])
async def list_refusals(req: func.HttpRequest) -> func.HttpResponse:
    """Events that could not be used."""
    return await _answer(lambda pulley: pulley.admin.refusals(req.url, req.params))


@app.function_name("check_drift_now")
@app.route("drift/check", methods=["POST"])
async def check_drift_now(req: func.HttpRequest) -> func.HttpResponse:
    """The drift check, now."""
    return await _answer(lambda pulley: pulley.admin.check_drift())


@app.function_name("freeze")
@app.route("freeze", methods=["POST"])
async def freeze(req: func.HttpRequest) -> func.HttpResponse:
    """Stop every act."""
    return await _answer(lambda pulley: pulley.admin.freeze(req.get_body()))


@app.function_name("unfreeze")
@app.route("unfreeze", methods=["POST"])
async def unfreeze(req: func.HttpRequest) -> func.HttpResponse:
    """Go on."""
    return await _answer(lambda pulley: pulley.admin.unfreeze(req.get_body()))


@app.function_name("health")
@app.route("health", methods=["GET"])
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """Does the operator itself work?"""
    return await _answer(lambda pulley: pulley.admin.health())


# ── encoding ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _answer(ask: Callable[[Operator], Awaitable[Answer]], status: int = 200) -> func.HttpResponse:
    """The answer as JSON, or our error as problem+json. Anything else is the host's 500."""
    try:
        answer = await ask(operator())
    except PulleyError as error:
        answer = problem(error)
    if not isinstance(answer, Problem):
        return func.HttpResponse(answer.json_text(), status_code=status, mimetype="application/json")
    headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after is not None else None
    return func.HttpResponse(
        answer.json_text(), status_code=answer.status, mimetype="application/problem+json", headers=headers
    )


def _wire_form(event: func.EventGridEvent | func.CloudEvent) -> dict[str, Any]:
    """The event as it was sent; the worker decodes either schema, whatever the parameter's type says."""
    if isinstance(event, func.CloudEvent):
        return {
            "specversion": "1.0",
            "id": event.id,
            "source": event.source,
            "type": event.type,
            "subject": event.subject,
            "time": event.time.isoformat() if event.time else None,
            "data": event.get_json(),
        }
    return {
        "id": event.id,
        "topic": event.topic,
        "subject": event.subject,
        "eventType": event.event_type,
        "eventTime": event.event_time.isoformat() if event.event_time else None,
        "dataVersion": event.data_version,
        "data": event.get_json(),
    }
