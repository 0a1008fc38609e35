"""What every story here begins with: a resource group, a registry with an image, a plan; each story has its own app."""

from dataclasses import dataclass

from tests.clients.az import Az
from tests.end_to_end.place import Place, eventually

GROUP = "shop"
PLAN = "shop-plan"
REGISTRY = "contosoaz"
IMAGE = f"{REGISTRY}.azurecr.io/hello:latest"
_STARTS_WITHIN = 60


@dataclass(frozen=True)
class Shop:
    """The resources, and who reaches them."""

    az: Az
    place: Place
    registry_id: str

    @classmethod
    async def make(cls, az: Az, place: Place) -> "Shop":
        """Make group, registry and plan, and push the first image."""
        await az(f"group create --name {GROUP} --location eastus2")
        registry = await az(f"acr create --resource-group {GROUP} --name {REGISTRY} --sku Standard")
        await az(f"appservice plan create --resource-group {GROUP} --name {PLAN} --is-linux --sku S1")
        made = cls(az, place, registry["id"])
        await made.push("hello-v1")
        return made

    async def push(self, image: str, repository: str = "hello") -> str:
        """Push an image of the scenario under `latest`; its digest."""
        body = {"registry": REGISTRY, "repository": repository, "tag": "latest", "image": image}
        answer = await self.place.stranger.post(f"{self.place.control}/push", json=body)
        return str(answer.json()["digest"])

    async def app(self, name: str, image: str = IMAGE) -> str:
        """Make an app that pulls with its system identity and may do so, and answer its resource id."""
        az, app = self.az, f"--resource-group {GROUP} --name {name}"
        made = await az(
            f"webapp create {app} --plan {PLAN} --container-image-name {image} "
            "--acr-use-identity --acr-identity [system] --assign-identity [system] "
            f"--role AcrPull --scope {self.registry_id}"
        )
        await self.start_again(name)
        return str(made["id"])

    async def start_again(self, name: str) -> None:
        """Stop and start an app: what it failed at before is forgotten."""
        await self.az(f"webapp stop --resource-group {GROUP} --name {name}")
        await self.az(f"webapp start --resource-group {GROUP} --name {name}")

    async def adopted(self, name: str, app_id: str) -> None:
        """Have the operator look after an app, and wait until it has seen it."""
        await self.az(f"resource tag --ids {app_id} --tags pulley=on --is-incremental")
        await self.place.tell("/drift/check")

        async def seen() -> bool | None:
            apps = (await self.place.ask("/apps"))["value"]
            return any(one["name"] == name and one.get("reference") for one in apps) or None

        await eventually(seen, f"{name} is adopted")

    async def serves(self, app: str, digest: str, within: float = _STARTS_WITHIN) -> None:
        """Wait until every instance of an app, or `app/slot`, serves a digest."""

        async def does() -> bool | None:
            return await self.place.served(app) == {digest} or None

        await eventually(does, f"{app} serves {digest}", within)
