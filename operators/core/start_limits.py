"""How long a start of the app may take: WEBSITES_CONTAINER_START_TIME_LIMIT.

Source: azure-docs, app-service/reference-app-settings (Linux: 230 seconds unless set, at most 1800).
"""

from operators.core.app_settings import ContainerSettings, is_reference
from operators.core.model import Unknown

START_LIMIT = "WEBSITES_CONTAINER_START_TIME_LIMIT"
DEFAULT_START_LIMIT = 230
LONGEST_START_LIMIT = 1800


def start_limit(settings: ContainerSettings | Unknown) -> int:
    """Seconds; the default where the setting is not there or is no number.

    Settings that could not be read, and a value that stands in a Key Vault, may allow the longest: no start is judged
    by a limit that nobody knows.
    """
    if isinstance(settings, Unknown):
        return LONGEST_START_LIMIT
    value = settings.values.get(START_LIMIT, "").strip()
    if is_reference(value):
        return LONGEST_START_LIMIT
    if not value.isdecimal() or int(value) == 0:
        return DEFAULT_START_LIMIT
    return min(int(value), LONGEST_START_LIMIT)
