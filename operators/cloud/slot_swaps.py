"""Microsoft.Web: swaps of slots, which go on long after they were asked for.

Source: azure-rest-api, web/resource-manager (2025-05-01): WebApps_SwapSlot. The slot is the source, whose containers
get the production's sticky settings and are warmed up; azure-cli begins it the same way.
"""

from operators.cloud.arm import Arm
from operators.core.apps import AppId
from operators.core.swaps import Progress
from operators.errors import Forbidden, Misled, NotFound, Permanent, Unauthenticated

_API_VERSION = "2025-05-01"
_PRODUCTION = "production"


class SlotSwaps:
    """Begins them and asks how far they are, one call each. Raises operators.errors."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def begin(self, slot: AppId) -> str | None:
        """Swap a slot with its site; the address that tells how far that is, None where Azure named none."""
        body = {"targetSlot": _PRODUCTION, "preserveVnet": True}
        return await self._arm.begin(f"{slot.resource_id}/slotsswap", _API_VERSION, body)

    async def progress(self, address: str) -> Progress:
        """How far it is. An answer that says no is the swap's own failure, unless it is about who asks or where."""
        try:
            return Progress(under_way=await self._arm.goes_on(address))
        except (Forbidden, Misled, NotFound, Unauthenticated):
            raise
        except Permanent as error:
            return Progress(under_way=False, failure=error.reason)
