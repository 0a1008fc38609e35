"""Do most instances of an app serve what a rollout brought? Then what ails the others is no reason to take it back."""

from datetime import datetime

from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from operators.core.apps import AppId
from operators.core.rollouts import Rollout

_HEALTHY = range(200, 300)


def most_serve(world: World, on: AppId, rollout: Rollout, read_at: datetime) -> str | None:
    """How many have served it since the rollout began until now, and did so when they were read; None for few."""
    path = world.site(on.resource_id).config.get("healthCheckPath")
    views = world.instances(on.resource_id)
    serving = [view for view in views if _serves(view, rollout, read_at, str(path or "/"))]
    return f"{len(serving)} of {len(views)} serve {rollout.digest}" if 2 * len(serving) > len(views) else None


def _serves(view: InstanceView, rollout: Rollout, read_at: datetime, path: str) -> bool:
    if view.serving is None or view.serving_since is None or view.serving.digest != rollout.digest:
        return False
    image = view.serving.image
    healthy = image.paths.get(path, image.status) in _HEALTHY
    return healthy and rollout.created_at < view.serving_since < read_at
