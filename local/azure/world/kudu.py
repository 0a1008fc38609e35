"""An app's deployment site (Kudu), as far as registries call it: the webhook of continuous deployment.

azure-docs: app-service/deploy-ci-cd-custom-container; KuduLite: DockerController. A call is 401 without the publishing
credentials or where basic authentication is off, 403 without public access; without DOCKER_ENABLE_CI it does nothing.
"""

from base64 import b64encode
from datetime import datetime
from urllib.parse import quote

from local.azure.world.names import stable_guid
from local.azure.world.sites import Happened, Site

HOOKS = ("/api/registry/webhook", "/docker/hook")
"""The address that the portal shows, and the older one."""


def password_of(site: Site) -> str:
    """Answer the publishing password of a site."""
    return stable_guid("publishing password", site.id).replace("-", "")


def hook_address(site: Site) -> str:
    """Answer the address that a registry is given, credentials included."""
    return f"https://{quote(site.publishing_user, safe='$')}:{password_of(site)}@{site.scm_host}{HOOKS[0]}"


def refusal(site: Site, authorization: str) -> int | None:
    """Answer the status that keeps a caller out; None lets it in."""
    if site.config.get("publicNetworkAccess") == "Disabled":
        return 403
    expected = b64encode(f"{site.publishing_user}:{password_of(site)}".encode()).decode()
    return None if site.told.scm_basic_auth and authorization == f"Basic {expected}" else 401


def receive(site: Site, path: str, authorization: str, at: datetime) -> int:
    """Take a POST to the deployment site and answer its status; a restart may be what it does."""
    refused = refusal(site, authorization)
    if refused is not None:
        return refused
    if path.rstrip("/").lower() not in HOOKS:
        return 404
    if site.app_settings.get("DOCKER_ENABLE_CI", "").lower() != "true":
        return 200
    if site.state == "Running":
        site.record(at, Happened.RESTARTED)
    return 202
