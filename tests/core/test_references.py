# ruff: noqa: E501 - one case a line reads best as one line
"""Which image does a container follow, whatever its configuration names at the moment?"""

from datetime import datetime

import pytest

from operators.core.images import ImageReference
from operators.core.references import NoReference, Origin, Reference, exact_tag, follow
from tests.core.samples import LATEST, NOW, REFERENCE, A, ago

V2 = ImageReference.parse("demo.azurecr.io/shop:v2")
OTHER = ImageReference.parse("demo.azurecr.io/cart:v1")
PINNED = LATEST.at(A)


def captured(tag: str, repository: str = "shop") -> Reference:
    """A reference that a configuration gave."""
    return Reference(registry="demo.azurecr.io", repository=repository, tag=tag, origin=Origin.CAPTURED)


def by_policy(tag: str, repository: str = "shop") -> Reference:
    """A reference that a resource tag gave."""
    return Reference(registry="demo.azurecr.io", repository=repository, tag=tag, origin=Origin.RESOURCE_TAG)


@pytest.mark.parametrize(
    ("stored", "configured", "policy", "followed"),
    [
        pytest.param(None, LATEST, None, captured("latest"), id="a tag is captured at first sight"),
        pytest.param(REFERENCE, LATEST, None, captured("latest"), id="the same tag again"),
        pytest.param(REFERENCE, V2, None, captured("v2"), id="a tag written by a person replaces it"),
        pytest.param(REFERENCE, OTHER, None, captured("v1", "cart"), id="and so does another repository"),
        pytest.param(REFERENCE, PINNED, None, REFERENCE, id="a digest never replaces it"),
        pytest.param(REFERENCE, ImageReference.parse(f"{V2}@{A}"), None, REFERENCE, id="nor does a digest beside a tag"),
        pytest.param(by_policy("stable"), PINNED, None, by_policy("stable"), id="a policy that was stored outlives its tag while pinned"),
        pytest.param(by_policy("stable"), LATEST, None, captured("latest"), id="a policy that was removed leaves what is configured"),
        pytest.param(None, PINNED, "exact:stable", by_policy("stable"), id="the policy says what a digest cannot"),
        pytest.param(REFERENCE, LATEST, "exact:stable", by_policy("stable"), id="the policy wins over the stored one"),
        pytest.param(REFERENCE, V2, "exact:stable", by_policy("stable"), id="the policy wins over the configured tag"),
        pytest.param(REFERENCE, OTHER, "exact:stable", by_policy("stable", "cart"), id="the policy is about the configured repository"),
    ],
)  # fmt: skip
def test_what_is_followed(
    stored: Reference | None, configured: ImageReference, policy: str | None, followed: Reference
) -> None:
    """The policy first, then a tag that a person wrote, then what is stored."""
    assert follow(stored, configured, policy) == followed


@pytest.mark.parametrize(
    ("stored", "swapped", "stored_at", "followed"),
    [
        pytest.param(REFERENCE, ago(60), ago(3600), REFERENCE, id="a tag that came by a swap replaces nothing"),
        pytest.param(REFERENCE, ago(3600), ago(60), captured("v2"), id="a swap before the reference was stored is over"),
        pytest.param(REFERENCE, ago(60), ago(60), captured("v2"), id="and so is one at that moment"),
        pytest.param(None, ago(60), ago(3600), captured("v2"), id="where nothing is stored the tag is captured all the same"),
    ],
)  # fmt: skip
def test_a_swap_replaces_nothing(
    stored: Reference | None, swapped: datetime, stored_at: datetime, followed: Reference
) -> None:
    """Which slot an image is in says nothing about which tag the app follows."""
    assert follow(stored, V2, None, swapped_at=swapped, stored_at=stored_at) == followed


def test_a_policy_wins_over_a_swap() -> None:
    """What the resource tag says holds whatever was swapped."""
    assert follow(REFERENCE, V2, "exact:stable", swapped_at=NOW, stored_at=ago(60)) == by_policy("stable")


@pytest.mark.parametrize(
    ("configured", "policy", "said"),
    [
        pytest.param(PINNED, None, "by digest and no resource tag pulley-policy", id="a digest alone"),
        pytest.param(LATEST, "semver:1.x", "is not a policy; known: exact:<tag>", id="a policy that is not known"),
        pytest.param(LATEST, "exact:", "is not a policy", id="a policy without its tag"),
        pytest.param(LATEST, "exact:not a tag", "is not a policy", id="a policy whose tag is none"),
        pytest.param(LATEST, "exact:../../v2/_catalog", "is not a policy", id="a policy that is a path"),
    ],
)
def test_nothing_is_followed(configured: ImageReference, policy: str | None, said: str) -> None:
    """Where nothing can be followed, a sentence says why; a wrong policy is never taken for none."""
    followed = follow(None, configured, policy)
    assert isinstance(followed, NoReference)
    assert said in followed.why


@pytest.mark.parametrize("policy", ["exact:v1.2", "Exact: v1.2", " exact :v1.2 "])
def test_people_write_policies_by_hand(policy: str) -> None:
    """Spaces and capitals around the words do not matter."""
    assert exact_tag(policy) == "v1.2"
