"""May a sidecar-enabled site pull? Asked for each of its containers, which name image and identity for themselves."""

import asyncio
from dataclasses import dataclass

from operators.core.access import Access, ContainerAccess
from operators.core.access.containers import image_of, of_all
from operators.core.access.granting import MissingRole
from operators.core.apps import Site, SiteConfig, SiteContainer
from operators.core.images import names_site_containers
from operators.core.model import Unknown
from operators.flows.access import AccessQuestion, AccessReads


@dataclass(frozen=True)
class ContainersQuestion:
    """May this site, as it was read in this step, pull the images of all its containers?"""

    site: Site
    config: SiteConfig
    containers: tuple[SiteContainer, ...] | Unknown
    """At least one, where they could be read."""
    reads: AccessReads

    @classmethod
    async def about(cls, site: Site, config: SiteConfig, reads: AccessReads) -> "ContainersQuestion | None":
        """The question, with the containers read; None where the site is not sidecar-enabled, or has none yet."""
        if not names_site_containers(config.linux_fx_version):
            return None
        containers = await reads.containers(site.id)
        return cls(site, config, containers, reads) if containers else None

    async def verdict(self) -> Access:
        """The worst of the verdicts on its containers, with each of them."""
        if isinstance(self.containers, Unknown):
            return await self.reads.unread(self.site.id, "the images of its containers", self.containers)
        each = await asyncio.gather(*(self._verdict_on(one) for one in self.containers))
        return of_all(tuple(each))

    async def missing_role(self, access: Access) -> MissingRole | None:
        """The first role assignment that would mend a container's verdict; None where none would."""
        for one in access.containers:
            question = self._question(one.container)
            role = await question.missing_role(one.access) if isinstance(question, AccessQuestion) else None
            if role is not None:
                return role
        return None

    async def _verdict_on(self, container: SiteContainer) -> ContainerAccess:
        question = self._question(container)
        if isinstance(question, Unknown):
            access = await self.reads.unread(self.site.id, container.image, question)
            return ContainerAccess(container=container, access=access)
        return ContainerAccess(container=container, access=await question.verdict())

    def _question(self, container: SiteContainer) -> AccessQuestion | Unknown:
        image = image_of(container)
        if isinstance(image, Unknown):
            return image
        return AccessQuestion(self.site, self.config, image, self.reads, container)
