"""The World: the deterministic state of the simulated Azure, apart from how it is spoken to.

`World(scenario, clock)` answers what is true at `clock.now()`; nothing runs in the background.
"""

from local.azure.world.clock import Clock, ManualClock, SystemClock
from local.azure.world.pushes import Pushed
from local.azure.world.world import World

__all__ = ["Clock", "ManualClock", "Pushed", "SystemClock", "World"]
