"""Blocks: what the platform itself says of an app that may not be started, and whether the operator could read that."""

import re
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from local.azure.asgi import Answer
from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from local.in_process import Asked
from operators.core.apps import AppId
from operators.core.model import Unknown
from operators.core.rollouts import Rollout
from tests.simulation.invocation import CURRENT, Invocation

_READ = re.compile(r"(?P<app>/subscriptions/.*)/siteStatus$", re.IGNORECASE)


class Blocks:
    """Asks the simulated Azure, and knows who was told by it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read_at: dict[tuple[int, AppId], datetime] = {}
        """By invocation and app: when a read of its instances left that was answered."""

    def has_read(self, asked: Asked, left_at: datetime, answer: Answer) -> None:
        """A call got its answer; only those that tell of instances count."""
        by, match = CURRENT.get(), _READ.match(urlsplit(asked.url).path)
        if by and match and asked.method == "GET" and answer.status == HTTPStatus.OK:
            self._read_at[by.number, AppId.from_resource_id(match["app"])] = left_at

    def read_at(self, app: AppId, by: Invocation) -> datetime | None:
        """When the last read of the app's instances left that this invocation had an answer to."""
        return self._read_at.get((by.number, app))

    def missed(self, app: AppId, by: Invocation, rollout: Rollout) -> str | None:
        """Which block the restart goes into that this invocation could have known of; None where there is none.

        One that began after its read nobody could know; nor any where no read was answered, and so it is told. Where
        an instance runs it is for that one: a sick machine beside it keeps no image from the app.
        """
        read_at = self.read_at(app, by)
        if read_at is None and isinstance(rollout.before, Unknown):
            return None
        if any(view.status and view.status.state == "Started" for view in self._views(app, read_at or by.began)):
            return None
        then, now = self._blocked(app, read_at or by.began), self._blocked(app, self._world.now())
        still = [view for name, view in now.items() if name in then and then[name].starts == view.starts]
        return str(still[0].status) if still else None

    def _blocked(self, app: AppId, at: datetime) -> dict[str, InstanceView]:
        """By instance. As long as it is the same block, nothing was started."""
        views = self._views(app, at)
        return {view.instance_id: view for view in views if view.status and view.status.state == "Blocked"}

    def _views(self, app: AppId, at: datetime) -> list[InstanceView]:
        return self._world.instances(app.resource_id, at)
