"""Is anything brought to this app at all, and which way? By what the app itself says, before the registry is asked."""

from operators.core.apps import Site
from operators.core.choice import ChoiceReason, Skip
from operators.core.images import ImageReference
from operators.core.inventory import looked_after, resource_tag, stage_of
from operators.core.references import NoReference, Reference
from operators.core.strategies import STRATEGY_TAG, Way


def left_alone(
    site: Site,
    parent: Site | None,
    configured: ImageReference | None,
    reference: Reference | NoReference,
    opt_in: str,
) -> Skip | None:
    """Why nothing is brought to it, whatever the registry has; None where the choice is open.

    `parent` is the site of a slot.
    """
    if not looked_after(site, opt_in):
        return Skip(reason=ChoiceReason.NOT_OPTED_IN, detail="the app has no resource tag pulley=on")
    if configured is None and isinstance(reference, NoReference):
        return Skip(reason=ChoiceReason.NOT_A_CONTAINER, detail=reference.why)
    if parent and looked_after(parent, opt_in) and stage_of(parent) == site.id:
        detail = f"new images of {parent.id.name} go through this slot first (its resource tag {STRATEGY_TAG})"
        return Skip(reason=ChoiceReason.STAGE, detail=detail)
    try:
        way_of(site)
    except ValueError as problem:
        return Skip(reason=ChoiceReason.NOT_FOLLOWED, detail=f"resource tag {STRATEGY_TAG}: {problem}")
    return None


def way_of(site: Site) -> Way | None:
    """How new images are to reach it by its resource tag. Raises ValueError where that cannot be used."""
    said = resource_tag(site, STRATEGY_TAG)
    way = Way.parse(said) if said else None
    if way and way.slot and site.id.slot:
        raise ValueError("a slot goes through no other slot; set it on the site")
    return way
