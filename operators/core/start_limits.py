"""How long a start of the app may take: WEBSITES_CONTAINER_START_TIME_LIMIT.

Source: azure-docs, app-service/reference-app-settings (Linux: 230 seconds unless set, at most 1800).
"""

from operators.core.doctor.facts import ContainerSettings
from operators.core.model import Unknown

START_LIMIT = "WEBSITES_CONTAINER_START_TIME_LIMIT"
DEFAULT_START_LIMIT = 230
LONGEST_START_LIMIT = 1800


def start_limit(settings: ContainerSettings | Unknown) -> int:
    """Seconds; the default where the setting is not there, is no number, or could not be read."""
    value = "" if isinstance(settings, Unknown) else settings.values.get(START_LIMIT, "").strip()
    if not value.isdecimal() or int(value) == 0:
        return DEFAULT_START_LIMIT
    return min(int(value), LONGEST_START_LIMIT)
