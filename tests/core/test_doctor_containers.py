"""The doctor's checks on a sidecar-enabled site: each container as whom, is its image there, at which port."""

import pytest

from operators.core.access import Access, ContainerAccess, Reason, Verdict
from operators.core.apps import SiteContainer, SiteIdentity
from operators.core.doctor.checks import Check, Code
from operators.core.doctor.configuration import check_port
from operators.core.doctor.containers import Containers
from operators.core.doctor.examination import examine
from operators.core.doctor.facts import AppFacts, ContainerFacts
from operators.core.doctor.pulling import check_identity, check_image, check_registry_credentials
from operators.core.images import ImageReference
from operators.core.model import Unknown
from tests.core.doctor_samples import CONFIG, DENIED, PULLER, REGISTRY, SITE, but, settings

SIDECARS = CONFIG.model_copy(update={"linux_fx_version": "sitecontainers", "acr_use_managed_identity_creds": False})
PASSWORD = "DOCKER_REGISTRY_SERVER_PASSWORD"
IMAGE = ImageReference.parse("contoso.azurecr.io/team/shop:stable")
NO_IMAGE = Unknown(what="image of container main", reason="'x y' is not an image reference")


def one(auth_type: str | None = "SystemIdentity", name: str = "main", **changes: object) -> ContainerFacts:
    """A container with which everything is right, but for what was found out about it."""
    return ContainerFacts(container=container(auth_type, name), image=IMAGE, registry=REGISTRY, there=True).model_copy(
        update=changes
    )


def container(auth_type: str | None = "SystemIdentity", name: str = "main", **changes: object) -> SiteContainer:
    """What it says itself."""
    told = {"name": name, "image": str(IMAGE), "is_main": name == "main", "auth_type": auth_type, "target_port": "80"}
    return SiteContainer.model_validate(told | changes)


def sidecars(*containers: ContainerFacts, **changes: object) -> AppFacts:
    """A sidecar-enabled site with these containers."""
    return but(**{"config": SIDECARS, "image": None, "registry": None, "containers": containers, **changes})


def refused(reason: Reason, *fix: str) -> Access:
    """The verdict on a site whose container `main` is refused."""
    access = Access(verdict=Verdict.DENIED, reason=reason, sentence="It may not.", fix=fix)
    return access.model_copy(update={"containers": (ContainerAccess(container=one().container, access=access),)})


def by_client_id(client_id: str | None) -> ContainerFacts:
    """A container that names a user-assigned identity."""
    return one(container=container("UserAssigned", client_id=client_id))


def said(check: Check, code: Code, status: str, part: str) -> None:
    """Compare a check with a row of a table."""
    assert (check.code, check.status) == (code, status)
    assert part in check.sentence


@pytest.mark.parametrize(
    ("facts", "status", "part"),
    [
        pytest.param(sidecars(one(), one(name="log")), "ok", "container log of shop is pulled with", id="all"),
        pytest.param(sidecars(by_client_id(PULLER.client_id)), "ok", "identity puller", id="user-assigned"),
        pytest.param(sidecars(by_client_id("c-other")), "problem", "not on the site", id="another one's client id"),
        pytest.param(sidecars(by_client_id(None)), "problem", "not on the site", id="none named"),
        pytest.param(sidecars(by_client_id(PULLER.resource_id)), "problem", "a resource id", id="a resource id"),
        pytest.param(
            sidecars(one(), site=SITE.model_copy(update={"identity": SiteIdentity()})), "problem", "has none", id="none"
        ),
        pytest.param(sidecars(one(), one("UserCredentials", "log")), "warning", "password", id="one by password"),
        pytest.param(sidecars(one(None)), "ok", "as nobody", id="as nobody, and nothing speaks against it"),
        pytest.param(
            sidecars(one("Anonymous"), access=refused(Reason.CREDENTIALS_MISSING)),
            "problem",
            "does not allow",
            id="as nobody, refused",
        ),
        pytest.param(sidecars(one("Future")), "unknown", "none that is documented", id="as nobody knows whom"),
        pytest.param(sidecars(one(), site=DENIED), "unknown", "needs X/read", id="site not to be read"),
        pytest.param(but(containers=DENIED), "unknown", "needs X/read", id="containers not to be read"),
        pytest.param(sidecars(), "unknown", "without a container", id="no container"),
    ],
)
def test_identity(facts: AppFacts, status: str, part: str) -> None:
    """Every container is pulled with an identity of the site; the site's own flag does not count."""
    said(check_identity(facts), Code.IDENTITY, status, part)


def test_the_worst_is_told_and_mended() -> None:
    """Of several containers the sentence and the commands are those of the worst; the evidence is of all."""
    access = refused(Reason.IDENTITY_MISSING, "az x")
    check = check_identity(sidecars(by_client_id("c-other"), one("UserCredentials", "log"), access=access))
    assert (check.status, check.fix) == ("problem", ("az x",))
    assert "log" not in check.sentence
    assert [seen.source.rpartition("/")[2] for seen in check.evidence] == ["main", "log"]


@pytest.mark.parametrize(
    ("facts", "status", "part"),
    [
        pytest.param(sidecars(one(), one(name="log")), "ok", "team/shop", id="all there"),
        pytest.param(sidecars(one(), one(name="log", there=False)), "problem", "container log of shop", id="one gone"),
        pytest.param(sidecars(one(registry=None, there=None)), "unknown", "none of the registries", id="elsewhere"),
        pytest.param(sidecars(one(registry=DENIED, there=None)), "unknown", "needs X/read", id="unread registry"),
        pytest.param(sidecars(one(there=DENIED)), "unknown", "needs X/read", id="unread repository"),
        pytest.param(sidecars(one(image=NO_IMAGE)), "unknown", "is not an image reference", id="no image reference"),
        pytest.param(but(containers=DENIED), "unknown", "needs X/read", id="containers not to be read"),
    ],
)
def test_image(facts: AppFacts, status: str, part: str) -> None:
    """Every container's image is there; for one that is not, the command shows what is."""
    check = check_image(facts)
    said(check, Code.IMAGE, status, part)
    assert bool(check.fix) is (status == "problem")


@pytest.mark.parametrize(
    ("containers", "status", "part"),
    [
        pytest.param((one(),), "ok", "at port 80", id="told"),
        pytest.param((one(container=container(target_port=None)),), "unknown", "is told no port", id="not told"),
        pytest.param((one(container=container(target_port="http")),), "problem", "'http'", id="no port"),
        pytest.param((one(name="log"),), "problem", "None of the containers", id="no main container"),
        pytest.param(DENIED, "unknown", "needs X/read", id="not to be read"),
    ],
)
def test_port(containers: Containers, status: str, part: str) -> None:
    """The main container's targetPort, whatever WEBSITES_PORT says."""
    said(check_port(but(containers=containers)), Code.PORT, status, part)


def test_leftover_credentials_are_used_by_nothing() -> None:
    """DOCKER_REGISTRY_SERVER_* are for classic containers."""
    check = check_registry_credentials(sidecars(one(), settings=settings(PASSWORD)))
    said(check, Code.REGISTRY_CREDENTIALS, "warning", "which nothing uses")
    assert PASSWORD in check.fix[0]


def test_pushes_are_not_looked_into() -> None:
    """Nothing is rolled out to it, so how pushes arrive is neither right nor wrong."""
    checks = {check.code: check for check in examine(sidecars(one())).checks}
    for code in (Code.EVENTS, Code.WEBHOOKS, Code.WEBHOOK_ADDRESSES, Code.WEBHOOK_QUOTA):
        said(checks[code], code, "unknown", "no push is rolled out")
