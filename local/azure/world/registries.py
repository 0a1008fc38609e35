"""What a registry holds, now and at any earlier moment: manifests by digest, tags with their history."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.azure import scenario
from local.azure.world.images import Manifest
from local.azure.world.names import resource_id


@dataclass(frozen=True)
class TagMove:
    """A tag was set to a digest, or removed."""

    at: datetime
    digest: str | None


@dataclass(frozen=True)
class TagView:
    """A tag as the registry shows it."""

    name: str
    digest: str
    created: datetime
    updated: datetime


@dataclass
class Repository:
    """The content of one repository."""

    manifests: dict[str, tuple[Manifest, datetime]] = field(default_factory=dict)
    tags: dict[str, list[TagMove]] = field(default_factory=dict)


class Registry:
    """One container registry."""

    def __init__(self, told: scenario.Registry, default_subscription: str, created: datetime) -> None:
        self.told = told
        self.name = told.name
        self.login_server = told.login_server or f"{told.name}.azurecr.io"
        self.id = resource_id(
            told.subscription or default_subscription,
            told.resource_group,
            "Microsoft.ContainerRegistry/registries",
            told.name,
        )
        self.created = created
        self.repositories: dict[str, Repository] = {}

    @property
    def uses_abac(self) -> bool:
        """Tell whether repository permissions (data actions) count instead of AcrPull and AcrPush."""
        return self.told.role_assignment_mode == "AbacRepositoryPermissions"

    def put(self, repository: str, manifest: Manifest, at: datetime, tag: str | None = None) -> None:
        """Take in a manifest, by digest alone or under a tag."""
        there = self.repositories.setdefault(repository, Repository())
        there.manifests.setdefault(manifest.digest, (manifest, at))
        if tag is not None:
            there.tags.setdefault(tag, []).append(TagMove(at, manifest.digest))

    def remove_tag(self, repository: str, tag: str, at: datetime) -> None:
        """Untag; raises KeyError where there is no such tag."""
        self.repositories[repository].tags[tag].append(TagMove(at, None))

    def tag(self, repository: str, tag: str, at: datetime) -> TagView | None:
        """Answer what this replica shows under a tag at a moment, or None."""
        moves = [move for move in self._moves(repository, tag) if move.at <= self._visible(at)]
        if not moves or moves[-1].digest is None:
            return None
        return TagView(tag, moves[-1].digest, moves[0].at, moves[-1].at)

    def tags(self, repository: str, at: datetime) -> list[TagView]:
        """Answer every tag of a repository, in the registry's alphabetical order."""
        if repository not in self.repositories:
            return []
        shown = (self.tag(repository, name, at) for name in sorted(self.repositories[repository].tags))
        return [view for view in shown if view is not None]

    def manifest(self, repository: str, reference: str, at: datetime) -> Manifest | None:
        """Answer the manifest of a digest or tag at a moment, or None."""
        if repository not in self.repositories:
            return None
        if not reference.startswith("sha256:"):
            view = self.tag(repository, reference, at)
            if view is None:
                return None
            reference = view.digest
        found = self.repositories[repository].manifests.get(reference)
        return found[0] if found is not None and found[1] <= self._visible(at) else None

    def manifests(self, repository: str, at: datetime) -> list[tuple[Manifest, datetime]]:
        """Answer every manifest of a repository with the time it came, ordered by digest."""
        if repository not in self.repositories:
            return []
        rows = sorted(self.repositories[repository].manifests.values(), key=lambda row: row[0].digest)
        return [row for row in rows if row[1] <= self._visible(at)]

    def _moves(self, repository: str, tag: str) -> list[TagMove]:
        there = self.repositories.get(repository)
        return there.tags.get(tag, []) if there is not None else []

    def _visible(self, at: datetime) -> datetime:
        return at - timedelta(seconds=self.told.replica_lag)
