"""What of Azure's traffic may be kept: all but secrets, people and ids, which stable placeholders stand for.

One `Masking` lasts for one recording: the same id always gets the same placeholder, so that what belongs together is
still seen. In doubt a value goes; names and types stay, for they are what a recording is compared by.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from operators.core.redaction import MASK, redacted

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|pwd|secret|token|assertion|credential|connection_?string|signature|thumbprint|(^|[a-z_])keys?$"
    r"|publishing_?user|custom_?domain_?verification|^sas|^sig$",
    re.IGNORECASE,
)
_NO_SECRET = frozenset({"nextlink", "token_type", "keyvaultreferenceidentity", "sku"})
_SECRET_PARAMETER = re.compile(r"token|^(code|sig|t|c|s|h|key)$", re.IGNORECASE)
_SETTINGS = re.compile(
    r"/config/(appsettings|connectionstrings|azurestorageaccounts|publishingcredentials)", re.IGNORECASE
)
_GUID = re.compile(
    r"(?<!roleDefinitions/)(?<![0-9a-f])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f-])",
    re.IGNORECASE,
)
_INSTANCE = re.compile(r"(?<![0-9a-f:])(?<!%3A)[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+'#-]+@[\w-]+\.[\w.-]*\w")
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_GROUP = re.compile(r"/resourcegroups/([^/]+)", re.IGNORECASE)
_LONGEST = 50_000
_SETTINGS_INSIDE = frozenset({"appsettings", "connectionstrings"})
_DESCRIBING = frozenset({"id", "name", "type", "location", "kind"})
"""What a row of settings says beside a value."""


class Masking:
    """Replaces what may not be kept, for the resources of one resource group."""

    def __init__(self, group: str) -> None:
        self._group = group.lower()
        self._numbers: dict[str, int] = {}

    def text(self, text: str) -> str:
        """Mask a text of any length, line by line."""
        # instances first: alone on a line, one looks like a key
        shown = "\n".join(map(redacted, _INSTANCE.sub(self._instance, text[:_LONGEST]).split("\n")))
        shown = _MAIL.sub("user@example.com", _GUID.sub(self._placeholder, shown))
        return _ADDRESS.sub(self._address, shown)

    def path(self, path: str) -> str:
        """Mask the path of an address."""
        return _GUID.sub(self._placeholder, _INSTANCE.sub(self._instance, path))

    def query(self, query: str) -> str:
        """Mask the query of an address: signatures, codes and tokens have no values."""
        pairs = parse_qsl(query, keep_blank_values=True)
        shown = [(name, MASK if _SECRET_PARAMETER.search(name) else self.text(value)) for name, value in pairs]
        return urlencode(shown, safe="*/:$'(),")

    def header(self, value: str) -> str:
        """Mask the value of a header, which may be an address."""
        address, mark, query = value.partition("?")
        return self.text(address) + (mark + self.query(query) if mark else "")

    def body(self, path: str, content_type: str, content: bytes) -> Any:
        """Mask a body: JSON and forms by their names, text by what it looks like; of other content its size is kept."""
        if not content:
            return None
        if "json" in content_type:
            return self._json(path, content)
        if "x-www-form-urlencoded" in content_type:
            return dict(parse_qsl(self.query(content.decode()), keep_blank_values=True))
        if content_type.startswith("text/") or path.lower().endswith("/containerlogs"):
            return self.text(content.decode(errors="replace"))
        return f"{len(content)} bytes of {content_type or 'something'}"

    def _json(self, path: str, content: bytes) -> Any:
        try:
            return self._value(json.loads(content), everything=bool(_SETTINGS.search(path)))
        except ValueError:
            return self.text(content.decode(errors="replace"))  # it only says that it is JSON

    def _value(self, value: Any, *, everything: bool, name: str = "") -> Any:
        """`everything`: these are settings, whose values may all be secrets."""
        hidden = everything or _is_secret(name) or name.lower() in _SETTINGS_INSIDE
        match value:
            case dict() if everything and name == "properties":
                return _without_texts(value)
            case dict():
                return {key: self._value(one, everything=hidden, name=key) for key, one in value.items()}
            case list():
                return [self._value(one, everything=hidden) for one in value if self._is_ours(one)]
            case str() if value and (_is_secret(name) or (everything and name not in _DESCRIBING)):
                return MASK
            case str():
                return self.header(value) if value.startswith("https://") else self.text(value)
            case _:
                return value

    def _is_ours(self, row: Any) -> bool:
        """Tell whether a row of a list is none of the subscription's other resources, which are nobody's business."""
        found = _GROUP.search(str(row.get("id"))) if isinstance(row, dict) else None
        return found is None or found[1].lower() == self._group

    def _placeholder(self, found: re.Match[str]) -> str:
        known = found[0].replace("-", "").lower()
        if not known.strip("0"):
            return found[0]  # stands for nobody already
        placeholder = f"00000000-0000-4000-8000-{self._number(known):012}"
        return placeholder if "-" in found[0] else placeholder.replace("-", "")

    def _instance(self, found: re.Match[str]) -> str:
        return f"instance-{self._number(found[0])}"

    def _address(self, found: re.Match[str]) -> str:
        return f"203.0.113.{self._number(found[0]) % 256}"

    def _number(self, of: str) -> int:
        return self._numbers.setdefault(of, len(self._numbers) + 1)


def _without_texts(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_texts(one) for name, one in value.items()}
        case list():
            return [_without_texts(one) for one in value]
        case _:
            return MASK if isinstance(value, str) and value else value


def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and name.lower() not in _NO_SECRET
