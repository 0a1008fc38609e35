# ruff: noqa: E501 - one case a line reads best as one line
"""What can still be said of an app whose configuration somebody else changed?"""

from datetime import datetime

import pytest

from operators.core.active import Running
from operators.core.foreign_changes import noticed
from operators.core.images import ImageReference, linux_fx_version
from operators.core.owed import Owed
from operators.core.proof import Proof
from operators.core.references import SwappedIn
from tests.core.samples import LATEST, NOW, A, B, ago, container, running

THEIRS = Running(digest=B, proof=Proof.PINNED, since=NOW, sequence=None)


@pytest.mark.parametrize(
    ("runs", "configured", "swapped", "now_runs"),
    [
        pytest.param(running(A), LATEST, None, running(A), id="a pull that was seen"),
        pytest.param(running(A, Proof.PINNED), LATEST.at(A), None, running(A, Proof.PINNED), id="its own digest"),
        pytest.param(running(A, Proof.PINNED), LATEST, None, None, id="a tag in the place of its digest"),
        pytest.param(running(A), LATEST.at(A), None, running(A), id="the digest that was pulled"),
        pytest.param(running(A), LATEST.at(B), None, THEIRS, id="another digest"),
        pytest.param(None, LATEST.at(B), None, THEIRS, id="a digest, where nothing was known"),
        pytest.param(running(A), LATEST, ago(60), None, id="a swap since it was seen"),
        pytest.param(running(A), LATEST, ago(7200), running(A), id="a swap before it was seen"),
        pytest.param(running(A, Proof.PINNED), LATEST.at(A), ago(60), running(A, Proof.PINNED), id="a swap that brought the same digest"),
    ],
)  # fmt: skip
def test_what_runs(
    runs: Running | None, configured: ImageReference, swapped: datetime | None, now_runs: Running | None
) -> None:
    """What was proved under another configuration, or before a swap, is proved no more."""
    by_swap = SwappedIn(image=str(configured), at=swapped) if swapped else None
    after = noticed(container(runs), linux_fx_version(configured), configured, by_swap, NOW)
    assert (after.running, after.swapped_in) == (now_runs, by_swap)


@pytest.mark.parametrize(
    ("runs", "configured", "swapped", "stays"),
    [
        pytest.param(running(A), LATEST, None, True, id="nothing was changed"),
        pytest.param(running(A, Proof.PINNED), LATEST, None, True, id="a tool wrote the tag back"),
        pytest.param(running(A), LATEST.at(B), None, False, id="a digest by hand"),
        pytest.param(running(A), LATEST, ago(60), False, id="a swap by hand"),
    ],
)
def test_who_chose_another_image_said_otherwise(
    runs: Running, configured: ImageReference, swapped: datetime | None, *, stays: bool
) -> None:
    """What the app was owed is not brought over an image that somebody chose since."""
    owed = Owed(digest=A, reason="refused", tries=1, again_at=NOW)
    by_swap = SwappedIn(image=str(configured), at=swapped) if swapped else None
    known = container(runs).model_copy(update={"owed": owed})
    assert noticed(known, linux_fx_version(configured), configured, by_swap, NOW).owed == (owed if stays else None)


@pytest.mark.parametrize(
    ("configured", "written", "reverts"),
    [
        pytest.param(LATEST.at(A), linux_fx_version(LATEST.at(A)), 0, id="what we wrote is there"),
        pytest.param(LATEST, None, 1, id="it was changed back"),
        pytest.param(None, None, 0, id="it is no container any more"),
    ],
)
def test_what_was_changed_back(configured: ImageReference | None, written: str | None, reverts: int) -> None:
    """It is counted once, and what failed under our own write is not said to run."""
    ours, tag = linux_fx_version(LATEST.at(A)), linux_fx_version(LATEST)
    known = container(None).model_copy(update={"written": ours, "theirs": tag})
    names = linux_fx_version(configured) if configured else "PYTHON|3.13"
    after = noticed(known, names, configured, None, NOW)
    assert (after.written, after.reverts, after.running) == (written, reverts, None)
    assert noticed(after, names, configured, None, NOW).reverts == reverts
