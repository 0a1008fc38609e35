"""What the simulated Azure does not know answers as Azure does, never with a made-up success."""

import pytest

from tests.clients.az import AzError
from tests.clients.shop import GROUP, REGISTRY, Shop

_SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
_SITES = f"https://management.azure.com{_SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Web/sites"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(f"webapp show -g {GROUP} -n nowhere", "ResourceNotFound", id="no such app"),
        pytest.param(f"webapp restart -g {GROUP} -n nowhere", "ResourceNotFound", id="no such app to restart"),
        pytest.param("webapp list -g nowhere", "ResourceGroupNotFound", id="no such group"),
        pytest.param(f"appservice plan show -g {GROUP} -n nowhere", "Cannot find ServerFarm", id="no such plan"),
        pytest.param(f"acr show -g {GROUP} -n nowhere12", "ResourceNotFound", id="no such registry"),
        pytest.param(f"acr webhook ping -r {REGISTRY} -n nowhere12", "ResourceNotFound", id="no such webhook"),
        pytest.param(
            f"rest --method get --url {_SITES}?api-version=1999-01-01", "InvalidApiVersionParameter", id="api-version"
        ),
        pytest.param(f"rest --method get --url {_SITES}", "MissingApiVersionParameter", id="no api-version"),
        pytest.param(
            f"rest --method post --url {_SITES}/x?api-version=2025-05-01 --body {{}}", "MethodNotAllowed", id="method"
        ),
        pytest.param(
            f"rest --method get --url {_SITES}/x/hybridconnection?api-version=2025-05-01", "NotFound", id="unknown path"
        ),
        pytest.param(
            f"role assignment create --assignee-object-id 99999999-9999-4999-8999-999999999999 "
            f"--assignee-principal-type ServicePrincipal --role Nobody --scope {_SUBSCRIPTION}",
            "Role 'Nobody' doesn't exist",
            id="no such role",
        ),
    ],
)
async def test_a_refusal_has_azures_code(shop: Shop, command: str, code: str) -> None:
    """The real client meets the error that it would meet at Azure."""
    with pytest.raises(AzError, match=code):
        await shop.az(command)
