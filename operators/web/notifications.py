"""What the outside hears: news as CloudEvents 1.0 in structured mode, POSTed to one address.

Source: cloudevents/spec v1.0.2, json-format.md and http-protocol-binding.md.
"""

import logging
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from operators.cloud.webhook import Webhook
from operators.core.apps import AppId
from operators.core.notices import TOLD, FindingNotice, Notice, RolloutNotice, news_of, title_of
from operators.core.rollouts import Rollout
from operators.errors import BadInput, Permanent
from operators.flows.services import House
from operators.web.answer import Answer
from operators.web.answers import RolloutAnswer
from operators.web.findings import FindingAnswer

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
_NOTICE: Final[TypeAdapter[Notice]] = TypeAdapter(Notice)
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


def finding_event(notice: FindingNotice, site_name: str | None) -> CloudEvent[FindingAnswer]:
    """The event that tells that a finding was opened. `site_name` is the operator's own."""
    finding = notice.finding
    return CloudEvent(
        id=notice.id,
        source=_source(site_name),
        type=f"dev.pulley.finding.{finding.kind}",
        subject=AppId.from_key(finding.app).name,
        time=finding.since or finding.first_seen,
        severity=notice.severity,
        title=notice.title,
        data=FindingAnswer.of(finding),
    )


@dataclass(frozen=True)
class Notifications:
    """Tells. Raises operators.errors: a Temporary is for the queue, which sends again and gives up after five times."""

    house: House
    webhook: Webhook | None
    """None where nobody listens."""

    async def deliver(self, body: bytes) -> None:
        """Tell the news of one message of the queue `notices`, if it still holds."""
        notice = _read(body)
        text = await self._event(notice)
        if self.webhook is None or text is None:
            _log.info("not told: %s: nobody listens, or it is not so any more", notice.id)
            return
        try:
            await self.webhook.post(text, CONTENT_TYPE)
        except Permanent as refused:
            _log.error("%s was given up: %s", notice.id, refused)

    async def _event(self, notice: Notice) -> str | None:
        """The event's JSON; None where a rollout has gone on since."""
        site_name = self.house.settings.site_name
        if isinstance(notice, FindingNotice):
            return finding_event(notice, site_name).json_text()
        rollout = await self.house.records.engine.rollout(notice.app, notice.sequence)
        if rollout is None or news_of(rollout) != notice:
            return None
        return rollout_event(notice, rollout, site_name).json_text()


def _source(site_name: str | None) -> str:
    return f"/pulley/{site_name}" if site_name else "/pulley"


def _read(body: bytes) -> Notice:
    try:
        return _NOTICE.validate_json(body)
    except ValidationError as error:
        raise BadInput("notices message", error.errors()[0]["msg"]) from None
