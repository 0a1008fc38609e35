"""What a registry holds, now and at any earlier moment: manifests by digest, tags with their history."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from local.azure import scenario
from local.azure.world.blobs import Blobs
from local.azure.world.images import Manifest
from local.azure.world.names import resource_id
from local.azure.world.uploads import Upload


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


@dataclass(frozen=True)
class Stay:
    """A manifest was there from one moment on, until it was deleted."""

    manifest: Manifest
    came: datetime
    left: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Tell whether it was there at a moment."""
        return self.came <= at and (self.left is None or at < self.left)


@dataclass
class Repository:
    """The content of one repository."""

    manifests: dict[str, list[Stay]] = field(default_factory=dict)
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
        self.blobs = Blobs()
        self.uploads: dict[str, Upload] = {}
        """Blobs on their way, by id."""

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
        if not self.holds(repository, manifest.digest):
            there.manifests.setdefault(manifest.digest, []).append(Stay(manifest, at))
        for blob in manifest.blobs:
            self.blobs.put(repository, blob)
        if tag is not None:
            there.tags.setdefault(tag, []).append(TagMove(at, manifest.digest))

    def held(self, repository: str, digest: str) -> Manifest | None:
        """Answer a manifest that is there now, on whatever replica, or None."""
        there = self.repositories.get(repository)
        stays = there.manifests.get(digest) if there is not None else None
        return stays[-1].manifest if stays and stays[-1].left is None else None

    def holds(self, repository: str, digest: str) -> bool:
        """Tell whether a manifest is there now, on whatever replica."""
        return self.held(repository, digest) is not None

    def delete(self, repository: str, digest: str, at: datetime) -> Manifest:
        """Take a manifest away with every tag that stands for it; raises KeyError where it is not there."""
        manifest = self.held(repository, digest)
        if manifest is None:
            raise KeyError(f"there is no {repository}@{digest}")
        there = self.repositories[repository]
        there.manifests[digest][-1] = replace(there.manifests[digest][-1], left=at)
        for tag, moves in there.tags.items():
            if moves[-1].digest == digest:
                self.remove_tag(repository, tag, at)
        return manifest

    @property
    def size(self) -> int:
        """Answer how many bytes it stores."""
        held = [one[-1] for there in self.repositories.values() for one in there.manifests.values()]
        return self.blobs.size + sum(one.manifest.size for one in held if one.left is None)

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

    def named(self, repository: str, tag: str, since: datetime, until: datetime) -> tuple[str | None, ...]:
        """Answer every digest that this replica showed under a tag at some moment between two, oldest first."""
        moves = self._moves(repository, tag)
        first = max((n for n, move in enumerate(moves) if move.at <= self._visible(since)), default=0)
        return tuple(move.digest for move in moves[first:] if move.at <= self._visible(until))

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
        stays = self.repositories[repository].manifests.get(reference, [])
        return next((one.manifest for one in stays if one.covers(self._visible(at))), None)

    def manifests(self, repository: str, at: datetime) -> list[tuple[Manifest, datetime]]:
        """Answer every manifest of a repository with the time it came, ordered by digest."""
        if repository not in self.repositories:
            return []
        seen = self._visible(at)
        stays = [one for _, stays in sorted(self.repositories[repository].manifests.items()) for one in stays]
        return [(one.manifest, one.came) for one in stays if one.covers(seen)]

    def _moves(self, repository: str, tag: str) -> list[TagMove]:
        there = self.repositories.get(repository)
        return there.tags.get(tag, []) if there is not None else []

    def _visible(self, at: datetime) -> datetime:
        return at - timedelta(seconds=self.told.replica_lag)
