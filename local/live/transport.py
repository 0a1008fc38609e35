"""How do azure-core's clients in this process pass the recording proxy, whatever the shell's variables say?"""

from collections.abc import MutableMapping
from typing import Any

from azure.core.pipeline.transport import AioHttpTransport


class RecordedTransport(AioHttpTransport):  # type: ignore[misc]  # exported lazily, which mypy takes for Any
    """azure-core's own transport with one proxy for everything; the shell's are for whatever leads on to Azure."""

    def __init__(self, proxy: str, ca: str) -> None:
        """`ca`: the file with the authority that signs for the proxy."""
        super().__init__(connection_verify=ca, use_env_settings=False)
        self._proxies = {"https": proxy}

    async def send(
        self, request: Any, *, stream: bool = False, proxies: MutableMapping[str, str] | None = None, **config: Any
    ) -> Any:
        """Send one request."""
        return await super().send(request, stream=stream, proxies=self._proxies, **config)
