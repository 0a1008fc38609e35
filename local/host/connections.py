"""Which storage account does a binding's connection setting mean?"""

from collections.abc import Mapping

from local.azurite import at_ports
from local.host.errors import ConfigurationError

DEFAULT_CONNECTION = "AzureWebJobsStorage"
_DEVELOPMENT_STORAGE = "usedevelopmentstorage=true"


def connection_string(setting: str, settings: Mapping[str, str]) -> str:
    """Answer the connection string that a setting holds; an empty name means AzureWebJobsStorage.

    `UseDevelopmentStorage=true` is spelled out as Azurite on its default ports: Python's SDK does not know the short
    form. A setting `X` may also be called `AzureWebJobsX`, as in Azure. Raises ConfigurationError where there is none.
    """
    name = setting or DEFAULT_CONNECTION
    value = settings.get(name) or settings.get(f"AzureWebJobs{name}")
    if value is None:
        raise ConfigurationError(_missing(name, settings))
    if value.strip().rstrip(";").lower() == _DEVELOPMENT_STORAGE:
        return at_ports().connection_string
    return value


def _missing(name: str, settings: Mapping[str, str]) -> str:
    if any(setting.startswith(f"{name}__") for setting in settings):
        return f"{name} is identity-based ({name}__…); the local host needs a connection string in {name}"
    return f"the setting {name} is missing; it holds the connection string of the queues' storage account"
