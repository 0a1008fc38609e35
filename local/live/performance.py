"""How is the story played at one place, from nothing to nothing? Whatever happens, the group is deleted at the end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from local.live.identity import identity_endpoint
from local.live.management import Management, ManagementError
from local.live.outcomes import Outcome
from local.live.places import Place, recording_in, recording_proxy
from local.live.pulley import pulley
from local.live.resources import SLOT, WELCOME, Names, Resources, WebApp
from local.live.story import Stage, StoryError, played, serving
from local.live.tags import Tags
from local.live.transport import ProxyTransport
from operators.cloud.registry_content import RegistryContent

Say = Callable[[str], None]


@dataclass
class Performance:
    """What came of it at one place."""

    place: str
    recording: Path
    outcomes: list[Outcome] = field(default_factory=list)
    hindrance: str | None = None
    """Why the story was not played, or why something is left behind."""

    @property
    def went_well(self) -> bool:
        """Whether every act came to its end, and nothing is left behind."""
        return self.hindrance is None and bool(self.outcomes) and all(one.reached for one in self.outcomes)


async def perform(place: Place, run: str, run_dir: Path, *, keep: bool, say: Say) -> Performance:
    """Make everything, play the story, and delete everything unless it is to be kept."""
    names = Names(place.subscription, place.location, run)
    done = Performance(place.name, recording_in(run_dir))

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds * place.pace)

    async with (
        recording_proxy(place, names.group, run_dir) as (_, proxy),
        identity_endpoint(place.credential) as identity,
        ProxyTransport(proxy.proxy, proxy.ca) as transport,
        ProxyTransport(place.proxy, str(place.ca) if place.ca else None) as past_the_recorder,
    ):
        management = Management(place.credential, transport, sleep)
        resources = Resources(management, names)
        spare = Resources(Management(place.credential, past_the_recorder, sleep), names)
        content = RegistryContent(place.credential, lambda: datetime.now(UTC), transport=transport)
        try:
            async with _group(resources, spare, keep=keep, say=say):
                app, slot, assignment = await _made(resources, say)
                for one in (app, slot):
                    await serving(resources, management.status_of, one, sleep)
                say("The app and its slot serve. AcrPull is taken away from the slot")
                await resources.withhold_pull(assignment)
                async with pulley(place, names.group_id, proxy, identity, run_dir) as running:
                    stage = Stage(resources, running, Tags(content, names), app, slot, place.pace, sleep, say)
                    await played(stage, done.outcomes)
        except (ManagementError, StoryError) as error:
            done.hindrance = str(error)
            say(f"! {error}")
    return done


@asynccontextmanager
async def _group(resources: Resources, spare: Resources, *, keep: bool, say: Say) -> AsyncIterator[None]:
    """Have a resource group for as long as the block lasts, however the block ends."""
    by_hand = f"az group delete --subscription {resources.names.subscription} --name {resources.names.group} --yes"
    say(f"The resource group {resources.names.group} is made. Should this program be killed: {by_hand}")
    try:
        await resources.make_group()
        yield
    finally:
        if keep:
            say(f"Everything is kept and goes on costing. Once you are done: {by_hand}")
        else:
            say(f"The resource group {resources.names.group} is deleted, which takes some minutes …")
            await delete_for_sure(resources, spare, by_hand)
            say("It is gone.")


async def delete_for_sure(resources: Resources, spare: Resources, by_hand: str) -> None:
    """Delete the group, by the spare way where the usual one fails. Raises ManagementError: what a person can do."""
    try:
        await resources.delete_group()
    except ManagementError:
        await _delete_by(spare, by_hand)  # it may be the recording proxy that is gone


async def _delete_by(spare: Resources, by_hand: str) -> None:
    try:
        await spare.delete_group()
    except ManagementError as error:
        raise ManagementError(f"the resource group may still be there, look after it: {by_hand} ({error})") from error


async def _made(resources: Resources, say: Say) -> tuple[WebApp, WebApp, str]:
    """Make what the story needs, in the tutorial's order; answer the app, its slot, and the slot's role assignment."""
    names = resources.names
    say("A registry, a plan, an app and its slot are made, and may pull …")
    await resources.make_registry()
    await resources.make_plan()
    app = await resources.make_app(names.site_id, names.site, "app")
    slot = await resources.make_app(names.slot_id, f"{names.site}:{SLOT}", "slot")
    for one in (app, slot):
        await resources.bring(WELCOME, one.repository)
    await resources.give_pull(app)
    assignment = await resources.give_pull(slot)
    for one in (app, slot):
        await resources.run_image(one)
    return app, slot, assignment
