"""Somebody else's work on an app: when it becomes a finding, when it is over, and what a failed read changes."""

from datetime import timedelta

import pytest

from operators.core.activity import Activity
from operators.core.apps import AppId, Site, SiteIdentity
from operators.core.findings import Finding, Findings, decide, needs_deployments, whose_turn
from operators.core.model import Unknown
from operators.core.other_work import BUDGETS, Deployment, Sign, Signs, signs_of
from operators.core.stalls import StallReason
from tests.core.samples import APP, NOW, ago

OPERATION, DEPLOYMENT, SWAP = BUDGETS
SIGN = Sign(what="op-1", lines=("inProgressOperationId: op-1",))
BEGUN = Activity(
    at=NOW,
    operation="Microsoft.Web/sites/write",
    status="Started",
    resource_id="/subscriptions/s/resourceGroups/apps/providers/Microsoft.Web/sites/shop",
    operation_id="1",
    caller="ana@contoso.com",
    app_id=None,
    managed_identity=None,
)
UNREAD = Unknown(what="deploymentStatus of shop", reason="503", temporary=True)


def finding(
    seconds: float, *, kind: StallReason = OPERATION, what: str = "op-1", opened: float | None = None
) -> Finding:
    """What was seen first so long ago, and opened perhaps."""
    since = None if opened is None else ago(opened)
    return Finding(app=APP, kind=kind, what=what, lines=SIGN.lines, first_seen=ago(seconds), since=since)


def decided(sign: Sign | Unknown | None, *known: Finding, kind: StallReason = OPERATION) -> Findings:
    """The decision about one kind."""
    return decide(APP, {kind: sign}, known, NOW)


def test_what_is_seen_first_is_watched() -> None:
    """It is stored, and it is no finding yet."""
    found = decided(SIGN)
    assert found == Findings(keep=(finding(0),))


@pytest.mark.parametrize(
    ("began", "first"), [(7200, 7200), (-60, 0), (None, 0)], ids=["long ago", "by a fast clock", "unknown"]
)
def test_its_clock_begins_with_it(began: float | None, first: float) -> None:
    """Where it is known when it began, that counts, never a time to come; and it is a finding at once."""
    found = decided(SIGN.model_copy(update={"began": ago(began) if began is not None else None}))
    assert [one.first_seen for one in found.keep] == [ago(first)]
    assert len(found.opened) == (first > 0)


@pytest.mark.parametrize("kind", BUDGETS)
def test_within_its_budget_it_is_no_finding(kind: StallReason) -> None:
    """At the budget's last second nothing has changed, so nothing is written."""
    seen = finding(BUDGETS[kind].total_seconds(), kind=kind)
    assert decided(SIGN, seen, kind=kind) == Findings()


@pytest.mark.parametrize("kind", BUDGETS)
def test_beyond_its_budget_it_is_opened_once(kind: StallReason) -> None:
    """A second later it is open and new; at the next check it is open and not new."""
    seen = finding(BUDGETS[kind].total_seconds() + 1, kind=kind)
    opened = seen.model_copy(update={"since": NOW})
    assert decided(SIGN, seen, kind=kind) == Findings(keep=(opened,), opened=(opened,))
    later = decide(APP, {kind: SIGN}, (opened,), NOW + timedelta(minutes=5))
    assert later == Findings()


def test_the_budgets() -> None:
    """Five minutes for an operation, twenty for a deployment, forty for a swap."""
    assert [budget.total_seconds() / 60 for budget in BUDGETS.values()] == [5, 20, 40]


@pytest.mark.parametrize("opened", [None, 60])
def test_what_is_over_is_cleared(opened: float | None) -> None:
    """Open or not, it goes when it is gone."""
    seen = finding(400, opened=opened)
    assert decided(None, seen) == Findings(clear=(seen,))


@pytest.mark.parametrize("known", [(), (finding(100),), (finding(400, opened=60),)])
def test_a_failed_read_changes_nothing(known: tuple[Finding, ...]) -> None:
    """Neither opened nor cleared, nor a new beginning."""
    assert decided(UNREAD, *known) == Findings()


def test_another_operation_begins_anew() -> None:
    """The clock is the operation's, not the app's."""
    found = decided(Sign(what="op-2", lines=SIGN.lines), finding(400, opened=60))
    assert found == Findings(keep=(finding(0, what="op-2"),))


def test_its_words_are_the_catalogues() -> None:
    """A finding is a stall of the app: what it means, what to do, and the lines."""
    stall = finding(400, opened=60).stall
    assert (stall.reason, stall.since, stall.lines) == (OPERATION, ago(400), SIGN.lines)
    assert stall.meaning.endswith("It takes longer than 5 minutes.")
    assert stall.what_to_do


