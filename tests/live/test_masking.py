"""A recording keeps what it is compared by, and nobody's secrets, names or ids."""

import json
from typing import Any

import pytest

from local.live.masking import Masking

SITE = "/subscriptions/a/resourceGroups/ours/providers/Microsoft.Web/sites/web"
GUID = "3f1c9a52-0d3f-4a67-9a55-0f6f6a1f2b11"
FIRST = "00000000-0000-4000-8000-000000000001"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJ4In0.c2lnbmF0dXJl"
INSTANCE = "0b" * 32


def kept(body: object, path: str = SITE) -> Any:
    """What is kept of a JSON body."""
    return Masking("ours").body(path, "application/json; charset=utf-8", json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"access_token": TOKEN, "token_type": "Bearer"},
            {"access_token": "***", "token_type": "Bearer"},
            id="a token by its name",
        ),
        pytest.param({"text": f"sent Bearer {TOKEN}"}, {"text": "sent Bearer ***"}, id="a token in a text"),
        pytest.param(
            {"publishingPassword": "p", "name": "n"}, {"publishingPassword": "***", "name": "n"}, id="a password"
        ),
        pytest.param({"scmUri": "https://$a:pw@a.scm/"}, {"scmUri": "https://***@a.scm/"}, id="a password in a URL"),
        pytest.param(
            {"passwords": [{"name": "password", "value": "v"}]},
            {"passwords": [{"name": "password", "value": "***"}]},
            id="passwords of a registry",
        ),
        pytest.param(
            {"acrUseManagedIdentityCreds": True}, {"acrUseManagedIdentityCreds": True}, id="no text, no secret"
        ),
        pytest.param({"tenantId": GUID, "again": [GUID]}, {"tenantId": FIRST, "again": [FIRST]}, id="one id"),
        pytest.param({"principalId": GUID.replace("-", "")}, {"principalId": FIRST.replace("-", "")}, id="no dashes"),
        pytest.param({"createdBy": "jane.doe@contoso.com"}, {"createdBy": "user@example.com"}, id="a person"),
        pytest.param({"ip": "20.62.134.1,20.62.134.2"}, {"ip": "203.0.113.1,203.0.113.2"}, id="addresses"),
        pytest.param({"instanceId": INSTANCE}, {"instanceId": "instance-1"}, id="an instance"),
        pytest.param({"digest": f"sha256:{INSTANCE}"}, {"digest": f"sha256:{INSTANCE}"}, id="a digest stays"),
        pytest.param(
            {"nextLink": "https://management.azure.com/x?api-version=1&$skiptoken=abc"},
            {"nextLink": "https://management.azure.com/x?api-version=1&$skiptoken=***"},
            id="the next page",
        ),
        pytest.param({"value": [{"id": "/subscriptions/a/resourceGroups/theirs/x"}]}, {"value": []}, id="others'"),
    ],
)
def test_what_is_kept_of_json(body: object, expected: Any) -> None:
    """Names and types stay; values of secrets go, ids become placeholders."""
    assert kept(body) == expected


@pytest.mark.parametrize("config", ["appsettings", "connectionstrings"])
def test_settings_have_no_values(config: str) -> None:
    """Every app setting may be a secret, whatever it is called; what the answer says of itself stays."""
    body = {"name": config, "type": "Microsoft.Web/sites/config", "properties": {"name": "n", "x": {"value": "v"}}}
    expected = body | {"properties": {"name": "***", "x": {"value": "***"}}}
    assert kept(body, f"{SITE}/config/{config}/list") == expected
    assert kept({"appSettings": [{"name": "COLOR", "value": "green"}]}) == {
        "appSettings": [{"name": "COLOR", "value": "***"}]
    }


def test_forms_and_queries() -> None:
    """The token dance with a registry keeps its form; signed addresses lose their signatures."""
    mask = Masking("ours")
    form = f"grant_type=access_token&service=x.azurecr.io&access_token={TOKEN}".encode()
    expected = {"grant_type": "access_token", "service": "x.azurecr.io", "access_token": "***"}
    assert mask.body("/oauth2/exchange", "application/x-www-form-urlencoded", form) == expected
    assert mask.header("https://management.azure.com/x?api-version=1&t=5&s=abc&h=d") == (
        "https://management.azure.com/x?api-version=1&t=***&s=***&h=***"
    )


def test_other_bodies() -> None:
    """Of text the lines stay, of binary content the size, and what only says that it is JSON is text."""
    mask = Masking("ours")
    assert mask.body("/x/containerlogs", "application/octet-stream", b"docker run -e KEY=secret image") == (
        "docker run -e KEY=*** image"
    )
    assert mask.body("/x/zip", "application/zip", b"12345") == "5 bytes of application/zip"
    assert mask.body("/x", "application/json", b"<html>") == "<html>"
    assert mask.body("/x", "application/json", b"") is None


def test_a_public_role_keeps_its_id() -> None:
    """Built-in roles have the same id for everybody, which says which role it is; what is given by it has its own."""
    mask = Masking("ours")
    role = (
        f"/subscriptions/{GUID}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
    )
    assert mask.path(role) == role.replace(GUID, FIRST)
