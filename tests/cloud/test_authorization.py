"""Role assignments and definitions, through the real pipeline against the simulated Azure."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from local.azure.scenario import FaultRule, Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.arm import Arm
from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.authorization import Authorization
from operators.core.access import PULL
from operators.core.access.conditions import repository_condition
from operators.core.access.deny_assignments import Attempt, denies
from operators.core.access.granting import MissingRole
from operators.core.access.rbac import RoleAssignment, grants
from operators.core.access.widening import widened
from operators.core.model import Unknown
from operators.errors import Busy, Forbidden, Permanent, PulleyError, Temporary, Throttled

READER = "Container Registry Repository Reader"
STORY = {
    "registries": [{"name": "tutorial"}, {"name": "elsewhere"}],
    "sites": [{"name": "hello", "identity": {"system": True}}, {"name": "other", "identity": {"system": True}}],
    "groups": [{"name": "pullers", "members": ["hello"]}],
    "role_definitions": [{"name": "Puller", "actions": ["Microsoft.ContainerRegistry/*/pull/read"]}],
    "page_size": 2,
    "role_assignments": [
        {"principal": "hello", "role": "AcrPull", "scope": "tutorial", "condition": "@Request[x] StringEquals 'y'"},
        {"principal": "hello", "role": "Puller", "scope": "registries"},
        {"principal": "hello", "role": "Reader", "scope": "/"},
        {"principal": "pullers", "role": "AcrPull", "scope": "11111111-1111-4111-8111-111111111111"},
        {"principal": "hello", "role": "AcrPull", "scope": "elsewhere"},
        {"principal": "other", "role": "AcrPull", "scope": "tutorial"},
    ],
}


class House:
    """A world, and the two readers on it."""

    def __init__(self, story: Mapping[str, object]) -> None:
        self.clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
        self.world = World(Scenario.model_validate(story), self.clock)
        self.arm = Arm(WorldCredential(self.world), transport=WorldTransport(self.world))
        self.authorization = Authorization(self.arm, self.clock.now)
        self.registry_id = self.world.registry("tutorial").id
        self.principal_id = self.world.directory.principal_id("hello")

    def calls(self) -> int:
        """How many calls were made since this was last asked."""
        count = len(self.world.calls)
        self.world.journal.clear()
        return count


@pytest.fixture
def house() -> House:
    """A fresh world for each test."""
    return House(STORY)


async def test_assignments_of_a_principal(house: House) -> None:
    """All that reach the registry come: its own, inherited, through a group, over several pages; nobody else's."""
    found = await house.authorization.assignments_of(house.registry_id, house.principal_id)
    group = house.registry_id.partition("/providers/")[0]
    subscription = group.partition("/resourceGroups/")[0]
    assert {one.scope for one in found} == {house.registry_id, group, "/", subscription}
    assert {one.principal_type for one in found} == {"ServicePrincipal", "Group"}
    assert [one.condition for one in found if one.scope == house.registry_id] == ["@Request[x] StringEquals 'y'"]
    assert house.calls() == 2


async def test_assignments_at_a_registry(house: House) -> None:
    """Everybody's come in one list, so that a hundred apps need no list each; none of another registry."""
    found = await house.authorization.assignments_at(house.registry_id)
    other = house.world.directory.principal_id("other")
    assert {house.principal_id, other} <= {one.principal_id for one in found}
    assert not [one for one in found if one.scope.lower().endswith("/elsewhere")]


async def test_a_list_is_kept_for_five_minutes(house: House) -> None:
    """It is read once for all who ask, and again five minutes later."""
    await asyncio.gather(*(house.authorization.assignments_at(house.registry_id) for _ in range(10)))
    pages = house.calls()
    house.clock.advance(299)
    await house.authorization.assignments_at(house.registry_id.upper())
    assert house.calls() == 0
    house.clock.advance(1)
    await house.authorization.assignments_at(house.registry_id)
    assert house.calls() == pages


