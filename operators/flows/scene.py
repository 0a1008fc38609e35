"""What a rollout is about to act on: the app itself, or the slot that its images go through, and what the gate asks."""

import asyncio
from dataclasses import dataclass

from operators.cloud.arm_errors import read_or_unknown
from operators.core.access import Access, Verdict
from operators.core.apps import Site, SiteConfig
from operators.core.gate import Unread, unread
from operators.core.instances import InstanceStatus
from operators.core.inventory import stage_of
from operators.core.model import Unknown
from operators.core.other_work import OtherWork, other_work
from operators.core.rollouts import Health, Rollout
from operators.core.strategies import Strategy
from operators.flows.access import AccessQuestion
from operators.flows.facts import Facts, configured_image
from operators.flows.services import House

_FROM_BAD_TO_GOOD = (Verdict.DENIED, Verdict.PROPAGATING, Verdict.UNKNOWN, Verdict.ALLOWED)


@dataclass(frozen=True)
class Scene:
    """What was read of it."""

    rollout: Rollout
    """As it is after this: whether its slot has the image already."""
    access: Access
    """With a slot, both identities have to be allowed to pull: this is the worse of the two verdicts."""
    question: AccessQuestion
    """What `access` is the answer to."""
    other: OtherWork | Unknown | None
    before: tuple[InstanceStatus, ...] | Unknown
    health: Health


@dataclass(frozen=True)
class NoStage:
    """The slot cannot be used until a person does something."""

    detail: str


async def read_scene(house: House, rollout: Rollout, facts: Facts) -> Scene | NoStage | Unread:
    """Read what there is beside the facts of the app."""
    assert facts.access is not None
    if rollout.strategy is Strategy.SWAP:
        return await _with_slot(house, rollout, facts, facts.access)
    access = await facts.access.verdict(rollout.image)
    return Scene(rollout, access, facts.access, facts.other, facts.statuses, _health(facts.site, facts.config))


async def in_stage(house: House, own: AccessQuestion) -> AccessQuestion | None:
    """The question about the slot that an app's new images go through, which pulls as itself; None where it has none.

    Raises operators.errors where the slot cannot be read.
    """
    slot = stage_of(own.site)
    if slot is None:
        return None
    site, config = await asyncio.gather(house.azure.sites.site(slot), house.azure.sites.config(slot))
    configured = configured_image(config)
    return AccessQuestion(site, config, configured, own.reads) if configured else None


async def _with_slot(house: House, rollout: Rollout, facts: Facts, own: AccessQuestion) -> Scene | NoStage | Unread:
    slot = facts.site.id.slot_id(rollout.slot)
    site, config, statuses, deployments = await asyncio.gather(
        read_or_unknown(f"slot {slot.name}", house.azure.sites.site(slot)),
        read_or_unknown(f"config/web of {slot.name}", house.azure.sites.config(slot)),
        read_or_unknown(f"siteStatus of {slot.name}", house.azure.sites.site_status(slot)),
        read_or_unknown(f"deploymentStatus of {slot.name}", house.azure.details.deployments(slot)),
    )
    for read in (site, config):
        if isinstance(read, Unknown):
            why = f"{read.what}: {read.reason}"
            return unread((read,), "slot_unreadable", why) if read.temporary else NoStage(why)
    assert not isinstance(site, Unknown)
    assert not isinstance(config, Unknown)
    if site.stopped:
        return NoStage(f"{slot.name} is stopped, and nothing can be tried in it; start it and deploy again")
    configured = configured_image(config)
    if configured is None:
        return NoStage(f"{slot.name} runs no classic Linux container: {config.linux_fx_version!r}")
    names_it = configured.digest == rollout.digest
    seen = {"slot_names_it": names_it, "staged": rollout.staged if names_it else None}
    rollout = rollout.model_copy(update=seen)
    # the swap brings the slot's configuration along, and with it as whom the app pulls from then on
    questions = tuple(AccessQuestion(one, config, configured, own.reads) for one in (site, facts.site))
    answers = await asyncio.gather(*(question.verdict(rollout.image) for question in questions))
    access, question = min(
        zip(answers, questions, strict=True), key=lambda pair: _FROM_BAD_TO_GOOD.index(pair[0].verdict)
    )
    whose = question.site.id.key
    rollout = rollout.model_copy(update={"access_of": whose, "granted": rollout.granted and whose == rollout.access_of})
    in_slot = other_work(site, deployments)
    other = facts.other if isinstance(facts.other, OtherWork) else in_slot or facts.other
    if rollout.in_slot:
        return Scene(rollout, access, question, other, statuses, _health(site, config))
    return Scene(rollout, access, question, other, facts.statuses, _health(facts.site, facts.config))


def _health(site: Site, config: SiteConfig) -> Health:
    return Health(
        host_name=site.default_host_name, health_check_path=config.health_check_path, always_on=config.always_on
    )
