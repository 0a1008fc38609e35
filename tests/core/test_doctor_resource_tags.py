"""The doctor's check on what an app's resource tags ask for."""

import pytest

from operators.core.doctor.checks import Code, Status
from operators.core.doctor.facts import AppFacts
from operators.core.doctor.resource_tags import check_resource_tags
from tests.core.doctor_samples import DENIED, SITE, but, healthy, said


def tagged(**tags: str) -> AppFacts:
    """An app with these resource tags, `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in tags.items()}
    return but(site=SITE.model_copy(update={"resource_tags": named}))


@pytest.mark.parametrize(
    ("facts", "status", "part"),
    [
        pytest.param(healthy(), "ok", "are understood", id="none"),
        pytest.param(tagged(pulley_policy="exact:v2", Pulley_Recover=" Rollback"), "ok", "are understood", id="both"),
        pytest.param(tagged(pulley_recover="ful"), "problem", "pulley-recover='ful' is taken for report", id="recover"),
        pytest.param(tagged(pulley_recover=""), "problem", "known: full, rollback, report", id="an empty one"),
        pytest.param(tagged(pulley_policy="latest"), "problem", "pulley-policy='latest' is not a policy", id="policy"),
        pytest.param(tagged(pulley_policy="x", pulley_recover="x"), "problem", "; the resource tag", id="two of them"),
        pytest.param(but(site=DENIED), "unknown", "needs X/read", id="site not to be read"),
    ],
)
def test_resource_tags(facts: AppFacts, status: Status, part: str) -> None:
    """A word that is mistyped is told before anything fails for it."""
    said(check_resource_tags(facts), Code.RESOURCE_TAGS, status, part, "")
