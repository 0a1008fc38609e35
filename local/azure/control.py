"""The control API: how a person or a program makes things happen in the simulated Azure, and looks behind it."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.azure.event_grid import EventGrid
from local.azure.scenario import FaultRule
from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from local.azure.world.sites import Site


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PushRequest(_Body):
    """An image of the scenario goes to a registry."""

    registry: str
    repository: str
    tag: str
    image: str
    copies: Annotated[int, Field(ge=1, le=100)] | None = None
    """How often its events are delivered; null: as the scenario says."""
    delay: Annotated[float, Field(ge=0)] | None = None
    """Seconds before each delivery; null: as the scenario says."""
    drop: bool = False


class EventRequest(_Body):
    """An event is published, whatever its data is."""

    registry: str
    subject: str
    data: Any


class RedeliverRequest(_Body):
    """An event of before is delivered again."""

    event_id: str


class ReleaseRequest(_Body):
    """An image is let out of its registry's quarantine."""

    registry: str
    repository: str
    tag: str


class RoleRequest(_Body):
    """A role is given or taken away, in the scenario's names."""

    principal: str
    role: str
    scope: str
    spreads_in: Annotated[float, Field(ge=0)] = 0


class Control:
    """The routes below /control."""

    def __init__(self, world: World, event_grid: EventGrid) -> None:
        self._world = world
        self._event_grid = event_grid

    def routes(self) -> list[Route]:
        """Answer the routes."""
        return [
            Route("/control/push", self._with_body(PushRequest, self._push), methods=["POST"]),
            Route("/control/release", self._with_body(ReleaseRequest, self._release), methods=["POST"]),
            Route("/control/role-assignments", self._with_body(RoleRequest, self._assign), methods=["POST"]),
            Route("/control/role-assignments", self._with_body(RoleRequest, self._unassign), methods=["DELETE"]),
            Route("/control/faults", self._with_body(FaultRule, self._add_fault), methods=["POST"]),
            Route("/control/faults", self._clear_faults, methods=["DELETE"]),
            Route("/control/calls", self._calls, methods=["GET"]),
            Route("/control/calls", self._clear_calls, methods=["DELETE"]),
            Route("/control/apps", self._apps, methods=["GET"]),
            Route("/control/events", self._events, methods=["GET"]),
            Route("/control/events", self._with_body(EventRequest, self._emit), methods=["POST"]),
            Route("/control/events/redeliver", self._with_body(RedeliverRequest, self._redeliver), methods=["POST"]),
            Route("/control/dead-letters", self._dead_letters, methods=["GET"]),
            Route("/control/event-subscriptions/{registry}/{name}/validate", self._validate, methods=["POST"]),
            Route("/eventsubscriptions/{name}/validate", self._confirm, methods=["GET"]),
        ]

    def _with_body[Asked: BaseModel](self, model: type[Asked], act: Callable[[Asked], Any]) -> Callable[..., Any]:
        async def handle(request: Request) -> Response:
            try:
                return JSONResponse(act(model.model_validate_json(await request.body())))
            except ValidationError as error:
                places = [f"{'.'.join(map(str, line['loc']))}: {line['msg']}" for line in error.errors()]
                return JSONResponse({"error": "; ".join(places)}, 400)
            except KeyError as error:
                return _unknown(error)

        return handle

    def _push(self, asked: PushRequest) -> dict[str, Any]:
        pushed = self._world.push(asked.registry, asked.repository, asked.tag, asked.image)
        deliveries = self._event_grid.publish(pushed, asked.copies, asked.delay, asked.drop)
        return {"digest": pushed.digest, "events": [one.event.id for one in deliveries]}

    def _release(self, asked: ReleaseRequest) -> dict[str, Any]:
        released = self._world.release(asked.registry, asked.repository, asked.tag)
        return {"digest": released.digest, "events": [one.event.id for one in self._event_grid.publish(released)]}

    def _assign(self, asked: RoleRequest) -> dict[str, Any]:
        made = self._world.assign_role(asked.principal, asked.role, asked.scope, asked.spreads_in)
        return {"id": made.id, "effective_on": made.effective_on.isoformat()}

    def _unassign(self, asked: RoleRequest) -> dict[str, Any]:
        return {"removed": self._world.remove_role(asked.principal, asked.role, asked.scope)}

    def _add_fault(self, rule: FaultRule) -> dict[str, Any]:
        self._world.faults.add(rule)
        return rule.model_dump()

    async def _clear_faults(self, _: Request) -> Response:
        self._world.faults.clear()
        return Response(status_code=204)

    async def _calls(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            return JSONResponse({"error": "since is a number: `next` of an earlier answer"}, 400)
        calls = self._world.calls[int(since) :]
        return JSONResponse({"calls": [call.as_json() for call in calls], "next": len(self._world.calls)})

    async def _clear_calls(self, _: Request) -> Response:
        self._world.journal.clear()
        return Response(status_code=204)

    async def _apps(self, _: Request) -> Response:
        return JSONResponse({"apps": [self._app(site) for site in self._world.sites]})

    async def _events(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [one.as_json() for one in self._event_grid.deliveries]})

    def _emit(self, asked: EventRequest) -> dict[str, Any]:
        return {"events": [one.event.id for one in self._event_grid.emit(asked.registry, asked.subject, asked.data)]}

    def _redeliver(self, asked: RedeliverRequest) -> dict[str, Any]:
        return {"deliveries": len(self._event_grid.redeliver(asked.event_id))}

    async def _dead_letters(self, _: Request) -> Response:
        return JSONResponse([one.dead_letter() for one in self._event_grid.dead_letters])

    async def _validate(self, request: Request) -> Response:
        place = request.path_params
        try:
            verdict = await self._event_grid.validate(place["registry"], place["name"], str(request.base_url))
        except KeyError as error:
            return _unknown(error)
        return JSONResponse({"provisioning_state": verdict.provisioning_state, "reason": verdict.reason})

    async def _confirm(self, request: Request) -> Response:
        """Take the call of a validation URL: no part of the control API, but what Event Grid itself answers."""
        if self._event_grid.confirm(request.query_params.get("token", "")):
            return PlainTextResponse("Webhook successfully validated as a subscription endpoint.")
        return PlainTextResponse("No event subscription waits for this, or no longer.", 400)

    def _app(self, site: Site) -> dict[str, Any]:
        return {
            "name": site.name,
            "id": site.id,
            "host": site.host,
            "state": site.state,
            "linux_fx_version": site.linux_fx_version,
            "instances": [_instance(view) for view in self._world.instances(site)],
        }


def _unknown(error: KeyError) -> Response:
    return JSONResponse({"error": str(error.args[0])}, 400)


def _instance(view: InstanceView) -> dict[str, Any]:
    status, container = view.status, view.serving
    return {
        "instance_id": view.instance_id,
        "machine": view.machine,
        "state": status.state if status else None,
        "action": status.action if status else None,
        "details": status.details if status else None,
        "last_error": status.last_error if status else None,
        "serving": container is not None,
        "serving_since": view.serving_since.isoformat() if view.serving_since else None,
        "image": container.image_name if container else None,
        "reference": container.reference if container else None,
        "digest": container.digest if container else None,
        "starts": view.starts,
    }
