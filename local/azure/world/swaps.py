"""Slot swaps (azure-docs: app-service/deploy-staging-slots, "What happens during a swap").

The source slot first gets the target's sticky settings; once it answers, the two change places: what runs in the slots,
general configuration, and settings that are not sticky. Identities, always-on, scale and networks stay where they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.azure.scenario import SlotSwap
from local.azure.world.names import stable_guid
from local.azure.world.sites import Happened, Site

PRODUCTION = "production"
_STAYS = (
    *("alwaysOn", "numberOfWorkers", "autoSwapSlotName", "cors", "ipSecurityRestrictions"),
    *("scmIpSecurityRestrictions", "publicNetworkAccess", "keyVaultReferenceIdentity"),
)
"""Properties of config/web that belong to the slot."""
Serves = Callable[[Site, datetime], bool]


@dataclass
class Swap:
    """One swap, under way or over."""

    operation_id: str
    source: Site
    target: Site
    sticky: frozenset[str]
    began: datetime
    due: datetime
    """Not over before this."""
    ended: datetime | None = None
    failure: str | None = None

    @property
    def under_way(self) -> bool:
        """Tell whether it goes on."""
        return self.ended is None


class Swaps:
    """Every swap of the world; `catch_up` lets those happen whose time has come."""

    gives_up = timedelta(minutes=25)
    """How long the source slot may take to answer (people report 22 to 30 minutes)."""

    def __init__(self, takes: float, serves: Serves) -> None:
        self._takes = timedelta(seconds=takes)
        self._serves = serves
        self._swaps: list[Swap] = []

    def find(self, operation_id: str) -> Swap | None:
        """Answer a swap by the id of its operation, or None."""
        return next((one for one in self._swaps if one.operation_id == operation_id), None)

    def begin(self, source: Site, target: Site, sticky: Iterable[str], at: datetime) -> Swap:
        """Begin a swap: the source gets the target's sticky settings, and with them a restart."""
        number = stable_guid("swap", source.id, target.id, at.isoformat())
        swap = Swap(number, source, target, frozenset(sticky), at, at + self._takes)
        self._swaps.append(swap)
        for site in (source, target):
            site.change(at, {"in_progress_operation_id": number})
        settings = _of_both(source.app_settings, target.app_settings, swap.sticky)
        if settings != source.app_settings:
            swap_back = _of_both({}, source.app_settings, swap.sticky)
            source.app_settings, source.kept_settings = settings, swap_back
            source.record(at, Happened.CONFIGURED)
        return swap

    def catch_up(self, now: datetime) -> None:
        """Complete the swaps whose source answers, give up those that took too long."""
        for swap in self._swaps:
            if not swap.under_way or now < swap.due:
                continue
            if self._serves(swap.source, swap.due):
                _complete(swap, swap.due)
            elif self._serves(swap.source, now):
                _complete(swap, now)
            elif now - swap.began >= self.gives_up:
                _fail(swap, now)


def _complete(swap: Swap, at: datetime) -> None:
    source, target = swap.source, swap.target
    names = (source.slot or PRODUCTION, target.slot or PRODUCTION)
    coming, going = source.config, target.config
    target.config = _exchanged(coming, stays_of=going)
    source.config = _exchanged(going, stays_of=coming)
    own = source.kept_settings if source.kept_settings is not None else _of_both({}, source.app_settings, swap.sticky)
    source.app_settings, target.app_settings = (
        {name: value for name, value in target.app_settings.items() if name not in swap.sticky} | own,
        source.app_settings,
    )
    source.kept_settings = None
    source.site_containers, target.site_containers = target.site_containers, source.site_containers
    source.history, target.history = target.history, source.history
    source.deployment_id, target.deployment_id = target.deployment_id, source.deployment_id
    done = {
        "in_progress_operation_id": None,
        "slot_swap_status": SlotSwap(source_slot_name=names[0], destination_slot_name=names[1], timestamp_utc=at),
    }
    target.change(at, done)
    source.change(at, done)
    if source.history[-1].config.app_settings != source.history[-2].config.app_settings:
        source.record(at, Happened.CONFIGURED)
    swap.ended = at


def _fail(swap: Swap, at: datetime) -> None:
    if swap.source.kept_settings is not None:
        settings = {name: value for name, value in swap.source.app_settings.items() if name not in swap.sticky}
        swap.source.app_settings = settings | swap.source.kept_settings
        swap.source.kept_settings = None
    swap.failure = (
        f"Cannot swap site slots for site '{swap.source.site_name}' because the "
        f"'{swap.source.slot or PRODUCTION}' slot did not respond to http ping."
    )
    for site in (swap.source, swap.target):
        site.change(at, {"in_progress_operation_id": None})
    swap.ended = at


def _of_both(own: dict[str, str], others: dict[str, str], sticky: frozenset[str]) -> dict[str, str]:
    """Answer one side's settings that move, with the other side's that stay."""
    moving = {name: value for name, value in own.items() if name not in sticky}
    return moving | {name: value for name, value in others.items() if name in sticky}


def _exchanged(coming: dict[str, object], stays_of: dict[str, object]) -> dict[str, object]:
    moving = {name: value for name, value in coming.items() if name not in _STAYS}
    return moving | {name: value for name, value in stays_of.items() if name in _STAYS}
