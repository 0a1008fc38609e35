"""POST /api/events, down to the rows and messages: real storage, and a network that is counted and loses answers."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from operators.cloud.queues import LOOKS, REFRESH
from operators.cloud.storage import Storage
from operators.core.inventory import Follower
from operators.core.looks import Cause
from operators.errors import BadInput
from operators.flows.intake import Intake
from operators.flows.marking import GRACE, Marking
from operators.flows.services import Records
from operators.settings import Settings
from operators.web.answer import Answer
from operators.web.events import ReceiptsAnswer, ValidationAnswer, receive_events
from operators.web.problems import Problem
from tests.core.samples import APP, NOW, A, B
from tests.storage import LosingTransport, empty

OTHER_APP = f"{APP}-2"


def pushed(repository: str = "shop", tag: str = "latest", digest: str = A) -> dict[str, Any]:
    """An event of Event Grid's own schema."""
    return {
        "id": "1",
        "topic": "/subscriptions/s/resourceGroups/r/providers/Microsoft.ContainerRegistry/registries/demo",
        "subject": f"{repository}:{tag}",
        "eventType": "Microsoft.ContainerRegistry.ImagePushed",
        "eventTime": NOW.isoformat(),
        "dataVersion": "1.0",
        "data": {
            "id": "1",
            "timestamp": NOW.isoformat(),
            "action": "push",
            "target": {"repository": repository, "tag": tag, "digest": digest},
            "request": {"host": "demo.azurecr.io", "method": "PUT"},
        },
    }


def broken() -> dict[str, Any]:
    """A push that does not say of what."""
    event = pushed()
    del event["data"]["target"]["digest"]
    return event


DELETED = pushed() | {"eventType": "Microsoft.ContainerRegistry.ImageDeleted"}


@dataclass
class Desk:
    """The endpoint over an empty storage account."""

    records: Records
    storage: Storage
    intake: Intake
    network: LosingTransport

    async def receive(self, *events: object, body: bytes | None = None, kind: str = "Notification") -> Answer:
        """Deliver."""
        return await receive_events(self.intake, json.dumps(events).encode() if body is None else body, kind)

    async def follow(self, app: str = APP, tag: str | None = "latest") -> None:
        """Have an app follow the repository."""
        await self.records.follows.put(Follower(app=app, registry="demo.azurecr.io", repository="shop", tag=tag))

    async def messages(self, queue: str) -> list[str]:
        """What waits in a queue."""
        client = await self.storage.queue(queue)
        return [message.content.decode() for message in await client.peek_messages(max_messages=32)]


@pytest_asyncio.fixture
async def desk(azurite: str) -> AsyncIterator[Desk]:
    """The endpoint, after its tables and queues have been made."""
    await empty(azurite)
    async with LosingTransport() as network:
        storage = Storage(connection_string=azurite, table_transport=network, queue_transport=network)
        settings = Settings.model_validate({"AzureWebJobsStorage": azurite})
        records = Records.of(storage, settings)
        marking = Marking(records.engine, records.due, records.queues, settings)
        for queue in (LOOKS, REFRESH):
            await storage.queue(queue)
        for table in ("engine", "due", "follows", "refusals"):
            await storage.table(table)
        yield Desk(records, storage, Intake(records, marking, lambda: NOW), network)


def results(answer: Answer) -> list[str]:
    """What became of each event."""
    assert isinstance(answer, ReceiptsAnswer)
    return [str(receipt.result) for receipt in answer.value]


