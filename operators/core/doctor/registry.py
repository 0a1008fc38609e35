"""The registry of an app's image, for the checks that are about it."""

from operators.core.doctor.checks import Check, Code, unknown, unread
from operators.core.doctor.facts import AppFacts, RegistryFacts
from operators.core.model import Unknown


def registry_or_unknown(facts: AppFacts, code: Code) -> RegistryFacts | Check:
    """What was read about it, or the check that says why nothing was."""
    if isinstance(facts.registry, RegistryFacts):
        return facts.registry
    if isinstance(facts.registry, Unknown):
        return unread(code, facts.registry)
    if isinstance(facts.config, Unknown):
        return unread(code, facts.config)
    if facts.containers is not None:
        return unknown(code, f"{facts.app.name} is a sidecar-enabled site, to which no push is rolled out.")
    if facts.image is None:
        return unknown(code, f"{facts.app.name} has no classic container image, and so no registry.")
    return unknown(code, f"{facts.image.registry} is none of the registries that can be read here.")
