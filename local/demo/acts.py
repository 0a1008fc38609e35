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
from operators.core.apps import AppId
from operators.core.naming import name_image

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
        with self.stage.on_tape():
            orders_digest = await self._a_missing_role_is_found()
            await self._a_crash_is_rolled_back()
        await self._the_role_came(orders_digest)
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
        pushed = await self._push("shop", "shop-2")
        self.watch.keep_quiet_about_the_next("blog")
        await self._push("blog", "blog-2", aside="  # so that act 3 has a good image to go back to")
        done = await self.watch.until_state("shop", "succeeded", after=1, within=_ROLLOUT_SECONDS)
        self.endings.append(Ending(done, pushed, "succeeded, pulled", serves=pushed, instances=2))
        self.stage.success(
            f"Both instances serve {shortened(done.digest or '')}: restarted {self.after('shop', done.applied_at)} "
            f"after the push, serving after {self.after('shop', done.ended_at)}. The proof is a pull in the platform's "
            "log, newer than the restart."
        )
        await self.stage.pause(1)

    async def _a_missing_role_is_found(self) -> str:
        self.stage.headline(
            "2/4  A missing role is found before it hurts",
            "Somebody took the role AcrPull away from orders. It still runs what it pulled long ago, but a restart now "
            "would end it: the pull would be refused. So before Pulley acts, it asks whether the app may pull.",
        )
        await self.stage.pause(1.5)
        pushed = await self._push("orders", "orders-2")
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
        return pushed

    async def _a_crash_is_rolled_back(self) -> None:
        good = await self.watch.until_state("blog", "succeeded", after=1, within=_ROLLOUT_SECONDS)
        assert good.digest is not None
        self.stage.headline(
            "3/4  An image that crashes is caught, explained and rolled back",
            "When a container dies while it starts, App Service tries it again and again, and the portal says "
            "“Running” all the while. Pulley reads each instance's own status and the platform's log, says what "
            f"happened, and goes back to the last image that was proved to serve: blog-2, {shortened(good.digest)}.",
        )
        await self.stage.pause(1.5)
        crashing = await self._push("blog", "blog-3")
        stuck = await self.watch.until(
            "blog's crash", lambda: _stalled(self.watch.rollouts["blog"], good.sequence), _ROLLOUT_SECONDS
        )
        self._explain(stuck)
        back = await self.watch.until_state("blog", "rolled_back", after=good.sequence, within=_ROLLOUT_SECONDS)
        self.endings.append(Ending(back, crashing, "rolled_back, container_exited", serves=good.digest, rejected=True))
        await self._say_how_to_go_back(back)
        await self.stage.pause(2.5)

    def _explain(self, stuck: Rollout) -> None:
        assert stuck.stall is not None
        self.stage.finding(
            f"blog is stuck: {stuck.stall.reason}",
            "red",
            [
                Text(stuck.stall.meaning, style="bold"),
                *(Text(f"  {shortened(line)}", style="dim") for line in stuck.stall.lines[:_TELLING_LINES]),
                stuck.stall.what_to_do,
                f"Azure meanwhile calls the app “{self.watch.real['blog'].state}”. {shortened(stuck.digest or '')} is "
                "rejected: Pulley does not bring it here again.",
            ],
        )

    async def _say_how_to_go_back(self, back: Rollout) -> None:
        app = await self.asking.app("blog")
        self.stage.finding(
            "blog is rolled back, and serves again",
            "green",
            [
                f"{self.after('blog', back.ended_at)} after the push. Its configuration now names "
                f"{shortened(back.back_to or '')} instead of the tag, so that no restart brings the crash back. "
                "The next push of the tag is followed all the same.",
            ],
        )
        self.stage.say("To name the tag again yourself:")
        self.stage.command(name_image(AppId.from_resource_id(app.resource_id), back.reference or ""), style="green")

    async def _the_role_came(self, pushed: str) -> None:
        done = await self.watch.until_state("orders", "succeeded", after=1, within=_ROLLOUT_SECONDS)
        self.endings.append(Ending(done, pushed, "succeeded, pulled", serves=pushed))
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
        pushed = await self._push("news", "news-2", drop=True)
        await self.stage.pause(1.5)
        self.stage.say("The event is lost; nothing happens. Now the drift check:")
        self.stage.command(f"$ curl -X POST {self.asking.addresses.admin}/drift/check …")
        drift = await self.asking.check_drift()
        behind = ", ".join(map(shortened, drift.marked)) or "none any more, the timer was faster"
        self.stage.say(f"{drift.looked_after} apps follow {drift.tags} tags; behind the registry: {behind}.")
        done = await self.watch.until_state("news", "succeeded", after=1, within=_ROLLOUT_SECONDS)
        self.endings.append(Ending(done, pushed, "succeeded, pulled", serves=pushed))
        self.stage.success(f"news serves {shortened(done.digest or '')}, and no event ever arrived.")

    async def _push(self, app: str, image: str, *, drop: bool = False, aside: str = "") -> str:
        lost = " --drop" if drop else ""
        self.stage.command(f"$ python -m local push {_REGISTRY}/{app}:{_TAG} --image {image}{lost}{aside}")
        self.pushed[app] = datetime.now(UTC)
        wanted = Push(registry=_REGISTRY, repository=app, tag=_TAG, image=image, drop=drop)
        return await asyncio.to_thread(push, self.asking.addresses.control, wanted)

    def after(self, app: str, moment: datetime | None) -> str:
        """How long after the push of the app's image that was."""
        return f"{(moment - self.pushed[app]).total_seconds():.1f} s" if moment else "never"


def _stalled(rollout: Rollout, after: int) -> Rollout | None:
    return rollout if rollout.sequence > after and rollout.stall else None


def _ended(rollout: Rollout) -> bool:
    return rollout.ended_at is not None
