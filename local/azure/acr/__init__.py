"""*.azurecr.io."""

from local.azure.acr.app import RegistryApp

__all__ = ["RegistryApp"]
