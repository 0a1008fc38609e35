"""Blobs on their way into a registry, piece by piece (OCI distribution-spec: Pushing blobs)."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from local.azure.world.names import iso_seconds


@dataclass
class Upload:
    """An upload that was begun; every piece changes where the next one has to go."""

    id: str
    repository: str
    started: datetime
    content: bytearray = field(default_factory=bytearray)

    @property
    def location(self) -> str:
        """Answer where the next piece goes: relative, as ACR writes it (recorded)."""
        return f"/v2/{self.repository}/blobs/uploads/{self.id}?_nouploadcache=false&_state={quote(self.state, safe='')}"

    @property
    def state(self) -> str:
        """Answer the `_state` that the next piece has to bring: how far it is, signed."""
        told = {"Name": self.repository, "UUID": self.id, "Offset": len(self.content)}
        text = json.dumps(told | {"StartedAt": iso_seconds(self.started)}, separators=(",", ":")).encode()
        return urlsafe_b64encode(hashlib.sha256(text).digest() + text).decode()

    @property
    def range(self) -> str:
        """Answer which bytes are there; an upload with none says `0-0` too (recorded)."""
        return f"0-{max(len(self.content) - 1, 0)}"

    def continues_with(self, content_range: str | None) -> bool:
        """Tell whether a piece with this Content-Range is the next one; without one it always is."""
        if content_range is None:
            return True
        first = content_range.removeprefix("bytes ").partition("-")[0]
        return first.isdecimal() and int(first) == len(self.content)
