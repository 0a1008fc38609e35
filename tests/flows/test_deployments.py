"""Deployments that are not ours: found after their budget, on any app in the scopes, told once, and cleared."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio

from local.azure.scenario import FaultRule
from local.azure.world.activity_log import Activity
from operators.core.stalls import StallReason
from tests.flows.receiver import URL, Receiver
from tests.flows.town import Died, Town

FX = "DOCKER|nginx"
DEPLOYMENT = {"id": "9d0fc21d-4821-4425-b011-bf889ea84430", "status": "BuildInProgress"}
MINUTE = 60


@pytest.fixture
def quiet() -> int:
    """How many apps there are on which nothing happens."""
    return 7


@pytest.fixture
def scenario(quiet: int) -> dict[str, Any]:
    """An app with a slot, an app that runs code, and others on which nothing happens."""
    others = [{"name": f"quiet-{n}", "linux_fx_version": FX} for n in range(quiet)]
    return {
        "page_size": 5,
        "sites": [
            {"name": "shop", "linux_fx_version": FX, "slots": [{"name": "staging", "linux_fx_version": FX}]},
            {"name": "code", "linux_fx_version": "PYTHON|3.13"},
            *others,
        ],
    }


@pytest_asyncio.fixture
async def town(fresh: Town) -> AsyncIterator[Town]:
    """The town with somebody who listens."""
    listening = fresh.restarted(notify_url=URL).heard_by(Receiver())
    yield listening
    await listening.storage.close()


def happens(town: Town, name: str, **what: Any) -> None:
    """Somebody begins or ends something on a site or `site/slot`."""
    site = town.world.site(name)
    site.told = type(site.told).model_validate(site.told.model_dump() | what)


async def findings(town: Town) -> list[tuple[str, str, str]]:
    """What GET /api/findings shows: app, kind, what."""
    page = await town.operator.findings.list("https://pulley/api/findings", {})
    return [(one.name, one.kind, one.what) for one in page.value]


async def check(town: Town, minutes: float = 0) -> tuple[str, ...]:
    """Let time go by and check; the kinds of new findings."""
    town.clock.advance(minutes * MINUTE)
    return tuple(one.kind for one in (await town.operator.drift.check()).opened)


@pytest.mark.parametrize(
    ("what", "over", "kind", "named", "budget"),
    [
        pytest.param(
            {"in_progress_operation_id": "op-1"},
            {"in_progress_operation_id": None},
            StallReason.OPERATION_IN_PROGRESS,
            "op-1",
            5,
            id="an operation",
        ),
        pytest.param(
            {"deployment": DEPLOYMENT},
            {"deployment": DEPLOYMENT | {"status": "RuntimeSuccessful"}},
            StallReason.DEPLOYMENT_IN_PROGRESS,
            DEPLOYMENT["id"],
            20,
            id="a deployment of code",
        ),
        pytest.param(
            {"target_swap_slot": "staging"},
            {"target_swap_slot": None},
            StallReason.SWAP_IN_PROGRESS,
            "staging",
            40,
            id="a swap",
        ),
    ],
)
async def test_found_after_its_budget_and_cleared(
    town: Town, what: dict[str, Any], over: dict[str, Any], kind: StallReason, named: str, budget: int
) -> None:
    """First seen, within its budget, beyond it (new once), and over."""
    happens(town, "shop", **what)
    assert kind not in await check(town)
    assert kind not in await check(town, budget)
    assert ("shop", kind, named) not in await findings(town)
    assert kind in await check(town, 1)
    assert kind not in await check(town, 5)
    assert ("shop", kind, named) in await findings(town)
    happens(town, "shop", **over)
    assert await check(town, 5) == ()
    assert await findings(town) == []


@pytest.mark.parametrize("name", ["shop/staging", "code"])
async def test_on_any_app_in_the_scopes(town: Town, name: str) -> None:
    """A slot has findings of its own, and so has an app that runs no container."""
    happens(town, name, in_progress_operation_id="op-1")
    await check(town)
    assert await check(town, 6) == ("operation_in_progress",)
    assert await findings(town) == [(name.replace("/", ":"), "operation_in_progress", "op-1")]


async def test_a_deployment_that_began_long_ago_is_found_at_once(town: Town) -> None:
    """The deployments list tells since when, and is asked once, for that deployment alone."""
    happens(town, "shop", deployment=DEPLOYMENT | {"started": "2026-05-01T09:00:00Z"})
    town.world.journal.clear()
    assert await check(town) == ("deployment_in_progress",)
    assert await check(town, 5) == ()
    assert [call.operation for call in town.world.calls].count("deployments.rows") == 1
    (shown,) = (await town.operator.admin.app("shop")).findings
    assert shown.first_seen.isoformat() == "2026-05-01T09:00:00+00:00"


async def test_shown_in_the_apps_own_answer(town: Town) -> None:
    """GET /api/apps/{app} has the finding with its words, and only once it is one."""
    happens(town, "shop", target_swap_slot="staging")
    await check(town)
    assert (await town.operator.admin.app("shop")).findings == ()
    await check(town, 41)
    (shown,) = (await town.operator.admin.app("shop")).findings
    assert (shown.kind, shown.lines) == ("swap_in_progress", ("targetSwapSlot: staging",))
    assert "slot swap" in shown.what_to_do
    assert shown.since is not None
    assert (shown.since - shown.first_seen).total_seconds() == 41 * MINUTE


async def test_who_began_it_is_told(town: Town) -> None:
    """The Activity Log is read once, when the finding is opened: the last operation before it was first seen."""
    site = town.world.site("shop").id
    town.world.activity_log.add(
        Activity(town.clock.now(), "Microsoft.Web/sites/write", site, "ana@contoso.com", {"appid": "cli"}, 202)
    )
    happens(town, "shop", in_progress_operation_id="op-1")
    await check(town, 1)
    await check(town, 6)
    begun = "2026-05-01 12:00:00 UTC Microsoft.Web/sites/write Succeeded by ana@contoso.com (application cli)"
    (shown,) = (await town.operator.admin.app("shop")).findings
    assert shown.lines == ("inProgressOperationId: op-1", f"last before it, by the Activity Log: {begun}")
    town.world.journal.clear()
    await check(town, 5)
    assert "activity.list" not in [call.operation for call in town.world.calls]
    (later,) = (await town.operator.admin.app("shop")).findings
    assert later.model_copy(update={"next_at": shown.next_at}) == shown
    assert (f"{shown.next_at:%T}", f"{later.next_at:%T}") == ("12:10:00", "12:15:00")


async def test_a_log_that_cannot_be_read_hides_no_finding(town: Town) -> None:
    """The finding is told without a name."""
    town.world.faults.add(FaultRule(path="/eventtypes/management/values", status=403, code="AuthorizationFailed"))
    happens(town, "shop", in_progress_operation_id="op-1")
    await check(town)
    assert await check(town, 6) == ("operation_in_progress",)


async def test_told_once(town: Town) -> None:
    """One event when it is opened, none at later checks, and a new one when it comes again."""
    receiver = town.wire.receiver
    assert receiver is not None
    for _ in range(2):
        happens(town, "shop", in_progress_operation_id="op-1")
        for minutes in (1, 6, 6, 6):
            await check(town, minutes)
        happens(town, "shop", in_progress_operation_id=None)
        await check(town, 1)
    await town.tell()
    first, second = receiver.events
    assert first["type"] == second["type"] == "dev.pulley.finding.operation_in_progress"
    assert (first["subject"], first["severity"]) == ("shop", "warning")
    assert first["data"]["lines"] == ["inProgressOperationId: op-1"]
    assert first["id"] != second["id"]


@pytest.mark.parametrize(("still", "told"), [("op-1", 1), (None, 0)], ids=["it goes on", "it is over"])
async def test_what_nobody_took_is_told_later_only_if_it_is_still_so(town: Town, still: str | None, told: int) -> None:
    """A receiver that was away is not sent after work that has ended meanwhile."""
    receiver = town.wire.receiver
    assert receiver is not None
    receiver.status = 503
    happens(town, "shop", in_progress_operation_id="op-1")
    for minutes in (1, 6):
        await check(town, minutes)
    await town.tell()
    happens(town, "shop", in_progress_operation_id=still)
    await check(town, 1)
    receiver.status = 202
    await town.tell()
    await town.tell()
    assert (receiver.asked, len(receiver.events)) == (1 + told, told)


async def test_a_death_between_telling_and_storing_tells_it_again_under_the_same_id(town: Town) -> None:
    """Told twice rather than never; receivers know copies by their id."""
    receiver = town.wire.receiver
    assert receiver is not None
    happens(town, "shop", in_progress_operation_id="op-1")
    await check(town)
    town.dies_before_storing("/findings(")
    with pytest.raises(Died):
        await check(town, 6)
    town.network.before = None
    await check(town, 1)
    await town.tell()
    assert len(receiver.events) == 2
    assert len({event["id"] for event in receiver.events}) == 1


async def test_a_failed_read_clears_nothing(town: Town) -> None:
    """Neither where the deployments nor where the list cannot be read."""
    happens(town, "shop", in_progress_operation_id="op-1", deployment=DEPLOYMENT)
    await check(town)
    await check(town, 21)
    before = await findings(town)
    assert len(before) == 2
    happens(town, "shop", in_progress_operation_id=None, deployment=None)
    town.world.faults.add(FaultRule(path="/sites$", status=503))
    await check(town, 5)
    assert await findings(town) == before
    town.world.faults.clear()
    town.world.faults.add(FaultRule(path="/deploymentStatus$", status=503))
    await check(town, 5)
    assert await findings(town) == [one for one in before if one[1] == "deployment_in_progress"]
    town.world.faults.clear()
    await check(town, 5)
    assert await findings(town) == []


async def test_an_app_that_is_gone_takes_its_findings_with_it(town: Town) -> None:
    """Where the list was whole."""
    happens(town, "shop", in_progress_operation_id="op-1")
    await check(town)
    await check(town, 6)
    town.world.sites.remove(town.world.site("shop"))
    await check(town, 5)
    assert await findings(town) == []


@pytest.mark.parametrize("quiet", [7, 111])
async def test_calls_grow_with_pages_and_flagged_apps(town: Town, quiet: int) -> None:
    """Pages, at most fifty deployments in turn, and those of apps with something under way; nobody is left out."""

    async def calls() -> dict[str, int]:
        town.world.journal.clear()
        await check(town, 1)
        operations = [call.operation for call in town.world.calls]
        return {operation: operations.count(operation) for operation in sorted(set(operations))}

    apps = quiet + 3
    pages = {"sites.list": -(-(quiet + 2) // 5), "sites.list_group": -(-(quiet + 2) // 5)}
    in_turn = min(apps, 50)
    assert await calls() == {"deployments.list": in_turn} | pages
    asked = {call.path for call in town.world.calls}
    happens(town, "shop", in_progress_operation_id="op-1")
    assert (await calls())["deployments.list"] == in_turn + (apps > in_turn)
    asked |= {call.path for call in town.world.calls}
    happens(town, "shop", in_progress_operation_id=None)
    assert (await calls())["deployments.list"] == in_turn
    asked |= {call.path for call in town.world.calls}
    assert sum(path.endswith("/deploymentStatus") for path in asked) == apps


async def test_many_are_shown_in_pages(town: Town) -> None:
    """nextLink leads on, and every finding is on one page."""
    for number in range(7):
        happens(town, f"quiet-{number}", in_progress_operation_id=f"op-{number}", target_swap_slot="other")
    await check(town)
    await check(town, 41)
    seen: list[tuple[str, str]] = []
    query = {"$top": "3"}
    for _ in range(5):
        page = await town.operator.findings.list("https://pulley/api/findings", query)
        seen += [(one.name, one.kind) for one in page.value]
        if page.next_link is None:
            break
        query = dict(parse_qsl(urlsplit(page.next_link).query))
    assert len(seen) == len(set(seen)) == 14
