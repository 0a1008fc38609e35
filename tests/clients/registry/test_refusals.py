"""What a registry refuses, real clients are told in the words of the OCI distribution-spec, or by ACR's challenge."""

import dataclasses

import pytest

from tests.clients.registry.harbour import HOST, READ_ONLY_HOST, Harbour
from tests.clients.registry.layouts import make_layout


async def test_content_that_is_not_what_it_says(running: Harbour) -> None:
    """What comes under another's digest is DIGEST_INVALID, a manifest without its blobs MANIFEST_BLOB_UNKNOWN."""
    file = running.folder / "forged"
    file.write_text("not what the digest says")
    answers = await running.oras.forge(file, "shop/forged:stable")
    assert {tried: (answer["status"], answer["codes"]) for tried, answer in answers.items()} == {
        "blob": (400, ["DIGEST_INVALID"]),
        "without its blob": (400, ["MANIFEST_BLOB_UNKNOWN"]),
        "manifest": (400, ["DIGEST_INVALID"]),
    }
    assert await running.told("shop/forged") == []


@pytest.mark.parametrize(
    ("host", "who", "scope"),
    [
        pytest.param(HOST, "nobody", "", id="without a token"),
        pytest.param(
            READ_ONLY_HOST,
            "identity",
            ',scope="repository:shop/single:pull,push",error="insufficient_scope"',
            id="without AcrPush",
        ),
    ],
)
async def test_who_may_not_push(running: Harbour, host: str, who: str, scope: str) -> None:
    """The token endpoint gives nobody a token, and whoever may only pull one that is not enough."""
    folder = running.folder / f"refused-{who}"
    folder.mkdir()
    image = make_layout(folder, who)
    client = dataclasses.replace(running.azure, host=host, who=who)
    refused = await client("push", "shop/single", "stable", str(image.folder))
    assert refused["status"] == 401
    assert refused["challenge"] == f'Bearer realm="https://{host}/oauth2/token",service="{host}"{scope}'


async def test_the_token_is_exchanged(running: Harbour) -> None:
    """Azure's client gets there by itself: challenge, exchange, token, and for a blob the storage account."""
    folder = running.folder / "exchanged"
    folder.mkdir()
    image = make_layout(folder, "exchanged")
    await running.azure("push", "shop/exchanged", "v1", str(image.folder))
    await running.azure("pull", "shop/exchanged", "v1", image.blobs[0])
    did = await running.did("azsdk-python", "shop/exchanged")
    assert did[:2] == [("acr.start_upload", 401), ("acr.start_upload", 202)]
    assert did[-1] == ("acr.blob", 307)
