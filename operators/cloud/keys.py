"""Table keys: any text in, characters that Table Storage allows out, and back."""

import re
from urllib.parse import unquote

_FORBIDDEN = re.compile(r"[/\\#?%=\x00-\x1f\x7f-\x9f]")


def encode_key(text: str) -> str:
    """Text as a PartitionKey or RowKey: what those may not hold becomes `=XX`, one per UTF-8 byte.

    `/ \\ # ?` and control characters are forbidden (azure-docs, understanding the table service data model); `%` is
    allowed but mangled by some proxies.
    """
    return _FORBIDDEN.sub(lambda match: "".join(f"={byte:02X}" for byte in match[0].encode()), text)


def decode_key(key: str) -> str:
    """What encode_key was given."""
    return unquote(key.replace("=", "%"))
