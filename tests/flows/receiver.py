"""Somebody who listens to notifications, on a host beside the simulated Azure."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from local.azure.asgi import Answer
from local.in_process import Asked, InProcessTransport

URL = "https://hooks.example.com/pulley?token=s3cr3t"


@dataclass
class Receiver:
    """Takes what is posted, unless told to answer otherwise."""

    status: int = 202
    retry_after: str | None = None
    asked: int = 0
    """How often somebody tried to tell it something."""
    events: list[dict[str, Any]] = field(default_factory=list)
    content_types: set[str | None] = field(default_factory=set)

    async def __call__(self, asked: Asked) -> Answer:
        """Take one request; what it does not take it forgets."""
        assert asked.url == URL
        self.asked += 1
        if self.status < 300:
            self.events.append(json.loads(asked.body))
            self.content_types.add(asked.header("content-type"))
        headers = [("Retry-After", self.retry_after)] if self.retry_after else []
        return Answer(self.status, headers=headers)

    @property
    def heard(self) -> list[str]:
        """The last parts of the types, in order."""
        return [event["type"].rpartition(".")[2] for event in self.events]

    def transport(self) -> InProcessTransport:
        """The way to it."""
        return InProcessTransport(self, asyncio.sleep)
