"""No secret gets out: not into a table row, a message, the host's log, nor any answer."""

import re
from collections.abc import Iterable

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.azurite import ACCOUNT_KEY
from local.host.keys import Keys
from tests.end_to_end.place import Place

_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.")
"""A JSON web token, which the tokens of Entra and of the registries are."""
_PATHS = (
    "/apps",
    "/apps/wiki",
    "/apps/wiki/rollouts",
    "/apps/wiki/access",
    "/apps/wiki/doctor",
    "/doctor",
    "/rollouts?$top=200",
    "/health",
    "/nope",
)


async def test_nothing_tells_a_secret(town: Place) -> None:
    """Every row, message, log line and answer so far, searched for every key, header and token that there is."""
    before = (await town.newest("wiki"))["sequence"]
    digest = await town.push("wiki", "v3")
    await town.until("wiki", "succeeded", after=before)
    await town.stranger.get(f"{town.admin}/apps?$top=1&code={town.running.addresses.key}")
    told = [*await _answers(town), *await _stored(town), town.host_log]
    assert any(digest in one for one in told)
    assert _found(told, _secrets(town)) == []


def _secrets(town: Place) -> tuple[str, ...]:
    keys = Keys.model_validate_json((town.run_dir / "keys.json").read_text())
    return (
        keys.function_key,
        keys.master_key,
        keys.event_grid_key,
        ACCOUNT_KEY,
        town.running.addresses.identity_header,
    )


def _found(told: Iterable[str], secrets: tuple[str, ...]) -> list[str]:
    """Where a secret stands, with what stands before it."""
    words = re.compile("|".join([*map(re.escape, secrets), _TOKEN.pattern]))
    return [one[max(match.start() - 80, 0) : match.end()] for one in told for match in words.finditer(one)]


async def _answers(town: Place) -> list[str]:
    answers = [await town.friend.get(f"{town.admin}{path}") for path in _PATHS]
    drift = await town.friend.post(f"{town.admin}/drift/check")
    broken = await town.friend.post(f"{town.admin}/events", content=b"{")
    rollouts = (await town.ask("/rollouts"))["value"]
    single = [await town.friend.get(f"{town.admin}/apps/{one['app']}/rollouts/{one['sequence']}") for one in rollouts]
    assert len(single) > 1
    return [f"{answer.headers}{answer.text}" for answer in (*answers, drift, broken, *single)]


async def _stored(town: Place) -> list[str]:
    """Every row of every table, and every message that waits."""
    stored = []
    async with TableServiceClient.from_connection_string(town.running.addresses.storage) as tables:
        async for table in tables.list_tables():
            stored += [str(row) async for row in tables.get_table_client(table.name).list_entities()]
    assert stored
    async with QueueServiceClient.from_connection_string(town.running.addresses.storage) as queues:
        async for queue in queues.list_queues():
            messages = await queues.get_queue_client(queue).peek_messages(max_messages=32)
            stored += [str(message.content) for message in messages]
    return stored
