"""The doctor's round: read what the checks depend on, all at once, and make them."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.kept import Kept
from operators.core.access import Access
from operators.core.access.containers import image_of
from operators.core.app_settings import KeyVaultReference
from operators.core.apps import AppId, Site, SiteConfig, SiteContainer
from operators.core.doctor.examination import Examination, examine
from operators.core.doctor.facts import AppFacts, ContainerFacts, KeyVault, RegistryFacts, StageFacts
from operators.core.doctor.key_vault import DENIED
from operators.core.images import ImageReference, names_site_containers
from operators.core.instances import InstanceStatus
from operators.core.inventory import looked_after, stage_of
from operators.core.model import Model, Unknown
from operators.core.registries import ManifestFacts, NotThere, Registry
from operators.errors import NotFound, Permanent, Temporary
from operators.flows.access import AccessQuestion, AccessReads
from operators.flows.facts import configured_image, read_facts
from operators.flows.services import House
from operators.flows.site_containers import ContainersQuestion

_APPS_AT_ONCE = 4
"""Each makes about ten calls at a time, and ARM lets a principal make 25 a second for long."""
_ROUND = timedelta(minutes=10)
"""Longer than any request lasts: what is read about a registry is read once in it."""


@dataclass(frozen=True)
class Doctor:
    """Looks at apps. Only reads; raises operators.errors.Temporary where the operator's own storage does not answer."""

    house: House

    async def examine(self, app: AppId) -> Examination:
        """One app, whether it is looked after or not; nothing that was kept from before is taken."""
        return await _Round(self.house, afresh=True).examine(app)

    async def examine_all(self) -> tuple[Examination, ...]:
        """Every app of the inventory that was handed to Pulley, sidecar-enabled ones too, the worst first.

        Who may do what at a registry may have been read minutes ago, for whatever does not speak against an app.
        """
        opt_in = self.house.settings.opt_in
        entries = self.house.records.inventory.entries()
        apps = [one.site.id async for one in entries if looked_after(one.site, opt_in)]
        round_, few = _Round(self.house, afresh=False), asyncio.Semaphore(_APPS_AT_ONCE)

        async def one_of_few(app: AppId) -> Examination:
            async with few:
                return await round_.examine(app)

        examined = await asyncio.gather(*(one_of_few(app) for app in apps))
        return tuple(sorted(examined, key=lambda one: one.rank))


class _AppReads(Model):
    """What is read about one app, and decides what else is to be read."""

    site: Site | Unknown
    config: SiteConfig | Unknown
    statuses: tuple[InstanceStatus, ...] | Unknown
    access: Access | None
    manifest: ManifestFacts | NotThere | Unknown | None
    """Of the image; None where its registry is none that was read."""


async def _manifest(reads: AccessReads, image: ImageReference) -> ManifestFacts | NotThere | Unknown | None:
    registry = await reads.registry(image.registry)
    return await reads.manifest(registry, image) if isinstance(registry, Registry) else None


def _is_there(manifest: ManifestFacts | NotThere | Unknown | None) -> bool | Unknown | None:
    return manifest if manifest is None or isinstance(manifest, Unknown) else isinstance(manifest, ManifestFacts)


