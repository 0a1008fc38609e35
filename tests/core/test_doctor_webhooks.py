"""The doctor's checks on webhooks past Pulley: which restart the app, which end nowhere, and how many may be made."""

import pytest

from operators.core.doctor.checks import Code, Status
from operators.core.doctor.facts import AppFacts, Quota
from operators.core.doctor.webhooks import (
    check_continuous_deployment,
    check_webhook_addresses,
    check_webhook_quota,
    check_webhooks,
)
from tests.core.doctor_samples import DENIED, IMAGE, but, healthy, hook, hooked, registry, said, settings, site

DELETE = "az acr webhook delete --registry contoso --subscription s --name webappshop"
OTHER = "other.scm.azurewebsites.net"


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "No webhook", "", id="none"),
        pytest.param(hooked(hook()), "warning", "restarts the app twice", DELETE, id="the tutorial's"),
        pytest.param(hooked(hook(path="/docker/hook")), "warning", "twice", DELETE, id="the older path"),
        pytest.param(hooked(hook(path="/API/Registry/Webhook/")), "warning", "twice", DELETE, id="another spelling"),
        pytest.param(hooked(hook(scope="team/shop:*")), "warning", "twice", DELETE, id="every tag of the repository"),
        pytest.param(
            hooked(hook(scope="team/other:*")), "warning", "beside what Pulley does", DELETE, id="of another repository"
        ),
        pytest.param(
            hooked(hook()).model_copy(update={"settings": DENIED}),
            "warning",
            "twice",
            DELETE,
            id="settings not to be read",
        ),
        pytest.param(
            hooked(hook()).model_copy(update={"settings": settings(DOCKER_ENABLE_CI="false")}),
            "warning",
            "nothing while DOCKER_ENABLE_CI is off",
            DELETE,
            id="switched off",
        ),
        pytest.param(hooked(hook(enabled=False)), "ok", "", "", id="a disabled one"),
        pytest.param(hooked(hook(actions=("delete",))), "ok", "", "", id="one for deletions"),
        pytest.param(hooked(hook(OTHER)), "ok", "", "", id="another app's"),
        pytest.param(hooked(hook(address=DENIED)), "unknown", "needs X/read", "", id="an address not to be read"),
        pytest.param(
            hooked(hook(address=DENIED), hook()),
            "warning",
            "twice",
            DELETE,
            id="one is known, another's address is not",
        ),
        pytest.param(
            site(scm_host_name=None).model_copy(update={"registry": registry(webhooks=(hook(),))}),
            "unknown",
            "is not told",
            "",
            id="no deployment site is named",
        ),
        pytest.param(
            but(site=DENIED, registry=registry(webhooks=(hook(),))),
            "unknown",
            "needs X/read",
            "",
            id="site not to be read",
        ),
        pytest.param(but(registry=None), "unknown", "none of the registries", "", id="a registry not ours to read"),
    ],
)
def test_webhooks(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """A webhook that restarts the app is found by its host and path; where one may hide, it is not known."""
    said(check_webhooks(facts), Code.WEBHOOKS, status, part, fix)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "No webhook", "", id="none"),
        pytest.param(hooked(hook()), "ok", "", "", id="the right one"),
        pytest.param(
            hooked(hook(path="/api/registry")),
            "problem",
            "is https://shop.scm.azurewebsites.net/api/registry/webhook.",
            DELETE,
            id="cut off",
        ),
        pytest.param(hooked(hook(path="/")), "problem", "webappshop", DELETE, id="no path"),
        pytest.param(
            hooked(hook("shop.azurewebsites.net")), "problem", "webappshop", DELETE, id="the app instead of its Kudu"
        ),
        pytest.param(hooked(hook("shop.azurewebsites.net", None)), "ok", "", "", id="what the app itself takes"),
        pytest.param(hooked(hook("hooks.example.com", None)), "ok", "", "", id="somewhere else"),
        pytest.param(hooked(hook(path="/x", enabled=False)), "ok", "", "", id="a disabled one"),
        pytest.param(hooked(hook(address=DENIED)), "unknown", "needs X/read", "", id="an address not to be read"),
    ],
)
def test_webhook_addresses(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """A webhook for this app that ends nowhere is a problem, for somebody relies on it."""
    said(check_webhook_addresses(facts), Code.WEBHOOK_ADDRESSES, status, part, fix)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "is off", "", id="not set"),
        pytest.param(but(settings=settings(DOCKER_ENABLE_CI="false")), "ok", "is off", "", id="false"),
        pytest.param(
            but(settings=settings(DOCKER_ENABLE_CI="True")),
            "warning",
            "Pulley does that already",
            "--settings DOCKER_ENABLE_CI=false",
            id="true",
        ),
        pytest.param(but(settings=DENIED), "unknown", "needs X/read", "", id="not to be read"),
    ],
)
def test_continuous_deployment(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """DOCKER_ENABLE_CI is off, or to be switched off; where settings may not be listed it is not known."""
    said(check_continuous_deployment(facts), Code.CONTINUOUS_DEPLOYMENT, status, part, fix)


@pytest.mark.parametrize(
    ("quota", "status", "part", "fix"),
    [
        pytest.param(Quota(used=9, limit=10), "ok", "9 of 10", "", id="one left"),
        pytest.param(Quota(used=2, limit=2), "warning", "refused", "az acr webhook list", id="none left"),
        pytest.param(None, "unknown", "no quota", "", id="not told"),
        pytest.param(DENIED, "unknown", "needs X/read", "", id="not to be read"),
    ],
)
def test_webhook_quota(quota: object, status: Status, part: str, fix: str) -> None:
    """The quota is the registry's own word, not a table of SKUs."""
    said(check_webhook_quota(but(registry=registry(webhook_quota=quota))), Code.WEBHOOK_QUOTA, status, part, fix)


@pytest.mark.parametrize(
    ("scope", "tag", "covered"),
    [
        ("", "stable", True),
        ("team/shop:*", "stable", True),
        ("team/shop:stable", "stable", True),
        ("team/shop:v1", "stable", False),
        ("team/shop", "stable", False),
        ("team/shop", "latest", True),
        ("team/shop:v1", None, True),
        ("team:*", "stable", False),
    ],
)
def test_scope(scope: str, tag: str | None, covered: bool) -> None:
    """A scope without a tag is the latest one; an image that is pinned may be pushed under any."""
    assert hook(scope=scope).covers(IMAGE.model_copy(update={"tag": tag})) is covered
