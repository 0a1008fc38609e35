"""The doctor's checks on the pull: as whom, may it, is it there, and which password is left over."""

import pytest

from operators.core.access import Verdict
from operators.core.access.parts import unread
from operators.core.apps import SiteIdentity
from operators.core.doctor.checks import Code, Status
from operators.core.doctor.facts import AppFacts
from operators.core.doctor.pulling import (
    check_access,
    check_identity,
    check_image,
    check_registry_credentials,
)
from tests.core.doctor_samples import (
    APP,
    CONFIG,
    DENIED,
    PULLER,
    REGISTRY,
    access,
    but,
    config,
    healthy,
    registry,
    said,
    settings,
    site,
)

USER, PASSWORD = "DOCKER_REGISTRY_SERVER_USERNAME", "DOCKER_REGISTRY_SERVER_PASSWORD"
NOBODY = CONFIG.model_copy(update={"acr_use_managed_identity_creds": False})
ANONYMOUS = registry(registry=REGISTRY.model_copy(update={"anonymous_pull_enabled": True}))
UNSEEN = unread(APP, "its image", DENIED.model_copy(update={"action": "X/read", "scope": APP.resource_id}), None)
FLAG = "az webapp config set --subscription s --resource-group apps --name shop --generic-configurations"


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "system-assigned", "", id="system-assigned"),
        pytest.param(
            config(acr_user_managed_identity_id="c-puller"),
            "ok",
            "identity puller",
            "",
            id="user-assigned by client id",
        ),
        pytest.param(site(identity=SiteIdentity()), "problem", "has none", "", id="no identity at all"),
        pytest.param(
            but(
                site=healthy().site.model_copy(update={"identity": SiteIdentity()}),
                access=access(Verdict.DENIED, "az x"),
            ),
            "problem",
            "has none",
            "az x",
            id="the fix of the verdict",
        ),
        pytest.param(
            config(acr_user_managed_identity_id="c-other"),
            "problem",
            "that is not on it",
            "",
            id="another one's client id",
        ),
        pytest.param(
            config(acr_user_managed_identity_id=PULLER.resource_id), "problem", "a resource id", "", id="a resource id"
        ),
        pytest.param(
            but(config=NOBODY, settings=settings(USER, PASSWORD)),
            "warning",
            "user name and password",
            FLAG,
            id="a password",
        ),
        pytest.param(
            but(config=NOBODY, settings=settings()), "problem", "as nobody", FLAG, id="the flag was forgotten"
        ),
        pytest.param(
            but(config=NOBODY, settings=settings(), access=UNSEEN),
            "problem",
            "as nobody",
            FLAG,
            id="the flag was forgotten, and the operator lacks a right",
        ),
        pytest.param(
            but(config=NOBODY, settings=settings(), registry=ANONYMOUS), "ok", "to anybody", "", id="an anonymous pull"
        ),
        pytest.param(
            but(config=NOBODY, settings=DENIED), "warning", "cannot be read", FLAG, id="settings not to be read"
        ),
        pytest.param(but(config=DENIED), "unknown", "needs X/read", "", id="config not to be read"),
        pytest.param(but(site=DENIED), "unknown", "needs X/read", "", id="site not to be read"),
    ],
)
def test_identity(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """The app pulls with a managed identity that is on it."""
    said(check_identity(facts), Code.IDENTITY, status, part, fix)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "may pull", "", id="allowed"),
        pytest.param(but(access=access(Verdict.DENIED, "az role")), "problem", "denied", "az role", id="denied"),
        pytest.param(but(access=access(Verdict.UNKNOWN)), "unknown", "unknown", "", id="unknown"),
        pytest.param(but(access=UNSEEN), "unknown", "X/read", "--role Reader", id="the operator lacks a right"),
        pytest.param(but(access=access(Verdict.PROPAGATING)), "warning", "propagating", "", id="propagating"),
        pytest.param(
            but(access=access(Verdict.ALLOWED).model_copy(update={"warnings": ("A token is kept for a day.",)})),
            "warning",
            "It is allowed. A token is kept for a day.",
            "",
            id="allowed, with a warning",
        ),
        pytest.param(but(access=None), "unknown", "no classic container", "", id="no container"),
    ],
)
def test_access(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """The verdict's own words and fix are passed on."""
    said(check_access(facts), Code.ACCESS, status, part, fix)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "has team/shop", "", id="there"),
        pytest.param(
            but(image_there=False),
            "problem",
            "has no contoso.azurecr.io/team/shop:stable",
            "az acr repository show-tags --subscription s --name contoso --repository team/shop",
            id="gone",
        ),
        pytest.param(but(image_there=DENIED), "unknown", "needs X/read", "", id="not to be read"),
        pytest.param(
            but(image_there=None, registry=None), "unknown", "none of the registries", "", id="not ours to read"
        ),
        pytest.param(
            but(image_there=None, registry=DENIED), "unknown", "needs X/read", "", id="registry not to be read"
        ),
        pytest.param(
            but(image=None, image_there=None, config=CONFIG.model_copy(update={"linux_fx_version": "PYTHON|3.13"})),
            "unknown",
            "no classic container",
            "",
            id="no container",
        ),
    ],
)
def test_image(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """An image that is not there is a problem of the next start; one that could not be asked for is not known."""
    said(check_image(facts), Code.IMAGE, status, part, fix)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "no user name", "", id="none"),
        pytest.param(
            but(settings=settings(USER, PASSWORD)),
            "warning",
            "still has",
            f"--setting-names {USER} {PASSWORD}",
            id="left over",
        ),
        pytest.param(
            but(config=NOBODY, settings=settings(PASSWORD), access=access(Verdict.UNKNOWN, "az identity")),
            "warning",
            "needs neither",
            "az identity",
            id="in use",
        ),
    ],
)
def test_registry_credentials(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """What is left over is to be deleted; what is in use is to be replaced by an identity."""
    said(check_registry_credentials(facts), Code.REGISTRY_CREDENTIALS, status, part, fix)
