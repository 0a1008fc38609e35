"""Is a notification what docs/notifications.md says?"""

import json
import re
from pathlib import Path

from operators.core.findings import Finding
from operators.core.images import ImageReference
from operators.core.notices import TOLD, FindingNotice, news_of
from operators.core.other_work import BUDGETS
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason, stall
from operators.core.strategies import Strategy
from operators.core.transitions import State
from operators.web.notifications import finding_event, rollout_event
from tests.core.samples import APP, NOW, A, B, ago, rollout

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text()
_ROW = re.compile(r"^\| `dev\.pulley\.rollout\.(?P<news>\w+)` \| `(?P<severity>\w+)` \|", re.MULTILINE)
_FINDING_ROW = re.compile(
    r"^\| `dev\.pulley\.finding\.(?P<kind>\w+)` \| `(?P<severity>\w+)` \|.*more than (?P<minutes>\d+) minutes \|$",
    re.MULTILINE,
)
STALL = stall(
    StallReason.CONTAINER_EXITED,
    ago(20),
    ["Container shop_0_ab12cd34 for site shop has exited, failing site start. Exit code: 3"],
)
FAILED: Rollout = rollout(
    State.FAILED,
    sequence=8,
    reason=str(STALL.reason),
    detail=STALL.meaning,
    caused_by=f"demo.azurecr.io/shop:latest pushed at {B}",
    reference="demo.azurecr.io/shop:latest",
    image=ImageReference.parse(f"demo.azurecr.io/shop@{B}"),
    from_digest=A,
    strategy=Strategy.RESTART,
    attempts=1,
    created_at=ago(60),
    applied_at=ago(59),
    ended_at=NOW,
    stall=STALL,
)


def test_the_documented_example_is_a_real_event() -> None:
    """The page's JSON is what is sent for such a rollout, byte for byte but for the white space."""
    notice = news_of(FAILED)
    assert notice is not None
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(example) == json.loads(rollout_event(notice, FAILED, "pulley-prod").json_text())


def test_every_kind_of_finding_is_documented_with_its_budget() -> None:
    """The page names each type, its severity and its minutes."""
    documented = {row["kind"]: (row["severity"], int(row["minutes"])) for row in _FINDING_ROW.finditer(PAGE)}
    expected = {}
    for kind, budget in BUDGETS.items():
        finding = Finding(app=APP, kind=kind, what="x", lines=(), first_seen=ago(9999), since=NOW)
        event = finding_event(FindingNotice(finding=finding), None)
        expected[event.type.rpartition(".")[2]] = (event.severity, budget.total_seconds() / 60)
    assert documented == expected


def test_a_findings_event_says_what_goes_on() -> None:
    """Named after the finding, at the time it was opened, with the catalogue's words."""
    swap = StallReason.SWAP_IN_PROGRESS
    finding = Finding(app=APP, kind=swap, what="staging", lines=("a",), first_seen=ago(9999), since=NOW)
    event = finding_event(FindingNotice(finding=finding), "pulley-prod", NOW)
    assert (event.id, event.time, event.subject) == (finding.id, NOW, "shop")
    assert event.title.startswith("shop: A swap of the app's slots is not finished")
    assert event.title.endswith(" It is looked at again at 2026-05-01 12:00:00 UTC.")
    assert event.data.next_at == NOW
    assert (event.data.what, event.data.meaning) == ("staging", finding.stall.meaning)


def test_every_kind_of_news_is_documented_and_no_other() -> None:
    """The page's table names each type with its severity."""
    documented = {row["news"]: row["severity"] for row in _ROW.finditer(PAGE)}
    assert documented == {str(news): str(told.severity) for news, told in TOLD.items()}


def test_without_a_site_name_the_source_is_pulley() -> None:
    """On one machine nobody names the function app."""
    notice = news_of(FAILED)
    assert notice is not None
    assert rollout_event(notice, FAILED, None).source == "/pulley"
