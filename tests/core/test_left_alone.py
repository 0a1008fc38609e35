"""Is anything brought to this app at all, and which way?"""

import pytest

from operators.core.apps import Site
from operators.core.choice import ChoiceReason
from operators.core.images import ImageReference
from operators.core.left_alone import left_alone, way_of
from operators.core.references import NoReference, Reference
from operators.core.strategies import Strategy, Way
from tests.core.doctor_samples import SITE
from tests.core.samples import LATEST, REFERENCE

NO_CONTAINER = NoReference(why="linuxFxVersion is 'PYTHON|3.13'")


def site(slot: str | None = None, **resource_tags: str) -> Site:
    """The app, or a slot of it, with these resource tags of ours."""
    told = {name.replace("_", "-"): value for name, value in resource_tags.items()}
    return SITE.model_copy(update={"id": SITE.id.slot_id(slot), "resource_tags": told})


@pytest.mark.parametrize(
    ("of", "parent", "configured", "reference", "why"),
    [
        pytest.param(site(pulley="on"), None, LATEST, REFERENCE, None, id="a container that is looked after"),
        pytest.param(site(), None, LATEST, REFERENCE, ChoiceReason.NOT_OPTED_IN, id="not opted in"),
        pytest.param(site(), None, None, NO_CONTAINER, ChoiceReason.NOT_OPTED_IN, id="before anything else"),
        pytest.param(site(pulley="on"), None, None, NO_CONTAINER, ChoiceReason.NOT_A_CONTAINER, id="no container"),
        pytest.param(
            site(pulley="on", pulley_strategy="zip"),
            None,
            None,
            NO_CONTAINER,
            ChoiceReason.NOT_A_CONTAINER,
            id="nor a strategy",
        ),
        pytest.param(
            site("next", pulley="on"),
            site(pulley="on", pulley_strategy="swap:next"),
            LATEST,
            REFERENCE,
            ChoiceReason.STAGE,
            id="the slot that new images go through",
        ),
        pytest.param(
            site("next", pulley="on"),
            site(pulley="on", pulley_strategy="swap:other"),
            LATEST,
            REFERENCE,
            None,
            id="another slot",
        ),
        pytest.param(
            site("next", pulley="on"),
            site(pulley_strategy="swap:next"),
            LATEST,
            REFERENCE,
            None,
            id="of an app left alone",
        ),
        pytest.param(
            site(pulley="on", pulley_strategy="zip"),
            None,
            LATEST,
            REFERENCE,
            ChoiceReason.NOT_FOLLOWED,
            id="no known strategy",
        ),
        pytest.param(
            site("next", pulley="on", pulley_strategy="swap:other"),
            site(),
            LATEST,
            REFERENCE,
            ChoiceReason.NOT_FOLLOWED,
            id="a slot through a slot",
        ),
    ],
)
def test_what_is_left_alone(
    of: Site,
    parent: Site | None,
    configured: ImageReference | None,
    reference: Reference | NoReference,
    why: ChoiceReason | None,
) -> None:
    """The app's owner is asked first, then what it is, then how images would reach it."""
    skip = left_alone(of, parent, configured, reference, "tag")
    assert (skip and skip.reason) == why


@pytest.mark.parametrize(
    ("of", "way"),
    [
        pytest.param(site(), None, id="the setting for all decides"),
        pytest.param(site(pulley_strategy="restart"), Way(strategy=Strategy.RESTART), id="its own"),
        pytest.param(
            site(pulley_strategy="swap:next"), Way(strategy=Strategy.SWAP, slot="next"), id="through its slot"
        ),
    ],
)
def test_which_way(of: Site, way: Way | None) -> None:
    """What its resource tag says."""
    assert way_of(of) == way
