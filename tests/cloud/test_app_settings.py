"""What app settings say about a pull: only that, and never a secret."""

import pytest

from operators.core.app_settings import PullSettings
from operators.core.apps import AppId
from operators.errors import Forbidden
from tests.cloud.asking import Asker, story

VAULT = "@Microsoft.KeyVault(VaultName=v;SecretName=s)"
STORE = "@Microsoft.AppConfiguration(Endpoint=https://settings.azconfig.io; Key=registry)"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({}, PullSettings(), id="none"),
        pytest.param({"CONNECTION": "Password=hunter2"}, PullSettings(), id="others only"),
        pytest.param(
            {
                "DOCKER_REGISTRY_SERVER_URL": "https://contoso.azurecr.io",
                "DOCKER_REGISTRY_SERVER_USERNAME": "contoso",
                "DOCKER_REGISTRY_SERVER_PASSWORD": "hunter2",
            },
            PullSettings(server="contoso.azurecr.io", user_name="contoso", has_user_name=True, has_password=True),
            id="the admin user",
        ),
        pytest.param(
            {"DOCKER_REGISTRY_SERVER_URL": "https://ci:hunter2@Contoso.azurecr.io:443/v2?t=hunter2"},
            PullSettings(server="contoso.azurecr.io"),
            id="an address with a password in it",
        ),
        pytest.param(
            {"DOCKER_REGISTRY_SERVER_URL": "contoso.azurecr.io"},
            PullSettings(server="contoso.azurecr.io"),
            id="an address without a scheme",
        ),
        pytest.param(
            {
                "DOCKER_REGISTRY_SERVER_URL": VAULT,
                "DOCKER_REGISTRY_SERVER_USERNAME": VAULT,
                "DOCKER_REGISTRY_SERVER_PASSWORD": VAULT,
            },
            PullSettings(has_user_name=True, has_password=True),
            id="all in a Key Vault",
        ),
        pytest.param(
            {"DOCKER_REGISTRY_SERVER_URL": STORE, "DOCKER_REGISTRY_SERVER_USERNAME": STORE},
            PullSettings(has_user_name=True),
            id="in App Configuration",
        ),
        pytest.param(
            {"website_pull_image_over_vnet": "True"}, PullSettings(pull_over_vnet=True), id="over the network"
        ),
        pytest.param({"WEBSITE_PULL_IMAGE_OVER_VNET": "1"}, PullSettings(pull_over_vnet=True), id="the same as 1"),
        pytest.param({"WEBSITE_PULL_IMAGE_OVER_VNET": "false"}, PullSettings(), id="not over the network"),
    ],
)
async def test_for_pulling(settings: dict[str, str], expected: PullSettings) -> None:
    """The host, the user's name, and whether there is a password; nothing else leaves the reader."""
    asker = Asker(story({"app_settings": settings}))
    app = AppId.from_resource_id(asker.world.site("shop").id)
    found = await asker.house.azure.app_settings.for_pulling(app)
    assert found == expected
    assert "hunter2" not in repr(found)


async def test_they_need_a_right_of_their_own() -> None:
    """Reader may not list them: the error names the right and nothing of them."""
    asker = Asker(story(operator={"roles": ["Reader"]}))
    app = AppId.from_resource_id(asker.world.site("shop").id)
    with pytest.raises(Forbidden) as caught:
        await asker.house.azure.app_settings.for_pulling(app)
    assert str(caught.value.action).lower() == "microsoft.web/sites/config/list/action"


async def test_they_are_never_kept() -> None:
    """Each question is a call: no secret stays in memory to save one."""
    asker = Asker(story())
    app = AppId.from_resource_id(asker.world.site("shop").id)
    for _ in range(2):
        await asker.house.azure.app_settings.for_pulling(app)
    assert asker.calls().count("settings.list") == 2
