"""Storage in memory, held to what Azurite answers."""
