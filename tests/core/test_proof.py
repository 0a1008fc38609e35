"""How sure is it that a serving app runs the image that was wanted?"""

from datetime import UTC, datetime, timedelta

import pytest

from operators.core.images import ImageReference
from operators.core.platform_log import Pull
from operators.core.proof import Proof, proof_of
from operators.core.registries import TagFacts

T0 = datetime(2026, 4, 4, 5, 50, 0, tzinfo=UTC)
WANTED, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
TAG = TagFacts(digest=WANTED, last_updated=T0 - timedelta(hours=1))
BACK, ELSEWHERE = TagFacts(digest=WANTED, last_updated=T0), TagFacts(digest=OTHER, last_updated=T0)
BY_TAG = ImageReference.parse("r.azurecr.io/api:v1")


def pull(*digests: str, pulled: bool = True, local_copy_used: bool = False) -> Pull:
    """What the log tells of pulls."""
    return Pull(pulled=pulled, digests=frozenset(digests), local_copy_used=local_copy_used)


@pytest.mark.parametrize(
    ("configured", "seen", "before", "after", "proof"),
    [
        pytest.param(BY_TAG.at(WANTED), None, None, None, Proof.PINNED, id="the configuration names it"),
        pytest.param(BY_TAG.at(OTHER), None, TAG, TAG, Proof.ASSUMED, id="the configuration names another"),
        pytest.param(BY_TAG, pull(), TAG, TAG, Proof.PULLED, id="pulled, the tag did not move"),
        pytest.param(BY_TAG, pull(), TAG, BACK, Proof.ASSUMED, id="pulled, the tag moved away and back"),
        pytest.param(BY_TAG, pull(), TAG, ELSEWHERE, Proof.ASSUMED, id="pulled, the tag moved"),
        pytest.param(BY_TAG, pull(), ELSEWHERE, ELSEWHERE, Proof.ASSUMED, id="pulled, the tag is another"),
        pytest.param(BY_TAG, pull(), TAG, None, Proof.ASSUMED, id="pulled, the tag is unknown"),
        pytest.param(BY_TAG, pull(), None, None, Proof.ASSUMED, id="pulled, the tag was never known"),
        pytest.param(BY_TAG, pull(WANTED), None, None, Proof.PULLED, id="the log names it"),
        pytest.param(BY_TAG, pull(OTHER), TAG, TAG, Proof.ASSUMED, id="the log names another"),
        pytest.param(BY_TAG, pull(pulled=False), TAG, TAG, Proof.ASSUMED, id="no pull was seen"),
        pytest.param(BY_TAG, pull(local_copy_used=True), TAG, TAG, Proof.ASSUMED, id="a local copy was used"),
        pytest.param(BY_TAG, None, TAG, TAG, Proof.ASSUMED, id="the log was not read"),
        pytest.param(None, pull(), TAG, TAG, Proof.PULLED, id="the configuration is unknown"),
    ],
)
def test_proof(
    configured: ImageReference | None, seen: Pull | None, before: TagFacts | None, after: TagFacts | None, proof: Proof
) -> None:
    """Only a pinned digest, or a pull that brought exactly this one, is proof."""
    assert proof_of(WANTED, configured, seen, before, after) is proof
