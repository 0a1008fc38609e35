"""Visits the simulated Azure as the operator would: default transports, real host names, the rest by environment.

Run by test_process.py as a program of its own; prints what it found as JSON.
"""

import asyncio
import json
import sys

from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.policies import ARMHttpLoggingPolicy
from azure.mgmt.web.aio import WebSiteManagementClient

ARM = "https://management.azure.com"
SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"


async def visit(digest: str) -> dict[str, object]:
    """List sites; ask the registry for a digest by an encoded path, the app for a page, and an unknown host."""
    credential = ManagedIdentityCredential()
    plain = AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse](ARM, policies=[ARMHttpLoggingPolicy()])
    async with credential, WebSiteManagementClient(credential, SUBSCRIPTION) as web, plain:
        path = f"https://tutorial.azurecr.io/v2/team%2Fhello/manifests/{digest.replace(':', '%3A')}"
        manifest = await plain.send_request(HttpRequest("GET", path))
        page = await plain.send_request(HttpRequest("GET", "https://hello.azurewebsites.net/"))
        stranger = await plain.send_request(HttpRequest("GET", "https://example.com/"))
        return {
            "sites": [site.name async for site in web.web_apps.list()],
            "manifest": [manifest.status_code, manifest.headers["www-authenticate"]],
            "page": [page.status_code, page.headers["x-image"]],
            "stranger": stranger.status_code,
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(visit(sys.argv[1]))))
