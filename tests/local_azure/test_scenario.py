"""Scenario files."""

from pathlib import Path

import pytest

from local.azure.scenario import ScenarioError, load_scenario, read_scenario
from local.azure.world import ManualClock, World
from tests.local_azure.worlds import NOON, site, story

SCENARIOS = Path("local/azure/scenarios")


def test_on_is_a_text(tmp_path: Path) -> None:
    """YAML 1.1 would make a boolean of the resource tag `pulley: on`."""
    file = tmp_path / "story.yaml"
    file.write_text("sites:\n  - {name: web, tags: {pulley: on, other: no}, always_on: true}\n", encoding="utf-8")
    assert load_scenario(file).sites[0].tags == {"pulley": "on", "other": "no"}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        pytest.param({"image": {}}, "image: Extra inputs", id="unknown at the top"),
        pytest.param({"images": {"v1": {"exit": 3}}}, "images.v1.exit: Extra inputs", id="unknown in an image"),
        pytest.param(
            {"sites": [{"name": "w", "slots": [{"nam": "s"}]}]}, "sites.0.slots.0.nam", id="unknown in a slot"
        ),
        pytest.param({"registries": [{"name": "Shop!"}]}, "registries.0.name", id="a registry name that cannot be"),
        pytest.param({"faults": [{"path": "("}]}, "faults.0: Value error, path is no", id="a pattern that is none"),
        pytest.param({"sites": [site(idle=True)]}, "sites.0: Value error, an idle app", id="idle but always on"),
        pytest.param({"sites": [site(linux_fx_version="X|1")]}, "give either image or", id="two images"),
        pytest.param(
            {"sites": [site(site_containers=[{"name": "main", "image": "web"}])]},
            "a site with site_containers has no image",
            id="an image and containers",
        ),
    ],
)
def test_a_wrong_place_is_named(document: dict[str, object], place: str) -> None:
    """Whoever writes a scenario learns where it is wrong."""
    with pytest.raises(ScenarioError, match="scenario") as raised:
        read_scenario(document)
    assert place in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"registries": [{"name": "store1", "tags": {"a:b": "nothing"}}]}, "nothing", id="image"),
        pytest.param({"sites": [site(identity={"user": ["nobody"]})]}, "nobody", id="identity"),
        pytest.param({"role_assignments": [{"principal": "x", "role": "AcrPull", "scope": "/"}]}, "x", id="principal"),
        pytest.param({"role_assignments": [{"principal": "web", "role": "Pull", "scope": "/"}]}, "Pull", id="role"),
        pytest.param({"role_assignments": [{"principal": "web", "role": "AcrPull", "scope": "s"}]}, "s", id="scope"),
    ],
)
def test_names_must_mean_something(changes: dict[str, object], text: str) -> None:
    """A name that nothing in the scenario bears is an error that tells the name."""
    with pytest.raises(ScenarioError, match=text):
        World(read_scenario(story(**changes)), ManualClock(NOON))


def test_an_unreadable_file_is_a_scenario_error(tmp_path: Path) -> None:
    """A missing file, broken YAML and a list are told like any other mistake."""
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "list.yaml").write_text("- a", encoding="utf-8")
    for name in ("missing.yaml", "broken.yaml", "list.yaml"):
        with pytest.raises(ScenarioError, match=name):
            load_scenario(tmp_path / name)


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_makes_a_world(file: Path) -> None:
    """The scenarios that come with the project can be used, and each of its apps that should run does."""
    world = World(load_scenario(file), ManualClock(NOON))
    assert world.sites
