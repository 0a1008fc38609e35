"""The check on what an app's own resource tags ask for; `pulley-strategy` is the stage's."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from operators.core.access import Evidence
from operators.core.doctor.checks import Check, Code, ok, problem, unread
from operators.core.doctor.facts import AppFacts
from operators.core.inventory import resource_tag
from operators.core.model import Unknown
from operators.core.recovery import RECOVER_TAG, Recover
from operators.core.references import POLICY_TAG, exact_tag

_READ: Mapping[str, Callable[[str], object]] = MappingProxyType({POLICY_TAG: exact_tag, RECOVER_TAG: Recover.parse})


def check_resource_tags(facts: AppFacts) -> Check:
    """Whether each of them has a value that is understood: a wrong policy stops every rollout, silently until then."""
    code, site = Code.RESOURCE_TAGS, facts.site
    if isinstance(site, Unknown):
        return unread(code, site)
    mistyped: list[str] = []
    seen: list[Evidence] = []
    for name, read in _READ.items():
        said = resource_tag(site, name)
        if said is None:
            continue
        try:
            read(said)
        except ValueError as wrong:
            mistyped.append(str(wrong))
            seen.append(Evidence(fact=name, value=said, source=facts.app.resource_id))
    if mistyped:
        sentence = "; ".join(mistyped)
        return problem(code, f"{sentence[0].upper()}{sentence[1:]}.", *seen)
    return ok(code, f"The resource tags of {facts.app.name} are understood.")
