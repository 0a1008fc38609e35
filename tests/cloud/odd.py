"""Answers of another shape than Azure documents."""

from dataclasses import replace

from local.azure.asgi import Answer
from local.azure.transport import WorldTransport
from local.azure.world import World
from local.in_process import Asked


class Odd(WorldTransport):
    """Calls one key of every answer by another name."""

    def __init__(self, world: World, key: str) -> None:
        super().__init__(world)
        self._key = f'"{key}":'.encode()

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request."""
        answer = await super().answer(asked)
        return replace(answer, parts=[answer.body.replace(self._key, b'"odd":')])
