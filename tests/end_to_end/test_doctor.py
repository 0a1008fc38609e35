"""The doctor over HTTP, through the Functions host: routes, names and shapes as a script sees them."""

from tests.end_to_end.place import Place


async def test_one_app(town: Place) -> None:
    """Every check comes with its question, its status and a link; who we are is known by our address here."""
    answer = await town.ask("/apps/wiki/doctor")
    checks = {check["code"]: check for check in answer["checks"]}
    assert len(checks) == len(answer["checks"]) > 15
    assert checks["access"]["status"] == "ok"
    assert checks["image"]["status"] == "ok"
    assert checks["events"]["status"] == "ok", checks["events"]
    assert all(check["question"] and check["documentation"] for check in checks.values())


async def test_all_apps(town: Place) -> None:
    """The worst first: the app without AcrPull is a problem, and its summary names the check."""
    answer = await town.ask("/doctor?$top=200")
    statuses = [one["status"] for one in answer["value"]]
    assert statuses == sorted(statuses, key=["problem", "warning", "unknown", "ok"].index)
    orders = next(one for one in answer["value"] if one["name"] == "orders")
    assert orders["problems"] >= 1
    assert "access" in [check["code"] for check in orders["checks"]]
