"""What a permission block covers, in role definitions and in deny assignments alike.

azure-docs: role-based-access-control/role-definitions: `*` stands for anything, slashes included; within one block a
`not` entry takes away; case does not matter.
"""

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Permission:
    """One permission block."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def covers(self, action: str, data: bool) -> bool:
        """Tell whether this block alone covers an action or data action."""
        named, taken = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        return any(matches(one, action) for one in named) and not any(matches(one, action) for one in taken)


def matches(wildcard: str, action: str) -> bool:
    """Tell whether a pattern such as `Microsoft.Web/sites/*` means an action."""
    return _pattern(wildcard).fullmatch(action) is not None


@cache
def _pattern(wildcard: str) -> re.Pattern[str]:
    return re.compile(re.escape(wildcard).replace(r"\*", ".*"), re.IGNORECASE)
