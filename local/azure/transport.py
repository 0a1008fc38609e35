"""The simulated Azure in process: an azure-core transport and a credential, for the real SDK clients in tests.

world = World(load_scenario("…"), ManualClock(datetime(2026, 5, 1, tzinfo=UTC)))
client = WebSiteManagementClient(WorldCredential(world), subscription, transport=WorldTransport(world))
"""

import types
from typing import Any, Self

from azure.core.credentials import AccessToken
from azure.core.exceptions import ServiceRequestError, ServiceResponseError, ServiceResponseTimeoutError

from local.azure.asgi import Answer, ask
from local.azure.front import ConnectionBroken, Front
from local.azure.world import World
from local.in_process import Asked, InProcessTransport


class WorldTransport(InProcessTransport):
    """Sends the requests of azure-core clients to a world."""

    def __init__(self, world: World) -> None:
        self._front = Front(world)
        super().__init__(self.answer, world.clock.sleep)

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request; raises azure-core's transport errors where a scripted fault breaks the connection."""
        try:
            return await ask(self._front, asked.method, asked.url, asked.headers, asked.body)
        except ConnectionBroken as broken:
            raise _ERRORS[broken.how](str(broken)) from broken


class WorldCredential:
    """A token credential of the scenario's operator, or of any other principal."""

    def __init__(self, world: World, principal_id: str | None = None) -> None:
        self._world = world
        operator = world.scenario.operator
        self._principal_id = principal_id or operator.principal_id
        self._client_id = operator.client_id if principal_id is None else principal_id

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Issue a token for a scope such as `https://management.azure.com/.default`."""
        audience = scopes[0].removesuffix("/.default")
        now = self._world.now()
        token = self._world.tokens.entra(self._principal_id, self._client_id, audience, now)
        return AccessToken(token, int(now.timestamp()) + 86_400)

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: types.TracebackType | None = None,
    ) -> None:
        return None


_ERRORS: dict[str, type[ServiceRequestError] | type[ServiceResponseError]] = {
    "refuse": ServiceRequestError,
    "lose_answer": ServiceResponseError,
    "time_out": ServiceResponseTimeoutError,
}
