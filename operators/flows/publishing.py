"""Publishing: what was stored about a rollout also goes into everyone's list and, where it is news, to whoever listens.

Both come after the commit and may be lost with the process. What is untold is therefore stored before, and the next
step makes it good; where none would come, the sweep asks for one.
"""

from dataclasses import dataclass

from operators.cloud.queues import NoticeMessage
from operators.core.notices import RolloutNotice, news_of
from operators.core.rollouts import Moved, Rollout
from operators.flows.services import House


def untold(before: Rollout | None, moved: tuple[Moved, ...]) -> tuple[int, ...]:
    """The rollouts of a step that must not go unheard: those that end with it, or are news since `before`."""
    told = news_of(before)
    return tuple(
        each.rollout.sequence for each in moved if each.rollout.ended or news_of(each.rollout) not in (None, told)
    )


@dataclass(frozen=True)
class Publishing:
    """Raises operators.errors.Temporary where storage gives no answer."""

    house: House

    async def publish(self, before: Rollout | None, moved: tuple[Moved, ...]) -> None:
        """Show each rollout as it was just stored, and tell what is new since `before`, as the step found it."""
        told = news_of(before)
        for each in moved:
            if len(each.steps) > 0:
                await self.house.records.recent.put(each.rollout)
            notice = news_of(each.rollout)
            if notice != told:
                await self._tell(notice)

    async def again(self, rollout: Rollout) -> None:
        """Show it and tell where it stands, in case that was lost. Copies of news carry the same id."""
        await self.house.records.recent.put(rollout)
        await self._tell(news_of(rollout))

    async def make_good(self, app: str, untold: tuple[int, ...]) -> None:
        """Publish what a step stored and may have died before it had published it."""
        for sequence in untold:
            rollout = await self.house.records.engine.rollout(app, sequence)
            if rollout is not None:
                await self.again(rollout)

    async def _tell(self, notice: RolloutNotice | None) -> None:
        if notice is not None and self.house.settings.notify_url is not None:
            await self.house.records.queues.notice(NoticeMessage(notice=notice))
