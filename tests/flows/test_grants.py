"""The operator gives the missing role itself, where that is wanted; and says who may, where it may not."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.access import Reason, Verdict
from operators.core.access.conditions import repository_condition
from operators.core.access.granting import GrantState
from operators.core.access.widening import widened
from operators.core.transitions import State
from operators.errors import Conflict, Permanent, Temporary
from operators.web.problems import problem
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
READER = "Container Registry Repository Reader"


async def given(town: Town) -> list[str]:
    """How far each recorded grant got."""
    return [grant.state async for grant in town.operator.house.records.grants.of(town.key("shop"))]


@pytest.mark.parametrize("role_spread", [540])
async def test_it_gives_the_role_waits_until_it_has_spread_and_goes_on(town: Town) -> None:
    """PULLEY_GRANT_PULL: denied, the assignment is made and recorded, and the same rollout succeeds, not too soon."""
    town = town.restarted(grant_pull=True, role_spread_seconds=600)
    town.world.remove_role("shop", "AcrPull", "contoso")
    await town.push(IMAGE, "v2")
    await town.run(seconds=1800)
    rollout = await town.rollout("shop", 2)
    assert rollout.state is State.SUCCEEDED
    assert rollout.applied_at is not None
    assert (rollout.applied_at - rollout.created_at).total_seconds() >= 600
    assert [step.reason for step in await town.steps("shop", 2)].count("granted") == 1
    assert await given(town) == [GrantState.GRANTED]
    assert town.world.journal.of("roles.assign") != []


async def test_by_default_nothing_is_given(town: Town) -> None:
    """Without the setting a denied rollout only says what a person can do."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    await town.push(IMAGE, "v2")
    await town.run(seconds=300)
    assert (await town.rollout("shop", 2)).state is State.WAITING_ACCESS
    assert await given(town) == []


async def test_without_the_right_it_says_who_may(town: Town) -> None:
    """403 for the assignment: recorded as refused, naming the role that the operator needs; asked for once."""
    town = town.restarted(grant_pull=True)
    town.world.remove_role("shop", "AcrPull", "contoso")
    town.world.faults.add(FaultRule(method="PUT", path="/roleAssignments/", status=403, code="AuthorizationFailed"))
    await town.push(IMAGE, "v2")
    await town.run(seconds=300)
    steps = await town.steps("shop", 2)
    assert [step.reason for step in steps].count("grant_refused") == 1
    assert "Role Based Access Control Administrator" in steps[-1].detail
    assert await given(town) == [GrantState.REFUSED]


@pytest.mark.parametrize(
    ("fault", "seconds", "stalled_by"),
    [
        pytest.param({"status": 503}, 30, None, id="no answer for the moment"),
        pytest.param({"status": 429, "headers": {"Retry-After": "300"}}, 300, "throttled", id="too many writes"),
    ],
)
async def test_a_fault_of_a_moment_is_waited_for(
    town: Town, fault: dict[str, Any], seconds: int, stalled_by: str | None
) -> None:
    """429 and 5xx for the assignment: nothing is refused by that, and the same rollout gives it later, not too soon."""
    town = town.restarted(grant_pull=True)
    town.world.remove_role("shop", "AcrPull", "contoso")
    town.world.faults.add(FaultRule.model_validate({"method": "PUT", "path": "/roleAssignments/", "times": 1} | fault))
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.WAITING_ACCESS)
    waiting = await town.rollout("shop", 2)
    assert waiting.next_at is not None
    assert (waiting.next_at - waiting.updated_at).total_seconds() >= seconds
    assert (waiting.granted, waiting.stall and waiting.stall.reason) == (False, stalled_by)
    assert await given(town) == [GrantState.INTENDED]
    town.clock.advance(seconds)
    await town.operator.house.records.queues.look(town.key("shop"))
    await town.run(seconds=1800)
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    assert await given(town) == [GrantState.GRANTED]


