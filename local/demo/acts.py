"""What is played? Four pushes: one that goes well, one without the role, one that crashes, one that nobody hears of."""

import asyncio
from datetime import UTC, datetime

from rich.text import Text

from local.demo.answers import Rollout
from local.demo.asking import Asking
from local.demo.endings import Ending
from local.demo.stage import Stage
from local.demo.watch import Watch
from local.demo.wording import shortened
from local.push import Push, push

_REGISTRY = "contoso"
_TAG = "stable"
_APPS = 4
_SOON = 30
_ROLLOUT_SECONDS = 60
_TELLING_LINES = 5  # they come in the order of their worth


class Play:
    """The story, and what it leaves behind: when each app's image was pushed, and how each app should end."""

    def __init__(self, stage: Stage, asking: Asking, watch: Watch) -> None:
        self.stage = stage
        self.asking = asking
        self.watch = watch
        self.pushed: dict[str, datetime] = {}
        self.endings: list[Ending] = []
        self.is_over = False

    async def perform(self) -> None:
        """Play all of it. Raises DemoError where a step does not come within its time."""
        await self._opening()
        await self._a_push_reaches_its_app()
        waiting = await self._a_missing_role_is_found()
        await self._a_crash_is_explained()
        await self._the_role_came(waiting)
        await self._a_lost_event_is_found()
        self.is_over = True

    async def _opening(self) -> None:
        self.stage.headline(
            "Pulley: an image push becomes a running container",
            "All of it runs on this machine: Microsoft's Functions worker with Pulley in it, Azurite for tables and "
            "queues, and a simulated Azure behind the real Azure SDKs. Four apps follow the tag `stable` of their own "
            "image. Pulley sees them for the first time: it notes what they run, and touches nothing.",
        )
        await self.asking.check_drift()

        def all_adopted() -> bool | None:
            return (len(self.watch.rollouts) == _APPS and all(map(_ended, self.watch.rollouts.values()))) or None

        await self.watch.until("the first sight of all four apps", all_adopted, _SOON)
        self.stage.success(f"Adopted: {', '.join(sorted(self.watch.rollouts))}.")
        await self.stage.pause(1.5)

    async def _a_push_reaches_its_app(self) -> None:
        self.stage.headline(
            "1/4  A push reaches its app",
            "App Service does not watch tags: after a push, the old image runs on until somebody restarts the app. "
            "Pulley hears of the push through Event Grid, makes sure that shop may pull, restarts it, and calls it "
            "done only when every instance serves the new image.",
        )
        await self.stage.pause(1.5)
        await self._push("shop", state="succeeded", reason="serving", instances=2)
        done = await self.watch.until_state("shop", "succeeded", after=1, within=_ROLLOUT_SECONDS)
        self.stage.success(
            f"Both instances serve {shortened(done.digest or '')}: restarted {self.after('shop', done.applied_at)} "
            f"after the push, serving after {self.after('shop', done.ended_at)}. The proof is a pull in the platform's "
            "log, newer than the restart."
        )
        await self.stage.pause(1)

    async def _a_missing_role_is_found(self) -> Rollout:
        self.stage.headline(
            "2/4  A missing role is found before it hurts",
            "Somebody took the role AcrPull away from orders. It still runs what it pulled long ago, but a restart now "
            "would end it: the pull would be refused. So before Pulley acts, it asks whether the app may pull.",
        )
        await self.stage.pause(1.5)
        await self._push("orders", state="succeeded", reason="serving", instances=1)
        waiting = await self.watch.until_state("orders", "waiting_access", after=1, within=_SOON)
        assert waiting.access is not None
        self.stage.finding("orders waits, and goes on serving", "yellow", [waiting.access.sentence])
        self.stage.say("What mends it, ready to be pasted:")
        for line in waiting.access.fix:
            self.stage.command(line, style="yellow")
        await self.stage.pause(2.5)
        await self.asking.grant("orders", "AcrPull", _REGISTRY)
        self.stage.say(
            "\nThe demo has just done that. Nobody pushes again: Pulley looks again by itself. Meanwhile, another push:"
        )
        await self.stage.pause(1)
        return waiting

    async def _a_crash_is_explained(self) -> None:
        self.stage.headline(
            "3/4  An image that crashes is caught and explained",
            "When a container dies while it starts, App Service tries it again and again, and the portal says "
            "“Running” all the while. Pulley reads each instance's own status and the platform's log, and says what "
            "happened.",
        )
        await self.stage.pause(1.5)
        await self._push("blog", state="failed", reason="container_exited", instances=0, rejected=True)
        failed = await self.watch.until_state("blog", "failed", after=1, within=_ROLLOUT_SECONDS)
        assert failed.stall is not None
        self.stage.finding(
            f"blog failed: {failed.stall.reason}",
            "red",
            [
                Text(failed.stall.meaning, style="bold"),
                *(Text(f"  {shortened(line)}", style="dim") for line in failed.stall.lines[:_TELLING_LINES]),
                failed.stall.what_to_do,
                f"Azure meanwhile calls the app “{self.watch.real['blog'].state}”. Pulley does not roll "
                f"{shortened(failed.digest or '')} out here again; it does roll out a newer push.",
            ],
        )
        await self.stage.pause(2.5)

    async def _the_role_came(self, waiting: Rollout) -> None:
        done = await self.watch.until_state("orders", "succeeded", after=waiting.sequence - 1, within=_ROLLOUT_SECONDS)
        self.stage.success(
            f"orders got its role, and rollout #{done.sequence} went on by itself to {shortened(done.digest or '')}."
        )
        await self.stage.pause(1)

    async def _a_lost_event_is_found(self) -> None:
        self.stage.headline(
            "4/4  A push that nobody hears of is found",
            "Events come late, twice, or never. To Pulley they are only hints: the truth is in the registry. A timer "
            "compares the two every five minutes; here the demo asks for it at once.",
        )
        await self.stage.pause(1.5)
        await self._push("news", state="succeeded", reason="serving", instances=1, drop=True)
        await self.stage.pause(1.5)
        self.stage.say("The event is lost; nothing happens. Now the drift check:")
        self.stage.command(f"$ curl -X POST {self.asking.addresses.admin}/drift/check …")
        drift = await self.asking.check_drift()
        behind = ", ".join(map(shortened, drift.marked)) or "none any more, the timer was faster"
        self.stage.say(f"{drift.looked_after} apps follow {drift.tags} tags; behind the registry: {behind}.")
        done = await self.watch.until_state("news", "succeeded", after=1, within=_ROLLOUT_SECONDS)
        self.stage.success(f"news serves {shortened(done.digest or '')}, and no event ever arrived.")

    async def _push(
        self, app: str, *, state: str, reason: str, instances: int, rejected: bool = False, drop: bool = False
    ) -> None:
        image = f"{app}-2"
        lost = " --drop" if drop else ""
        self.stage.command(f"$ python -m local push {_REGISTRY}/{app}:{_TAG} --image {image}{lost}")
        self.pushed[app] = datetime.now(UTC)
        wanted = Push(registry=_REGISTRY, repository=app, tag=_TAG, image=image, drop=drop)
        digest = await asyncio.to_thread(push, self.asking.addresses.control, wanted)
        self.endings.append(Ending(app, digest, state, reason, rejected, instances))

    def after(self, app: str, moment: datetime | None) -> str:
        """How long after the push of the app's image that was."""
        return f"{(moment - self.pushed[app]).total_seconds():.1f} s" if moment else "never"


def _ended(rollout: Rollout) -> bool:
    return rollout.ended_at is not None
