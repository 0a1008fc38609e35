"""What may be changed of an app in a scenario's own keys while the story goes on."""

from typing import Any

from local.azure.scenario import App

_SET_OTHERWISE = frozenset(
    {
        "name",
        "image",
        "linux_fx_version",
        "windows_fx_version",
        "acr_use_managed_identity_creds",
        "acr_user_managed_identity",
        "acr_user_managed_identity_id",
        "always_on",
        "health_check_path",
        "app_settings",
        "container_logging",
        "public_network_access",
        "ip_security_restrictions",
        "ip_security_restrictions_default_action",
        "identity",
        "instances",
        "state",
        "idle",
        "slots",
        "resource_group",
        "subscription",
        "location",
    }
)
"""What is configuration, or an app setting, or never changes."""


def changed(told: App, changes: dict[str, Any]) -> App:
    """Answer the app with changes; raises KeyError for what has another way, ValidationError for what may not be."""
    for name in changes:
        if name in _SET_OTHERWISE:
            raise KeyError(f"{name} is changed by configuring, or not at all")
    return type(told).model_validate(told.model_dump() | changes)
