"""The pages that are drawn from tables are as the tables are now."""

import pytest

from operators.core.recovery import LADDER
from operators.core.stalls import CATALOGUE, StallReason
from tests.core.drawings import DRAWINGS, drawn


@pytest.mark.parametrize("page", sorted(DRAWINGS))
def test_the_page_is_as_the_table(page: str) -> None:
    """A changed table needs `python -m tests.core.drawings`."""
    assert drawn(page) == DRAWINGS[page]()


def test_every_stall_has_its_ladder() -> None:
    """No reason without a decision what may be tried for it."""
    assert set(LADDER) == set(CATALOGUE) == set(StallReason)
