"""App Service plans: where sites run, on how many workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from local.azure.world.names import resource_id, same

TIERS = {
    "F": "Free",
    "D": "Shared",
    "B": "Basic",
    "S": "Standard",
    "PV2": "PremiumV2",
    "PV3": "PremiumV3",
    "PV4": "PremiumV4",
    "EP": "ElasticPremium",
}
"""Tiers by the letters of a plan's size: S1 is Standard, P1V3 is PremiumV3."""


@dataclass(frozen=True)
class Plan:
    """One plan."""

    subscription: str
    resource_group: str
    name: str
    location: str
    sku: str
    """Such as B1."""
    capacity: int
    is_linux: bool
    created: datetime

    @property
    def id(self) -> str:
        """Answer its resource id."""
        return resource_id(self.subscription, self.resource_group, "Microsoft.Web/serverfarms", self.name)

    @property
    def family(self) -> str:
        """Answer the letters of its size."""
        return "".join(letter for letter in self.sku.upper() if not letter.isdigit()).replace("PV", "Pv")

    @property
    def tier(self) -> str:
        """Answer the tier of its size; Standard for one that is not known here."""
        letters, version = self.sku.upper().rstrip("0123456789"), ""
        if "V" in self.sku.upper():
            letters, _, version = self.sku.upper().partition("V")
            letters = letters.rstrip("0123456789") + "V"
        return TIERS.get(letters + version, "Standard")


class Plans:
    """Every plan there is."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._plans = {one.id.lower(): one for one in plans}

    def find(self, plan_id: str) -> Plan | None:
        """Answer a plan by its resource id, or None."""
        return self._plans.get(plan_id.rstrip("/").lower())

    def of(self, subscription: str, resource_group: str | None = None) -> list[Plan]:
        """Answer the plans of a subscription or of one resource group of it."""
        return [
            one
            for one in self._plans.values()
            if same(one.subscription, subscription)
            and (resource_group is None or same(one.resource_group, resource_group))
        ]

    def put(self, plan: Plan) -> None:
        """Take in a plan, or change it."""
        self._plans[plan.id.lower()] = plan

    def remove(self, plan: Plan) -> None:
        """Take a plan away."""
        self._plans.pop(plan.id.lower(), None)
