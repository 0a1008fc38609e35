"""One function for every trigger, typed and untyped, async and not; each notes what it was handed."""

import asyncio
import json
import logging
import os
import time
from typing import Any

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
noted: list[dict[str, Any]] = []


def note(function: str, **what: Any) -> None:
    """Keep what a function was handed, for `GET /api/noted`."""
    noted.append({"function": function, **what})


@app.route(route="noted", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def noted_so_far(req: func.HttpRequest) -> func.HttpResponse:
    """Answer everything that was noted."""
    return func.HttpResponse(json.dumps(noted), mimetype="application/json")


@app.route(route="echo/{id:int}/{*rest}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Answer the request as the function sees it."""
    seen = {
        "method": req.method,
        "url": req.url,
        "header": req.headers.get("X-Given"),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().hex(),
    }
    return func.HttpResponse(
        json.dumps(seen), status_code=201, headers={"X-Answer": "yes", "Set-Cookie": "a=b; Path=/"}
    )


@app.route()
def keyed(req) -> str:  # type: ignore[no-untyped-def]  # as apps are written, too
    """Answer plain text from a function without async, to callers with a key."""
    logging.info("hello from %s", req.method)
    return "plain"


@app.route(route="administered", auth_level=func.AuthLevel.ADMIN)
async def administered(req: func.HttpRequest) -> func.HttpResponse:
    """Answer callers with the master key."""
    return func.HttpResponse("admin")


@app.route(route="things/{name}", auth_level=func.AuthLevel.ANONYMOUS)
async def any_thing(req: func.HttpRequest) -> str:
    """Answer for the things that no other route names."""
    return f"any: {req.route_params['name']}"


@app.route(route="things/special", auth_level=func.AuthLevel.ANONYMOUS)
async def special_thing(req: func.HttpRequest) -> str:
    """Answer for one thing, declared after the route for any."""
    return "special"


@app.route(route="fails", auth_level=func.AuthLevel.ANONYMOUS)
async def fails(req: func.HttpRequest) -> func.HttpResponse:
    """Raise."""
    raise RuntimeError("it went wrong")


@app.route(route="hangs", auth_level=func.AuthLevel.ANONYMOUS)
async def hangs(req: func.HttpRequest) -> func.HttpResponse:
    """Run longer than functionTimeout."""
    await asyncio.sleep(60)
    return func.HttpResponse("never")


@app.route(route="slow", auth_level=func.AuthLevel.ANONYMOUS)
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Take a second."""
    await asyncio.sleep(1)
    return func.HttpResponse(f"slept; the setting is {os.environ.get('GIVEN')}")


@app.queue_trigger(arg_name="message", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
async def typed_message(message: func.QueueMessage) -> None:
    """Note a message with all that func.QueueMessage knows; fail where it says so."""
    body = message.get_body().decode()
    note(
        "typed_message",
        body=body,
        id=message.id,
        dequeue_count=message.dequeue_count,
        inserted=bool(message.insertion_time and message.insertion_time.tzinfo),
        expires=bool(message.expiration_time and message.expiration_time.tzinfo),
        next_visible=bool(message.time_next_visible and message.time_next_visible.tzinfo),
        pop_receipt=bool(message.pop_receipt),
        at=time.time(),
    )
    if body == "fail" or (body == "fail once" and message.dequeue_count == 1):
        raise ValueError("as asked")


@app.queue_trigger(arg_name="message", queue_name="untyped", connection="AzureWebJobsStorage")
def untyped_message(message) -> None:  # type: ignore[no-untyped-def]  # as apps are written, too
    """Note a message in a function without async and types."""
    note("untyped_message", body=message.get_body().decode())


def firing(timer: Any) -> dict[str, Any]:
    """Answer what func.TimerRequest knows at run time; its abstract class declares only past_due."""
    return {"past_due": timer.past_due, "schedule": timer.schedule, "status": timer.schedule_status}


@app.timer_trigger(arg_name="timer", schedule="%SCHEDULE%")
async def each_second(timer: func.TimerRequest) -> None:
    """Note each firing, and take longer than the time between two."""
    note("each_second", start=time.time(), **firing(timer))
    await asyncio.sleep(1.05)
    note("each_second", end=time.time())


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
def at_start(timer: func.TimerRequest) -> None:
    """Note the firing at the start, with the schedule's status."""
    note("at_start", **firing(timer))


@app.event_grid_trigger(arg_name="event")
async def grid_event(event: func.EventGridEvent) -> None:
    """Note an event in Event Grid's schema; fail where its data say so."""
    data = event.get_json()
    note("grid_event", id=event.id, subject=event.subject, data=data)
    if data.get("fail"):
        raise ValueError("as asked")


@app.event_grid_trigger(arg_name="event")
async def cloud_event(event: func.CloudEvent) -> None:
    """Note a CloudEvent."""
    note("cloud_event", id=event.id, source=event.source, type=event.type)
