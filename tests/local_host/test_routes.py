"""Which paths does a route template match?"""

import pytest

from local.host.errors import ConfigurationError
from local.host.routes import Route


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        pytest.param("api/apps", "/api/apps", {}, id="literal"),
        pytest.param("api/apps", "/API/Apps/", {}, id="any case, a slash at the end"),
        pytest.param("api/apps/{app}", "/api/apps/a.b-c", {"app": "a.b-c"}, id="a parameter"),
        pytest.param("api/apps/{app}", "/api/apps/a%20b", {"app": "a b"}, id="decoded"),
        pytest.param("api/apps/{app}", "/api/apps/a%2fb", {"app": "a%2Fb"}, id="an encoded slash stays encoded"),
        pytest.param("api/apps/{app}", "/api/apps/a/b", None, id="one segment only"),
        pytest.param("api/apps/{app}", "/api/apps", None, id="a parameter is required"),
        pytest.param("api/apps/{app?}", "/api/apps", {}, id="an optional parameter"),
        pytest.param("api/apps/{app?}", "/api/apps/x", {"app": "x"}, id="an optional parameter that is there"),
        pytest.param("api/{n:int}", "/api/-12", {"n": "-12"}, id="int"),
        pytest.param("api/{n:int}", "/api/x", None, id="no int"),
        pytest.param("api/{b:bool}", "/api/True", {"b": "True"}, id="bool"),
        pytest.param("api/{b:bool}", "/api/truex", None, id="no bool"),
        pytest.param(
            "api/{g:guid}",
            "/api/6F9619FF-8B86-D011-B42D-00CF4FC964FF",
            {"g": "6F9619FF-8B86-D011-B42D-00CF4FC964FF"},
            id="guid",
        ),
        pytest.param("api/{*rest}", "/api/a/b/c", {"rest": "a/b/c"}, id="the rest"),
        pytest.param("api/{*rest}", "/api", {}, id="no rest"),
        pytest.param("api/{name}.{ext}", "/api/a.png", {"name": "a", "ext": "png"}, id="two in a segment"),
        pytest.param("{*path}", "/", {"path": ""}, id="everything"),
        pytest.param("api/a+b", "/api/aab", None, id="a literal is no pattern"),
    ],
)
def test_a_path_matches_or_not(template: str, path: str, expected: dict[str, str] | None) -> None:
    """The parameters are answered as Azure hands them to the function."""
    assert Route.parse(template).match(path) == expected


def test_the_more_exact_route_goes_first() -> None:
    """Literals go before constrained parameters, these before free ones, the rest last."""
    templates = ["api/{*rest}", "api/{a}", "api/{a:int}", "api/x"]
    assert sorted(templates, key=lambda text: Route.parse(text).precedence) == list(reversed(templates))


@pytest.mark.parametrize("template", ["api/{id:regex(^a$)}", "api/{id", "api/{id:even}", "api/{a=1}"])
def test_a_template_that_is_not_understood_is_refused(template: str) -> None:
    """What this host cannot match is an error at the start, never a route that matches wrongly."""
    with pytest.raises(ConfigurationError, match="the route"):
        Route.parse(template)