async def test_whoever_wants_it_fresh_gets_it_fresh(house: House) -> None:
    """A role that has just been given is in what is read since then: waiting for access ends by itself."""
    before = await house.authorization.assignments_of(house.registry_id, house.principal_id)
    house.clock.advance(1)
    house.world.assign_role("hello", "AcrPush", "tutorial")
    now = house.clock.now()
    after = await house.authorization.assignments_of(house.registry_id, house.principal_id, not_before=now)
    assert len(after) == len(before) + 1
    house.calls()
    await house.authorization.assignments_of(house.registry_id, house.principal_id, not_before=now)
    assert house.calls() == 0


async def test_deny_assignments(house: House) -> None:
    """Principals, exceptions, scope and actions come as Azure has them; everybody's, at the registry and above."""
    house.world.deny({"name": "stack", "scope": "registries", "actions": [PULL], "exclude_principals": ["hello"]})
    house.world.deny({"name": "apart", "scope": "elsewhere", "actions": [PULL]})
    (found,) = await house.authorization.denials_at(house.registry_id)
    attempt = Attempt(principal_id=house.principal_id, action=PULL, is_data=False, resource_id=house.registry_id)
    other = attempt.model_copy(update={"principal_id": house.world.directory.principal_id("other")})
    assert (found.name, denies(found, attempt), denies(found, other)) == ("stack", False, True)


async def test_roles_of_an_inherited_assignment_can_be_read(house: House) -> None:
    """The definition of each assignment is found by the id that the assignment carries, and agrees by its key."""
    for one in await house.authorization.assignments_of(house.registry_id, house.principal_id):
        role = await house.authorization.role_definition(one.role_definition_id)
        assert grants(role, PULL)
        assert one.role_definition_id.lower().endswith(role.key)


async def test_built_in_roles_are_kept_for_a_day(house: House) -> None:
    """A hundred apps cost one read of AcrPull, whatever subscription the id names; a day later it is read again."""
    role_id = f"/providers/Microsoft.Authorization/roleDefinitions/{_guid(house, 'AcrPull')}"
    for prefix in ("", "/subscriptions/11111111-1111-4111-8111-111111111111"):
        assert (await house.authorization.role_definition(f"{prefix}{role_id}")).name == "AcrPull"
    assert house.calls() == 1
    house.clock.advance(timedelta(hours=24).total_seconds())
    await house.authorization.role_definition(role_id)
    assert house.calls() == 1


async def test_custom_roles_are_kept_for_five_minutes(house: House) -> None:
    """People change custom roles: five minutes later, or for whoever wants it fresh, they are read again."""
    role_id = f"/providers/Microsoft.Authorization/roleDefinitions/{_guid(house, 'Puller')}"
    for _ in range(2):
        await house.authorization.role_definition(role_id)
    assert house.calls() == 1
    house.clock.advance(1)
    await house.authorization.role_definition(role_id, not_before=house.clock.now())
    assert house.calls() == 1
    house.clock.advance(301)
    await house.authorization.role_definition(role_id)
    assert house.calls() == 1


def _guid(house: House, role: str) -> str:
    definition = house.world.roles.definition(role)
    assert definition is not None
    return definition.name


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(FaultRule(status=503), Temporary, id="unavailable"),
        pytest.param(FaultRule(status=429, headers={"Retry-After": "17"}), Throttled, id="throttled"),
        pytest.param(FaultRule(effect="refuse"), Temporary, id="no connection"),
        pytest.param(FaultRule(effect="time_out"), Temporary, id="no answer in time"),
        pytest.param(FaultRule(status=409, envelope="web", code="Conflict", extended_code="59203"), Busy, id="busy"),
        pytest.param(FaultRule(status=400, code="UnsupportedQuery"), Permanent, id="refused"),
        pytest.param(FaultRule(skip=1, status=500), Temporary, id="on the second page"),
    ],
)
async def test_faults(house: House, fault: FaultRule, error: type[PulleyError]) -> None:
    """A read that fails, be it on a later page, is one error after one call: nothing is retried, nothing is cut."""
    house.world.faults.add(fault)
    with pytest.raises(PulleyError) as caught:
        await house.authorization.assignments_of(house.registry_id, house.principal_id)
    assert type(caught.value) is error
    assert house.calls() == 1 + fault.skip


