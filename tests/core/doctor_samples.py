"""What the tables of the doctor's checks are made from: one healthy app, ways to spoil it, and what a row says."""

from operators.core.access import Access, Reason, Verdict
from operators.core.app_settings import ContainerSettings, KeyVaultReference
from operators.core.apps import AppId, Site, SiteConfig, SiteIdentity, UserAssignedIdentity
from operators.core.doctor.checks import Check, Code, Status
from operators.core.doctor.facts import (
    AppFacts,
    EventSubscription,
    LogSettings,
    Quota,
    RegistryFacts,
    WebAddress,
    Webhook,
)
from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus
from operators.core.model import Unknown
from operators.core.registries import Registry

APP = AppId(subscription="s", resource_group="apps", site="shop")
REGISTRY_ID = "/subscriptions/s/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/contoso"
REGISTRY = Registry(id=REGISTRY_ID, name="contoso", login_server="contoso.azurecr.io")
IMAGE = ImageReference.parse("contoso.azurecr.io/team/shop:stable")
SCM = "shop.scm.azurewebsites.net"
OPERATOR_SITE = "pulley"
PULLER = UserAssignedIdentity(
    resource_id="/subscriptions/s/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/puller",
    client_id="c-puller",
    principal_id="p-puller",
)
DENIED = Unknown(what="a read", reason="403 AuthorizationFailed: the operator's identity needs X/read at Y")
"""A read that was refused."""

SITE = Site(
    id=APP,
    location="westeurope",
    resource_tags={},
    default_host_name="shop.azurewebsites.net",
    scm_host_name=SCM,
    state="Running",
    linux_fx_version=f"DOCKER|{IMAGE}",
    identity=SiteIdentity(system_principal_id="p-system", user_assigned=(PULLER,)),
)
CONFIG = SiteConfig(
    linux_fx_version=f"DOCKER|{IMAGE}",
    acr_use_managed_identity_creds=True,
    acr_user_managed_identity_id=None,
    health_check_path="/health",
    always_on=True,
)
SUBSCRIPTION = EventSubscription(
    id=f"{REGISTRY_ID}/providers/Microsoft.EventGrid/eventSubscriptions/pulley",
    name="pulley",
    provisioning_state="Succeeded",
    endpoint_type="AzureFunction",
    function_id="/subscriptions/s/resourceGroups/ops/providers/Microsoft.Web/sites/Pulley/functions/image_pushed",
    event_types=("Microsoft.ContainerRegistry.ImagePushed",),
)
STARTED = InstanceStatus(instance_id="aaaaaaaa11", state="Started")


def healthy() -> AppFacts:
    """An app with which everything is right."""
    return AppFacts(
        app=APP,
        site=SITE,
        config=CONFIG,
        image=IMAGE,
        image_there=True,
        access=Access(verdict=Verdict.ALLOWED, reason=Reason.ROLE_GRANTED, sentence="shop may pull."),
        settings=ContainerSettings(values={"WEBSITES_PORT": "8080"}),
        key_vault_references=(KeyVaultReference(setting="DB", status="Resolved", vault="vault1"),),
        logs=LogSettings(http_file_system=True),
        instances=1,
        statuses=(STARTED,),
        deployments=(),
        registry=registry(),
        operator_site=OPERATOR_SITE,
    )


def but(**changes: object) -> AppFacts:
    """The healthy app but for these facts."""
    return healthy().model_copy(update=changes)


def site(**changes: object) -> AppFacts:
    """The healthy app but for these properties of the site."""
    return but(site=SITE.model_copy(update=changes))


def config(**changes: object) -> AppFacts:
    """The healthy app but for these properties of config/web."""
    return but(config=CONFIG.model_copy(update=changes))


def settings(*credentials: str, **values: str) -> ContainerSettings:
    """App settings."""
    return ContainerSettings(values=values, credentials=credentials)


def registry(**changes: object) -> RegistryFacts:
    """What was read about the healthy app's registry, but for these."""
    usual = RegistryFacts(
        registry=REGISTRY, webhooks=(), webhook_quota=Quota(used=0, limit=10), event_subscriptions=(SUBSCRIPTION,)
    )
    return usual.model_copy(update=changes)


def hook(
    host: str = SCM,
    path: str | None = "/api/registry/webhook",
    *,
    scope: str = "",
    enabled: bool = True,
    actions: tuple[str, ...] = ("push",),
    address: Unknown | None = None,
) -> Webhook:
    """A webhook of the registry, by default the tutorial's."""
    return Webhook(
        id=f"{REGISTRY_ID}/webhooks/webappshop",
        name="webappshop",
        enabled=enabled,
        actions=actions,
        scope=scope,
        address=address or WebAddress(host=host, path=path),
    )


def hooked(*hooks: Webhook, **changes: object) -> AppFacts:
    """The healthy app but for DOCKER_ENABLE_CI, these webhooks of its registry, and what else changes there."""
    return but(settings=settings(DOCKER_ENABLE_CI="true"), registry=registry(webhooks=hooks, **changes))


def subscribed(**changes: object) -> AppFacts:
    """The healthy app but for the registry's one event subscription."""
    return but(registry=registry(event_subscriptions=(SUBSCRIPTION.model_copy(update=changes),)))


def access(verdict: Verdict, *fix: str) -> Access:
    """A verdict."""
    return Access(verdict=verdict, reason=Reason.ROLE_MISSING, sentence=f"It is {verdict}.", fix=fix)


def said(check: Check, code: Code, status: Status, part: str, fix: str) -> None:
    """Compare a check with a row of a table."""
    assert (check.code, check.status) == (code, status), check
    assert part in check.sentence, check
    assert any(fix in command for command in check.fix) if fix else not check.fix, check
