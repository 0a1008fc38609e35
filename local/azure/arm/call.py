"""One call to ARM, as the operations see it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from local.azure.arm.errors import front_door, resource_not_found
from local.azure.world import World
from local.azure.world.groups import ResourceGroup
from local.azure.world.names import resource_id, same
from local.azure.world.registries import Registry
from local.azure.world.sites import Site


@dataclass(frozen=True)
class ArmCall:
    """What was asked: the place in the path, the query, the body, and by whom."""

    world: World
    path: str
    place: dict[str, str]
    """The named segments of the path."""
    query: dict[str, str]
    body: Any
    caller: str
    """Object id."""

    @property
    def subscription(self) -> str:
        """Answer the subscription in the path; the first one where the path has none."""
        return self.place.get("subscription") or self.world.default_subscription

    @property
    def scope(self) -> str:
        """Answer the scope before `/providers/Microsoft.Authorization`; the root is `/`."""
        return self.place["scope"] or "/"

    def site(self) -> Site:
        """Answer the site or slot in the path; raises ARM's 404."""
        slot = self.place.get("slot")
        name = self.place["site"] + (f"/{slot}" if slot else "")
        for one in self.world.sites:
            if (
                same(one.name, name)
                and same(one.resource_group, self.place["group"])
                and one.subscription == self.subscription
            ):
                return one
        if slot:
            raise resource_not_found("Microsoft.Web/sites", f"{self.place['site']}/slots/{slot}", self.place["group"])
        raise resource_not_found("Microsoft.Web/sites", name, self.place["group"])

    def registry(self) -> Registry:
        """Answer the registry in the path; raises ARM's 404."""
        kind = "Microsoft.ContainerRegistry/registries"
        wanted = resource_id(self.subscription, self.place["group"], kind, self.place["registry"])
        for one in self.world.registries:
            if same(one.id, wanted):
                return one
        raise resource_not_found(kind, self.place["registry"], self.place["group"])

    def needs_group(self) -> ResourceGroup:
        """Answer the resource group in the path; raises ARM's 404 where it does not exist."""
        group = self.world.places.groups.find(self.subscription, self.place["group"])
        if group is None:
            text = f"Resource group '{self.place['group']}' could not be found."
            raise front_door(404, "ResourceGroupNotFound", text)
        return group

    def page(self, rows: list[dict[str, Any]]) -> JSONResponse:
        """Answer one page of a list; `nextLink` is there only where more follow."""
        size = self.world.scenario.page_size
        begin = _offset(self.query.get("$skiptoken"))
        body: dict[str, Any] = {"value": rows[begin : begin + size]}
        if begin + size < len(rows):
            token = urlsafe_b64encode(str(begin + size).encode()).decode()
            query = {name: value for name, value in self.query.items() if name != "$skiptoken"}
            link = urlencode(query | {"$skipToken": token}, safe="$'(),")
            body["nextLink"] = f"https://management.azure.com{self.path}?{link}"
        return JSONResponse(body)


Handler = Callable[[ArmCall], Response]


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(urlsafe_b64decode(token))
    except ValueError as error:
        raise front_door(400, "InvalidSkipToken", "The value for the skip token is invalid.") from error