async def test_a_person_is_told_to_come_again(town: Town) -> None:
    """429 for the assignment: 503 with the seconds that Azure asked for; on record as not given yet."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    throttled = {"method": "PUT", "path": "/roleAssignments/", "status": 429, "headers": {"Retry-After": "17"}}
    town.world.faults.add(FaultRule.model_validate(throttled))
    with pytest.raises(Temporary) as caught:
        await town.operator.admin.grant("shop", b"")
    answer = problem(caught.value)
    assert (answer.status, answer.retry_after) == (503, 17)
    (grant,) = (await town.operator.admin.grants("shop")).value
    assert (grant.state, "not given yet" in grant.detail) == ("intended", True)


@pytest.mark.parametrize("registry", [{"anonymous_pull_enabled": True}])
async def test_where_anybody_may_pull_a_person_still_gives_it(town: Town) -> None:
    """Whether a registry lets in who signs in without a role is not known: with the role, it is."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    assert (await town.operator.admin.access("shop")).reason == Reason.ROLE_MISSING_ANONYMOUS_PULL
    assert (await town.operator.admin.grant("shop", b"")).state == "granted"
    town.clock.advance(1)
    assert (await town.operator.admin.access("shop")).verdict == Verdict.ALLOWED


async def test_a_person_gives_it_and_the_waiting_rollout_goes_on(town: Town) -> None:
    """POST …/access/grant, twice: one assignment, and the rollout that waited succeeds."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    await town.push(IMAGE, "v2")
    await town.run(seconds=30)
    first = await town.operator.admin.grant("shop", b'{"by": "ana"}')
    assert (first.role, first.by, first.state) == ("AcrPull", "ana", "granted")
    await town.run(seconds=1800)
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    with pytest.raises(Conflict, match="no role would change the verdict"):
        await town.operator.admin.grant("shop", b"")
    assert len((await town.operator.admin.grants("shop")).value) == 1


async def test_a_person_is_told_that_the_operator_may_not(town: Town) -> None:
    """The refusal is the answer."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    town.world.faults.add(FaultRule(method="PUT", path="/roleAssignments/", status=403, code="AuthorizationFailed"))
    with pytest.raises(Permanent, match="roleAssignments/write"):
        await town.operator.admin.grant("shop", b"")


@pytest.mark.parametrize("registry_mode", ["AbacRepositoryPermissions"])
async def test_where_repositories_decide_the_grant_is_for_this_one(town: Town) -> None:
    """ABAC: AcrPull is there and does nothing; Repository Reader is given with a condition on the repository."""
    answer = await town.operator.admin.grant("shop", b"")
    assert answer.role == "Container Registry Repository Reader"
    assert answer.condition is not None
    assert "'shop'" in answer.condition
    await town.push(IMAGE, "v2")
    await town.run(seconds=1800)
    assert (await town.rollout("shop")).state is State.SUCCEEDED


@pytest.mark.parametrize("registry_mode", ["AbacRepositoryPermissions"])
@pytest.mark.parametrize("role_spread", [540])
async def test_a_role_for_another_repository_is_widened(town: Town) -> None:
    """One identity for two repositories: the assignment that is there gets this one too, and keeps the other."""
    town = town.restarted(grant_pull=True, role_spread_seconds=600)
    there = town.world.assign_role("shop", READER, "contoso", condition=repository_condition("news"))
    town.clock.advance(600)
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.WAITING_ACCESS)
    assert await given(town) == [GrantState.GRANTED]
    (now,) = [one for one in town.world.roles.assignments(town.clock.now()) if one.name == there.name]
    assert now.condition == widened(repository_condition("news"), "shop")
    await town.run(seconds=1800)
    assert (await town.rollout("shop")).state is State.SUCCEEDED


@pytest.mark.parametrize("registry_mode", ["AbacRepositoryPermissions"])
async def test_a_condition_that_is_not_understood_is_left_alone(town: Town) -> None:
    """Refused with the condition quoted: what nobody can read, nobody writes over."""
    town.world.assign_role("shop", READER, "contoso", condition="sometimes")
    town.clock.advance(1)
    with pytest.raises(Conflict, match="sometimes"):
        await town.operator.admin.grant("shop", b"")
    assert town.world.journal.of("roles.assign") == []