def test_ids_differ_when_it_comes_again() -> None:
    """The same finding keeps its id, a later one has another."""
    assert finding(400).id == finding(400, opened=60).id == f"{APP}/operation_in_progress/20260501T115320Z"
    assert finding(400).id != finding(300).id


def site(operation: str | None = None, slot: str | None = None) -> Site:
    """A row of the list."""
    return Site(
        id=AppId.from_key(APP),
        location="East US 2",
        resource_tags={},
        default_host_name="shop.azurewebsites.net",
        state="Running",
        linux_fx_version=None,
        identity=SiteIdentity(),
        in_progress_operation_id=operation,
        target_swap_slot=slot,
    )


@pytest.mark.parametrize(
    ("row", "deployments", "signs"),
    [
        pytest.param(site(), (), {}, id="nothing"),
        pytest.param(site("op-1"), (), {OPERATION: SIGN}, id="an operation"),
        pytest.param(
            site(slot="staging"), (), {SWAP: Sign(what="staging", lines=("targetSwapSlot: staging",))}, id="a swap"
        ),
        pytest.param(
            site("op-1"),
            (
                Deployment(id="/x/deploymentStatus/d1", status="RuntimeSuccessful"),
                Deployment(id="/x/deploymentStatus/d2", status="BuildInProgress"),
            ),
            {OPERATION: SIGN, DEPLOYMENT: Sign(what="d2", lines=("deploymentStatus of d2: BuildInProgress",))},
            id="a deployment among others that have ended",
        ),
        pytest.param(
            site("op-1"), UNREAD, {OPERATION: SIGN, DEPLOYMENT: UNREAD}, id="deployments that could not be read"
        ),
    ],
)
def test_signs(row: Site, deployments: tuple[Deployment, ...] | Unknown, signs: Signs) -> None:
    """What the list's row and the deployments tell, in the field's words."""
    assert signs_of(row, deployments) == {OPERATION: None, DEPLOYMENT: None, SWAP: None} | dict(signs)


@pytest.mark.parametrize(
    ("row", "known", "needed"),
    [
        pytest.param(site(), (), False, id="nothing is under way"),
        pytest.param(site("op-1"), (), True, id="an operation"),
        pytest.param(site(slot="staging"), (), True, id="a swap"),
        pytest.param(site(), (finding(10),), False, id="an operation that is over"),
        pytest.param(site(), (finding(10, kind=DEPLOYMENT),), True, id="a deployment that was under way"),
    ],
)
def test_whose_deployments_are_read(row: Site, known: tuple[Finding, ...], needed: bool) -> None:
    """Out of turn only those of apps on which something is under way, or was."""
    assert needs_deployments(row, known) is needed


def test_everybodys_turn_comes() -> None:
    """Fifty at a check, in order, one after the other and round again; who is gone or new does not stop it."""
    apps = [f"app-{number:03}" for number in range(120)]
    assert whose_turn(reversed(apps), None) == tuple(apps[:50])
    assert whose_turn(apps, "app-049") == tuple(apps[50:100])
    assert whose_turn(apps, "app-099") == (*apps[100:], *apps[:30])
    assert whose_turn(apps, "app-0491") == tuple(apps[50:100])
    assert whose_turn(apps[:3], "zzz") == tuple(apps[:3])
    assert whose_turn([], None) == ()


def test_who_began_it_is_asked_once_and_kept() -> None:
    """Told with what is new, one line of its evidence, and still there at the next check."""
    opened = decided(SIGN, finding(400))
    named = opened.with_begun({OPERATION: BEGUN})
    assert named.keep == named.opened
    (told,) = named.opened
    assert told.stall.lines == (*SIGN.lines, f"last before it, by the Activity Log: {BEGUN}")
    later = NOW + timedelta(minutes=5)
    assert decide(APP, {OPERATION: SIGN}, (told,), later) == Findings()
    changed = decide(APP, {OPERATION: Sign(what="op-1", lines=("other words",))}, (told,), later)
    assert [one.begun_by for one in changed.keep] == [BEGUN]


def test_who_began_another_one_is_not_known_from_the_last() -> None:
    """It begins anew, without a name."""
    last = finding(400, opened=60).model_copy(update={"begun_by": BEGUN})
    found = decided(Sign(what="op-2", lines=SIGN.lines), last)
    assert [one.begun_by for one in found.keep] == [None]
