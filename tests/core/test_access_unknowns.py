"""Unknown is not no, and not yes: what happens to a verdict when reads behind it give no answer."""

from itertools import combinations

import pytest

from operators.core.access import AccessFacts, Verdict
from operators.core.access.evaluation import evaluate_access
from operators.core.model import Unknown
from tests.core.access_samples import NOW
from tests.core.test_access import CASES
from tests.core.test_access_containers import CASES as CONTAINERS

READS = ("identity", "config", "network", "settings", "registry", "assignments", "denials", "manifest", "endpoints")
LOST = [lost for count in (1, 2, len(READS)) for lost in combinations(READS, count)]


def gone(read: str) -> Unknown | tuple[Unknown, ...]:
    """What is there instead of its answer."""
    unknown = Unknown(what=read, reason="503")
    return (unknown,) if read == "endpoints" else unknown


@pytest.mark.parametrize("told", [told for told, _ in (CASES | CONTAINERS).values()], ids=CASES | CONTAINERS)
def test_a_lost_read_never_makes_a_verdict_better_or_worse(told: AccessFacts) -> None:
    """Whatever reads are lost: nobody becomes allowed who was not, nobody denied; a denial by other facts stays."""
    whole = evaluate_access(told, NOW).verdict
    for lost in LOST:
        answers = {read: gone(read) for read in lost}
        verdict = evaluate_access(told.model_copy(update=answers), NOW).verdict
        assert verdict is not Verdict.ALLOWED or whole is Verdict.ALLOWED, lost
        assert verdict is not Verdict.DENIED or whole is Verdict.DENIED, lost
        assert verdict is not Verdict.PROPAGATING or whole in (Verdict.PROPAGATING, Verdict.DENIED), lost


def test_with_every_read_lost_nothing_is_known() -> None:
    """The bottom of it: unknown, and the first read is named."""
    told = CASES["AcrPull at the registry"][0]
    access = evaluate_access(told.model_copy(update={one: gone(one) for one in READS}), NOW)
    assert access.verdict is Verdict.UNKNOWN
    assert "config: 503" in access.sentence
