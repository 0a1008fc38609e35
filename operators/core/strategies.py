"""How does a new image reach an app? By the resource tag on it, or by the setting for all."""

import re
from enum import StrEnum
from typing import Self

from operators.core.model import Model

STRATEGY_TAG = "pulley-strategy"
"""The resource tag that says how a new image reaches the app: `restart`, `pin`, or `swap:<slot>`."""
_SLOT = re.compile(r"[a-z0-9]([a-z0-9-]{0,57}[a-z0-9])?")


class Strategy(StrEnum):
    """How a new image reaches an app."""

    RESTART = "restart"
    """Restart it: the platform pulls the tag that the configuration names."""
    PIN = "pin"
    """Write the image by digest into the configuration: the platform pulls and restarts by itself."""
    SWAP = "swap"
    """Write it by digest into the configuration of a slot, and swap the two once the slot serves it."""


class Way(Model):
    """A strategy with what it needs."""

    strategy: Strategy
    slot: str | None = None
    """The slot's name in lower case, with `swap` only."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `restart`, `pin` or `swap:<slot>`. Raises ValueError saying what is wrong."""
        name, colon, slot = text.strip().lower().partition(":")
        strategy = Strategy(name)
        if strategy is not Strategy.SWAP:
            if colon:
                raise ValueError(f"{strategy} takes no slot")
            return cls(strategy=strategy)
        if slot == "production" or _SLOT.fullmatch(slot) is None:
            raise ValueError("swap needs the name of a slot that is not production: swap:<slot>")
        return cls(strategy=strategy, slot=slot)

    def __str__(self) -> str:
        return f"{self.strategy}:{self.slot}" if self.slot else str(self.strategy)
