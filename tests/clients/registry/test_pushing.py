"""What real clients push arrives as it was, is told as ACR tells it, and is what the app runs after one rollout."""

from typing import Any

import pytest

from tests.clients.registry.harbour import HOST, Harbour
from tests.clients.registry.layouts import INDEX, MANIFEST, Layout, make_layout

SEVERAL = ("linux/amd64", "linux/arm64")


def _image(harbour: Harbour, name: str, *platforms: str) -> Layout:
    folder = harbour.folder / name
    folder.mkdir()
    return make_layout(folder, name, platforms or ("linux/amd64",))


async def test_an_image_of_one_platform(running: Harbour) -> None:
    """oras pushes an image in pieces: one event as documented, one rollout, and the app runs that digest."""
    image = _image(running, "single-2")
    pushed = await running.oras.push(image.folder, "shop/single:stable")
    assert (pushed["status"], pushed["docker-content-digest"]) == (201, image.digest)
    await running.rolled_out("single", image.digest, sequence=2)
    did = await running.did("python-requests", "shop/single")
    assert did.count(("acr.continue_upload", 202)) > did.count(("acr.finish_upload", 201)) == len(image.blobs)
    (event,) = await running.told("shop/single")
    assert event["request"].pop("useragent").startswith("python-requests/")
    assert event["request"].keys() == {"id", "host", "method"}
    assert (event["action"], event["location"]) == ("push", "eastus2")
    assert (event["request"]["host"], event["request"]["method"]) == (HOST, "PUT")
    size = len(image.blob(image.digest))
    assert event["target"] == {
        "mediaType": MANIFEST,
        "size": size,
        "digest": image.digest,
        "length": size,
        "repository": "shop/single",
        "tag": "stable",
    }


async def test_an_index_of_several_platforms(running: Harbour) -> None:
    """Each platform's manifest is told without a tag and the index with it; only the index leads to a rollout."""
    image, after = _image(running, "several-2", *SEVERAL), _image(running, "several-3", *SEVERAL)
    await running.oras.push(image.folder, "shop/several:stable")
    assert await running.delivered("shop/several", 3) == ["shop/several", "shop/several", "shop/several:stable"]
    told = [one["target"] for one in await running.told("shop/several")]
    assert [(one["mediaType"], one["digest"], one.get("tag")) for one in told] == [
        *((MANIFEST, one["digest"], None) for one in image.manifests[:-1]),
        (INDEX, image.digest, "stable"),
    ]
    await running.rolled_out("several", image.digest, sequence=2)
    await running.oras.push(after.folder, "shop/several:stable")
    await running.rolled_out("several", after.digest, sequence=3)


async def test_signatures_lead_to_no_rollout(running: Harbour) -> None:
    """Neither one under cosign's tag nor one that refers to its image does: the next image is the next rollout."""
    image, after = _image(running, "signed-2"), _image(running, "signed-3")
    await running.oras.push(image.folder, "shop/signed:stable")
    await running.rolled_out("signed", image.digest, sequence=2)
    signature = running.folder / "signature"
    signature.write_text("signed by hand")
    tag = image.digest.replace(":", "-") + ".sig"
    assert (await running.oras.attach(signature, f"shop/signed:{tag}"))["status"] == 201
    attached = await running.oras.attach(signature, "shop/signed:attached", image.manifests[-1])
    assert (attached["status"], attached["oci-subject"]) == (201, image.digest)
    subjects = await running.delivered("shop/signed", 3)
    assert subjects[1:] == [f"shop/signed:{tag}", "shop/signed:attached"]
    await running.oras.push(after.folder, "shop/signed:stable")
    await running.rolled_out("signed", after.digest, sequence=3)
    assert await running.oras.tags("shop/signed") == sorted(["stable", tag, "attached"])
    assert "shop/signed" in (await running.azure("repositories"))["repositories"]


async def test_a_digest_that_is_there_gets_the_tag(running: Harbour) -> None:
    """Azure's client pushes an image under another tag: nothing; then that digest gets the tag: one rollout."""
    image = _image(running, "moved-2", *SEVERAL)
    pushed = await running.azure("push", "shop/moved", "candidate", str(image.folder))
    assert pushed["digest"] == image.digest
    assert (await running.azure("retag", "shop/moved", "stable", image.digest))["digest"] == image.digest
    await running.rolled_out("moved", image.digest, sequence=2)
    assert await running.delivered("shop/moved", 4) == [
        *("shop/moved", "shop/moved", "shop/moved:candidate"),
        "shop/moved:stable",
    ]


async def test_a_deleted_image_stays_where_it_runs(running: Harbour) -> None:
    """A tag that is removed tells nothing, a manifest that is deleted takes its tags along; neither is rolled out."""
    image, other = _image(running, "gone-2"), _image(running, "gone-3")
    await running.azure("push", "shop/gone", "stable", str(image.folder))
    await running.rolled_out("gone", image.digest, sequence=2)
    await running.azure("push", "shop/gone", "other", str(other.folder))
    await running.azure("push", "shop/gone", "another", str(other.folder))
    assert other.digest in (await running.azure("untag", "shop/gone", "another"))["digests"]
    assert await running.azure("delete", "shop/gone", image.digest) == {"tags": ["other"]}
    assert (await running.delivered("shop/gone", 4))[3:] == ["shop/gone"]
    *_, event = await running.told("shop/gone")
    assert (event["action"], event["request"]["method"]) == ("delete", "DELETE")
    assert event["target"] == {"mediaType": MANIFEST, "digest": image.digest, "repository": "shop/gone"}
    await running.place.tell("/drift/check")
    assert await running.place.served("gone") == {image.digest}
    await running.azure("retag", "shop/gone", "stable", other.digest)
    await running.rolled_out("gone", other.digest, sequence=3)


@pytest.mark.parametrize("platforms", [("linux/amd64",), SEVERAL], ids=["one platform", "several"])
async def test_what_is_pulled_is_what_was_pushed(running: Harbour, platforms: tuple[str, ...]) -> None:
    """Byte for byte: oras pulls the same blobs and manifests, Azure's client checks the digests of what it gets."""
    name = f"back/of-{len(platforms)}"
    image = _image(running, name.replace("/", "-"), *platforms)
    await running.oras.push(image.folder, f"{name}:v1")
    back = running.folder / f"{image.folder.name}-back"
    await running.oras.pull(f"{name}:v1", back)
    assert Layout(back).content == image.content
    layer = image.blobs[-1]
    found: dict[str, Any] = await running.azure("pull", name, "v1", layer)
    assert (found["digest"], bytes.fromhex(found["blob"])) == (image.digest, image.blob(layer))
