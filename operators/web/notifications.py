"""What the outside hears: news as CloudEvents 1.0 in structured mode, POSTed to one address.

Source: cloudevents/spec v1.0.2, json-format.md and http-protocol-binding.md.
"""

import logging
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import AwareDatetime, ValidationError

from operators.cloud.webhook import Webhook
from operators.core.apps import AppId
from operators.core.notices import TOLD, RolloutNotice, news_of, title_of
from operators.core.rollouts import Rollout
from operators.errors import BadInput, Permanent
from operators.flows.services import House
from operators.web.answers import Answer, RolloutAnswer

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
        source=f"/pulley/{site_name}" if site_name else "/pulley",
        type=f"dev.pulley.rollout.{notice.news}",
        subject=AppId.from_key(rollout.app).name,
        time=rollout.updated_at,
        severity=TOLD[notice.news].severity,
        title=title_of(notice.news, rollout),
        data=RolloutAnswer.of(rollout),
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
        rollout = await self.house.records.engine.rollout(notice.app, notice.sequence)
        if self.webhook is None or rollout is None or news_of(rollout) != notice:
            _log.info("not told: %s: nobody listens, or it is not so any more", notice.id)
            return
        event = rollout_event(notice, rollout, self.house.settings.site_name)
        try:
            await self.webhook.post(event.json_text(), CONTENT_TYPE)
        except Permanent as refused:
            _log.error("%s was given up: %s", event.id, refused)


def _read(body: bytes) -> RolloutNotice:
    try:
        return RolloutNotice.model_validate_json(body)
    except ValidationError as error:
        raise BadInput("notices message", error.errors()[0]["msg"]) from None
