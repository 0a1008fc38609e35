"""Image references are read as the container engine reads them, and `linuxFxVersion` as App Service does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from operators.core.images import ImageReference, linux_fx_version, names_site_containers, parse_linux_fx_version

_DIGEST = f"sha256:{'0a' * 32}"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        pytest.param("nginx", "docker.io/nginx:latest", id="name alone"),
        pytest.param("library/nginx:1.27", "docker.io/library/nginx:1.27", id="no host"),
        pytest.param("a.b/c", "a.b/c:latest", id="a dot makes a host"),
        pytest.param("host:5000/c", "host:5000/c:latest", id="a port makes a host"),
        pytest.param("name:5000", "docker.io/name:5000", id="a port needs a slash"),
        pytest.param("localhost/c", "localhost/c:latest", id="localhost is a host"),
        pytest.param("Demo.AzureCR.io/api:V1", "demo.azurecr.io/api:V1", id="case: host lower, tag kept"),
        pytest.param("demo.azurecr.io/team/api-x__y.z:v1", "demo.azurecr.io/team/api-x__y.z:v1", id="separators"),
        pytest.param(f"demo.azurecr.io/api@{_DIGEST}", f"demo.azurecr.io/api@{_DIGEST}", id="digest: no tag"),
        pytest.param(f"demo.azurecr.io/api:v1@{_DIGEST}", f"demo.azurecr.io/api:v1@{_DIGEST}", id="tag and digest"),
        pytest.param(f"demo.azurecr.io/api:{'t' * 128}", f"demo.azurecr.io/api:{'t' * 128}", id="longest tag"),
    ],
)
def test_parse(text: str, full: str) -> None:
    """What the engine would fill in is filled in, and the full form parses to itself."""
    reference = ImageReference.parse(text)
    assert str(reference) == full
    assert ImageReference.parse(full) == reference


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("demo.azurecr.io/", id="no repository"),
        pytest.param("demo.azurecr.io/API", id="repository in upper case"),
        pytest.param("Team/api", id="neither a host nor a repository"),
        pytest.param("demo.azurecr.io/api:", id="empty tag"),
        pytest.param(f"demo.azurecr.io/api:{'t' * 129}", id="tag too long"),
        pytest.param("demo.azurecr.io/api:é", id="tag not ASCII"),
        pytest.param("demo.azurecr.io/api:v1\n", id="line break at the end"),
        pytest.param("demo.azurecr.io/api@sha256:abc", id="digest too short"),
        pytest.param(f"demo.azurecr.io/{'a' * 256}", id="repository too long"),
        pytest.param("demo.azurecr.io//api", id="empty component"),
        pytest.param("demo.azurecr.io/a/../b", id="dots alone"),
        pytest.param("https://demo.azurecr.io/api", id="a URL"),
    ],
)
def test_parse_refuses(text: str) -> None:
    """What no registry could serve is refused."""
    with pytest.raises(ValueError, match=r"not an image reference|1 validation error"):
        ImageReference.parse(text)


def test_parts_are_held_to_the_same_grammar() -> None:
    """A reference built from parts cannot say what one parsed from text could not."""
    with pytest.raises(ValidationError):
        ImageReference(registry="demo.azurecr.io", repository="../x", tag="v1")


def test_at() -> None:
    """At a digest, a reference forgets its tag: both together would hide which one counts."""
    assert str(ImageReference.parse("demo.azurecr.io/api:v1").at(_DIGEST)) == f"demo.azurecr.io/api@{_DIGEST}"


@pytest.mark.parametrize(
    ("value", "image"),
    [
        pytest.param("DOCKER|demo.azurecr.io/api:v1", "demo.azurecr.io/api:v1", id="classic container"),
        pytest.param("docker|nginx", "docker.io/nginx:latest", id="prefix in lower case"),
        pytest.param("DOCKER|https://demo.azurecr.io/api:v1", "demo.azurecr.io/api:v1", id="with https://"),
        pytest.param("COMPOSE|dmVyc2lvbg==", None, id="compose"),
        pytest.param("sitecontainers", None, id="sidecars"),
        pytest.param("PYTHON|3.13", None, id="built-in stack"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
    ],
)
def test_parse_linux_fx_version(value: str | None, image: str | None) -> None:
    """Only classic Linux containers name an image."""
    parsed = parse_linux_fx_version(value)
    assert (str(parsed) if parsed else None) == image


@pytest.mark.parametrize(
    ("value", "sidecars"),
    [("sitecontainers", True), ("SITECONTAINERS", True), ("DOCKER|sitecontainers", False), ("", False), (None, False)],
)
def test_names_site_containers(value: str | None, sidecars: bool) -> None:
    """A sidecar-enabled site names no image but where they stand."""
    assert names_site_containers(value) is sidecars


def test_parse_linux_fx_version_refuses_a_promise_not_kept() -> None:
    """DOCKER| without an image is an error, not "no container"."""
    with pytest.raises(ValueError, match="not an image reference"):
        parse_linux_fx_version("DOCKER|")


_COMPONENT = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}", fullmatch=True)
_REFERENCES = st.builds(
    ImageReference,
    registry=st.sampled_from(["demo.azurecr.io", "localhost:5000", "docker.io"]),
    repository=st.lists(_COMPONENT, min_size=1, max_size=3).map("/".join),
    tag=st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True),
    digest=st.none() | st.just(_DIGEST),
)


@given(_REFERENCES)
def test_what_is_written_is_read(reference: ImageReference) -> None:
    """Any reference survives being written as text and into `linuxFxVersion`."""
    assert ImageReference.parse(str(reference)) == reference
    assert parse_linux_fx_version(linux_fx_version(reference)) == reference


@given(st.text() | st.text(alphabet="aA0.:/@-_\n"))
def test_parse_raises_nothing_but_value_error(text: str) -> None:
    """Any text is either a reference, whose full form parses to itself, or a ValueError."""
    try:
        reference = ImageReference.parse(text)
    except ValueError:
        return
    assert ImageReference.parse(str(reference)) == reference
