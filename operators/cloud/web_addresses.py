"""Addresses without what may be a secret in them: user and password, query, and most paths."""

from urllib.parse import urlsplit

from operators.core.doctor.facts import WebAddress

_KNOWN_PATHS = ("/api/registry/webhook", "/docker/hook", "/api/events", "/runtime/webhooks/eventgrid")


def web_address(uri: str) -> WebAddress:
    """Host and path. A path is kept where it cannot be a secret: at a deployment site (Kudu), or a known one.

    Chat services and the like have their secret in the path. Raises ValueError, which never quotes the address.
    """
    host = host_of(uri) if "://" in uri else None
    if host is None:
        raise ValueError("it is no address")
    parts = urlsplit(uri)
    known = parts.path.rstrip("/").lower() in _KNOWN_PATHS
    return WebAddress(host=host, path=parts.path if known or ".scm." in host else None)


def host_of(uri: str) -> str | None:
    """The host alone, in lower case, with or without a scheme before it; None where there is none.

    Never raises: Python's own error would quote user and password.
    """
    try:
        return urlsplit(uri if "//" in uri else f"//{uri}").hostname
    except ValueError:
        return None
