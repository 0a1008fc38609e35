"""Scripted faults: which call meets which, and how often."""

import re

from local.azure.scenario import FaultRule


class _Active:
    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.skip = rule.skip
        self.left = rule.times

    def meets(self, method: str, host: str, path: str) -> bool:
        """Tell whether a call matches and it is this fault's turn; counts the call."""
        rule = self.rule
        if rule.method is not None and rule.method.upper() != method.upper():
            return False
        if rule.host is not None and rule.host.lower() != host.lower():
            return False
        if rule.path is not None and re.search(rule.path, path, re.IGNORECASE) is None:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0


class Faults:
    """The faults that are armed, oldest first."""

    def __init__(self, rules: tuple[FaultRule, ...] = ()) -> None:
        self._active = [_Active(rule) for rule in rules]

    def add(self, rule: FaultRule) -> None:
        """Arm a fault."""
        self._active.append(_Active(rule))

    def clear(self) -> None:
        """Disarm every fault."""
        self._active.clear()

    def meet(self, method: str, host: str, path: str) -> FaultRule | None:
        """Answer the fault that this call meets, if any; one that is used up goes."""
        met = next((one for one in self._active if one.meets(method, host, path)), None)
        self._active = [one for one in self._active if one.left is None or one.left > 0]
        return met.rule if met is not None else None
