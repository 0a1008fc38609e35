"""Where the platform asks a container: WEBSITES_PORT, else PORT, else the ports that it tries by itself.

Sources: azure-docs, app-service/reference-app-settings (WEBSITES_PORT, and 80 and 8080 without it);
azureossd.github.io, "Whats the difference between PORT and WEBSITES_PORT" (PORT counts where WEBSITES_PORT is not set).
"""

from operators.core.app_settings import ContainerSettings, is_port, is_reference
from operators.core.model import Unknown

type AskedPorts = frozenset[int] | Unknown | None
"""The ports that the platform asks; None as long as it was not read."""

_SETTINGS = ("WEBSITES_PORT", "PORT")
_FOUND_BY_ITSELF = frozenset({80, 8080})


def told_ports(settings: ContainerSettings) -> dict[str, str]:
    """What the settings tell of a port, by name; where there are two, the first is the one that counts."""
    return {name: settings.values[name] for name in _SETTINGS if name in settings.values}


def asked_ports(settings: ContainerSettings | Unknown) -> frozenset[int] | Unknown:
    """The ports that the platform asks; unknown where the settings are, or tell one by a reference or by no number."""
    if isinstance(settings, Unknown):
        return settings
    told = told_ports(settings)
    if not told:
        return _FOUND_BY_ITSELF
    name, value = next(iter(told.items()))
    if is_reference(value):
        return Unknown(what=name, reason="it is a reference, which is not resolved here")
    return frozenset({int(value)}) if is_port(value) else Unknown(what=name, reason=f"{value!r} is no port")
