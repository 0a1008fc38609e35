"""The facts of a decision: what need not wait for another read is read at once, by what was true last time."""

import asyncio
from dataclasses import dataclass

from operators.cloud.arm_errors import read_or_unknown
from operators.core.access import Principal, pulling_principal
from operators.core.active import Active
from operators.core.apps import AppId, Site, SiteConfig
from operators.core.choice import wished_tag
from operators.core.gate import Freeze
from operators.core.images import ImageReference, parse_linux_fx_version
from operators.core.instances import InstanceStatus
from operators.core.inventory import resource_tag
from operators.core.looks import Look
from operators.core.model import Unknown
from operators.core.other_work import OtherWork, other_work
from operators.core.references import POLICY_TAG, NoReference, Reference, SwappedIn, follow, swapped_in
from operators.core.registries import Registry, TagFacts
from operators.flows.access import AccessQuestion, AccessReads
from operators.flows.services import House


@dataclass(frozen=True)
class Facts:
    """What a step decides on."""

    site: Site
    config: SiteConfig
    configured: ImageReference | None
    """What the configuration names; None where that is no classic Linux container."""
    reference: Reference | NoReference
    tag: TagFacts | Unknown | None
    statuses: tuple[InstanceStatus, ...] | Unknown
    freeze: Freeze | None
    access: AccessQuestion | None
    """None where no image is configured."""
    principal: Principal | None
    other: OtherWork | Unknown | None
    """Somebody else at work on the app."""
    parent: Site | None = None
    """The site that a slot belongs to; None for a site."""
    swapped: SwappedIn | None = None
    """What the last swap brought into the configuration."""


async def read_facts(house: House, active: Active, looks: tuple[Look, ...], *, afresh: bool = False) -> Facts | Unknown:
    """Read them all; Unknown where the app itself could not be read. `afresh` takes nothing that was kept from before.

    What the registry says, and who may do what there, is read together with the app, for the image and the identity of
    last time; where they are others now, what is missing is read afterwards.
    """
    app = AppId.from_key(active.app)
    guessed = active.container.reference if active.container else None
    reads = AccessReads(house, began=house.now(), not_before=house.now() if afresh else None)
    (site, config, statuses, deployments, parent), (freeze, tag, _) = await asyncio.gather(
        asyncio.gather(
            read_or_unknown(f"site {app.name}", house.azure.sites.site(app)),
            read_or_unknown(f"config/web of {app.name}", house.azure.sites.config(app)),
            read_or_unknown(f"siteStatus of {app.name}", house.azure.sites.site_status(app)),
            read_or_unknown(f"deploymentStatus of {app.name}", house.azure.details.deployments(app)),
            _parent(house, app),
        ),
        asyncio.gather(
            house.records.switches.freeze(),
            _tag(reads, guessed, guessed, looks),
            _guess(reads, guessed, looks, active.principal_id),
        ),
    )
    for read in (site, config, parent):
        if isinstance(read, Unknown):
            return read
    assert not isinstance(site, Unknown)
    assert not isinstance(config, Unknown)
    assert not isinstance(parent, Unknown)
    configured = configured_image(config)
    if configured is None:
        nothing = NoReference(why=f"linuxFxVersion is {config.linux_fx_version!r}: no classic Linux container")
        return Facts(site, config, None, nothing, None, statuses, freeze, None, None, None)
    container = active.container
    swapped = None
    if container is not None:
        swapped = swapped_in(container.swapped_in, container.reference_at, site.swapped_at, configured)
    reference = follow(guessed, configured, resource_tag(site, POLICY_TAG), swapped=swapped)
    followed = reference if isinstance(reference, Reference) else None
    if tag is None or str(reference) != str(guessed):
        tag = await _tag(reads, followed, followed or configured, looks)
    principal = pulling_principal(site.identity, config)
    access = AccessQuestion(site, config, configured, reads)
    who = principal if isinstance(principal, Principal) else None
    other = other_work(site, deployments)
    return Facts(site, config, configured, reference, tag, statuses, freeze, access, who, other, parent, swapped)


def configured_image(config: SiteConfig) -> ImageReference | None:
    """The image that the configuration names; None where it names no classic Linux container, or no valid image."""
    try:
        return parse_linux_fx_version(config.linux_fx_version)
    except ValueError:
        return None


async def _parent(house: House, app: AppId) -> Site | Unknown | None:
    """The site of a slot, whose resource tags may say that the slot is no app of its own; None for a site."""
    if app.slot is None:
        return None
    return await read_or_unknown(f"site {app.site}", house.azure.sites.site(app.site_id))


async def _tag(
    reads: AccessReads, followed: Reference | None, named: Reference | ImageReference | None, looks: tuple[Look, ...]
) -> TagFacts | Unknown | None:
    """The tag that counts, at the registry; None where there is none such, or nothing is followed."""
    tag = wished_tag(looks, followed or NoReference(why=""))
    if named is None or tag is None:
        return None
    return await reads.tag(named.registry, named.repository, tag)


async def _guess(
    reads: AccessReads, guessed: Reference | None, looks: tuple[Look, ...], principal_id: str | None
) -> None:
    """Read what the verdict will need, if image and identity are those of last time."""
    if guessed is None:
        return
    registry = await reads.registry(guessed.registry)
    if not isinstance(registry, Registry):
        return
    rights = reads.rights(registry, guessed.repository, principal_id) if principal_id else None
    await asyncio.gather(_guess_image(reads, registry, guessed, looks), *((rights,) if rights else ()))


async def _guess_image(reads: AccessReads, registry: Registry, guessed: Reference, looks: tuple[Look, ...]) -> None:
    tag = await _tag(reads, guessed, guessed, looks)
    if isinstance(tag, TagFacts):
        image = ImageReference(registry=guessed.registry, repository=guessed.repository, digest=tag.digest)
        await reads.manifest(registry, image)
