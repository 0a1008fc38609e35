"""What happens, on both sides? Looks a few times a second, tells the stage each new line once, and lets acts wait."""

import asyncio
from collections.abc import Callable

from local.demo.answers import RealApp, Rollout
from local.demo.asking import Asking
from local.demo.errors import DemoError
from local.demo.stage import Row, Stage
from local.demo.wording import served, shortened

_BETWEEN_LOOKS_SECONDS = 0.25
_FIRST_SIGHT = 1


class Watch:
    """Remembers the newest rollout of each app, and what really runs."""

    def __init__(self, asking: Asking, stage: Stage) -> None:
        self._asking = asking
        self._stage = stage
        self._looked = asyncio.Condition()
        self._told: dict[tuple[str, int], int] = {}
        """How many lines of a rollout's timeline the stage has shown."""
        self._untold: dict[str, int] = {}
        """Up to which number an app's rollouts are not told."""
        self.rollouts: dict[str, Rollout] = {}
        self.real: dict[str, RealApp] = {}

    async def run(self) -> None:
        """Look until cancelled. Raises DemoError where one of the two gives no answer."""
        while True:
            await self._look()
            async with self._looked:
                self._looked.notify_all()
            await asyncio.sleep(_BETWEEN_LOOKS_SECONDS)

    async def until[Found](self, what: str, find: Callable[[], Found | None], within: float) -> Found:
        """Wait until `find` finds something. Raises DemoError, with what was seen instead, after `within` seconds."""
        try:
            async with asyncio.timeout(within), self._looked:
                while (found := find()) is None:
                    await self._looked.wait()
                return found
        except TimeoutError:
            raise DemoError(f"not seen within {within:g} s: {what}\n{self.account()}") from None

    async def until_state(self, name: str, *states: str, after: int, within: float) -> Rollout:
        """Wait for a rollout of the app later than number `after` that is in one of these states."""

        def find() -> Rollout | None:
            rollout = self.rollouts.get(name)
            return rollout if rollout and rollout.sequence > after and rollout.state in states else None

        return await self.until(f"a rollout of {name} that is {' or '.join(states)}", find, within)

    def keep_quiet_about_the_next(self, name: str) -> None:
        """Leave the next rollout of an app to the table of the apps: no line of its timeline is told."""
        self._untold[name] = self.rollouts[name].sequence + 1

    def account(self) -> str:
        """What was seen last, one line an app."""
        return "\n".join(
            f"  {row.app}: {row.state}, {shortened(row.detail)}; really serves {served(row.serves)}"
            for row in self._rows()
        )

    async def _look(self) -> None:
        newest, real = await asyncio.gather(self._asking.rollouts(), self._asking.real_apps())
        self.real = {app.name: app for app in real}
        self._stage.show(self._rows())
        for seen in reversed(newest):
            known = self.rollouts.get(seen.name)
            if known is None or (seen.sequence, seen.updated_at) > (known.sequence, known.updated_at):
                await self._follow(seen)
                self._stage.show(self._rows())

    async def _follow(self, seen: Rollout) -> None:
        rollout = await self._asking.rollout(seen.name, seen.sequence)
        self.rollouts[rollout.name] = rollout
        key = rollout.name, rollout.sequence
        if rollout.sequence <= self._untold.get(rollout.name, _FIRST_SIGHT):
            return  # the table of the apps tells it well enough
        for step in rollout.steps[self._told.get(key, 0) :]:
            self._stage.step(rollout.name, step)
        self._told[key] = len(rollout.steps)

    def _rows(self) -> tuple[Row, ...]:
        return tuple(self._row(name, app) for name, app in self.real.items())

    def _row(self, name: str, real: RealApp) -> Row:
        rollout = self.rollouts.get(name)
        if rollout is None:
            return Row(app=name, state="not seen yet", detail="", serves=real.served)
        state = rollout.reason if rollout.state == "skipped" else rollout.state
        return Row(app=name, state=state, detail=rollout.detail, serves=real.served)
