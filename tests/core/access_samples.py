"""What the cases of "may this app pull?" are made from: an app, its registry, and the roles of the tutorial."""

from datetime import UTC, datetime, timedelta

from operators.core.access import AccessFacts
from operators.core.access.deny_assignments import DenyAssignment, Named
from operators.core.access.rbac import Permission, RoleAssignment, RoleDefinition
from operators.core.app_settings import PullSettings
from operators.core.apps import AppId, SiteConfig, SiteIdentity, SiteNetwork, UserAssignedIdentity
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.registries import LEGACY, ManifestFacts, PrivateEndpoint, Registry

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/5ca082f3-38f2-4bb0-b0a4-c401184ae3a8"
REGISTRY_ID = f"{SUBSCRIPTION}/resourceGroups/rg-acr/providers/Microsoft.ContainerRegistry/registries/demo"
SUBNET = f"{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/hub/subnets/apps"
ENDPOINT = PrivateEndpoint(
    id=f"{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/privateEndpoints/demo-endpoint",
    subnet_id=SUBNET.replace("subnets/apps", "subnets/endpoints").replace("resourceGroups", "resourcegroups"),
)
SYSTEM = "97d83402-1cee-46eb-bf02-426df6480397"
APP = AppId.from_resource_id(f"{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/shop")
SLOT = AppId.from_resource_id(f"{APP.resource_id}/slots/staging")
DIGEST = "sha256:" + "a" * 64


def _user(name: str, client_id: str, principal_id: str) -> UserAssignedIdentity:
    group = f"{SUBSCRIPTION}/resourcegroups/rg-web"
    path = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    return UserAssignedIdentity(resource_id=path, client_id=client_id, principal_id=principal_id)


USER = _user("puller", "221b5a87-47fc-486b-8ba9-09ed5c37a309", "027ada1a-2213-4413-854a-0c6e93195217")
OTHER = _user("other", "f6c749f0-9557-4551-a787-28008c4e5deb", "ba457826-09c6-4a3a-9a82-6c2759653622")
DEMO = Registry(id=REGISTRY_ID, name="demo", login_server="demo.azurecr.io", role_assignment_mode=LEGACY)
OPERATOR = "33333333-3333-4333-8333-333333333333"
FORBIDDEN = Unknown(
    what="role assignments at demo.azurecr.io",
    reason="403 AuthorizationFailed: the operator's identity needs Microsoft.Authorization/roleAssignments/read",
    action="Microsoft.Authorization/roleAssignments/read",
    scope=f"{REGISTRY_ID}/providers/Microsoft.Authorization",
)
THROTTLED = Unknown(what="registries", reason="429", temporary=True, retry_after_seconds=17)


def role(name: str, key: str, **block: tuple[str, ...]) -> RoleDefinition:
    """A role of one block."""
    path = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{key}"
    return RoleDefinition(id=path, name=name, permissions=(Permission(**block),))


ACR = "Microsoft.ContainerRegistry/registries"
ACR_PULL = role("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d", actions=(f"{ACR}/pull/read",))
READER = role("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", actions=("*/read",))
OWNER = role("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", actions=("*",))
ACR_DELETE = role("AcrDelete", "c2f4ef07-c644-48eb-af81-4b1b4947fb11", actions=(f"{ACR}/artifacts/delete",))
REPOSITORY_READER = role(
    "Container Registry Repository Reader",
    "b93aa761-3e63-49ed-ac28-beffa264f7ac",
    data_actions=(f"{ACR}/repositories/metadata/read", f"{ACR}/repositories/content/read"),
)
CATALOG_LISTER = role(
    "Container Registry Repository Catalog Lister",
    "bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7",
    data_actions=(f"{ACR}/catalog/read",),
)
ALL_BUT_PULL = role("Ops", "11111111-0000-0000-0000-000000000001", actions=(f"{ACR}/*",), not_actions=("*/pull/*",))
ALL_REPOSITORIES = role("Data", "11111111-0000-0000-0000-000000000002", data_actions=(f"{ACR}/REPOSITORIES/*",))
UNREAD_ROLE = Unknown(what="role definition 1234", reason="503", temporary=True)


def given(
    a_role: RoleDefinition, scope: str = REGISTRY_ID, *, to: str = SYSTEM, minutes_ago: float = 9999, **more: str
) -> RoleAssignment:
    """A role that was given to somebody so long ago."""
    return RoleAssignment(
        id=f"{scope}/providers/Microsoft.Authorization/roleAssignments/88888888-0000-0000-0000-000000000001",
        scope=scope,
        role_definition_id=a_role.id,
        principal_id=to,
        principal_type="Group" if to == "a-group" else "ServicePrincipal",
        condition=more.get("condition"),
        created_on=NOW - timedelta(minutes=minutes_ago),
    )


def denial(*principals: Named, **more: object) -> DenyAssignment:
    """A deny assignment of every action at the registry's group."""
    scope = f"{SUBSCRIPTION}/resourceGroups/rg-acr"
    told = DenyAssignment(
        id=f"{scope}/providers/Microsoft.Authorization/denyAssignments/c807d002-6d77-452f-a837-4692929d12fd",
        name="protected by a deployment stack",
        scope=scope,
        permissions=(Permission(actions=("*",), data_actions=("*",)),),
        principals=principals,
    )
    return told.model_copy(update=more)


def config(*, flag: bool = True, client_id: str | None = None) -> SiteConfig:
    """The app's config/web."""
    return SiteConfig(
        linux_fx_version="DOCKER|demo.azurecr.io/shop:v1",
        acr_use_managed_identity_creds=flag,
        acr_user_managed_identity_id=client_id,
        health_check_path=None,
        always_on=True,
    )


FACTS = AccessFacts(
    app=APP,
    image=ImageReference.parse("demo.azurecr.io/shop:v1"),
    identity=SiteIdentity(system_principal_id=SYSTEM),
    config=config(),
    network=SiteNetwork(possible_outbound_ips=("13.66.140.1", "13.66.140.2")),
    registry=DEMO,
    assignments=(),
    denials=(),
    manifest=ManifestFacts(digest=DIGEST),
    operator_id=OPERATOR,
)


def facts(**changes: object) -> AccessFacts:
    """An app that pulls with its system-assigned identity, which has no role yet."""
    return FACTS.model_copy(update=changes)


def roles(*assignments: RoleAssignment, known: tuple[RoleDefinition | Unknown, ...], **changes: object) -> AccessFacts:
    """The same, with roles."""
    return facts(assignments=assignments, definitions=known, **changes)


def pulls(**changes: object) -> AccessFacts:
    """An app that may pull, but for what is changed."""
    return roles(given(ACR_PULL), known=(ACR_PULL,), **changes)


def demo(**changes: object) -> Registry:
    """The registry, changed."""
    return DEMO.model_copy(update=changes)


def signs_in(**settings: object) -> AccessFacts:
    """An app that does not use its identity, with these settings."""
    return facts(config=config(flag=False), settings=PullSettings.model_validate(settings))


AS_USER = {"identity": SiteIdentity(user_assigned=(OTHER, USER)), "config": config(client_id=USER.client_id)}
