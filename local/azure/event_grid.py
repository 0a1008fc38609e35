"""Event Grid between the registries and one address: at least once, in no order, with retries and dead letters.

azure-docs: event-grid/delivery-and-retry, event-schema, cloud-event-schema. An answer is awaited for 30 seconds; 400,
401 and 413 are not retried; everything else is, on a schedule that `pace` shortens so that no story waits for hours.
"""

import asyncio
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import httpx

from local.azure.world import Pushed, World
from local.azure.world.names import iso7, stable_guid

RETRY_SECONDS = (10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200)
MAX_ATTEMPTS = 30
TIME_TO_LIVE = 86_400
ANSWER_WITHIN = 30
NOT_RETRIED = (400, 401, 413)
DELIVERED = (200, 201, 202, 203, 204)


@dataclass(frozen=True)
class Attempt:
    """One try to deliver, with the status or why there was none."""

    at: datetime
    outcome: str


@dataclass
class Delivery:
    """One event on its way to the subscriber."""

    event_id: str
    subject: str
    copy: int
    state: str = "waiting"
    """waiting, delivered, dead_lettered, dropped."""
    reason: str | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Answer it as plain data."""
        tries = [{"at": one.at.isoformat(), "outcome": one.outcome} for one in self.attempts]
        return asdict(self) | {"attempts": tries}


class EventGrid:
    """Delivers the events of pushes to one URL, once for each subscription that takes them and leads there."""

    def __init__(self, world: World, url: str | None, pace: float = 1, client: httpx.AsyncClient | None = None) -> None:
        self._world = world
        self._url = url
        self._pace = pace
        # the environment may name the simulated Azure as the proxy; deliveries go straight to the subscriber
        self._client = client or httpx.AsyncClient(trust_env=False)
        self._under_way: set[asyncio.Task[None]] = set()
        self.deliveries: list[Delivery] = []

    def publish(self, pushed: Pushed, copies: int = 1, delay: float = 0, drop: bool = False) -> list[Delivery]:
        """Send a push's events off and answer at once; `drop` loses them, `copies` delivers each so many times."""
        made = []
        for data in pushed.events:
            event = envelope(self._world, pushed, data)
            for name in self._subscribers(pushed, event["subject"]):
                made += [self._begin(event, name, copy, delay, drop) for copy in range(1, copies + 1)]
        self.deliveries += made
        return made

    def _subscribers(self, pushed: Pushed, subject: str) -> list[str | None]:
        """Name the subscriptions that an event goes to; None stands for there being none."""
        if self._url is None:
            return [None]
        if self._world.scenario.event_subscriptions is None:
            return [self._world.scenario.events.subscription_name]
        taking = [one.told for one in self._world.event_subscriptions if one.takes(pushed.registry, subject)]
        return [one.name for one in taking if one.reaches_us] or [None]

    def _begin(self, event: dict[str, Any], name: str | None, copy: int, delay: float, drop: bool) -> Delivery:
        delivery = Delivery(event["id"], event["subject"], copy)
        if drop or name is None or self._url is None:
            delivery.state, delivery.reason = "dropped", "asked for" if drop else "no subscription"
            return delivery
        task = asyncio.create_task(self._deliver(delivery, event, delay, self._url, name))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return delivery

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, delivery: Delivery, event: dict[str, Any], delay: float, url: str, name: str) -> None:
        clock = self._world.clock
        await clock.sleep(delay)
        began = clock.now()
        for count in range(MAX_ATTEMPTS):
            outcome = await self._attempt(event, count, url, name)
            delivery.attempts.append(Attempt(clock.now(), str(outcome)))
            if outcome in DELIVERED:
                delivery.state = "delivered"
                return
            if outcome in NOT_RETRIED:
                delivery.state, delivery.reason = "dead_lettered", f"status {outcome} is not retried"
                return
            pause = RETRY_SECONDS[min(count, len(RETRY_SECONDS) - 1)] * self._pace
            if (clock.now() - began).total_seconds() + pause > TIME_TO_LIVE * self._pace:
                delivery.state, delivery.reason = "dead_lettered", "TimeToLiveExceeded"
                return
            await clock.sleep(pause)
        delivery.state, delivery.reason = "dead_lettered", "MaxDeliveryAttemptsExceeded"

    async def _attempt(self, event: dict[str, Any], count: int, url: str, name: str) -> int | str:
        cloud_event = "specversion" in event
        headers = {
            "content-type": "application/cloudevents+json; charset=utf-8" if cloud_event else "application/json",
            "aeg-event-type": "Notification",
            "aeg-subscription-name": name.upper(),
            "aeg-delivery-count": str(count),
            "aeg-metadata-version": "1",
            "aeg-data-version": "2.0",
        }
        # without batching: an array of one in Event Grid's own schema, a bare object as CloudEvent
        body = json.dumps(event if cloud_event else [event])
        try:
            answer = await self._client.post(url, content=body, headers=headers, timeout=ANSWER_WITHIN)
        except httpx.HTTPError as error:
            return type(error).__name__
        return answer.status_code


def envelope(world: World, pushed: Pushed, data: dict[str, Any]) -> dict[str, Any]:
    """Wrap the data of one event in the schema of the scenario's event subscription."""
    target = data["target"]
    subject = f"{target['repository']}:{target['tag']}" if "tag" in target else target["repository"]
    event_id = stable_guid("event", data["id"])
    kind = "Microsoft.ContainerRegistry.ImagePushed"
    time = iso7(world.now())
    if world.scenario.events.event_schema == "CloudEventSchemaV1_0":
        source = {"id": event_id, "source": pushed.registry.id, "subject": subject, "type": kind, "time": time}
        return source | {"specversion": "1.0", "datacontenttype": "application/json", "data": data}
    return {
        "id": event_id,
        "topic": pushed.registry.id,
        "subject": subject,
        "eventType": kind,
        "eventTime": time,
        "data": data,
        "dataVersion": "2.0",
        "metadataVersion": "1",
    }