async def test_a_throttled_read_is_unknown_with_its_delay(house: House) -> None:
    """What the other side asked us to wait reaches whoever decides."""
    house.world.faults.add(FaultRule(status=429, headers={"Retry-After": "17"}))
    read = house.authorization.assignments_of(house.registry_id, house.principal_id)
    unknown = await read_or_unknown("role assignments", read)
    assert isinstance(unknown, Unknown)
    assert (unknown.temporary, unknown.retry_after_seconds) == (True, 17)


async def test_a_missing_right_is_named() -> None:
    """Without Reader at the registry the read says which right at which scope the operator lacks."""
    house = House({**STORY, "operator": {"roles": []}})
    with pytest.raises(Forbidden) as caught:
        await house.authorization.assignments_of(house.registry_id, house.principal_id)
    assert caught.value.action == "Microsoft.Authorization/roleAssignments/read"
    assert caught.value.scope == f"{house.registry_id}/providers/Microsoft.Authorization"


OWNED = {**STORY, "role_assignments": [], "operator": {"roles": ["Owner"]}}


def missing(house: House, repository: str, widens: RoleAssignment | None = None) -> MissingRole:
    """Repository Reader for one repository, or for it too."""
    condition = repository_condition(repository)
    return MissingRole(
        principal_id=house.principal_id,
        registry_id=house.registry_id,
        repository=repository,
        role=READER,
        role_definition_id=_guid(house, READER),
        condition=widened(widens.condition or "", repository) if widens else condition,
        widens=widens,
    )


async def there(house: House) -> RoleAssignment:
    """The one assignment of the principal."""
    house.clock.advance(1)
    (one,) = await house.authorization.assignments_of(house.registry_id, house.principal_id, house.clock.now())
    return one


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(None, id="for every repository"),
        pytest.param(repository_condition("shop"), id="for this one"),
        pytest.param(widened(repository_condition("news"), "shop"), id="for this one and another"),
    ],
)
async def test_given_by_somebody_else_is_as_good(condition: str | None) -> None:
    """409 where the assignment under another name lets the repository through: nothing is left to do."""
    house = House(OWNED)
    house.world.assign_role("hello", READER, "tutorial", condition=condition)
    await house.authorization.assign(missing(house, "shop"))
    assert (await there(house)).condition == condition


@pytest.mark.parametrize("condition", [repository_condition("news"), "sometimes"])
async def test_given_by_somebody_else_for_something_else_is_not(condition: str) -> None:
    """409 where it does not: not done, to be decided anew, and the other's condition stays."""
    house = House(OWNED)
    house.world.assign_role("hello", READER, "tutorial", condition=condition)
    with pytest.raises(Temporary, match="not for this repository"):
        await house.authorization.assign(missing(house, "shop"))
    assert (await there(house)).condition == condition


async def test_an_assignment_is_widened_and_keeps_the_rest() -> None:
    """Under its own name, with its description; the repositories that it was for stay."""
    house = House(OWNED)
    await house.authorization.assign(missing(house, "news"))
    before = await there(house)
    described = {"description": "for the news", "condition": before.condition, "conditionVersion": "2.0"}
    row = await house.arm.get(before.id, "2022-04-01")
    await house.arm.put(before.id, "2022-04-01", {"properties": row["properties"] | described})
    await house.authorization.assign(missing(house, "shop", before))
    after = await there(house)
    assert (after.id, after.condition) == (before.id, widened(repository_condition("news"), "shop"))
    assert after.since > before.since
    assert (await house.arm.get(before.id, "2022-04-01"))["properties"]["description"] == "for the news"


async def test_a_condition_that_was_changed_meanwhile_is_not_written_over() -> None:
    """Somebody was quicker: nothing is changed, and it is to be decided anew."""
    house = House(OWNED)
    house.world.assign_role("hello", READER, "tutorial", condition=repository_condition("other"))
    old = (await there(house)).model_copy(update={"condition": repository_condition("news")})
    with pytest.raises(Temporary, match="changed meanwhile"):
        await house.authorization.assign(missing(house, "shop", old))
    assert (await there(house)).condition == repository_condition("other")
