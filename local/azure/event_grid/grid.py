"""Event Grid as a whole: what was published, and what became of it."""

import json
from itertools import cycle
from typing import Any

import httpx

from local.azure.event_grid.calls import ANSWER_WITHIN, LATE_ANSWER_WITHIN, Caller
from local.azure.event_grid.deliveries import Delivery
from local.azure.event_grid.delivering import Delivering
from local.azure.event_grid.destinations import Destination, destination_of, destinations_of
from local.azure.event_grid.events import Event, Told, event_of
from local.azure.event_grid.handshake import Verdict
from local.azure.event_grid.validations import Validations
from local.azure.under_way import UnderWay
from local.azure.world import World
from local.azure.world.names import same, stable_guid
from local.azure.world.registries import Registry
from local.azure.world.subscriptions import IMAGE_PUSHED, EventSubscription


class EventGrid:
    """Delivers the registries' events, once for each subscription that takes them and leads to this machine."""

    def __init__(
        self,
        world: World,
        url: str | None,
        pace: float = 1,
        *,
        answer_within: float = ANSWER_WITHIN,
        late_answer_within: float = LATE_ANSWER_WITHIN,
    ) -> None:
        """Deliver to `url`; `pace` is a factor on every wait but those for an answer."""
        self._world = world
        self._url = url
        # the environment may name the simulated Azure as the proxy; deliveries go straight to the subscriber
        self._caller = Caller(httpx.AsyncClient(trust_env=False), answer_within, late_answer_within)
        self._delivering = Delivering(world.clock, self._caller, pace)
        self._validations = Validations(world, self._caller, pace)
        self._delays = cycle(world.scenario.events.delays)
        self._under_way = UnderWay()
        self.deliveries: list[Delivery] = []
        """Every delivery, in the order of publishing."""

    @property
    def dead_letters(self) -> list[Delivery]:
        """Answer the deliveries that ended as dead letters."""
        return [one for one in self.deliveries if one.state == "dead_lettered"]

    def publish(
        self, told: Told, copies: int | None = None, delay: float | None = None, drop: bool = False
    ) -> list[Delivery]:
        """Send what a registry tells off and answer at once.

        Each is delivered `copies` times, each copy after `delay` seconds; None is what the scenario says. `drop` loses
        them.
        """
        made = []
        for data in told.events:
            event = event_of(told.registry, data, self._world.now())
            made += self._send(event, told.registry, copies, delay, drop)
        return made

    def emit(self, registry: str, subject: str, data: Any) -> list[Delivery]:
        """Send an ImagePushed event off with any data: Event Grid does not look into it. Raises KeyError."""
        source, at = self._world.registry(registry), self._world.now()
        event_id = stable_guid("event", subject, json.dumps(data), str(next(self._world.numbers)))
        return self._send(Event(event_id, source.id, subject, IMAGE_PUSHED, at, data), source)

    def redeliver(self, event_id: str) -> list[Delivery]:
        """Send an event off again, whatever became of it. Raises KeyError for one that there never was."""
        for one in self.deliveries:
            if one.event.id == event_id:
                return self._send(one.event, self._world.registry(one.event.topic.rpartition("/")[2]))
        raise KeyError(f"there is no event {event_id}")

    async def validate(self, registry: str, name: str, base_url: str) -> Verdict:
        """Do the handshake of an event subscription. Raises KeyError where there is none that leads here."""
        one = self._subscription(registry, name)
        to = destination_of(one, self._world, self._url)
        if to is None or not one.told.reaches_us:
            raise KeyError(f"the event subscription {name} leads nowhere on this machine")
        return await self._validations.validate(one, to, base_url)

    def confirm(self, token: str) -> bool:
        """Take a validation URL that was called; false where nothing waits for it, or no longer."""
        return self._validations.confirm(token)

    async def settle(self) -> None:
        """Wait until no delivery is under way."""
        await self._under_way.settle()

    async def close(self) -> None:
        """Give up what is under way."""
        await self._under_way.give_up()
        await self._validations.close()
        await self._caller.close()

    def _send(
        self,
        event: Event,
        registry: Registry,
        copies: int | None = None,
        delay: float | None = None,
        drop: bool = False,
    ) -> list[Delivery]:
        made = []
        wanted = range(1, (copies or self._world.scenario.events.copies) + 1)
        found: list[Destination | None] = [*destinations_of(event, registry, self._world, self._url)]
        for to in found or [None]:
            made += [self._begin(event, to, copy, delay, drop) for copy in wanted]
        self.deliveries += made
        return made

    def _begin(self, event: Event, to: Destination | None, copy: int, delay: float | None, drop: bool) -> Delivery:
        at = self._world.now()
        if to is None:
            delivery = Delivery(event, at, None, self._world.scenario.events.event_schema, copy)
            delivery.drop("no subscription")
            return delivery
        delivery = Delivery(event, at, to.subscription, to.schema, copy)
        if drop:
            delivery.drop("asked for")
            return delivery
        waits = next(self._delays) if delay is None else delay
        self._under_way.begin(self._delivering.run(delivery, to, waits))
        return delivery

    def _subscription(self, registry: str, name: str) -> EventSubscription:
        source = self._world.registry(registry)
        for one in self._world.event_subscriptions:
            if same(one.registry.id, source.id) and same(one.told.name, name):
                return one
        raise KeyError(f"{registry} has no event subscription {name}")
