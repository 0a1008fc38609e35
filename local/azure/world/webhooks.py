"""The classic webhooks of registries: which event goes where, and what came back.

azure-docs: container-registry/container-registry-webhook and container-registry-webhook-reference. A webhook that calls
the deployment site of an app of this world is answered at once; others wait for whoever has a network.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from local.azure.world.kudu import receive
from local.azure.world.names import same, stable_guid
from local.azure.world.registries import Registry
from local.azure.world.sites import Site

QUOTA = {"Basic": 2, "Standard": 10, "Premium": 500}
"""How many webhooks a registry of a SKU may have (azure-docs: container-registry-skus)."""


@dataclass(frozen=True)
class Webhook:
    """A webhook of a registry."""

    registry_id: str
    name: str
    location: str
    service_uri: str
    custom_headers: dict[str, str] = field(default_factory=dict)
    status: str = "enabled"
    scope: str = ""
    actions: tuple[str, ...] = ("push",)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Answer its resource id."""
        return f"{self.registry_id}/webhooks/{self.name}"

    def wants(self, event: dict[str, Any]) -> bool:
        """Tell whether an event sets it off."""
        if self.status != "enabled" or event["action"] not in self.actions:
            return False
        target = event["target"]
        repository, _, tag = self.scope.partition(":")
        if not repository:
            return True
        return bool(target["repository"] == repository and (tag == "*" or target.get("tag") == (tag or "latest")))


@dataclass(frozen=True)
class WebhookRequest:
    """What a registry sends, with what came back once it has."""

    webhook_id: str
    content: dict[str, Any]
    uri: str
    """With credentials, if the service URI has any."""
    headers: dict[str, str]
    status: int | None = None
    reason: str = ""

    @property
    def body(self) -> bytes:
        """Answer the bytes that are sent."""
        return json.dumps(self.content, separators=(",", ":")).encode()

    @property
    def shown_uri(self) -> str:
        """Answer the address without credentials."""
        parts = urlsplit(self.uri)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], path=parts.path or "/").geturl()


class Webhooks:
    """Every webhook of the world, and what they have sent."""

    def __init__(self, sites: list[Site]) -> None:
        self._sites = sites
        self._there: dict[str, Webhook] = {}
        self.sent: list[WebhookRequest] = []
        """Those that were answered, oldest first."""
        self.waiting: list[WebhookRequest] = []
        self.post: Callable[[WebhookRequest], None] = self.waiting.append
        """Takes what goes out to the network; without one, requests wait."""

    def of(self, registry: Registry) -> list[Webhook]:
        """Answer the webhooks of a registry, by name."""
        mine = [one for one in self._there.values() if same(one.registry_id, registry.id)]
        return sorted(mine, key=lambda one: one.name)

    def get(self, webhook_id: str) -> Webhook | None:
        """Find a webhook by its resource id."""
        return self._there.get(webhook_id.lower())

    def put(self, webhook: Webhook) -> Webhook:
        """Make a webhook, or make it anew."""
        self._there[webhook.id.lower()] = webhook
        return webhook

    def remove(self, webhook: Webhook) -> None:
        """Take a webhook away."""
        self._there.pop(webhook.id.lower(), None)

    def tell(self, registry: Registry, events: Iterable[dict[str, Any]], at: datetime) -> None:
        """Send events to every webhook that wants them."""
        for event in events:
            for webhook in self.of(registry):
                if webhook.wants(event):
                    self._send(webhook, event, at)

    def ping(self, webhook: Webhook, at: datetime) -> str:
        """Send a ping, also from a webhook that is disabled (recorded); answers its id."""
        event_id = stable_guid("ping", webhook.id, at.isoformat(), str(len(self.sent) + len(self.waiting)))
        timestamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "9Z"
        self._send(webhook, {"id": event_id, "timestamp": timestamp, "action": "ping"}, at)
        return event_id

    def answered(self, request: WebhookRequest, status: int, reason: str = "") -> None:
        """Note what came back; 0 where nothing did."""
        self.waiting[:] = [one for one in self.waiting if one is not request]
        self.sent.append(replace(request, status=status, reason=reason or _phrase(status)))

    def _send(self, webhook: Webhook, content: dict[str, Any], at: datetime) -> None:
        request = WebhookRequest(webhook.id, content, webhook.service_uri, _headers(webhook))
        parts = urlsplit(webhook.service_uri)
        site = next((one for one in self._sites if same(one.scm_host, parts.hostname or "")), None)
        if site is None:
            self.post(request)
            return
        self.answered(request, receive(site, parts.path, request.headers.get("Authorization", ""), at))


def _headers(webhook: Webhook) -> dict[str, str]:
    """Write the headers: credentials of the address become basic authentication; custom headers win."""
    parts = urlsplit(webhook.service_uri)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return headers | webhook.custom_headers


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status else ""
