# ruff: noqa: E501 - one case a line reads best as one line
"""Which image does a container follow, whatever its configuration names at the moment?"""

from datetime import datetime

import pytest

from operators.core.images import ImageReference
from operators.core.references import NoReference, Origin, Reference, SwappedIn, exact_tag, follow, swapped_in
from tests.core.samples import LATEST, REFERENCE, A, ago

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


def brought(image: ImageReference | None, seconds: float = 60) -> SwappedIn:
    """What a swap brought so long ago; None where another image was seen since."""
    return SwappedIn(image=str(image) if image else None, at=ago(seconds))


@pytest.mark.parametrize(
    ("known", "stored_at", "swapped_at", "now_known"),
    [
        pytest.param(None, ago(60), None, None, id="no swap"),
        pytest.param(None, ago(60), ago(3600), None, id="one before the reference was stored is over"),
        pytest.param(None, ago(60), ago(60), None, id="and so is one at that moment"),
        pytest.param(None, ago(3600), ago(60), brought(V2), id="one since then brought what is configured"),
        pytest.param(brought(V2), ago(3600), ago(60), brought(V2), id="it is known already"),
        pytest.param(brought(PINNED), ago(3600), ago(61), brought(None), id="another image since, without a swap"),
        pytest.param(brought(PINNED, 600), ago(3600), ago(60), brought(V2), id="another image since, by another swap"),
        pytest.param(brought(None), ago(3600), ago(60), brought(None), id="what came once does not come again by itself"),
    ],
)  # fmt: skip
def test_what_came_by_a_swap(
    known: SwappedIn | None, stored_at: datetime, swapped_at: datetime | None, now_known: SwappedIn | None
) -> None:
    """A swap brings one image, the one that is configured when it is first seen; what comes later was written."""
    assert swapped_in(known, stored_at, swapped_at, V2) == now_known


@pytest.mark.parametrize(
    ("stored", "swapped", "followed"),
    [
        pytest.param(REFERENCE, brought(V2), REFERENCE, id="a tag that came by a swap replaces nothing"),
        pytest.param(REFERENCE, brought(OTHER), captured("v2"), id="another one was written by a person"),
        pytest.param(REFERENCE, brought(None), captured("v2"), id="and so was the same one again, later"),
        pytest.param(None, brought(V2), captured("v2"), id="where nothing is stored the tag is captured all the same"),
    ],
)  # fmt: skip
def test_a_swap_replaces_nothing(stored: Reference | None, swapped: SwappedIn, followed: Reference) -> None:
    """Which slot an image is in says nothing about which tag the app follows."""
    assert follow(stored, V2, None, swapped=swapped) == followed


def test_a_policy_wins_over_a_swap() -> None:
    """What the resource tag says holds whatever was swapped."""
    assert follow(REFERENCE, V2, "exact:stable", swapped=brought(V2)) == by_policy("stable")


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
