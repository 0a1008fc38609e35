"""What of a foreign text may be kept and shown: everything but the values that look like secrets.

Platform logs carry app settings (`docker run … -e NAME=value`) and whatever an app prints while it dies. The names
stay, because they explain; the values go. In doubt it goes: a masked word costs an explanation, a leaked one more.
"""

import re

MASK = "***"

_SHOWN_SETTINGS = frozenset(
    {
        "PORT",
        "WEBSITES_PORT",
        "WEBSITES_CONTAINER_START_TIME_LIMIT",
        "WEBSITES_ENABLE_APP_SERVICE_STORAGE",
        "WEBSITE_SITE_NAME",
        "WEBSITE_HOSTNAME",
        "WEBSITE_INSTANCE_ID",
        "WEBSITE_ROLE_INSTANCE_ID",
    }
)
# Unquoted by the platform: a value ends at the next -e, or before the last word of the line, which is the image.
_SETTING = re.compile(r"(?<=\s-e\s)(?P<name>[\w.:-]+)=(?P<value>.*?)(?=\s+-e\s|\s+\S+\s*$|\s*$)")

_SECRET_NAME = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credential|connection_?str(?:ing)?|conn_?str|signature|sig"
    r"|(?:api|access|account|shared|shared_?access|master|host|function|functions|private|encryption|signing|storage)[_-]?key)"
)
# "TokenExpiredError: …" names an exception; what follows explains and is kept.
_NAMED = re.compile(
    rf"(?P<name>(?<![\w.-])(?![\w.-]*(?:Error|Exception)\b)[\w.-]*{_SECRET_NAME}[\w.-]*[\"']?\s*(?:=>|[:=])\s*)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s;,&)}\]]+)",
    re.IGNORECASE,
)
_ANONYMOUS = (
    (re.compile(r"\b(Bearer|Basic|SharedAccessSignature)\s+[\w.~+/=&%-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), MASK),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), MASK),
    (re.compile(r"^\s*[A-Za-z0-9+/]{40,}={0,2}\s*$"), MASK),
)


def redacted(text: str) -> str:
    """One line with the values of settings and of whatever looks like a secret replaced by `***`."""
    shown = _SETTING.sub(_setting, text)
    for pattern, mask in _ANONYMOUS:
        shown = pattern.sub(mask, shown)
    return _NAMED.sub(rf"\g<name>{MASK}", shown)


def _setting(match: re.Match[str]) -> str:
    return match[0] if match["name"] in _SHOWN_SETTINGS else f"{match['name']}={MASK}"
