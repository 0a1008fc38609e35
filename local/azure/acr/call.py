"""One call to a registry's data plane, as the operations see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response

from local.azure.world import World
from local.azure.world.registries import Registry

PAGE = 100


@dataclass(frozen=True)
class RegistryCall:
    """What was asked: the place in the path, the query, headers and body."""

    world: World
    registry: Registry
    path: str
    place: dict[str, str]
    """The named segments of the path."""
    query: QueryParams
    headers: Headers
    body: bytes

    @property
    def now(self) -> datetime:
        """Answer the present moment."""
        return self.world.now()

    @property
    def repository(self) -> str:
        """Answer the repository in the path."""
        return self.place["repository"]

    @property
    def client(self) -> str:
        """Answer what the caller calls itself, for events."""
        return self.headers.get("user-agent", "")

    def named(self, **rows: Any) -> dict[str, Any]:
        """Write the body that answers below /acr/v1 have in common."""
        return {"registry": self.registry.login_server, "imageName": self.repository} | rows

    def page(self, path: str, keys: Sequence[str]) -> tuple[set[str], dict[str, str]]:
        """Answer the keys of the page and its Link: relative, and without the filters of the call (recorded)."""
        size = int(self.query.get("n") or PAGE)
        last = self.query.get("last")
        begin = keys.index(last) + 1 if last in keys else 0
        page = keys[begin : begin + size]
        if begin + size >= len(keys):
            return set(page), {}
        order = self.query.get("orderby", "")
        return set(page), {"link": f'<{path}?last={quote(page[-1], safe="")}&n={size}&orderby={order}>; rel="next"'}


Handler = Callable[[RegistryCall], Response]
