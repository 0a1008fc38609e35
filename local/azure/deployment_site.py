"""*.scm.azurewebsites.net: the apps' deployment sites (Kudu), as far as registries and `az` call them.

Kudu: POST of webhooks, GET /dump. KuduLite: GET /api/startuplogs/summary, GET /api/sitecontainers. Whoever asks has the
publishing credentials, where they are taken, or an ARM token of somebody who may publish.
"""

import io
import zipfile
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.azure.world import World
from local.azure.world.kudu import receive as receive_hook
from local.azure.world.kudu import refusal
from local.azure.world.lifecycle import InstanceView
from local.azure.world.log_files import log_files
from local.azure.world.names import iso_seconds
from local.azure.world.platform_log import Event, Note
from local.azure.world.sites import Site
from local.azure.world.tokens import TokenError

_PUBLISH = "Microsoft.Web/sites/publish/action"
_FAILURES = (Event.START_FAILED, Event.PULL_FAILED)


class DeploymentSite:
    """The ASGI app behind the deployment site of one site or slot."""

    def __init__(self, world: World, site: Site) -> None:
        self._world = world
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request.state.operation = "scm.request"
        response = self._answer(request)
        if response.status_code == 401:
            response.headers["www-authenticate"] = 'Basic realm="site"'
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        authorization = request.headers.get("authorization", "")
        path = request.url.path.rstrip("/").lower()
        if request.method == "POST":
            return Response(status_code=receive_hook(self._site, path, authorization, self._world.now()))
        refused = refusal(self._site, authorization)
        if refused == 401 and self._may_publish(authorization):
            refused = None
        if refused is not None:
            return Response(status_code=refused)
        if request.method != "GET":
            return Response(status_code=405)
        if path == "/dump":
            return Response(self._dump(), media_type="application/zip")
        if path == "/api/startuplogs/summary":
            return JSONResponse([_startups(view) for view in self._world.instances(self._site)])
        if path == "/api/sitecontainers":
            return JSONResponse([{"name": one.name} for one in self._site.site_containers.values()])
        return Response(status_code=404)

    def _may_publish(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return False
        try:
            claims = self._world.tokens.read(token, self._world.now())
        except TokenError:
            return False
        return self._world.roles.allows(str(claims["oid"]), _PUBLISH, self._site.id, self._world.now())

    def _dump(self) -> bytes:
        """Pack every log file, in the folders that Kudu has them in."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for view in self._world.instances(self._site):
                for file in log_files(self._site, view):
                    archive.writestr(f"LogFiles/{file.name}", "\n".join((*file.lines, "")))
        return packed.getvalue()


def _startups(view: InstanceView) -> dict[str, Any]:
    """Count how starts ended on one worker, as azure-cli reads it (`webapp troubleshoot status`)."""
    notes = [entry for entry in view.log if isinstance(entry, Note)]
    worked = [note.at for note in notes if note.event is Event.STARTED]
    failed = [note.at for note in notes if note.event in _FAILURES]
    startup = {
        "Succeeded": str(len(worked)),
        "Failed": str(len(failed)),
        "MostRecentSuccess": iso_seconds(worked[-1]) if worked else None,
        "MostRecentFailure": iso_seconds(failed[-1]) if failed else None,
        "SummaryFetchStatus": "Successfully fetched startup summary.",
    }
    return {"InstanceId": view.machine, "Startup": startup}
