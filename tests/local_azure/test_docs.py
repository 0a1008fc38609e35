"""docs/local.md against the code."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from local.azure import scenario
from local.azure.control import Control
from local.azure.event_grid import EventGrid
from local.azure.scenario import load_scenario
from local.azure.world import ManualClock, World
from tests.local_azure.worlds import NOON, world_of

DOCUMENT = Path("docs/local.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)[0]
MODELS = [model for model in vars(scenario).values() if isinstance(model, type) and issubclass(model, BaseModel)]


def test_the_example_makes_a_world(tmp_path: Path) -> None:
    """The complete example is a scenario; its apps run as it says."""
    file = tmp_path / "example.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    clock = ManualClock(NOON)
    world = World(load_scenario(file), clock)
    world.restart("shop-web")
    clock.advance(10)
    serving = [view.serving.image_name for view in world.instances("shop-web") if view.serving]
    assert serving == ["web-1", "web-1"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_in_the_example(model: type[BaseModel]) -> None:
    """A key that the scenario format knows is shown in the document."""
    missing = [name for name in model.model_fields if not re.search(rf"\b{name}:", EXAMPLE)]
    assert missing == []


async def test_every_control_route_is_documented() -> None:
    """The table of the control API names each method and path."""
    world, _ = world_of()
    grid = EventGrid(world, None)
    for route in Control(world, grid).routes():
        method = next(one for one in sorted(route.methods or ()) if one != "HEAD")
        assert f"`{method} {route.path}`" in DOCUMENT
    await grid.close()
