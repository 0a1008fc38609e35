"""What do handshakes, and people who call a validation URL, make of event subscriptions?"""

from dataclasses import replace
from typing import Literal
from urllib.parse import urlencode

from local.azure.event_grid.calls import Answer, Caller
from local.azure.event_grid.destinations import Destination
from local.azure.event_grid.handshake import Question, Verdict, asked, verdict_on
from local.azure.under_way import UnderWay
from local.azure.world import World
from local.azure.world.names import iso7, same, stable_guid
from local.azure.world.subscriptions import EventSubscription

_AGAIN_AFTER = 5
_TRIES = 3
"""How often an address that does not answer is asked; how often Azure does it is not documented."""
_MANUALLY_WITHIN = 600
_API_VERSION = "2022-06-15"


class Validations:
    """Does handshakes, and keeps those that wait for somebody; `pace` is a factor on every wait."""

    def __init__(self, world: World, caller: Caller, pace: float) -> None:
        self._world = world
        self._caller = caller
        self._pace = pace
        self._awaited: dict[str, str] = {}
        """Token of a validation URL → id of its event subscription."""
        self._expiring = UnderWay()

    async def validate(self, one: EventSubscription, to: Destination, base_url: str) -> Verdict:
        """Do the handshake as when the subscription was made or updated; `base_url` is where `confirm` is reached."""
        at = self._world.now()
        token = stable_guid("validation token", one.id, str(next(self._world.numbers)))
        code = stable_guid("validation code", token)
        query = urlencode({"id": code, "t": iso7(at), "apiVersion": _API_VERSION, "token": token})
        validation_url = f"{base_url}eventsubscriptions/{one.told.name}/validate?{query}"
        question = Question(to.schema, to.url, to.subscription, one.registry.id, code, validation_url, at)
        self._become(one.id, "Creating")
        verdict = verdict_on(question, await self._ask(question))
        self._become(one.id, verdict.provisioning_state)
        if verdict.provisioning_state == "AwaitingManualAction":
            self._await_somebody(one.id, token)
        return verdict

    def confirm(self, token: str) -> bool:
        """Take a validation URL that was called; false where nothing waits for it, or no longer."""
        subscription = self._awaited.pop(token, None)
        if subscription is None:
            return False
        self._become(subscription, "Succeeded")
        return True

    async def close(self) -> None:
        """Forget what waits."""
        await self._expiring.give_up()

    async def _ask(self, question: Question) -> Answer:
        """Ask until there is an answer; a call that takes too long is given up."""
        for tried in range(1, _TRIES + 1):
            call = self._caller.start(asked(question))
            try:
                answer = await self._caller.in_time(call)
            finally:
                call.cancel()
            if answer.status is not None or tried == _TRIES:
                break
            await self._world.clock.sleep(_AGAIN_AFTER * self._pace)
        return answer

    def _await_somebody(self, subscription: str, token: str) -> None:
        self._awaited[token] = subscription
        self._expiring.begin(self._expire(subscription, token))

    async def _expire(self, subscription: str, token: str) -> None:
        await self._world.clock.sleep(_MANUALLY_WITHIN * self._pace)
        if self._awaited.pop(token, None) is not None:
            self._become(subscription, "Failed")

    def _become(
        self, subscription: str, state: Literal["Creating", "Succeeded", "AwaitingManualAction", "Failed"]
    ) -> None:
        rows = self._world.event_subscriptions
        for place, row in enumerate(rows):
            if same(row.id, subscription):
                rows[place] = replace(row, told=row.told.model_copy(update={"provisioning_state": state}))
