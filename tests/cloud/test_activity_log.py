"""The Activity Log through the real pipeline, against the simulated Azure."""

from datetime import timedelta
from typing import Any

import pytest

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.activity_log import ActivityLog
from operators.cloud.arm import Arm
from operators.core.activity import Oneself
from operators.core.apps import AppId
from operators.errors import Forbidden, Permanent
from tests.local_azure.worlds import arm, world_of

DAY = timedelta(days=1)
VERSION = {"api-version": "2025-05-01"}


class House:
    """A world with the reader on it."""

    def __init__(self, principal: str | None = None, **changes: Any) -> None:
        self.world: World
        self.clock: ManualClock
        self.world, self.clock = world_of(**changes)
        credential = WorldCredential(self.world, principal)
        self.log = ActivityLog(Arm(credential, transport=WorldTransport(self.world)), credential)
        self.app = AppId.from_resource_id(self.world.site("web").id)

    async def write(self, path: str = "/config/web", **properties: Any) -> None:
        """Somebody writes through ARM."""
        site = self.world.site("web").id
        await arm(self.world, "PATCH", f"{site}{path}", {"properties": properties}, **VERSION)

    async def operations(self) -> list[tuple[str, str]]:
        """What is found of the last day."""
        now = self.clock.now()
        return [(one.operation, one.status) for one in await self.log.of(self.app, now - DAY, now)]


async def test_writes_of_the_site_and_of_its_configuration_are_found() -> None:
    """Both resources are asked for, each write has its begin and its end; what is older is not asked for."""
    house = House()
    await house.write(alwaysOn=False)
    await house.write("", clientAffinityEnabled=True)
    assert await house.operations() == [
        ("Microsoft.Web/sites/write", "Succeeded"),
        ("Microsoft.Web/sites/write", "Started"),
        ("Microsoft.Web/sites/config/write", "Succeeded"),
        ("Microsoft.Web/sites/config/write", "Started"),
    ]
    house.clock.advance(2 * DAY.total_seconds())
    assert await house.operations() == []


async def test_what_is_read_says_who() -> None:
    """Caller, application and time, by which we know ourselves."""
    house = House()
    await house.write(alwaysOn=False)
    now = house.clock.now()
    ended, *_ = await house.log.of(house.app, now - DAY, now)
    operator = house.world.scenario.operator
    assert (ended.at, ended.caller, ended.app_id) == (now, operator.principal_id, operator.client_id)
    us = await house.log.oneself()
    assert us == Oneself(object_id=operator.principal_id, app_id=operator.client_id)
    assert us.did(ended)


async def test_every_page_is_read() -> None:
    """nextLink is followed."""
    house = House(page_size=3)
    for always_on in (False, True, False, True):
        await house.write(alwaysOn=always_on)
        house.clock.advance(1)
    assert len(await house.operations()) == 8


async def test_the_missing_right_is_named() -> None:
    """403 with the action and the resource that it is needed at."""
    house = House("99999999-9999-4999-8999-999999999999")
    with pytest.raises(Forbidden) as refused:
        await house.operations()
    assert refused.value.action == "Microsoft.Insights/eventtypes/values/read"
    assert (refused.value.scope or "").startswith(house.app.resource_id)


async def test_an_answer_of_another_kind_is_an_error() -> None:
    """Never an empty log."""
    house = House()
    house.world.faults.add(FaultRule(path="/values$", status=200, envelope="flat", code="x", message="y"))
    with pytest.raises(Permanent):
        await house.operations()
