"""Azure Table and Queue Storage in memory, spoken to by Microsoft's own clients at azure-core's transport.

    storage = MemoryStorage(clock)
    TableServiceClient.from_connection_string(storage.connection_string, transport=storage.table_transport())

It passes the contract tests that Azurite passes (tests/local_storage), and its clock is given: claims, ETags, message
visibility and the Date header all go by it. Signatures are not checked. Sources: azure-docs, rest/api/storageservices.
"""

from local.storage.memory import MemoryStorage

__all__ = ["MemoryStorage"]
