"""Signs in as `make live` does, and asks as the operator does; run by test_signing_in.py as a program of its own."""

import asyncio
import os
import sys

from azure.identity.aio import ManagedIdentityCredential

from local.ending import until_told_to_end
from local.live.identity import identity_endpoint
from local.live.places import real


async def visit(subscription: str) -> int:
    """Print the token that the operator gets, by its own managed identity credential."""
    async with real(subscription, "eastus2") as place, identity_endpoint(place.credential) as endpoint:
        os.environ.update(endpoint.environment)
        async with ManagedIdentityCredential() as credential:
            token = await credential.get_token("https://management.azure.com/.default")
        sys.stdout.write(token.token)
        await asyncio.sleep(0)
    return 0


if __name__ == "__main__":
    sys.exit(until_told_to_end(visit(sys.argv[1])))
