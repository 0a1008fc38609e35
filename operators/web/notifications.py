"""What the outside hears: news as CloudEvents 1.0 in structured mode, POSTed to one address.

Source: cloudevents/spec v1.0.2, json-format.md and http-protocol-binding.md.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import AwareDatetime

from operators.cloud.queues import NoticeMessage
from operators.cloud.webhook import Webhook
from operators.core.apps import AppId
from operators.core.notices import TOLD, FindingNotice, RolloutNotice, news_of, title_of
from operators.core.rollouts import Rollout
from operators.core.waits import TOLD_WITHIN, telling_wait
from operators.errors import Permanent, Temporary
from operators.flows.services import House
from operators.web.answer import Answer
from operators.web.findings import FindingAnswer
from operators.web.rollout_answers import RolloutAnswer

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
_log = logging.getLogger(__name__)


class CloudEvent[Data: Answer](Answer):
    """One event; `severity` and `title` are extension attributes."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    """The same for every copy of the same news."""
    source: str
    type: str
    subject: str
    """The app's name: `shop`, or `shop:staging` for a slot."""
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    severity: str
    title: str
    data: Data


def rollout_event(notice: RolloutNotice, rollout: Rollout, site_name: str | None) -> CloudEvent[RolloutAnswer]:
    """The event that tells the news of a rollout. `site_name` is the operator's own."""
    return CloudEvent(
        id=notice.id,
        source=_source(site_name),
        type=f"dev.pulley.rollout.{notice.news}",
        subject=AppId.from_key(rollout.app).name,
        time=rollout.updated_at,
        severity=TOLD[notice.news].severity,
        title=title_of(notice.news, rollout),
        data=RolloutAnswer.of(rollout),
    )


def finding_event(
    notice: FindingNotice, site_name: str | None, next_at: datetime | None = None
) -> CloudEvent[FindingAnswer]:
    """The event that tells that a finding was opened. `site_name` is the operator's own; `next_at` the next check."""
    finding = notice.finding
    return CloudEvent(
        id=notice.id,
        source=_source(site_name),
        type=f"dev.pulley.finding.{finding.kind}",
        subject=AppId.from_key(finding.app).name,
        time=finding.since or finding.first_seen,
        severity=notice.severity,
        title=notice.title(next_at),
        data=FindingAnswer.of(finding, next_at),
    )


@dataclass(frozen=True)
class Notifications:
    """Tells, again after a while where nobody takes it, for a day.

    Raises operators.errors: what is given up, or cannot be put off, is for the host, which has the queue repeat it five
    times and then keeps it in the poison queue.
    """

    house: House
    webhook: Webhook | None
    """None where nobody listens."""

    async def deliver(self, body: bytes) -> None:
        """Tell the news of one message of the queue `notices`, if it still holds."""
        message = NoticeMessage.read(body)
        notice = message.notice
        text = await self._event(message)
        if self.webhook is None or text is None:
            _log.info("not told: %s: nobody listens, or it is not so any more", notice.id)
            return
        try:
            await self.webhook.post(text, CONTENT_TYPE)
        except Temporary as error:
            await self._put_off(message, error)
        except Permanent as refused:
            _log.error("%s was given up: %s", notice.id, refused)

    async def _put_off(self, message: NoticeMessage, error: Temporary) -> None:
        """Tell it later, no sooner than the receiver asked for; after a day of that raise the error."""
        now, tries = self.house.now(), message.tries + 1
        tried_at = message.tried_at or now
        if now - tried_at >= TOLD_WITHIN:
            _log.error("%s was given up after %d tries: %s", message.notice.id, tries, error)
            raise error
        asked = min(error.retry_after or timedelta(), TOLD_WITHIN)
        delay = max(self.house.settings.wait(telling_wait(tries)), asked)
        later = message.model_copy(update={"tries": tries, "tried_at": tried_at})
        await self.house.records.queues.notice(later, delay)
        _log.warning("%s is told again in %.0f s: %s", message.notice.id, delay.total_seconds(), error)

    async def _event(self, message: NoticeMessage) -> str | None:
        """The event's JSON; None where a rollout has gone on since, or a finding that nobody took is none any more."""
        notice, site_name = message.notice, self.house.settings.site_name
        if isinstance(notice, FindingNotice):
            # the first try may come before the finding is stored
            if message.tries and not await self._is_open(notice):
                return None
            next_at = self.house.settings.next_drift_check(self.house.now())
            return finding_event(notice, site_name, next_at).json_text()
        rollout = await self.house.records.engine.rollout(notice.app, notice.sequence)
        if rollout is None or news_of(rollout) != notice:
            return None
        return rollout_event(notice, rollout, site_name).json_text()

    async def _is_open(self, notice: FindingNotice) -> bool:
        known = await self.house.records.findings.of(notice.finding.app)
        return any(one.id == notice.id for one in known)


def _source(site_name: str | None) -> str:
    return f"/pulley/{site_name}" if site_name else "/pulley"
