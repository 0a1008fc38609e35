"""The check on the slot that an app's new images go through first, where it has one (`pulley-strategy=swap:<slot>`)."""

from operators.core.access import Access, Evidence, Verdict
from operators.core.apps import AppId, Site
from operators.core.doctor.checks import Check, Code, ok, problem, unknown, unread, warning
from operators.core.doctor.commands import make_slot, start
from operators.core.doctor.facts import AppFacts, StageFacts
from operators.core.inventory import resource_tag
from operators.core.model import Unknown
from operators.core.strategies import STRATEGY_TAG, Way


def check_stage(facts: AppFacts) -> Check:
    """Whether an image can be tried in the slot: it is there, runs containers, is started, and may pull."""
    code, site = Code.STAGE, facts.site
    if isinstance(site, Unknown):
        return unread(code, site)
    said = resource_tag(site, STRATEGY_TAG)
    try:
        way = Way.parse(said) if said else None
    except ValueError as wrong:
        tag = Evidence(fact=STRATEGY_TAG, value=said or "", source=facts.app.resource_id)
        return problem(code, f"The resource tag {STRATEGY_TAG} cannot be used: {wrong}.", tag)
    if way is None or way.slot is None:
        return ok(code, f"New images of {facts.app.name} go through no slot.")
    if facts.app.slot:
        return problem(code, f"{facts.app.name} is a slot itself, and goes through no other.")
    return _of_slot(facts.app.slot_id(way.slot), facts.stage)


def _of_slot(slot: AppId, stage: StageFacts | Unknown | None) -> Check:
    code = Code.STAGE
    if isinstance(stage, Unknown):
        return unread(code, stage)
    if stage is None:
        sentence = f"There is no slot {slot.name}, so no new image is rolled out."
        return problem(code, sentence, fix=(make_slot(slot),))
    site, access = stage.site, stage.access
    if site.stopped:
        return problem(code, f"{slot.name} is stopped: nothing can be tried in it.", _state(site), fix=(start(slot),))
    if access is None:
        sentence = f"{slot.name} runs no classic Linux container: nothing can be tried in it."
        return problem(code, sentence, Evidence(fact="linuxFxVersion", value=stage.configured, source=slot.resource_id))
    return _of_access(slot, access)


def _of_access(slot: AppId, access: Access) -> Check:
    """A slot pulls as itself. The verdict is about what it names now, from the same repository as a rule."""
    code = Code.STAGE
    match access.verdict:
        case Verdict.ALLOWED:
            return ok(code, f"New images go through {slot.name} first, which may pull.", *access.evidence)
        case Verdict.DENIED:
            return problem(code, access.sentence, *access.evidence, fix=access.fix)
        case Verdict.PROPAGATING:
            return warning(code, access.sentence, *access.evidence)
        case Verdict.UNKNOWN:
            return unknown(code, access.sentence, *access.evidence)


def _state(site: Site) -> Evidence:
    return Evidence(fact="state", value=site.state, source=site.id.resource_id)
