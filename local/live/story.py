"""What is played? A push that is rolled out, a role that is missing, a container that ends, a push nobody hears of."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from local.demo.answers import Rollout
from local.live.events import Pushed
from local.live.management import ManagementError, Sleep
from local.live.outcomes import Outcome
from local.live.pulley import NoAnswerError, Pulley
from local.live.resources import ENDS, PLACEHOLDER, TAG, WELCOME, Image, Resources, WebApp
from local.live.tags import Tags

_LOOK_SECONDS = 5
_RESTART_AFTER = 36
"""Looks at an app that does not answer until it is restarted: its role may not have counted when it pulled."""
_SOON, _ROLLOUT, _LONG = 600, 1500, 2700
"""Seconds that something may take in Azure: what needs no container, one start, several starts and a role."""
_NO_ENDS = frozenset({"skipped", "superseded"})
"""Another rollout follows these."""
_AT_LEAST = 90
"""However fast time passes, this machine may be slow."""


class StoryError(Exception):
    """The story cannot go on; the text has what was expected and what was seen."""


@dataclass(frozen=True)
class Stage:
    """What the story is played with."""

    resources: Resources
    pulley: Pulley
    tags: Tags
    app: WebApp
    slot: WebApp
    pace: float
    sleep: Sleep
    say: Callable[[str], None]

    async def push(self, image: Image, app: WebApp, *, lost: bool = False) -> Pushed:
        """Bring an image to the tag that an app follows, and tell the operator of it, unless the event is lost."""
        self.say(f"{image.name} is imported as {app.repository}:{TAG}" + (", and nobody is told" if lost else ""))
        await self.resources.bring(image, app.repository)
        pushed = await self.tags.shown(app.repository)
        if not lost:
            await self.pulley.hear_of(pushed)
        return pushed

    async def until(self, app: WebApp, state: str, *, after: int, within: int) -> Rollout:
        """Wait for a rollout of an app, later than that number, in this state. Raises StoryError."""
        newest, end = None, time.monotonic() + max(within * self.pace, _AT_LEAST)
        while time.monotonic() < end:
            newest = await self.pulley.newest(app.name)
            if newest is not None and newest.sequence > after:
                if newest.state == state:
                    return newest
                if newest.ended_at is not None and newest.state not in _NO_ENDS:
                    break
            await self.sleep(_LOOK_SECONDS)
        seen = f"#{newest.sequence} is {newest.state}: {newest.detail}" if newest else "there is none"
        raise StoryError(f"no rollout of {app.name} came to be {state}; {seen}")

    async def number(self, app: WebApp) -> int:
        """The number of an app's newest rollout, 0 where there was none yet."""
        newest = await self.pulley.newest(app.name)
        return newest.sequence if newest else 0


Act = Callable[[Stage], Awaitable[str]]


async def both_are_adopted(stage: Stage) -> str:
    """The operator sees the app and the slot for the first time, notes what they run, and touches nothing."""
    await stage.pulley.check_drift()
    for app in (stage.app, stage.slot):
        await stage.until(app, "skipped", after=0, within=_SOON)
    return "adopted"


async def a_push_is_rolled_out(stage: Stage) -> str:
    """A new image at the tag that the app follows."""
    before = await stage.number(stage.app)
    await stage.push(PLACEHOLDER, stage.app)
    return _end_of(await stage.until(stage.app, "succeeded", after=before, within=_ROLLOUT))


async def a_role_is_waited_for(stage: Stage) -> str:
    """The slot has lost AcrPull: its rollout waits, and goes on by itself when the role is there again."""
    before = await stage.number(stage.slot)
    await stage.push(PLACEHOLDER, stage.slot)
    await stage.until(stage.slot, "waiting_access", after=before, within=_SOON)
    stage.say("The slot's rollout waits for the role, which is given now")
    await stage.resources.give_pull(stage.slot)
    done = await stage.until(stage.slot, "succeeded", after=before, within=_LONG)
    return f"waiting_access, {_end_of(done)}"


async def what_ends_is_rolled_back(stage: Stage) -> str:
    """An image whose container ends at once: it is explained, and what served before is brought back."""
    before = await stage.number(stage.app)
    await stage.push(ENDS, stage.app)
    return _end_of(await stage.until(stage.app, "rolled_back", after=before, within=_LONG))


async def a_lost_event_is_found(stage: Stage) -> str:
    """Nobody tells of the push: the drift check compares the registry with what was decided."""
    before = await stage.number(stage.slot)
    await stage.push(WELCOME, stage.slot, lost=True)
    await stage.pulley.check_drift()
    return _end_of(await stage.until(stage.slot, "succeeded", after=before, within=_ROLLOUT))


async def serving(resources: Resources, status_of: Callable[[str], Awaitable[int]], app: WebApp, sleep: Sleep) -> None:
    """Wait until an app answers with 200; restart it now and then. Raises StoryError."""
    for look in range(1, _RESTART_AFTER * 8):
        if await status_of(app.host) == 200:
            return
        await sleep(_LOOK_SECONDS)
        if look % _RESTART_AFTER == 0:
            await resources.restart(app)
    raise StoryError(f"{app.host} does not answer with 200")


async def played(stage: Stage, outcomes: list[Outcome]) -> None:
    """Play the acts one after the other; what became of each goes into `outcomes`, and one that fails is the last."""
    acts: tuple[tuple[str, str, Act], ...] = (
        ("The app and the slot are adopted", "adopted", both_are_adopted),
        ("A push is rolled out", "succeeded, pulled", a_push_is_rolled_out),
        ("A missing role is waited for", "waiting_access, succeeded, pulled", a_role_is_waited_for),
        ("A container that ends is rolled back", "rolled_back, container_exited", what_ends_is_rolled_back),
        ("A lost event is found", "succeeded, pulled", a_lost_event_is_found),
    )
    for title, expected, act in acts:
        stage.say(f"{title} …")
        began, reached = time.monotonic(), True
        try:
            seen = await act(stage)
        except (StoryError, ManagementError, NoAnswerError) as error:
            seen, reached = str(error), False
        seconds = time.monotonic() - began
        stage.say(f"{'✓' if seen == expected else '✗'} {title}: {seen} ({seconds:.0f} s)")
        outcomes.append(Outcome(act=title, expected=expected, seen=seen, seconds=seconds, reached=reached))
        if not reached:
            return


def _end_of(rollout: Rollout) -> str:
    return f"{rollout.state}, {rollout.stall.reason if rollout.stall else rollout.proof}"
