"""Addresses of webhooks lose what may be a secret before anybody sees them."""

import pytest

from operators.cloud.arm_errors import parsed
from operators.cloud.web_addresses import web_address
from operators.errors import Permanent

SECRET = "hunter2"
KUDU = "https://$shop:hunter2@shop.scm.azurewebsites.net"


@pytest.mark.parametrize(
    ("uri", "host", "path"),
    [
        pytest.param(f"{KUDU}/api/registry/webhook", "shop.scm.azurewebsites.net", "/api/registry/webhook", id="Kudu"),
        pytest.param(f"{KUDU}/docker/hok", "shop.scm.azurewebsites.net", "/docker/hok", id="a wrong path at Kudu"),
        pytest.param(
            "https://shop-c3.scm.westeurope-01.azurewebsites.net/docker/hook",
            "shop-c3.scm.westeurope-01.azurewebsites.net",
            "/docker/hook",
            id="Kudu with a hash",
        ),
        pytest.param(
            f"https://Pulley.azurewebsites.net/api/events?code={SECRET}",
            "pulley.azurewebsites.net",
            "/api/events",
            id="a key in the query",
        ),
        pytest.param(f"https://hooks.example.com/services/T0/{SECRET}", "hooks.example.com", None, id="in the path"),
        pytest.param(f"https://example.com/api/events/#{SECRET}", "example.com", "/api/events/", id="in the fragment"),
    ],
)
def test_an_address_without_its_secrets(uri: str, host: str, path: str | None) -> None:
    """User, password, query and unknown paths stay behind; what tells a Kudu's path from a wrong one is kept."""
    address = web_address(uri)
    assert (address.host, address.path) == (host, path)
    assert SECRET not in address.model_dump_json()


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param(f"https://[{SECRET}", id="no address by its brackets"),
        pytest.param(f"https://user:{SECRET}\u2100@example.com", id="no address by its characters"),
        pytest.param(SECRET, id="no host"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_address_is_not_quoted(uri: str) -> None:
    """Python's own errors quote the user and password; neither ours nor what it came from does."""
    with pytest.raises(Permanent) as caught:
        parsed("address of webhook x", web_address, uri)
    errors = [str(caught.value), repr(caught.value.__cause__)]
    assert not any(SECRET in error for error in errors)
