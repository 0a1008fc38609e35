"""What does an app's configuration name once a rollout has ended, and which command makes it name something else?"""

from operators.core.active import Container
from operators.core.apps import AppId
from operators.core.az import az, of_app
from operators.core.images import ImageReference
from operators.core.model import Digest
from operators.core.rollouts import Rollout
from operators.core.strategies import Strategy


def name_image(app: AppId, image: ImageReference | str) -> str:
    """The command that makes the configuration name this image; the platform restarts the app."""
    return az("webapp", "config", "container", "set", *of_app(app), "--container-image-name", str(image))


def left_named(rollout: Rollout, container: Container | None) -> str:
    """The end of a rollout's detail: what the configuration names now that its owner did not write; often nothing.

    `container` is what the engine remembers with this end. With `pin` and `swap` a digest is what the owner wants.
    """
    app, restarts = AppId.from_key(rollout.app), rollout.strategy is Strategy.RESTART
    if restarts and not rollout.pinned:
        return _left_open(app, rollout, container)
    if rollout.back_to is None and not restarts:
        return ""
    said = (
        f" The configuration names {rollout.wanted} now; the next push of {rollout.reference} is followed all the same."
    )
    if not restarts or rollout.reference is None:
        return said
    when = ", once a mended image was pushed to it" if rollout.back_to else ""
    return f"{said} To name the tag again{when}: {name_image(app, rollout.reference)}"


def offer_to_pin(app: AppId, names: str, failed: Digest, good: ImageReference | None) -> str:
    """What stays open while the configuration names a tag at an image that failed, and the command that closes it."""
    may = f" The configuration names {names}: the platform itself may still pull {failed} when it starts or scales out."
    if good is None:
        return f"{may} No image is known that served, to be named instead; push a mended one."
    return f"{may} To name the last good image instead: {name_image(app, good)}"


def _left_open(app: AppId, rollout: Rollout, container: Container | None) -> str:
    image, failed = rollout.image, rollout.digest
    if container is None or image is None or failed is None or rollout.reference is None:
        return ""
    if all(one.digest != failed for one in container.rejected):
        return ""
    good = container.good_but(failed)
    return offer_to_pin(app, rollout.reference, failed, image.at(good) if good else None)
