"""What a push or a deletion does to a registry, and what the registry tells of it: now, or after a quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.azure.scenario import Image
from local.azure.world.events import DOCKER, delete_event, push_event
from local.azure.world.images import Manifest, manifests_of
from local.azure.world.registries import Registry


@dataclass(frozen=True)
class Pushed:
    """A push, or a deletion, that was done: the digest that the tag shows now or that is gone, and the events."""

    registry: Registry
    digest: str
    events: tuple[dict[str, Any], ...]
    """One per manifest, in the order they were put; child manifests of an index carry no tag. None in quarantine."""
    quarantine_events: tuple[dict[str, Any], ...] = ()
    """What webhooks are told instead of a push; Event Grid has no such event."""

    @property
    def event(self) -> dict[str, Any]:
        """Answer the event of the tagged manifest: its `data`, as events and webhooks carry it."""
        return self.events[-1]


def put(
    registry: Registry, repository: str, manifest: Manifest, tag: str | None, at: datetime, client: str = DOCKER
) -> Pushed:
    """Put one manifest, by digest alone or under a tag; what is new stays in quarantine where the registry has one."""
    is_new = not registry.holds(repository, manifest.digest)
    registry.put(repository, manifest, at, tag)
    event = push_event(registry, repository, manifest, tag, at, client)
    if not (registry.told.quarantine_enabled and is_new):
        return Pushed(registry, manifest.digest, (event,))
    registry.quarantine(repository, manifest.digest)
    return Pushed(registry, manifest.digest, (), (event | {"action": "quarantine"},))


def push(registry: Registry, repository: str, tag: str, name: str, image: Image, at: datetime) -> Pushed:
    """Push an image of the scenario under a tag: its manifests one after the other, the tagged one last."""
    *children, last = manifests_of(name, image)
    done = [put(registry, repository, one, None, at) for one in children]
    done.append(put(registry, repository, last, tag, at))
    events = tuple(event for one in done for event in one.events)
    withheld = tuple(event for one in done for event in one.quarantine_events)
    return Pushed(registry, last.digest, events, withheld)


def delete(registry: Registry, repository: str, digest: str, at: datetime, client: str = DOCKER) -> Pushed:
    """Delete a manifest and its tags; raises KeyError where it is not there. A tag that is removed tells nothing."""
    manifest = registry.delete(repository, digest, at)
    return Pushed(registry, digest, (delete_event(registry, repository, manifest, at, client),))


def release(registry: Registry, repository: str, tag: str, at: datetime) -> Pushed:
    """Let the image under a tag out of quarantine; its push is told now. Raises KeyError where it is not in it."""
    manifest = registry.manifest(repository, tag, at)
    if manifest is None:
        raise KeyError(f"there is no {repository}:{tag}")
    if not registry.in_quarantine(repository, manifest.digest, at):
        raise KeyError(f"{repository}:{tag} is not in quarantine")
    events = []
    for one in _with_children(registry, repository, manifest, at):
        registry.release(repository, one.digest, at)
        events.append(push_event(registry, repository, one, tag if one is manifest else None, at))
    return Pushed(registry, manifest.digest, tuple(events))


def _with_children(registry: Registry, repository: str, manifest: Manifest, at: datetime) -> list[Manifest]:
    children = [registry.manifest(repository, digest, at) for digest in manifest.children]
    inside = [one for one in children if one is not None and registry.in_quarantine(repository, one.digest, at)]
    return [*inside, manifest]
