"""What a push does to a registry, and what the registry tells of it: now, or once it was released from quarantine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.azure.scenario import Image
from local.azure.world.events import push_event
from local.azure.world.images import Manifest, manifests_of
from local.azure.world.registries import Registry


@dataclass(frozen=True)
class Pushed:
    """A push that was done: the digest that the tag shows now, and the registry's events."""

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


def push(registry: Registry, repository: str, tag: str, name: str, image: Image, at: datetime) -> Pushed:
    """Push an image under a tag; what is new stays in quarantine where the registry has one."""
    events, withheld = [], []
    manifests = manifests_of(name, image)
    for manifest in manifests:
        own_tag = tag if manifest is manifests[-1] else None
        is_new = not registry.holds(repository, manifest.digest)
        registry.put(repository, manifest, at, own_tag)
        event = push_event(registry, repository, manifest, own_tag, at)
        if registry.told.quarantine_enabled and is_new:
            registry.quarantine(repository, manifest.digest)
            withheld.append(event | {"action": "quarantine"})
        else:
            events.append(event)
    return Pushed(registry, manifests[-1].digest, tuple(events), tuple(withheld))


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
