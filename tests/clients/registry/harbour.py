"""A running environment with registries and apps, the clients that push there, and what the registry told about it."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from tests.clients.registry.clients import AzureClient, Oras
from tests.end_to_end.place import Place, eventually, place

HOST = "contoso.azurecr.io"
READ_ONLY_HOST = "onlyreads.azurecr.io"
_ARM = "https://management.azure.com"
_REGISTRY = "/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/contoso"
_SCENARIO = Path(__file__).with_name("scenario.yaml")


@dataclass(frozen=True)
class Harbour:
    """The environment, oras and Azure's client, and a way in through the proxy for whoever is neither."""

    place: Place
    oras: Oras
    azure: AzureClient
    proxied: httpx.AsyncClient
    folder: Path
    """For the images that are pushed."""

    async def told(self, repository: str) -> list[dict[str, Any]]:
        """What the registry told about a repository, oldest first: the data that webhooks and Event Grid carry."""
        subscription = self.place.running.addresses.subscriptions[0]
        url = f"{_ARM}/subscriptions/{subscription}{_REGISTRY}/webhooks/everything/listEvents?api-version=2023-07-01"
        token = await _entra_token(self.place, f"{_ARM}/")
        answer = await self.proxied.post(url, headers={"Authorization": f"Bearer {token}"})
        contents = [row["eventRequestMessage"]["content"] for row in answer.json()["value"]]
        mine = [one for one in contents if one["target"]["repository"] == repository]
        return sorted(mine, key=lambda one: str(one["timestamp"]))

    async def delivered(self, repository: str, count: int) -> list[str]:
        """Wait until Event Grid has brought the operator so many events of a repository; their subjects."""

        async def arrived() -> list[str] | None:
            rows = (await self.place.stranger.get(f"{self.place.control}/events")).json()["deliveries"]
            mine = [row for row in rows if row["subject"].partition(":")[0] == repository]
            done = [str(row["subject"]) for row in mine if row["state"] == "delivered"]
            return done if len(done) >= count else None

        return await eventually(arrived, f"{count} events of {repository} are delivered")

    async def rolled_out(self, app: str, digest: str, sequence: int) -> None:
        """Wait until this rollout of an app has succeeded and is the newest; the app then runs the digest."""
        newest = await self.place.until(app, "succeeded", after=sequence - 1)
        assert newest["sequence"] == sequence
        assert await self.place.served(app) == {digest}

    async def did(self, client: str, repository: str) -> list[tuple[str, int]]:
        """What a client, by the beginning of its name, asked of a repository, and the statuses it got."""
        calls = (await self.place.stranger.get(f"{self.place.control}/calls")).json()["calls"]
        mine = [one for one in calls if one["user_agent"].startswith(client)]
        return [(one["operation"], one["status"]) for one in mine if f"/{repository}/" in unquote(one["path"])]


@asynccontextmanager
async def harbour(run_dir: Path) -> AsyncIterator[Harbour]:
    """Run the environment, and sign oras in as `az acr login --expose-token` does."""
    async with place(run_dir, scenario=_SCENARIO) as found:
        addresses = found.running.addresses
        async with httpx.AsyncClient(proxy=addresses.proxy, verify=_trust(addresses.ca), trust_env=False) as proxied:
            token = await _entra_token(found, "https://containerregistry.azure.net")
            form = {"grant_type": "access_token", "service": HOST, "access_token": token}
            password = (await proxied.post(f"https://{HOST}/oauth2/exchange", data=form)).json()["refresh_token"]
            images = run_dir / "images"
            images.mkdir()
            yield Harbour(found, Oras(addresses, HOST, password), AzureClient(addresses, HOST), proxied, images)


def _trust(ca: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


async def _entra_token(found: Place, resource: str) -> str:
    addresses = found.running.addresses
    query = {"resource": resource, "api-version": "2019-08-01"}
    header = {"X-IDENTITY-HEADER": addresses.identity_header}
    answer = await found.stranger.get(addresses.identity_endpoint, params=query, headers=header)
    return str(answer.json()["access_token"])
