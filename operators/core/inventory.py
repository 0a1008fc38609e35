"""The inventory: which apps exist in the scopes, and which of them Pulley looks after."""

from operators.core.apps import AppId, Site
from operators.core.images import ImageReference, names_site_containers, parse_linux_fx_version
from operators.core.model import Digest, Instant, Model
from operators.core.owed import Owed
from operators.core.strategies import STRATEGY_TAG, Way

OPT_IN_TAG = "pulley"
"""The resource tag that hands an app to Pulley: `pulley=on`; `pulley=off` keeps it out where all are taken."""
_SIDECARS = (
    "It is a sidecar-enabled site: access and the doctor look at its containers, and nothing is rolled out to it."
)


class Entry(Model):
    """One app as the inventory last saw it."""

    site: Site
    seen_at: Instant

    @property
    def image(self) -> ImageReference | None:
        """What a classic Linux container runs; None where the app runs no such, or names no valid image."""
        try:
            return parse_linux_fx_version(self.site.linux_fx_version)
        except ValueError:
            return None

    @property
    def not_rolled_out(self) -> str | None:
        """Why nothing is rolled out to an app that is listed all the same; None for a classic Linux container."""
        return _SIDECARS if names_site_containers(self.site.linux_fx_version) else None


class Follower(Model):
    """One app in the list of those that follow a repository: what a push is compared with."""

    app: str
    registry: str
    repository: str
    tag: str | None
    """The followed tag; None until the app was looked at for the first time."""
    decided: Digest | None = None
    """What the tag was when the app was last decided upon: the drift check's hint, the app's own row is the truth."""
    owed: Owed | None = None
    """What the app did not get yet."""
    written: str | None = None
    """The `linuxFxVersion` that we wrote last, if we did: another one there is somebody else's doing."""


def looked_after(site: Site, opt_in: str) -> bool:
    """Whether Pulley looks after this app: by its resource tag, or because all are taken and it does not object."""
    said = resource_tag(site, OPT_IN_TAG)
    if said is None:
        return opt_in == "all"
    return said.strip().lower() in ("on", "true", "yes", "1")


def stage_of(site: Site) -> AppId | None:
    """The slot that new images of a site go through first, which is no app of its own; None where there is none."""
    said = resource_tag(site, STRATEGY_TAG)
    try:
        slot = Way.parse(said).slot if said else None
    except ValueError:
        return None
    return site.id.slot_id(slot) if slot and not site.id.slot else None


def resource_tag(site: Site, name: str) -> str | None:
    """The value of a resource tag; names are compared without case, as ARM does."""
    return next((value for key, value in site.resource_tags.items() if key.lower() == name), None)
