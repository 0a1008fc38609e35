"""May this app pull? The reads behind the verdict: each made once in a step, most of them shared with other apps.

Whatever makes a rollout wait is read afresh before it is said: a role that was given a minute ago ends the waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from operators.cloud.arm_errors import read_or_unknown
from operators.core.access import Access, AccessFacts, Principal, Verdict
from operators.core.access.credential import credential_of
from operators.core.access.deny_assignments import DenyAssignment
from operators.core.access.evaluation import evaluate_access, needs_settings
from operators.core.access.granting import MissingRole, missing_role
from operators.core.access.parts import unread
from operators.core.access.rbac import RoleAssignment, RoleDefinition
from operators.core.access.road import endpoints_on_road
from operators.core.access.roles import grants_directly, held_roles
from operators.core.app_settings import PullSettings
from operators.core.apps import AppId, Site, SiteConfig, SiteContainer
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.registries import ManifestFacts, NotThere, PrivateEndpoint, Registry, TagFacts
from operators.errors import Temporary
from operators.flows.services import House


@dataclass(frozen=True)
class Rights:
    """The role assignments of one principal at one registry, the roles they give, and who is denied what there."""

    assignments: tuple[RoleAssignment, ...] | Unknown
    definitions: tuple[RoleDefinition | Unknown, ...]
    denials: tuple[DenyAssignment, ...] | Unknown


@dataclass(frozen=True)
class AccessReads:
    """Reads of one step. Whoever asks for the same gets the same answer, also where it is that there was none."""

    house: House
    began: datetime
    not_before: datetime | None = None
    """Answers that were read earlier, for whichever app, are not good enough."""
    _asked: dict[str, asyncio.Task[Any]] = field(default_factory=dict)

    async def tag(self, login_server: str, repository: str, tag: str) -> TagFacts | Unknown | None:
        """What the tag shows; None where there is no such tag."""
        what, content = f"tag {login_server}/{repository}:{tag}", self.house.azure.content
        return await self._once(what, lambda: content.tag(login_server, repository, tag))

    async def registry(self, login_server: str) -> Registry | Unknown | None:
        """The registry at a login server; None where it is none that we can read."""
        find = self.house.azure.registries.find
        return await self._once(f"registry {login_server}", lambda: find(login_server, self.not_before))

    async def settings(self, app: AppId) -> PullSettings | Unknown:
        """The app settings that bear on a pull."""
        read = self.house.azure.app_settings.for_pulling
        return await self._once(f"app settings of {app.name}", lambda: read(app))

    async def endpoint(self, endpoint_id: str) -> PrivateEndpoint | Unknown:
        """A private endpoint of a registry."""
        get = self.house.azure.private_endpoints.get
        return await self._once(f"private endpoint {endpoint_id}", lambda: get(endpoint_id, self.not_before))

    async def operator_id(self) -> str | None:
        """The operator's own object id; None where its token does not tell it."""
        us = await self._once("the operator's own identity", self.house.azure.activity_log.oneself)
        return None if isinstance(us, Unknown) else us.object_id

    async def unread(self, app: AppId, image: str, failed: Unknown) -> Access:
        """The verdict where it is not even known what to ask about, with what the operator needs to know it."""
        return unread(app, image, failed, await self.operator_id())

    async def containers(self, app: AppId) -> tuple[SiteContainer, ...] | Unknown:
        """The containers of a sidecar-enabled site."""
        read = self.house.azure.sites.containers
        return await self._once(f"sitecontainers of {app.name}", lambda: read(app))

    async def rights(self, registry: Registry, repository: str, principal_id: str) -> Rights:
        """The principal's roles at the registry; its groups are asked for only where none of its own lets it pull."""
        authorization, at = self.house.azure.authorization, registry.login_server
        everybodys, denials = await asyncio.gather(
            self._once(f"role assignments at {at}", lambda: authorization.assignments_at(registry.id, self.not_before)),
            self._once(f"deny assignments at {at}", lambda: authorization.denials_at(registry.id, self.not_before)),
        )
        if isinstance(everybodys, Unknown):
            return Rights(everybodys, (), denials)
        own = tuple(one for one in everybodys if one.principal_id.lower() == principal_id.lower())
        definitions = await self._definitions(own)
        held_itself = held_roles(registry, repository, own, definitions)
        # by when the step began, which is no later than the verdict's own now: what spreads between is asked for too
        if grants_directly(held_itself, principal_id, self.began, self.house.settings.spreading):
            return Rights(own, definitions, denials)
        held = await self._once(
            f"role assignments of {principal_id} at {at}",
            lambda: authorization.assignments_of(registry.id, principal_id, self.not_before),
        )
        return Rights(held, () if isinstance(held, Unknown) else await self._definitions(held), denials)

    async def manifest(self, registry: Registry, image: ImageReference) -> ManifestFacts | NotThere | Unknown:
        """What the registry says of the image."""
        digest = image.digest
        if digest is None:
            tag = await self.tag(image.registry, image.repository, image.tag or "latest")
            if not isinstance(tag, TagFacts):
                return tag or NotThere(image=str(image))
            digest = tag.digest
        name, content = f"{image.registry}/{image.repository}@{digest}", self.house.azure.content
        if registry.quarantine_enabled:
            # asked first: whoever may only pull is refused the manifest itself
            state = await self._once(
                f"quarantine of {name}", lambda: content.quarantine_state(image.registry, image.repository, digest)
            )
            if isinstance(state, Unknown):
                return state
            if state and state.lower() != "passed":
                return ManifestFacts(digest=digest, quarantine_state=state)
        found = await self._once(
            f"manifest {name}", lambda: content.manifest(image.registry, image.repository, digest, self.not_before)
        )
        return found or NotThere(image=str(image))

    async def _definitions(self, assignments: tuple[RoleAssignment, ...]) -> tuple[RoleDefinition | Unknown, ...]:
        ids = dict.fromkeys(one.role_definition_id for one in assignments)
        return tuple(await asyncio.gather(*(self._definition(one) for one in ids)))

    async def _definition(self, role_definition_id: str) -> RoleDefinition | Unknown:
        read = self.house.azure.authorization.role_definition
        return await self._once(f"role {role_definition_id}", lambda: read(role_definition_id, self.not_before))

    async def _once[T](self, what: str, read: Callable[[], Awaitable[T]]) -> T | Unknown:
        if what not in self._asked:
            self._asked[what] = asyncio.ensure_future(read_or_unknown(what, read()))
        answer: T | Unknown = await self._asked[what]
        return answer