async def test_the_handshake_is_answered_with_its_code(desk: Desk) -> None:
    """Event Grid gets its code back in the word that it looks for, and nothing is stored."""
    event = {"id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "c"}}
    answer = await desk.receive(event, kind="SubscriptionValidation")
    assert isinstance(answer, ValidationAnswer)
    assert json.loads(answer.json_text()) == {"validationResponse": "c"}


async def test_a_followed_push_is_marked_due_and_enqueued(desk: Desk) -> None:
    """The mark says what was pushed, the due row finds it again if the message is lost, the message starts the work."""
    await desk.follow()
    answer = await desk.receive(pushed())
    _, looks = await desk.records.engine.read(APP)
    due = await desk.records.due.get(APP)
    assert results(answer) == ["marked"]
    assert [(look.cause, look.digest, look.pushed_at) for look in looks] == [(Cause.PUSH, A, NOW)]
    assert due is not None
    assert due.at == NOW + GRACE
    assert await desk.messages(LOOKS) == [f'{{"app":"{APP}","step":null}}']


async def test_copies_of_an_event_leave_one_mark(desk: Desk) -> None:
    """In one delivery or in several, the same push is one mark; each copy is enqueued, for a message may be lost."""
    await desk.follow()
    await desk.receive(pushed(), pushed())
    await desk.receive(pushed())
    await desk.receive(pushed(digest=B))
    _, looks = await desk.records.engine.read(APP)
    assert sorted(look.digest or "" for look in looks) == [A, B]
    assert len(await desk.messages(LOOKS)) == 4


async def test_everybody_who_follows_the_tag_is_marked(desk: Desk) -> None:
    """Those of another tag are not, those never looked at yet are: their tag is not known."""
    await desk.follow()
    await desk.follow(OTHER_APP, None)
    await desk.follow(f"{APP}-3", "v1")
    answer = await desk.receive(pushed(), pushed(tag="v2"))
    assert isinstance(answer, ReceiptsAnswer)
    assert [receipt.apps for receipt in answer.value] == [(APP, OTHER_APP), (OTHER_APP,)]


async def test_a_tag_that_nobody_follows(desk: Desk) -> None:
    """A known repository's other tags ask for nothing, not even a refresh."""
    await desk.follow()
    assert results(await desk.receive(pushed(tag="v2"))) == ["not_followed"]
    assert await desk.messages(LOOKS) == await desk.messages(REFRESH) == []


async def test_an_unknown_repository_costs_one_read_and_one_message(desk: Desk) -> None:
    """The budget of a registry whose other images are none of ours, counted on the network."""
    sent: list[str] = []

    async def count(request: Any) -> None:
        sent.append(f"{request.method} {request.url.partition('devstoreaccount1/')[2].partition('?')[0]}")

    desk.network.before = count
    answer = await desk.receive(pushed("nobody/knows"))
    desk.network.before = None
    assert results(answer) == ["unknown_repository"]
    assert sent == ["GET follows()", "POST refresh/messages"]
    assert await desk.messages(REFRESH) == ["unknown repository demo.azurecr.io/nobody/knows"]


async def test_each_event_has_its_receipt(desk: Desk) -> None:
    """Of a mixed delivery what can be used is used; the receipts come in order and say which field was wrong."""
    await desk.follow()
    answer = await desk.receive(pushed(), DELETED, broken(), pushed("unknown"))
    assert isinstance(answer, ReceiptsAnswer)
    assert results(answer) == ["marked", "not_used", "malformed", "unknown_repository"]
    assert answer.value[2].field == "[2].data.target.digest"


async def test_what_is_not_used_is_recorded(desk: Desk) -> None:
    """Whoever wonders why nothing happened finds what came in and why it was not used."""
    await desk.receive(DELETED, broken())
    with pytest.raises(BadInput):
        await desk.receive(body=b"{")
    refused, _ = await desk.records.refusals.of_day(NOW.date(), top=10)
    assert sorted(one.reason for one in refused) == ["image_deleted", "malformed", "malformed"]
    details = {one.detail for one in refused}  # of one moment, in any order
    assert any(detail.startswith("$: the body is no JSON") for detail in details)
    assert "[1].data.target.digest: Field required" in details


async def test_an_event_that_is_no_push_is_no_error(desk: Desk) -> None:
    """Deletions and charts are understood: 200, so that they are not sent again."""
    assert results(await desk.receive(DELETED)) == ["not_used"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(b"{", "$", id="no JSON"),
        pytest.param(b"", "$", id="nothing"),
        pytest.param(b"[]", "$", id="no event"),
        pytest.param(b"[" * 100_000, "$", id="nested without end"),
        pytest.param(b'"hello"', "$", id="no object"),
        pytest.param(b"[{}]", "[0]", id="no known schema"),
        pytest.param(json.dumps(broken()).encode(), "data.target.digest", id="one object, one field"),
        pytest.param(json.dumps([broken(), {}]).encode(), "[0].data.target.digest", id="the first of several"),
    ],
)
async def test_a_delivery_without_anything_usable_names_the_field(desk: Desk, body: bytes, field: str) -> None:
    """Only then a 400, which Event Grid does not send again."""
    with pytest.raises(BadInput) as raised:
        await desk.receive(body=body)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "path",
    ["follows()", "engine", "due(", "looks/messages"],
    ids=["the read", "the mark", "the due row", "the message"],
)
async def test_without_storage_it_is_sent_again(desk: Desk, path: str) -> None:
    """Where any of its steps gets no answer the delivery is a 503, though other events in it went well."""
    await desk.follow()
    desk.network.lose = lambda request: f"devstoreaccount1/{path}" in request.url
    answer = await desk.receive(DELETED, pushed())
    assert desk.network.lost == 1
    assert isinstance(answer, Problem)
    assert (answer.status, answer.retry_after) == (503, 10)


async def test_a_delivery_sent_again_after_a_fault_completes(desk: Desk) -> None:
    """What the first try has marked already is enqueued by the second; there is still one mark."""
    await desk.follow()
    desk.network.lose = lambda request: "devstoreaccount1/due(" in request.url
    assert isinstance(await desk.receive(pushed()), Problem)
    assert await desk.messages(LOOKS) == []
    desk.network.lose = lambda request: False
    assert results(await desk.receive(pushed())) == ["marked"]
    _, looks = await desk.records.engine.read(APP)
    assert len(looks) == len(await desk.messages(LOOKS)) == 1


async def test_a_mark_is_overdue_sooner_in_a_hurried_environment(desk: Desk, azurite: str) -> None:
    """The pace of a local environment holds for the time after which a message counts as lost."""
    settings = Settings.model_validate({"AzureWebJobsStorage": azurite, "pace": 0.1})
    marking = Marking(desk.records.engine, desk.records.due, desk.records.queues, settings)
    await desk.follow()
    await receive_events(Intake(desk.records, marking, lambda: NOW), json.dumps(pushed()).encode(), None)
    due = await desk.records.due.get(APP)
    assert due is not None
    assert due.at == NOW + timedelta(seconds=6)
