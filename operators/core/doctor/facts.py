"""What the doctor looks at. Whatever could not be read is unknown; nothing here is a secret."""

from operators.core.access import Access
from operators.core.app_settings import ContainerSettings, KeyVaultReference
from operators.core.apps import AppId, Site, SiteConfig, SiteContainer, SiteIdentity
from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus
from operators.core.model import Model, Unknown
from operators.core.other_work import Deployment
from operators.core.registries import Registry


class KeyVault(Model):
    """How a key vault decides who may read its secrets."""

    id: str
    name: str
    by_roles: bool
    """`enableRbacAuthorization`: by role assignments, or else by the vault's own access policies."""
    public_network_access: str | None = None
    """"Enabled" or "Disabled"; None where the answer did not say."""


class LogSettings(Model):
    """The part of `config/logs` that decides whether a container's output is kept."""

    http_file_system: bool
    """`httpLogs.fileSystem.enabled`: for a container these hold its output (azure-cli: --docker-container-logging)."""


class WebAddress(Model):
    """Where events are sent, without what may be a secret in it."""

    host: str
    """In lower case."""
    path: str | None
    """None where the path itself may be the secret, as chat services have it."""

    def __str__(self) -> str:
        return f"https://{self.host}{self.path or ''}"

    @property
    def route(self) -> str:
        """The path as it can be compared; empty where there is none, or it is not told."""
        return (self.path or "").rstrip("/").lower()


class Webhook(Model):
    """A webhook of a registry."""

    id: str
    name: str
    enabled: bool
    actions: tuple[str, ...]
    scope: str = ""
    """"shop:*", "shop:latest", "shop" (its latest); empty is everything."""
    address: WebAddress | Unknown | None = None
    """None where it was not asked for: a webhook that sends no pushes restarts nothing."""

    @property
    def sends_pushes(self) -> bool:
        """Whether a push makes it call."""
        return self.enabled and "push" in self.actions

    def covers(self, image: ImageReference) -> bool:
        """Whether a push of this image is in its scope. An image without a tag is told by its repository alone."""
        repository, _, tag = self.scope.partition(":")
        if not repository:
            return True
        if repository != image.repository:
            return False
        return tag == "*" or image.tag is None or image.tag == (tag or "latest")


class Quota(Model):
    """How much of something the registry's SKU allows is used."""

    used: int
    limit: int


class EventSubscription(Model):
    """An Event Grid subscription to a registry's events."""

    id: str
    name: str
    provisioning_state: str
    """"Succeeded", or why it delivers nothing yet: "AwaitingManualAction", "Failed", …"""
    endpoint_type: str
    """"AzureFunction", "WebHook", "StorageQueue", …"""
    function_id: str | None = None
    """The resource id of the function, for an Azure function."""
    address: WebAddress | None = None
    """Of a webhook."""
    event_types: tuple[str, ...] | None = None
    """None is every type."""
    subject_begins_with: str = ""
    subject_ends_with: str = ""
    advanced_filters: bool = False
    """Whether there are filters that are not looked into."""


class RegistryFacts(Model):
    """What is read once per registry, for all the apps that pull from it."""

    registry: Registry
    webhooks: tuple[Webhook, ...] | Unknown
    webhook_quota: Quota | Unknown | None
    """None where the registry names no such quota."""
    event_subscriptions: tuple[EventSubscription, ...] | Unknown
    """Those that were made at the registry."""
    topic_subscriptions: tuple[EventSubscription, ...] | Unknown = ()
    """Those that were made at its system topic, as the portal does."""


class StageFacts(Model):
    """The slot that an app's new images go through first."""

    site: Site
    configured: str
    """Its `linuxFxVersion`; empty where it has none."""
    access: Access | None
    """May it pull what it names? None where that is no classic container."""


class ContainerFacts(Model):
    """One container of a sidecar-enabled site, and its image."""

    container: SiteContainer
    image: ImageReference | Unknown
    registry: Registry | Unknown | None = None
    """None where it is none that can be read here."""
    there: bool | Unknown | None = None
    """Whether the registry has the image; None where there was nobody to ask."""


class AppFacts(Model):
    """All that the checks of one app depend on."""

    app: AppId
    site: Site | Unknown
    config: SiteConfig | Unknown
    image: ImageReference | None
    """What the configuration names; None where that is no classic container, or was not read."""
    image_there: bool | Unknown | None = None
    """Whether the registry has it; None where there was nothing to ask for, or nobody to ask."""
    containers: tuple[ContainerFacts, ...] | Unknown | None = None
    """Those of a sidecar-enabled site; None for every other."""
    access: Access | None = None
    """None where no image is configured."""
    settings: ContainerSettings | Unknown
    key_vault_references: tuple[KeyVaultReference, ...] | Unknown
    vaults: tuple[KeyVault, ...] | Unknown | None = None
    """Those of the app's subscription; None where no vault refused the app."""
    logs: LogSettings | Unknown
    instances: int | Unknown
    statuses: tuple[InstanceStatus, ...] | Unknown
    deployments: tuple[Deployment, ...] | Unknown
    registry: RegistryFacts | Unknown | None
    """None where the image's registry is none of those that can be read here."""
    stage: StageFacts | Unknown | None = None
    """None where the app names no slot, or one that is not there."""
    operator_site: str | None = None
    """The name of the function app that Pulley is; None where it is not told."""

    @property
    def identity(self) -> SiteIdentity | Unknown:
        """The managed identities of the app."""
        return self.site if isinstance(self.site, Unknown) else self.site.identity