@dataclass(frozen=True)
class AccessQuestion:
    """May this app, as it was read in this step, pull?"""

    site: Site
    config: SiteConfig
    configured: ImageReference
    reads: AccessReads
    container: SiteContainer | None = None
    """Whose image it is about, on a sidecar-enabled site."""

    async def verdict(self, image: ImageReference | None = None) -> Access:
        """For an image, the configured one unless said otherwise."""
        wanted, house = image or self.configured, self.reads.house
        spreading, began = house.settings.spreading, house.now()
        access = evaluate_access(await self._facts(self.reads, wanted), began, spreading)
        if access.verdict in (Verdict.ALLOWED, Verdict.UNKNOWN):
            return access
        fresh = AccessReads(house, self.reads.began, not_before=self.reads.began)
        return evaluate_access(await self._facts(fresh, wanted), house.now(), spreading)

    async def missing_role(self, access: Access, image: ImageReference | None = None) -> MissingRole | None:
        """The role assignment that would mend the verdict; None where none would, or none that is ours to give.

        Raises operators.errors.Temporary where the assignments that are there cannot be read for the moment.
        """
        wanted = image or self.configured
        registry = await self.reads.registry(wanted.registry)
        principal = credential_of(self._unread(wanted, registry))
        if not isinstance(registry, Registry) or not isinstance(principal, Principal):
            return None
        fresh = AccessReads(self.reads.house, self.reads.began, not_before=self.reads.began)
        there = (await fresh.rights(registry, wanted.repository, principal.principal_id)).assignments
        if not isinstance(there, Unknown):
            return missing_role(access.reason, principal, registry, wanted.repository, there)
        if there.temporary:
            raise Temporary(there.what, there.reason, there.retry_after)
        return None

    async def _facts(self, reads: AccessReads, image: ImageReference) -> AccessFacts:
        app = self.site.id
        registry, operator_id = await asyncio.gather(reads.registry(image.registry), reads.operator_id())
        asked = self._unread(image, registry).model_copy(update={"operator_id": operator_id})
        if not isinstance(registry, Registry):
            return asked
        principal = credential_of(asked)
        manifest, endpoints, rights, settings = await asyncio.gather(
            reads.manifest(registry, image),
            asyncio.gather(*(reads.endpoint(one) for one in endpoints_on_road(asked, registry))),
            reads.rights(registry, image.repository, principal.principal_id)
            if isinstance(principal, Principal)
            else _nothing(),
            reads.settings(app) if needs_settings(asked) else _nothing(),
        )
        told = asked.model_copy(update={"manifest": manifest, "endpoints": tuple(endpoints), "settings": settings})
        if rights is None:
            return told
        assignments, definitions, denials = rights.assignments, rights.definitions, rights.denials
        held = {"assignments": assignments, "definitions": definitions, "denials": denials}
        return told.model_copy(update=held)

    def _unread(self, image: ImageReference, registry: Registry | Unknown | None) -> AccessFacts:
        """The facts as far as the app itself tells them."""
        return AccessFacts(
            app=self.site.id,
            image=image,
            container=self.container,
            identity=self.site.identity,
            config=self.config,
            network=self.site.network,
            registry=registry,
        )


async def _nothing() -> None:
    return None
