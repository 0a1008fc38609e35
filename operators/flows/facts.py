"""The facts of a decision: what need not wait for another read is read at once, by what was true last time."""

import asyncio
from dataclasses import dataclass

from operators.cloud.arm_errors import read_or_unknown
from operators.core.access import AccessFacts, Principal, pulling_principal
from operators.core.apps import AppId, Site, SiteConfig
from operators.core.choice import wished_tag
from operators.core.gate import Freeze
from operators.core.images import ImageReference, parse_linux_fx_version
from operators.core.instances import InstanceStatus
from operators.core.inventory import resource_tag
from operators.core.looks import Look
from operators.core.model import Unknown
from operators.core.rbac import RoleAssignment, RoleDefinition
from operators.core.references import POLICY_TAG, NoReference, Reference, follow
from operators.core.registries import Registry, TagFacts
from operators.core.rollouts import Active
from operators.flows.services import House


@dataclass(frozen=True)
class Roles:
    """The role assignments of one principal at one registry, and the roles they give."""

    principal_id: str | None
    assignments: tuple[RoleAssignment, ...] | Unknown = ()
    definitions: tuple[RoleDefinition | Unknown, ...] = ()


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
    access: AccessFacts | None
    """None where no image is configured."""
    principal: Principal | None


async def read_facts(house: House, active: Active, looks: tuple[Look, ...]) -> Facts | Unknown:
    """Read them all; Unknown where the app itself could not be read."""
    app = AppId.from_key(active.app)
    guessed = active.container.reference if active.container else None
    guess = _Guess(house, guessed, looks, active.principal_id)
    site, config, statuses, freeze, tag, roles = await asyncio.gather(
        read_or_unknown(f"site {app.name}", house.azure.sites.site(app)),
        read_or_unknown(f"config/web of {app.name}", house.azure.sites.config(app)),
        read_or_unknown(f"siteStatus of {app.name}", house.azure.sites.site_status(app)),
        house.records.switches.freeze(),
        guess.tag(),
        guess.roles(),
    )
    for read in (site, config):
        if isinstance(read, Unknown):
            return read
    assert not isinstance(site, Unknown)
    assert not isinstance(config, Unknown)
    configured = configured_image(config)
    if configured is None:
        nothing = NoReference(why=f"linuxFxVersion is {config.linux_fx_version!r}: no classic Linux container")
        return Facts(site, config, None, nothing, None, statuses, freeze, None, None)
    reference = follow(
        guessed,
        configured,
        resource_tag(site, POLICY_TAG),
        swapped_at=site.swapped_at,
        stored_at=active.container.reference_at if active.container else None,
    )
    principal = pulling_principal(site.identity, config)
    principal_id = principal.principal_id if isinstance(principal, Principal) else None
    followed = reference if isinstance(reference, Reference) else None
    actual = _Guess(house, followed, looks, principal_id, image=configured)
    if tag is None or str(reference) != str(guessed):
        tag = await actual.tag()
    registry = await actual.registry()
    if roles is None or roles.principal_id != principal_id or actual.registry_name != guess.registry_name:
        roles = await actual.roles()
    access = AccessFacts(
        app=app,
        image=configured,
        identity=site.identity,
        config=config,
        registry=registry,
        assignments=roles.assignments if roles else None,
        definitions=roles.definitions if roles else (),
    )
    who = principal if isinstance(principal, Principal) else None
    return Facts(site, config, configured, reference, tag, statuses, freeze, access, who)


def configured_image(config: SiteConfig) -> ImageReference | None:
    """The image that the configuration names; None where it names no classic Linux container, or no valid image."""
    try:
        return parse_linux_fx_version(config.linux_fx_version)
    except ValueError:
        return None


class _Guess:
    """The reads at the registry, for a reference and a principal that may have to be corrected afterwards."""

    def __init__(
        self,
        house: House,
        reference: Reference | None,
        looks: tuple[Look, ...],
        principal_id: str | None,
        image: ImageReference | None = None,
    ) -> None:
        self._azure = house.azure
        self._reference = reference
        self._looks = looks
        self._principal_id = principal_id
        self._image = image

    @property
    def registry_name(self) -> str | None:
        """The login server."""
        named = self._image or self._reference
        return named.registry if named else None

    async def tag(self) -> TagFacts | Unknown | None:
        """The tag that counts, at the registry; None where there is none such, or nothing is followed."""
        named = self._reference or self._image
        if named is None:
            return None
        tag = wished_tag(self._looks, self._reference or NoReference(why=""))
        if tag is None:
            return None
        what = f"tag {named.registry}/{named.repository}:{tag}"
        return await read_or_unknown(what, self._azure.content.tag(named.registry, named.repository, tag))

    async def registry(self) -> Registry | Unknown | None:
        """The registry of the image; None where it is none that we can read."""
        if self.registry_name is None:
            return None
        what = f"registry {self.registry_name}"
        return await read_or_unknown(what, self._azure.registries.find(self.registry_name))

    async def roles(self) -> Roles | None:
        """The principal's roles at the registry; None where either is not known."""
        if self._principal_id is None:
            return None
        registry = await self.registry()
        if not isinstance(registry, Registry):
            return None
        what = f"role assignments at {registry.login_server}"
        found = await read_or_unknown(what, self._azure.authorization.role_assignments(registry.id, self._principal_id))
        if isinstance(found, Unknown):
            return Roles(self._principal_id, found)
        ids = dict.fromkeys(one.role_definition_id for one in found)
        definitions = await asyncio.gather(
            *(read_or_unknown(f"role {one}", self._azure.authorization.role_definition(one)) for one in ids)
        )
        return Roles(self._principal_id, found, tuple(definitions))
