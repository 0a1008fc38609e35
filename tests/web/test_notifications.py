"""Is a notification what docs/notifications.md says?"""

import json
import re
from pathlib import Path

from operators.core.images import ImageReference
from operators.core.notices import TOLD, news_of
from operators.core.rollouts import Rollout, Strategy
from operators.core.stalls import StallReason, stall
from operators.core.transitions import State
from operators.web.notifications import rollout_event
from tests.core.samples import NOW, A, B, ago, rollout

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text()
_ROW = re.compile(r"^\| `dev\.pulley\.rollout\.(?P<news>\w+)` \| `(?P<severity>\w+)` \|", re.MULTILINE)
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


def test_every_kind_of_news_is_documented_and_no_other() -> None:
    """The page's table names each type with its severity."""
    documented = {row["news"]: row["severity"] for row in _ROW.finditer(PAGE)}
    assert documented == {str(news): str(told.severity) for news, told in TOLD.items()}


def test_without_a_site_name_the_source_is_pulley() -> None:
    """On one machine nobody names the function app."""
    notice = news_of(FAILED)
    assert notice is not None
    assert rollout_event(notice, FAILED, None).source == "/pulley"
