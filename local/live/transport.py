"""How do azure-core's clients in this process reach Azure, whatever the shell's variables say?"""

from collections.abc import MutableMapping
from typing import Any

from azure.core.pipeline.transport import AioHttpTransport


class ProxyTransport(AioHttpTransport):  # type: ignore[misc]  # exported lazily, which mypy takes for Any
    """azure-core's own transport with one proxy for everything, or with none."""

    def __init__(self, proxy: str | None, ca: str | None) -> None:
        """`ca`: the file with the authority that signs for the proxy; None: the usual ones sign."""
        super().__init__(connection_verify=ca or True, use_env_settings=False)
        self._proxies = {"https": proxy} if proxy else None

    async def send(
        self, request: Any, *, stream: bool = False, proxies: MutableMapping[str, str] | None = None, **config: Any
    ) -> Any:
        """Send one request."""
        return await super().send(request, stream=stream, proxies=self._proxies, **config)
