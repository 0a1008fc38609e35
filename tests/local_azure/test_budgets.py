"""The token buckets of ARM: told, spent, refilled, and refused beyond."""

import pytest

from local.azure.world import ManualClock, World
from tests.local_azure.worlds import arm, world_of

SITE = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/web"
SOMEBODY = "99999999-9999-4999-8999-999999999999"
SMALL = {"reads": {"size": 3, "refill": 1}, "writes": {"size": 2, "refill": 0.5}, "retry_after": 5}


def small() -> tuple[World, ManualClock]:
    """A world with little to spend, in which somebody else may do what the operator may."""
    grants = [{"principal": SOMEBODY, "role": "Website Contributor", "scope": "/"}]
    return world_of(budgets=SMALL, role_assignments=grants)


async def status(world: World, method: str = "GET", caller: str | None = None) -> int:
    """Ask for the site, or restart it."""
    path = SITE if method == "GET" else f"{SITE}/restart"
    return (await arm(world, method, path, principal_id=caller, **{"api-version": "2025-05-01"})).status_code


async def test_what_is_left_is_told_and_counted_apart() -> None:
    """Each answer says how many of its kind are left for the caller and for everybody."""
    world, _ = small()
    left = []
    for method, path in (("GET", SITE), ("GET", SITE), ("POST", f"{SITE}/restart")):
        answer = await arm(world, method, path, **{"api-version": "2025-05-01"})
        kind = "reads" if method == "GET" else "writes"
        prefix = "x-ms-ratelimit-remaining-subscription"
        left.append((answer.headers[f"{prefix}-{kind}"], answer.headers[f"{prefix}-global-{kind}"]))
    assert left == [("2", "44"), ("1", "43"), ("1", "29")]


async def test_beyond_the_budget_is_429_with_how_long_to_wait() -> None:
    """The body and Retry-After of the front door; the call has no effect, and the other kind is still taken."""
    world, _ = small()
    assert [await status(world, "POST") for _ in range(2)] == [200, 200]
    refused = await arm(world, "POST", f"{SITE}/restart", **{"api-version": "2025-05-01"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert refused.json()["error"]["code"] == "SubscriptionRequestsThrottled"
    assert "Number of 'write' requests" in refused.json()["error"]["message"]
    assert len([one for one in world.site("web").history if one.what == "restarted"]) == 2
    assert await status(world) == 200


@pytest.mark.parametrize(
    ("waits", "statuses"),
    [
        pytest.param([5], [200], id="as long as asked"),
        pytest.param([4], [429], id="too soon"),
        pytest.param([4, 4], [429, 429], id="too soon starts the wait anew"),
        pytest.param([4, 5], [429, 200], id="and then as long as asked"),
    ],
)
async def test_after_a_429(waits: list[float], statuses: list[int]) -> None:
    """It goes on for whoever waits as long as asked, since the last time they asked."""
    world, clock = small()
    for _ in range(4):
        last = await status(world)
    assert last == 429
    seen = []
    for seconds in waits:
        clock.advance(seconds)
        seen.append(await status(world))
    assert seen == statuses


async def test_callers_have_budgets_of_their_own() -> None:
    """What one principal has spent another one still has."""
    world, _ = small()
    assert [await status(world, "POST") for _ in range(3)] == [200, 200, 429]
    assert await status(world, "POST", SOMEBODY) == 200


async def test_a_bucket_is_never_fuller_than_full() -> None:
    """Time refills it to its size, not beyond."""
    world, clock = small()
    clock.advance(3600)
    assert [await status(world) for _ in range(4)] == [200, 200, 200, 429]
