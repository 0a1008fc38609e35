"""Microsoft.Network/privateEndpoints: in which subnet one stands.

Source: azure-rest-api, network/resource-manager, privateEndpoint.json (2024-05-01).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from operators.cloud.arm import Arm, Json
from operators.cloud.arm_errors import parsed
from operators.cloud.kept import Kept
from operators.core.registries import PrivateEndpoint

_API_VERSION = "2024-05-01"
_KEPT = timedelta(hours=24)
"""One cannot be moved to another subnet; whether its connection is approved, the registry says."""


class PrivateEndpoints:
    """Reads by resource id, kept for a day. Needs Microsoft.Network/privateEndpoints/read. Raises operators.errors."""

    def __init__(self, arm: Arm, now: Callable[[], datetime]) -> None:
        self._arm = arm
        self._kept: Kept[PrivateEndpoint] = Kept(now, _KEPT)

    async def get(self, endpoint_id: str, not_before: datetime | None = None) -> PrivateEndpoint:
        """The private endpoint of this id; `not_before` asks for what was read since then."""

        async def read() -> PrivateEndpoint:
            answer = await self._arm.get(endpoint_id, _API_VERSION)
            return parsed(f"private endpoint {endpoint_id}", _private_endpoint, answer)

        return await self._kept.get(endpoint_id.lower(), read, not_before)


def _private_endpoint(answer: Json) -> PrivateEndpoint:
    return PrivateEndpoint(id=answer["id"], subnet_id=answer["properties"]["subnet"]["id"])
