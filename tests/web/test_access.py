"""GET /api/apps/{app}/access and POST …/access/grant where the operator may not read all that it would have to."""

import pytest

from local.azure.scenario import FaultRule
from operators.errors import Permanent, Temporary
from operators.web.problems import problem
from tests.web.clinic import Clinic, story

SITE, CONFIG = r"/sites/shop$", r"/sites/shop/config/web$"
ASSIGN = "az role assignment create --assignee-object-id {operator} --assignee-principal-type ServicePrincipal"
SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
SHOP = f"{SUBSCRIPTION}/resourceGroups/apps/providers/Microsoft.Web/sites/shop"
CONTOSO = f"{SUBSCRIPTION}/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/contoso"


@pytest.mark.parametrize(
    ("path", "action", "scope", "place"),
    [
        pytest.param(SITE, "Microsoft.Web/sites/read", SHOP, SHOP, id="the site"),
        pytest.param(CONFIG, "Microsoft.Web/sites/config/read", f"{SHOP}/config/web", SHOP, id="its config/web"),
        pytest.param(
            r"/registries$",
            "Microsoft.ContainerRegistry/registries/read",
            SUBSCRIPTION,
            SUBSCRIPTION,
            id="the registries",
        ),
        pytest.param(
            r"/roleAssignments$",
            "Microsoft.Authorization/roleAssignments/read",
            f"{CONTOSO}/providers/Microsoft.Authorization",
            CONTOSO,
            id="role assignments",
        ),
    ],
)
async def test_without_the_right_to_a_read_it_is_unknown(path: str, action: str, scope: str, place: str) -> None:
    """403 is no fault of a moment: the answer names the right, and the role that gives it to the operator itself."""
    clinic = await Clinic.open(story())
    clinic.refuse(path, action, scope)
    answer = await clinic.admin.access("shop")
    operator = clinic.world.directory.principal_id("operator")
    assert (answer.verdict, answer.reason) == ("unknown", "read_failed")
    assert action in answer.sentence
    assert "contoso.azurecr.io/shop:stable" in answer.sentence
    assert answer.fix == (f"{ASSIGN.format(operator=operator)} --role Reader --scope {place}",)


@pytest.mark.parametrize("path", [SITE, CONFIG])
async def test_a_fault_of_a_moment_is_to_be_waited_for(path: str) -> None:
    """503 with the time that Azure asked for; the answer after that is the usual one."""
    clinic = await Clinic.open(story())
    clinic.world.faults.add(FaultRule(path=path, status=429, headers={"Retry-After": "17"}))
    with pytest.raises(Temporary) as refused:
        await clinic.admin.access("shop")
    assert (problem(refused.value).status, problem(refused.value).retry_after) == (503, 17)


async def test_a_grant_for_an_app_that_may_not_be_read_names_the_right() -> None:
    """It is refused for good, not put off."""
    clinic = await Clinic.open(story(), mode="act")
    clinic.refuse(CONFIG, "Microsoft.Web/sites/config/read")
    with pytest.raises(Permanent, match=r"Microsoft\.Web/sites/config/read") as refused:
        await clinic.admin.grant("shop", b"{}")
    assert problem(refused.value).status == 502