class _Round:
    """One request, in which what apps share is read once."""

    def __init__(self, house: House, *, afresh: bool) -> None:
        self._house = house
        self._azure = house.azure
        self._afresh = afresh
        self._shared = AccessReads(house, began=house.now(), not_before=house.now() if afresh else None)
        self._registries: Kept[RegistryFacts | Unknown | None] = Kept(house.now, _ROUND)
        self._vaults: Kept[tuple[KeyVault, ...] | Unknown] = Kept(house.now, _ROUND)

    async def examine(self, app: AppId) -> Examination:
        """Read everything and make every check."""
        details = self._azure.details
        reads, instances, settings, references, logs, deployments = await asyncio.gather(
            self._app(app),
            read_or_unknown(f"instances of {app.name}", self._azure.sites.instances(app)),
            read_or_unknown(f"app settings of {app.name}", self._azure.app_settings.of_container(app)),
            read_or_unknown(f"Key Vault references of {app.name}", details.key_vault_references(app)),
            read_or_unknown(f"config/logs of {app.name}", details.logs(app)),
            read_or_unknown(f"deploymentStatus of {app.name}", details.deployments(app)),
        )
        image = None if isinstance(reads.config, Unknown) else configured_image(reads.config)
        registry = await self._registry(image.registry) if image else None
        facts = AppFacts(
            app=app,
            site=reads.site,
            config=reads.config,
            image=image,
            image_there=_is_there(reads.manifest),
            containers=await self._containers(app, reads.config),
            access=reads.access,
            settings=settings,
            key_vault_references=references,
            vaults=await self._vaults_for(app, references),
            logs=logs,
            instances=instances,
            statuses=reads.statuses,
            deployments=deployments,
            registry=registry,
            stage=await self._stage(reads.site),
            operator_site=self._house.settings.site_name,
        )
        return examine(facts)

    async def _app(self, app: AppId) -> _AppReads:
        """What a rollout would decide on; where one of its reads fails, the others are made again, each for itself."""
        active, _ = await self._house.records.engine.read(app.key)
        facts = await read_facts(self._house, active, (), afresh=self._afresh)
        if not isinstance(facts, Unknown):
            classic = facts.access
            question = classic or await ContainersQuestion.about(facts.site, facts.config, self._shared)
            return _AppReads(
                site=facts.site,
                config=facts.config,
                statuses=facts.statuses,
                access=await question.verdict() if question else None,
                manifest=await _manifest(classic.reads, classic.configured) if classic else None,
            )
        sites = self._azure.sites
        site, config, statuses = await asyncio.gather(
            read_or_unknown(f"site {app.name}", sites.site(app)),
            read_or_unknown(f"config/web of {app.name}", sites.config(app)),
            read_or_unknown(f"siteStatus of {app.name}", sites.site_status(app)),
        )
        image = None if isinstance(config, Unknown) else configured_image(config)
        manifest = await _manifest(self._shared, image) if image else None
        access = await self._shared.unread(app, str(image or "its image"), facts)
        return _AppReads(site=site, config=config, statuses=statuses, access=access, manifest=manifest)

    async def _containers(
        self, app: AppId, config: SiteConfig | Unknown
    ) -> tuple[ContainerFacts, ...] | Unknown | None:
        """The containers of a sidecar-enabled site, each with what its registry says; None for every other."""
        if isinstance(config, Unknown) or not names_site_containers(config.linux_fx_version):
            return None
        containers = await self._shared.containers(app)
        if isinstance(containers, Unknown):
            return containers
        return tuple(await asyncio.gather(*map(self._container, containers)))

    async def _container(self, container: SiteContainer) -> ContainerFacts:
        image = image_of(container)
        if isinstance(image, Unknown):
            return ContainerFacts(container=container, image=image)
        registry, there = await self._shared.registry(image.registry), _is_there(await _manifest(self._shared, image))
        return ContainerFacts(container=container, image=image, registry=registry, there=there)

    async def _stage(self, site: Site | Unknown) -> StageFacts | Unknown | None:
        """The slot that the site names for its new images; None where it names none, or there is none such."""
        slot = None if isinstance(site, Unknown) else stage_of(site)
        if slot is None:
            return None
        sites = self._azure.sites
        try:
            found, config = await sites.site(slot), await sites.config(slot)
        except NotFound:
            return None
        except (Temporary, Permanent) as error:
            return Unknown(what=error.what, reason=error.reason)
        image = configured_image(config)
        access = await AccessQuestion(found, config, image, self._shared).verdict() if image else None
        return StageFacts(site=found, configured=config.linux_fx_version or "", access=access)

    async def _vaults_for(
        self, app: AppId, references: tuple[KeyVaultReference, ...] | Unknown
    ) -> tuple[KeyVault, ...] | Unknown | None:
        """The vaults of the app's subscription, where one of them may have refused the app."""
        if isinstance(references, Unknown) or all(one.status != DENIED for one in references):
            return None
        what, read = f"key vaults of {app.subscription}", self._azure.key_vaults.of
        return await self._vaults.get(app.subscription, lambda: read_or_unknown(what, read(app.subscription)))

    async def _registry(self, login_server: str) -> RegistryFacts | Unknown | None:
        """What was read about a registry; None where it is none that can be read here."""
        return await self._registries.get(login_server, lambda: self._read_registry(login_server))

    async def _read_registry(self, login_server: str) -> RegistryFacts | Unknown | None:
        registry = await self._shared.registry(login_server)
        if not isinstance(registry, Registry):
            return registry
        webhooks, quota, subscriptions, topic_subscriptions = await asyncio.gather(
            read_or_unknown(f"webhooks of {login_server}", self._azure.webhooks.webhooks(registry)),
            read_or_unknown(f"webhook quota of {login_server}", self._azure.webhooks.quota(registry)),
            read_or_unknown(
                f"event subscriptions of {login_server}", self._azure.event_subscriptions.at_registry(registry)
            ),
            read_or_unknown(
                f"event subscriptions of {login_server}'s system topic",
                self._azure.event_subscriptions.at_system_topics(registry),
            ),
        )
        return RegistryFacts(
            registry=registry,
            webhooks=webhooks,
            webhook_quota=quota,
            event_subscriptions=subscriptions,
            topic_subscriptions=topic_subscriptions,
        )
