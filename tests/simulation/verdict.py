"""Whether a run kept the laws."""

import asyncio

from tests.simulation.trace import Trace


class Verdict:
    """Collects what was broken; the run ends with the first."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.broken: list[str] = []
        self.fallen = asyncio.Event()

    def breaks(self, law: str, how: str) -> None:
        """Say that a law was broken. Nothing is raised: the operator must not catch it."""
        self.broken.append(f"{law}: {how}")
        self._trace.note("LAW BROKEN", "%s: %s", law, how)
        self.fallen.set()
