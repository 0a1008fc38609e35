"""Roles by `az`: what the operator prints for an app that may not pull, run as it is printed."""

from typing import Any

import pytest
import pytest_asyncio

from operators.core.access.conditions import repository_condition
from tests.clients.shop import GROUP, IMAGE, PLAN, Shop

READER = "Container Registry Repository Reader"
STRICT = "contosostrict"
AS_IDENTITY = "'{\"acrUseManagedIdentityCreds\": true}'"


async def access(shop: Shop, app: str) -> dict[str, Any]:
    """The operator's verdict, once it knows the app."""
    await shop.place.tell("/drift/check")
    answer: dict[str, Any] = await shop.place.ask(f"/apps/{app}/access")
    return answer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def registry_id(shop: Shop) -> str:
    """A registry that decides by repository, with two of them."""
    made = await shop.az(
        f"acr create --resource-group {GROUP} --name {STRICT} --sku Standard --role-assignment-mode rbac-abac"
    )
    for repository in ("news", "shop"):
        body = {"registry": STRICT, "repository": repository, "tag": "latest", "image": "hello-v1"}
        await shop.place.stranger.post(f"{shop.place.control}/push", json=body)
    return str(made["id"])


async def test_an_identity_for_a_second_repository(shop: Shop, registry_id: str) -> None:
    """A second assignment changes nothing, though az answers as if it had; the printed command does, and it serves."""
    app = f"--resource-group {GROUP} --name widened-az"
    made = await shop.az(
        f"webapp create {app} --plan {PLAN} --container-image-name {STRICT}.azurecr.io/shop:latest "
        "--assign-identity [system]"
    )
    await shop.az(f"webapp config set {app} --generic-configurations {AS_IDENTITY}")
    principal = made["identity"]["principalId"]
    assign = (
        f"role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal "
        f"--role '{READER}' --scope {registry_id} --condition-version 2.0 --condition"
    )
    news, both = repository_condition("news"), ("'news'", "'shop'")
    first = await shop.az(f'{assign} "{news}"')
    again = await shop.az(f'{assign} "{repository_condition("shop")}"')
    assert (again["name"], again["condition"]) == (first["name"], news)

    denied = await access(shop, "widened-az")
    assert denied["reason"] == "role_condition_unmet"
    for command in denied["fix"]:
        await shop.az.shell(command)
    listed = f"role assignment list --assignee-object-id {principal} --scope {registry_id} --fill-principal-name false"
    (widened,) = await shop.az(listed)
    assert widened["name"] == first["name"]
    assert all(name in widened["condition"] for name in both)
    await shop.start_again("widened-az")
    await shop.serves("widened-az", await shop.push("hello-v1"))


@pytest.mark.parametrize(
    ("name", "on_app", "told", "reason"),
    [
        pytest.param("chosen-az", True, None, "identity_missing", id="none chosen"),
        pytest.param("renamed-az", True, "id", "client_id_is_resource_id", id="resource id for client id"),
        pytest.param("put-az", False, "id", "client_id_is_resource_id", id="the same, not on the app"),
        pytest.param("looked-up-az", False, "clientId", "user_assigned_identity_missing", id="not on the app"),
    ],
)
async def test_a_user_assigned_identity_gets_what_it_needs(
    shop: Shop, name: str, on_app: bool, told: str | None, reason: str
) -> None:
    """The printed commands, in their order, bring an app to where it pulls: identity, role, and which one it is."""
    app = f"--resource-group {GROUP} --name {name}"
    identity = await shop.az(f"identity create --resource-group {GROUP} --name for-{name}")
    assigned = f"--assign-identity {identity['id']}" if on_app else ""
    await shop.az(f"webapp create {app} --plan {PLAN} --container-image-name {IMAGE} {assigned}")
    chosen = f', "acrUserManagedIdentityID": "{identity[told]}"' if told else ""
    config = f"'{{\"acrUseManagedIdentityCreds\": true{chosen}}}'"
    await shop.az(f"webapp config set {app} --generic-configurations {config}")

    denied = await access(shop, name)
    assert denied["reason"] == reason
    for command in denied["fix"]:
        await shop.az.shell(command)
    assert (await access(shop, name))["verdict"] in ("allowed", "propagating")
    await shop.start_again(name)
    await shop.serves(name, await shop.push("hello-v1"))
