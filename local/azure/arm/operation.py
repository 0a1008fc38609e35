"""One operation of ARM: its method and path, the right that is needed, and who answers."""

import re
from dataclasses import dataclass, field

from local.azure.arm.call import Handler

SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = SUBSCRIPTION + "/resourceGroups/{group}"


@dataclass(frozen=True)
class Operation:
    """One operation of ARM."""

    name: str
    method: str
    template: str
    handler: Handler
    action: str | None
    """The right it needs; `{slots}` becomes `slots/` where the path names a slot. None needs none."""
    provider: str = "Microsoft.Web"
    open_at_root: bool = False
    """Needs no right where the path has no scope: whoever signs in may read the built-in roles of the directory."""
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", _pattern(self.template))

    def match(self, path: str) -> dict[str, str] | None:
        """Answer the named segments where the path is this operation's, else None."""
        found = self.pattern.fullmatch(path)
        return {name: value for name, value in found.groupdict().items() if value is not None} if found else None

    def action_at(self, place: dict[str, str]) -> str | None:
        """Answer the right that a call at this place needs."""
        if self.action is None or (self.open_at_root and not place["scope"]):
            return None
        return self.action.format(slots="slots/" if "slot" in place else "")


def scope_of(path: str) -> str:
    """Answer the resource whose right a call needs, as ARM's refusals name it: the one in the path.

    Where the path ends in a collection or an action, it is what stands before that: the list of role assignments needs
    a right over `…/providers/Microsoft.Authorization`, a restart one over the site.
    """
    _, provider, tail = path.rpartition("/providers/")
    segments = tail.split("/")[1:] if provider else path.strip("/").split("/")
    return path if len(segments) % 2 == 0 else path.rpartition("/")[0]


def _pattern(template: str) -> re.Pattern[str]:
    """Compile a template: each `{name}` is a path segment, and case does not matter to ARM."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), re.IGNORECASE)
