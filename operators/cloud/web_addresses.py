"""Where a webhook goes, without what may be a secret in it: user and password, query, and most paths."""

from urllib.parse import urlsplit

from operators.core.doctor.facts import WebAddress

_KNOWN_PATHS = ("/api/registry/webhook", "/docker/hook", "/api/events", "/runtime/webhooks/eventgrid")


def web_address(uri: str) -> WebAddress:
    """Host and path. A path is kept where it cannot be a secret: at a deployment site (Kudu), or a known one.

    Chat services and the like have their secret in the path. Raises ValueError, which never quotes the address.
    """
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").lower()
    except ValueError:
        host = ""
    if not host:
        raise ValueError("it is no address")
    known = parts.path.rstrip("/").lower() in _KNOWN_PATHS
    return WebAddress(host=host, path=parts.path if known or ".scm." in host else None)
