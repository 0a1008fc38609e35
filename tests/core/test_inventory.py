"""Which apps are looked after, and what the inventory knows about each."""

import pytest

from operators.core.apps import AppId, Site, SiteIdentity
from operators.core.images import ImageReference
from operators.core.inventory import Entry, looked_after, resource_tag
from tests.core.samples import APP, NOW


def site(linux_fx_version: str | None = "DOCKER|demo.azurecr.io/shop:latest", **resource_tags: str) -> Site:
    """A site with these resource tags; `_` in a name stands for `-`."""
    return Site(
        id=AppId.from_key(APP),
        location="westeurope",
        resource_tags={name.replace("_", "-"): value for name, value in resource_tags.items()},
        default_host_name="shop.azurewebsites.net",
        state="Running",
        linux_fx_version=linux_fx_version,
        identity=SiteIdentity(),
    )


@pytest.mark.parametrize(
    ("of", "by_tag", "by_all"),
    [
        pytest.param(site(), False, True, id="no tag"),
        pytest.param(site(pulley="on"), True, True, id="on"),
        pytest.param(site(pulley="On "), True, True, id="on, by hand"),
        pytest.param(site(Pulley="true"), True, True, id="another spelling"),
        pytest.param(site(pulley="off"), False, False, id="off"),
        pytest.param(site(pulley=""), False, False, id="empty"),
        pytest.param(site(pulley="perhaps"), False, False, id="not understood"),
        pytest.param(site(pulley_strategy="pin"), False, True, id="another tag of ours"),
    ],
)
def test_who_is_looked_after(of: Site, *, by_tag: bool, by_all: bool) -> None:
    """By the tag alone, or all that do not object; a tag that is not understood is an objection."""
    assert looked_after(of, "tag") is by_tag
    assert looked_after(of, "all") is by_all


def test_resource_tags_have_no_case() -> None:
    """ARM compares the names of resource tags without case; the values are as they were written."""
    assert resource_tag(site(PULLEY_Strategy="Pin"), "pulley-strategy") == "Pin"
    assert resource_tag(site(), "pulley-strategy") is None


@pytest.mark.parametrize(
    ("linux_fx_version", "image"),
    [
        pytest.param(
            "DOCKER|demo.azurecr.io/shop:latest", ImageReference.parse("demo.azurecr.io/shop:latest"), id="a container"
        ),
        pytest.param("PYTHON|3.13", None, id="a built-in stack"),
        pytest.param("DOCKER|not an image", None, id="no valid image"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_an_entry_knows_its_image(linux_fx_version: str | None, image: ImageReference | None) -> None:
    """Only classic Linux containers have one; a broken configuration breaks nothing else."""
    assert Entry(site=site(linux_fx_version), seen_at=NOW).image == image
