"""*.azurewebsites.net: the apps' own addresses, answered by whatever container serves."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from local.azure.world import World
from local.azure.world.restrictions import lets_in
from local.azure.world.sites import Happened, Site


class AppAddress:
    """The ASGI app behind the address of one site or slot."""

    def __init__(self, world: World, site: Site) -> None:
        self._world = world
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request.state.operation = "app.request"
        response = self._answer(request.url.path)
        await response(scope, receive, send)

    def _answer(self, path: str) -> Response:
        caller = self._world.scenario.operator.ip_address
        if not lets_in(self._site.config, caller):
            text = "Error 403 - Forbidden. The web app you have attempted to reach has blocked your access.\n"
            return PlainTextResponse(text, 403, {"x-ms-forbidden-ip": caller})
        if self._site.state == "Stopped":
            return PlainTextResponse("Error 403 - This web app is stopped.\n", 403)
        views = self._world.instances(self._site)
        if any(view.idle for view in views):
            # without always-on the first request starts the app
            self._site.record(self._world.now(), Happened.REQUESTED)
        serving = [view for view in views if view.serving is not None]
        if not serving:
            return PlainTextResponse(":( Application Error\n", 503)
        view = serving[next(self._world.numbers) % len(serving)]
        container = view.serving
        if container is None or not container.digest:
            return PlainTextResponse("This app runs code, not a container.\n")
        lines = (f"{self._site.name} runs {container.image_name}", container.reference, container.digest, view.machine)
        headers = {"x-image": container.image_name, "x-image-digest": container.digest, "x-machine": view.machine}
        return PlainTextResponse(
            "\n".join((*lines, "")), container.image.paths.get(path, container.image.status), headers
        )
