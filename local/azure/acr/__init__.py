"""*.azurecr.io, and the storage account behind it.

A call is an operation, which needs a token of a scope:

    app.py          the firewall, the token endpoints, and which operation a call is
    access.py       tokens: what a caller gets, and what a call needs
    operations.py   every operation with its path and its right
    manifests.py blobs.py uploads.py listing.py     the OCI distribution-spec, below /v2
    properties.py   Azure's own, below /acr/v1
    storage.py      where blobs are fetched
"""

from local.azure.acr.app import RegistryApp
from local.azure.acr.storage import HOST as STORAGE_HOST
from local.azure.acr.storage import ManagedStorage

__all__ = ["STORAGE_HOST", "ManagedStorage", "RegistryApp"]
