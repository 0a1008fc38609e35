"""What ARM's front door does before any provider is asked, and the small resources around the apps."""

import pytest

from local.azure.asgi import ask
from local.azure.front import Front
from local.azure.transport import WorldCredential
from tests.local_azure.worlds import arm, site, world_of

SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
SITES = f"{SUBSCRIPTION}/providers/Microsoft.Web/sites?api-version=2025-05-01"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param("missing", "AuthenticationFailed", id="no token"),
        pytest.param("strange", "InvalidAuthenticationToken", id="a token of somebody else"),
        pytest.param("other audience", "InvalidAuthenticationTokenAudience", id="a token for something else"),
        pytest.param("expired", "ExpiredAuthenticationToken", id="a token of yesterday"),
    ],
)
async def test_a_call_needs_a_token(kind: str, code: str) -> None:
    """Without a token for ARM that still holds, every call is a 401 with a challenge."""
    world, clock = world_of()
    audience = "https://storage.azure.com" if kind == "other audience" else "https://management.azure.com"
    token = (await WorldCredential(world).get_token(f"{audience}/.default")).token
    headers = {"missing": [], "strange": [("authorization", "Bearer x.y.z")]}.get(
        kind, [("authorization", f"Bearer {token}")]
    )
    clock.advance(86_401 if kind == "expired" else 0)
    answer = await ask(Front(world), "GET", f"https://management.azure.com{SITES}", headers)
    assert answer.status == 401
    assert f'"code":"{code}"' in answer.body.decode()
    assert dict(answer.headers)["www-authenticate"].startswith("Bearer authorization_uri=")


async def test_answers_carry_the_headers_of_arm() -> None:
    """Request ids, and what is left of the budgets: reads and writes are counted apart."""
    world, _ = world_of()
    path = f"{SUBSCRIPTION}/resourceGroups/apps/providers/Microsoft.Web/sites/web"
    read = await arm(world, "GET", path, **{"api-version": "2025-05-01"})
    write = await arm(world, "POST", f"{path}/restart", **{"api-version": "2025-05-01"})
    assert read.headers["x-ms-ratelimit-remaining-subscription-reads"] == "249"
    assert write.headers["x-ms-ratelimit-remaining-subscription-writes"] == "199"
    assert read.headers["x-ms-request-id"] != write.headers["x-ms-request-id"]


async def test_ids_are_compared_without_case() -> None:
    """ARM finds a site however its id is spelled."""
    world, _ = world_of()
    path = f"{SUBSCRIPTION}/RESOURCEGROUPS/Apps/providers/microsoft.web/Sites/WEB"
    assert (await arm(world, "GET", path, **{"api-version": "2025-05-01"})).json()["name"] == "web"


async def test_identities_groups_and_subscriptions() -> None:
    """The user-assigned identity tells the ids that sites name; groups and subscriptions can be listed."""
    world, _ = world_of(
        identities=[{"name": "puller"}], sites=[site(identity={"user": ["puller"]})], role_assignments=[]
    )
    puller = world.identities["puller"]
    found = (await arm(world, "GET", puller.id, **{"api-version": "2024-11-30"})).json()
    assert found["properties"]["clientId"] == puller.client_id
    assert (await arm(world, "GET", f"{puller.id}2", **{"api-version": "2024-11-30"})).status_code == 404
    version = {"api-version": "2021-04-01"}
    groups = (await arm(world, "GET", f"{SUBSCRIPTION}/resourcegroups", **version)).json()["value"]
    assert [group["name"] for group in groups] == ["apps", "identities", "registries"]
    assert (await arm(world, "GET", f"{SUBSCRIPTION}/resourceGroups/apps", **version)).json()["name"] == "apps"
    subscriptions = (await arm(world, "GET", "/subscriptions", **{"api-version": "2022-12-01"})).json()["value"]
    one = (await arm(world, "GET", SUBSCRIPTION, **{"api-version": "2022-12-01"})).json()
    assert subscriptions == [one]
