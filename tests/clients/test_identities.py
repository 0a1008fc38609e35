"""Managed identities of an app by `az`: the system's, one of the user's, and both."""

from tests.clients.shop import GROUP, Shop

APP = f"--resource-group {GROUP} --name identities-az"


async def test_identities_are_assigned_shown_and_removed(shop: Shop) -> None:
    """Assigning adds to what is there, removing leaves the rest, and ids of the system's come and go with it."""
    await shop.app("identities-az")
    puller = await shop.az(f"identity create --resource-group {GROUP} --name puller")
    both = await shop.az(f"webapp identity assign {APP} --identities {puller['id']}")
    assert both["type"] == "SystemAssigned, UserAssigned"
    assert both == await shop.az(f"webapp identity show {APP}")
    ((resource_id, ids),) = both["userAssignedIdentities"].items()
    assert resource_id.lower() == puller["id"].lower()
    assert ids == {"clientId": puller["clientId"], "principalId": puller["principalId"]}

    await shop.az(f"webapp identity remove {APP} --identities [system]")
    user_only = await shop.az(f"webapp identity show {APP}")
    assert (user_only["type"], user_only["principalId"]) == ("UserAssigned", None)
    await shop.az(f"webapp identity remove {APP} --identities {puller['id']}")
    assert await shop.az(f"webapp identity show {APP}") is None


async def test_an_app_pulls_with_a_user_assigned_identity(shop: Shop) -> None:
    """Once the configuration names the identity's client id, its role counts."""
    digest = await shop.push("hello-v1")
    app = f"--resource-group {GROUP} --name user-identity-az"
    await shop.app("user-identity-az")
    reader = await shop.az(f"identity create --resource-group {GROUP} --name reader")
    await shop.az(
        f"role assignment create --assignee-object-id {reader['principalId']} "
        f"--assignee-principal-type ServicePrincipal --role AcrPull --scope {shop.registry_id}"
    )
    await shop.az(f"webapp identity assign {app} --identities {reader['id']}")
    await shop.az(f"webapp identity remove {app} --identities [system]")
    config = f'{{"acrUserManagedIdentityID": "{reader["clientId"]}"}}'
    await shop.az(f"webapp config set {app} --generic-configurations '{config}'")
    await shop.start_again("user-identity-az")
    await shop.serves("user-identity-az", digest)
