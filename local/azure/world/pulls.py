"""What happens when a worker pulls an image: the reference is resolved and the identity's right is evaluated then."""

import re
from dataclasses import dataclass
from datetime import datetime

from local.azure import scenario
from local.azure.scenario import Image
from local.azure.world.names import same
from local.azure.world.network import shut_out
from local.azure.world.registries import Registry
from local.azure.world.roles import Roles
from local.azure.world.sites import RunConfig

PULL_ACTION = "Microsoft.ContainerRegistry/registries/pull/read"
CONTENT_READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"
WORKER_PLATFORM = "linux/amd64"
_REFERENCE = re.compile(r"^(?:(?P<host>[^/]*[.:][^/]*|localhost)/)?(?P<rest>.+)$")


@dataclass(frozen=True)
class Reference:
    """An image reference taken apart; a missing tag means `latest`, a missing host Docker Hub."""

    host: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def reference(self) -> str:
        """Answer what is asked of the registry: the digest, or else the tag."""
        return self.digest or self.tag or "latest"


@dataclass(frozen=True)
class Pulled:
    """A pull that worked."""

    digest: str
    """What the reference stood for: an index's digest where there is one."""
    image: Image
    image_name: str
    platform: str


@dataclass(frozen=True)
class PullFailed:
    """A pull that did not, in the platform's words."""

    last_error: str
    reason: str


def parse_reference(text: str) -> Reference:
    """Take an image reference apart."""
    match = _REFERENCE.match(text)
    if match is None:
        return Reference("", text, None, None)
    rest, _, digest = match["rest"].partition("@")
    repository, _, tag = rest.partition(":")
    return Reference(match["host"] or "docker.io", repository, tag or None, digest or None)


class Puller:
    """Pulls images for sites."""

    def __init__(self, registries: list[Registry], roles: Roles) -> None:
        self._registries = registries
        self._roles = roles

    def pull(self, config: RunConfig, at: datetime) -> Pulled | PullFailed:
        """Answer what a worker of the site gets when it pulls at a moment; code needs no image and always starts."""
        if config.image is None:
            return Pulled("", Image(pull_seconds=0, start_seconds=0), config.linux_fx_version, WORKER_PLATFORM)
        if config.pull_error is not None:
            return PullFailed("ImagePullFailure", config.pull_error)
        reference = parse_reference(config.image)
        registry = self.registry_of(reference)
        if registry is None:
            return PullFailed("ImagePullFailure", f"dial tcp: lookup {reference.host}: no such host")
        kept_out = shut_out(registry, at, config.outbound_ip_addresses, config.pull_subnet)
        if kept_out is not None:
            return PullFailed("ImagePullFailure", f"denied: {kept_out}")
        refused = self._refusal(config, registry, reference.repository, at)
        if refused is not None:
            return PullFailed("ImagePullUnauthorizedFailure", refused)
        return self._released(registry, reference, at) or self.resolve(registry, reference, at)

    def adopt(self, config: RunConfig, at: datetime) -> Pulled | PullFailed:
        """Answer what a worker of the site has if whoever pulled it once was allowed to."""
        reference = parse_reference(config.image or "")
        registry = self.registry_of(reference)
        if config.image is None or registry is None:
            return self.pull(config, at)
        return self.resolve(registry, reference, at)

    def resolve(self, registry: Registry, reference: Reference, at: datetime) -> Pulled | PullFailed:
        """Answer what a reference stands for on an amd64 worker, rights aside."""
        manifest = registry.manifest(reference.repository, reference.reference, at)
        if manifest is None:
            return _not_found(registry, reference)
        described = manifest.described
        if described is None:
            return PullFailed("ImagePullFailure", f"{manifest.digest} is an artifact, not a container image")
        platform = manifest.platform or WORKER_PLATFORM
        if manifest.children and WORKER_PLATFORM not in described.platforms:
            return PullFailed(
                "ImagePullFailure", f"no matching manifest for {WORKER_PLATFORM} in the manifest list entries"
            )
        return Pulled(manifest.digest, described, manifest.image, platform)

    def registry_of(self, reference: Reference) -> Registry | None:
        """Find the registry that a reference names."""
        return next((one for one in self._registries if same(one.login_server, reference.host)), None)

    def _released(self, registry: Registry, reference: Reference, at: datetime) -> PullFailed | None:
        """Answer how a pull of a quarantined image fails (Azure/acr: docs/preview/quarantine); None: it does not."""
        manifest = registry.manifest(reference.repository, reference.reference, at)
        if manifest is None or not registry.in_quarantine(reference.repository, manifest.digest, at):
            return None
        if reference.digest:
            return PullFailed("ImagePullFailure", "unknown: The operation is disallowed.")
        return _not_found(registry, reference)

    def _refusal(self, config: RunConfig, registry: Registry, repository: str, at: datetime) -> str | None:
        """Answer why the registry refuses this site, or None when it does not."""
        told = registry.told_at(at)
        if told.anonymous_pull_enabled:
            return None
        if not config.use_managed_identity:
            return None if _admin_user(config, told) else "unauthorized: authentication required"
        principal = _principal(config)
        if principal is None:
            return "unauthorized: aad access token with sp failed client id must be guid"
        if may_pull(self._roles, registry, principal, repository, at):
            return None
        return "unauthorized: authentication required"


def may_pull(roles: Roles, registry: Registry, principal_id: str, repository: str, at: datetime) -> bool:
    """Tell whether a principal may pull from a repository, by the registry's own role assignment mode."""
    if registry.uses_abac(at):
        return roles.allows(principal_id, CONTENT_READ, registry.id, at, data=True, repository=repository)
    return roles.allows(principal_id, PULL_ACTION, registry.id, at)


def _not_found(registry: Registry, reference: Reference) -> PullFailed:
    return PullFailed(
        "ImagePullFailure",
        f"manifest for {registry.login_server}/{reference.repository}:{reference.reference} not found: "
        f'manifest unknown: manifest tagged by "{reference.reference}" is not found',
    )


def _principal(config: RunConfig) -> str | None:
    """Answer the object id that pulls; None where the configured identity is not the site's."""
    if not config.managed_identity_client_id:
        return config.principal_id
    return next(
        (one.principal_id for one in config.user_identities if same(one.client_id, config.managed_identity_client_id)),
        None,
    )


def _admin_user(config: RunConfig, registry: scenario.Registry) -> bool:
    """Tell whether the site has the registry's admin user, the credentials that Azure's portal fills in."""
    return registry.admin_user_enabled and config.registry_username == registry.name
