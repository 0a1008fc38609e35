"""A registry's data plane: which digest a tag has, and whether a manifest is there.

Source: azure-rest-api, containerregistry/data-plane (2021-07-01).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.policies import HttpLoggingPolicy, UserAgentPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from operators.cloud.arm import CALL, Transport
from operators.cloud.arm_errors import parsed, read_answer, refusal, translated
from operators.cloud.kept import Kept
from operators.cloud.registry_tokens import RegistryTokens
from operators.core.access import PULL
from operators.core.clouds import PUBLIC, Cloud
from operators.core.registries import ManifestFacts, TagFacts
from operators.errors import Forbidden

# A registry hides a manifest from whoever does not name its type: github.com/Azure/acr/issues/741.
_ACCEPT = ", ".join(
    (
        "application/json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_MANIFEST_KEPT = timedelta(minutes=5)
"""What a digest names never changes; that it is there may."""
_NOT_THERE = frozenset({"TAG_UNKNOWN", "NAME_UNKNOWN", "MANIFEST_UNKNOWN"})
_ROLE = "AcrPull at the registry, or Container Registry Repository Reader in ABAC mode"


class RegistryContent:
    """Reads tags and manifests as the operator's identity, which needs to pull. Raises operators.errors."""

    def __init__(
        self,
        credential: AsyncTokenCredential,
        now: Callable[[], datetime],
        *,
        transport: Transport | None = None,
        cloud: Cloud = PUBLIC,
    ) -> None:
        options: dict[str, Any] = {"transport": transport} if transport else {}
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            "", policies=[UserAgentPolicy("pulley"), HttpLoggingPolicy()], **options
        )
        self._tokens = RegistryTokens(self._client, credential, now, cloud)
        self._manifests: Kept[ManifestFacts | None] = Kept(now, _MANIFEST_KEPT)

    async def tag(self, login_server: str, repository: str, tag: str) -> TagFacts | None:
        """What the tag shows now; None where there is no such tag or repository."""
        path = f"/acr/v1/{quote(repository, safe='')}/_tags/{quote(tag, safe='')}"
        what = f"{login_server}/{repository}:{tag}"
        answer = await self._get(login_server, repository, path, what)
        return None if answer is None else parsed(what, _tag, answer)

    async def manifest(
        self, login_server: str, repository: str, digest: str, not_before: datetime | None = None
    ) -> ManifestFacts | None:
        """Which platforms the manifest of this digest is for; None where the registry has none, or hides it from us.

        Kept for five minutes, for all apps that run it; `not_before` asks for what was read since then.
        """

        async def read() -> ManifestFacts | None:
            path = f"/v2/{quote(repository, safe='')}/manifests/{quote(digest, safe='')}"
            answer = await self._get(login_server, repository, path, key)
            return None if answer is None else ManifestFacts(digest=digest, platforms=parsed(key, _platforms, answer))

        key = f"{login_server}/{repository}@{digest}"
        return await self._manifests.get(key, read, not_before)

    async def quarantine_state(self, login_server: str, repository: str, digest: str) -> str | None:
        """What the registry says of the manifest's quarantine, "Passed" or else; None where it says nothing."""
        path = f"/acr/v1/{quote(repository, safe='')}/_manifests/{quote(digest, safe='')}"
        what = f"{login_server}/{repository}@{digest}"
        answer = await self._get(login_server, repository, path, what)
        return None if answer is None else parsed(what, _quarantine_state, answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _get(self, login_server: str, repository: str, path: str, what: str) -> dict[str, Any] | None:
        """The answer, or None where the registry says that it knows no such thing."""
        response = await self._send(login_server, repository, path, what)
        if response.status_code < 400:
            with translated(what):
                answer: dict[str, Any] = response.json()
            return answer
        refused = read_answer(response.status_code, response.headers, response.text())
        if refused.status == 404 and refused.code in _NOT_THERE:
            return None
        if "insufficient_scope" in response.headers.get("www-authenticate", ""):
            needs = f"{refused.status} {refused.code}: to read {repository}, the operator's identity needs {_ROLE}"
            raise Forbidden(what, needs, f"give the operator's identity {_ROLE}", action=PULL)
        raise refusal(what, refused)

    async def _send(self, login_server: str, repository: str, path: str, what: str) -> AsyncHttpResponse:
        """Ask with a kept token; where that one is refused, once more with a new one."""
        scope = f"repository:{repository}:metadata_read,pull"  # one token for tags and manifests
        token = await self._tokens.access_token(login_server, scope)
        response = await self._send_with(token, login_server, path, what)
        if response.status_code != 401:
            return response
        self._tokens.forget(login_server, token)
        token = await self._tokens.access_token(login_server, scope)
        return await self._send_with(token, login_server, path, what)

    async def _send_with(self, token: str, login_server: str, path: str, what: str) -> AsyncHttpResponse:
        headers = {"Authorization": f"Bearer {token}", "Accept": _ACCEPT}
        request = HttpRequest("GET", f"https://{login_server}{path}", headers=headers)
        with translated(what):
            return await self._client.send_request(request, **CALL)


def _tag(answer: dict[str, Any]) -> TagFacts:
    return TagFacts(digest=answer["tag"]["digest"], last_updated=answer["tag"]["lastUpdateTime"])


def _quarantine_state(answer: dict[str, Any]) -> str | None:
    state: str | None = (answer["manifest"].get("changeableAttributes") or {}).get("quarantineState")
    return state


def _platforms(manifest: dict[str, Any]) -> tuple[str, ...] | None:
    """Of an index, those of its images; None where one of them does not say it, as it need not (OCI image-index)."""
    if "manifests" not in manifest:
        return None
    platforms = [row.get("platform") for row in manifest["manifests"]]
    if not all(platforms):
        return None
    # What signs or describes an image is for unknown/unknown: docs.docker.com, build/metadata/attestations.
    named = [f"{one['os']}/{one['architecture']}" for one in platforms if one["os"] != "unknown"]
    return tuple(dict.fromkeys(named))
