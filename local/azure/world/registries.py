"""What a registry holds, now and at any earlier moment: manifests by digest, tags with their history."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

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
    quarantined: dict[str, datetime | None] = field(default_factory=dict)
    """Digests that were put in quarantine → when they were released, None: not yet."""


class Registry:
    """One container registry."""

    def __init__(self, told: scenario.Registry, default_subscription: str, created: datetime) -> None:
        self._told = [(created, told)]
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
    def told(self) -> scenario.Registry:
        """Answer how it is configured now."""
        return self._told[-1][1]

    def told_at(self, at: datetime) -> scenario.Registry:
        """Answer how it was configured at a moment: pulls of the past went by that."""
        return next((told for since, told in reversed(self._told) if since <= at), self._told[0][1])

    def change(self, at: datetime, changes: dict[str, Any]) -> None:
        """Configure it anew from a moment on; raises pydantic's ValidationError for what a scenario may not say."""
        self._told.append((at, type(self.told).model_validate(self.told.model_dump() | changes)))

    def uses_abac(self, at: datetime) -> bool:
        """Tell whether repository permissions (data actions) counted instead of AcrPull and AcrPush at a moment."""
        return self.told_at(at).role_assignment_mode == "AbacRepositoryPermissions"

    def put(self, repository: str, manifest: Manifest, at: datetime, tag: str | None = None) -> None:
        """Take in a manifest, by digest alone or under a tag."""
        there = self.repositories.setdefault(repository, Repository())
        there.manifests.setdefault(manifest.digest, (manifest, at))
        if tag is not None:
            there.tags.setdefault(tag, []).append(TagMove(at, manifest.digest))

    def holds(self, repository: str, digest: str) -> bool:
        """Tell whether a manifest is there, on whatever replica."""
        return repository in self.repositories and digest in self.repositories[repository].manifests

    def quarantine(self, repository: str, digest: str) -> None:
        """Keep a manifest from being pulled until it is released."""
        self.repositories[repository].quarantined[digest] = None

    def release(self, repository: str, digest: str, at: datetime) -> None:
        """Let a manifest out of quarantine."""
        self.repositories[repository].quarantined[digest] = at

    def in_quarantine(self, repository: str, digest: str, at: datetime) -> bool:
        """Tell whether a manifest was in quarantine at a moment."""
        there = self.repositories[repository].quarantined if repository in self.repositories else {}
        if digest not in there:
            return False
        released = there[digest]
        return released is None or at < released

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
