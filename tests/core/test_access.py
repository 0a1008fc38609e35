"""May this app pull? Each case is a situation somebody has been in."""

import shlex
from datetime import UTC, datetime

import pytest

from operators.core.access import Access, AccessFacts, Reason, Verdict
from operators.core.access_evaluation import evaluate_access
from operators.core.apps import AppId, SiteConfig, SiteIdentity, UserAssignedIdentity
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.rbac import Permission, RoleAssignment, RoleDefinition
from operators.core.registries import ABAC, LEGACY, Registry

SUBSCRIPTION = "/subscriptions/5ca082f3-38f2-4bb0-b0a4-c401184ae3a8"
REGISTRY_ID = f"{SUBSCRIPTION}/resourceGroups/rg-acr/providers/Microsoft.ContainerRegistry/registries/demo"
SYSTEM = "97d83402-1cee-46eb-bf02-426df6480397"
APP = AppId.from_resource_id(f"{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/shop")
SLOT = AppId.from_resource_id(f"{APP.resource_id}/slots/staging")
USER = UserAssignedIdentity(
    resource_id=f"{SUBSCRIPTION}/resourcegroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/puller",
    client_id="221b5a87-47fc-486b-8ba9-09ed5c37a309",
    principal_id="027ada1a-2213-4413-854a-0c6e93195217",
)
OTHER = UserAssignedIdentity(
    resource_id=f"{SUBSCRIPTION}/resourcegroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/other",
    client_id="f6c749f0-9557-4551-a787-28008c4e5deb",
    principal_id="ba457826-09c6-4a3a-9a82-6c2759653622",
)
DEMO = Registry(id=REGISTRY_ID, name="demo", login_server="demo.azurecr.io", role_assignment_mode=LEGACY)
FORBIDDEN = Unknown(what="role assignments at demo.azurecr.io", reason="403 AuthorizationFailed")
THROTTLED = Unknown(what="registries", reason="429", temporary=True, retry_after_seconds=17)


def _role(name: str, key: str, **block: tuple[str, ...]) -> RoleDefinition:
    path = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{key}"
    return RoleDefinition(id=path, name=name, permissions=(Permission(**block),))


ACR_PULL = _role(
    "AcrPull",
    "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    actions=("Microsoft.ContainerRegistry/registries/pull/read",),
)
READER = _role("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", actions=("*/read",))
ACR_DELETE = _role(
    "AcrDelete",
    "c2f4ef07-c644-48eb-af81-4b1b4947fb11",
    actions=("Microsoft.ContainerRegistry/registries/artifacts/delete",),
)
REPOSITORY_READER = _role(
    "Container Registry Repository Reader",
    "b93aa761-3e63-49ed-ac28-beffa264f7ac",
    data_actions=("Microsoft.ContainerRegistry/registries/repositories/content/read",),
)
UNREAD_ROLE = Unknown(what="role definition 1234", reason="503", temporary=True)


def _given(
    role: RoleDefinition, scope: str = REGISTRY_ID, *, to: str = SYSTEM, kind: str = "ServicePrincipal", **more: str
) -> RoleAssignment:
    return RoleAssignment(
        id=f"{scope}/providers/Microsoft.Authorization/roleAssignments/88888888-0000-0000-0000-000000000001",
        scope=scope,
        role_definition_id=role.id,
        principal_id=to,
        principal_type=kind,
        condition=more.get("condition"),
        created_on=datetime(2025, 4, 14, 8, 54, 26, tzinfo=UTC),
    )


def _config(*, flag: bool = True, client_id: str | None = None) -> SiteConfig:
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
    config=_config(),
    registry=DEMO,
    assignments=(),
)


def _facts(**changes: object) -> AccessFacts:
    return FACTS.model_copy(update=changes)


def _roles(*assignments: RoleAssignment, known: tuple[RoleDefinition | Unknown, ...]) -> AccessFacts:
    return _facts(assignments=assignments, definitions=known)


CONDITION = "@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'shop'"
AS_USER = {"identity": SiteIdentity(user_assigned=(OTHER, USER)), "config": _config(client_id=USER.client_id)}

ALLOWED, DENIED, UNKNOWN = Verdict.ALLOWED, Verdict.DENIED, Verdict.UNKNOWN
CASES = {
    # roles
    "AcrPull at the registry": (_roles(_given(ACR_PULL), known=(ACR_PULL,)), ALLOWED, Reason.ROLE_GRANTED),
    "AcrPull at the registry's group": (
        _roles(_given(ACR_PULL, f"{SUBSCRIPTION}/resourcegroups/RG-ACR"), known=(ACR_PULL,)),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "Reader inherited from the root": (_roles(_given(READER, "/"), known=(READER,)), ALLOWED, Reason.ROLE_GRANTED),
    "AcrPull through a group": (
        _roles(_given(ACR_PULL, to="a-group", kind="Group"), known=(ACR_PULL,)),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "AcrPull beside a role that could not be read": (
        _roles(_given(READER), _given(ACR_PULL), known=(UNREAD_ROLE, ACR_PULL)),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "AcrPull beside the same under a condition": (
        _roles(_given(ACR_PULL, condition=CONDITION), _given(ACR_PULL, SUBSCRIPTION), known=(ACR_PULL,)),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "no role at all": (_facts(), DENIED, Reason.ROLE_MISSING),
    "a role that does not pull": (_roles(_given(ACR_DELETE), known=(ACR_DELETE,)), DENIED, Reason.ROLE_MISSING),
    "AcrPull at the web app's group": (
        _roles(_given(ACR_PULL, f"{SUBSCRIPTION}/resourceGroups/rg-web"), known=(ACR_PULL,)),
        DENIED,
        Reason.ROLE_MISSING,
    ),
    "AcrPull at another registry": (
        _roles(_given(ACR_PULL, f"{REGISTRY_ID}2"), known=(ACR_PULL,)),
        DENIED,
        Reason.ROLE_MISSING,
    ),
    "Repository Reader at a legacy registry": (
        _roles(_given(REPOSITORY_READER), known=(REPOSITORY_READER,)),
        DENIED,
        Reason.ROLE_MISSING,
    ),
    "Repository Reader at a registry that did not tell its mode": (
        _roles(_given(REPOSITORY_READER), known=(REPOSITORY_READER,)).model_copy(
            update={"registry": DEMO.model_copy(update={"role_assignment_mode": None})}
        ),
        UNKNOWN,
        Reason.REGISTRY_ABAC,
    ),
    "AcrPull under a condition": (
        _roles(_given(ACR_PULL, condition=CONDITION), known=(ACR_PULL,)),
        UNKNOWN,
        Reason.ROLE_CONDITIONAL,
    ),
    "a condition on a role that does not pull": (
        _roles(_given(ACR_DELETE, condition=CONDITION), known=(ACR_DELETE,)),
        DENIED,
        Reason.ROLE_MISSING,
    ),
    "a role that could not be read": (_roles(_given(READER), known=(UNREAD_ROLE,)), UNKNOWN, Reason.READ_FAILED),
    "a role that nobody read": (_roles(_given(READER), known=()), UNKNOWN, Reason.READ_FAILED),
    "an unread role that does not reach the registry": (
        _roles(_given(READER, f"{SUBSCRIPTION}/resourceGroups/rg-web"), known=(UNREAD_ROLE,)),
        DENIED,
        Reason.ROLE_MISSING,
    ),
    "role assignments that could not be read": (_facts(assignments=FORBIDDEN), UNKNOWN, Reason.READ_FAILED),
    "role assignments that nobody asked for": (_facts(assignments=None), UNKNOWN, Reason.READ_FAILED),
    # the registry
    "no role, but anybody may pull": (
        _facts(registry=DEMO.model_copy(update={"anonymous_pull_enabled": True})),
        UNKNOWN,
        Reason.ANONYMOUS_PULL,
    ),
    "AcrPull at a registry in ABAC mode": (
        _roles(_given(ACR_PULL), known=(ACR_PULL,)).model_copy(
            update={"registry": DEMO.model_copy(update={"role_assignment_mode": ABAC})}
        ),
        UNKNOWN,
        Reason.REGISTRY_ABAC,
    ),
    "a mode that nobody has heard of": (
        _facts(registry=DEMO.model_copy(update={"role_assignment_mode": "Future"})),
        UNKNOWN,
        Reason.REGISTRY_ABAC,
    ),
    "an image from Docker Hub": (_facts(registry=None), UNKNOWN, Reason.REGISTRY_NOT_FOUND),
    "an image from Docker Hub, and no identity": (
        _facts(registry=None, identity=SiteIdentity()),
        UNKNOWN,
        Reason.REGISTRY_NOT_FOUND,
    ),
    "registries that could not be listed": (_facts(registry=THROTTLED), UNKNOWN, Reason.READ_FAILED),
    # the identity
    "flag not set": (_facts(config=_config(flag=False)), UNKNOWN, Reason.NOT_MANAGED_IDENTITY),
    "no identity": (_facts(identity=SiteIdentity()), DENIED, Reason.IDENTITY_MISSING),
    "an identity on the site, but none chosen": (
        _facts(identity=SiteIdentity(user_assigned=(USER,))),
        DENIED,
        Reason.IDENTITY_MISSING,
    ),
    "client id of an identity that is not on the site": (
        _facts(config=_config(client_id=USER.client_id)),
        DENIED,
        Reason.USER_ASSIGNED_IDENTITY_MISSING,
    ),
    "resource id where the client id belongs": (
        _facts(identity=SiteIdentity(user_assigned=(USER,)), config=_config(client_id=USER.resource_id)),
        DENIED,
        Reason.CLIENT_ID_IS_RESOURCE_ID,
    ),
    "no identity, and registries that could not be listed": (
        _facts(identity=SiteIdentity(), registry=THROTTLED),
        UNKNOWN,
        Reason.READ_FAILED,
    ),
    "user-assigned identity with AcrPull": (
        _roles(_given(ACR_PULL, to=USER.principal_id), known=(ACR_PULL,)).model_copy(update=AS_USER),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "client id in capitals": (
        _roles(_given(ACR_PULL, to=USER.principal_id), known=(ACR_PULL,)).model_copy(
            update={**AS_USER, "config": _config(client_id=USER.client_id.upper())}
        ),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "client id written as an empty text": (
        _roles(_given(ACR_PULL), known=(ACR_PULL,)).model_copy(update={"config": _config(client_id="")}),
        ALLOWED,
        Reason.ROLE_GRANTED,
    ),
    "config/web that could not be read": (_facts(config=FORBIDDEN), UNKNOWN, Reason.READ_FAILED),
    "a site that could not be read": (_facts(identity=FORBIDDEN), UNKNOWN, Reason.READ_FAILED),
}


@pytest.mark.parametrize(("facts", "verdict", "reason"), CASES.values(), ids=CASES.keys())
def test_verdict(facts: AccessFacts, verdict: Verdict, reason: Reason) -> None:
    """The situation has this verdict for this reason, and says so in a sentence."""
    access = evaluate_access(facts)
    assert (access.verdict, access.reason) == (verdict, reason)
    assert access.sentence.strip()


def test_every_reason_is_reached() -> None:
    """No reason is only a word: the table above has a situation for each."""
    assert {reason for _, _, reason in CASES.values()} == set(Reason)


@pytest.mark.parametrize(("facts", "verdict"), [(facts, verdict) for facts, verdict, _ in CASES.values()], ids=CASES)
def test_failed_reads_come_with_unknown_alone(facts: AccessFacts, verdict: Verdict) -> None:
    """A read that decided nothing is not reported as missing; one that did never leads to allowed or denied."""
    access = evaluate_access(facts)
    assert bool(access.failed_reads) is (access.reason is Reason.READ_FAILED)
    assert not access.failed_reads or verdict is Verdict.UNKNOWN


def test_a_failed_read_is_named_and_keeps_its_delay() -> None:
    """Whoever gets the verdict learns which read failed, why, and when to ask again."""
    access = evaluate_access(_facts(registry=THROTTLED))
    assert access.failed_reads == (THROTTLED,)
    assert "registries: 429" in access.sentence


GRANT = (
    f"az role assignment create --assignee-object-id {SYSTEM} --assignee-principal-type ServicePrincipal"
    f" --role AcrPull --scope {REGISTRY_ID}"
)
SITE = "--subscription 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 --resource-group rg-web --name shop"
USE_IDENTITY = f"""az webapp config set {SITE} --generic-configurations '{{"acrUseManagedIdentityCreds": true}}'"""
GRANT_NEW = GRANT.replace(SYSTEM, f'"$(az webapp identity show {SITE} --query principalId --output tsv)"')
CHOOSE_USER = (
    f"""az webapp config set {SITE} --generic-configurations '{{"acrUserManagedIdentityID": "{USER.client_id}"}}'"""
)

FIXES = {
    "no role at all": (GRANT,),
    "no role, but anybody may pull": (GRANT,),
    "flag not set": (GRANT, USE_IDENTITY),
    "no identity": (f"az webapp identity assign {SITE}", GRANT_NEW),
    "an identity on the site, but none chosen": (CHOOSE_USER,),
    "client id of an identity that is not on the site": (
        f"az webapp identity assign {SITE} --identities"
        ' "$(az identity list --subscription 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8'
        f""" --query '[?clientId==`"{USER.client_id}"`].id' --output tsv)\"""",
    ),
    "resource id where the client id belongs": (CHOOSE_USER,),
    "AcrPull at the registry": (),
    "AcrPull at a registry in ABAC mode": (),
}


@pytest.mark.parametrize(("case", "fix"), FIXES.items(), ids=FIXES)
def test_fix(case: str, fix: tuple[str, ...]) -> None:
    """The commands can be copied as they are: real ids, in the order in which they work."""
    assert evaluate_access(CASES[case][0]).fix == fix


def test_fix_of_a_slot_names_the_slot() -> None:
    """A slot has an identity of its own: the commands say which."""
    access = evaluate_access(_facts(app=SLOT, identity=SiteIdentity()))
    assert all("--name shop --slot staging" in command for command in access.fix)


def test_fix_of_a_resource_id_that_is_not_on_the_site() -> None:
    """The identity is put on the site first, then chosen by the client id that `az` looks up."""
    access = evaluate_access(_facts(config=_config(client_id=USER.resource_id)))
    assign, choose = access.fix
    assert shlex.split(assign)[-2:] == ["--identities", USER.resource_id]
    assert f"--ids {USER.resource_id} --query clientId" in choose


def test_fix_without_an_identity_at_an_abac_registry_does_not_advise_acr_pull() -> None:
    """AcrPull is not honoured there, so nobody is sent to grant it."""
    abac = DEMO.model_copy(update={"role_assignment_mode": ABAC})
    access = evaluate_access(_facts(identity=SiteIdentity(), registry=abac))
    assert access.fix == (f"az webapp identity assign {SITE}",)


def _evidence(access: Access) -> dict[str, str]:
    return {one.fact: one.value for one in access.evidence}


def test_evidence_is_the_chain_from_the_flag_to_the_role() -> None:
    """Flag, identity, registry, mode and role: what a person would have clicked through, in that order."""
    access = evaluate_access(_roles(_given(ACR_PULL, SUBSCRIPTION), known=(ACR_PULL,)))
    assert [(one.fact, one.value) for one in access.evidence] == [
        ("acrUseManagedIdentityCreds", "true"),
        ("acrUserManagedIdentityID", "(empty: the system-assigned identity)"),
        ("identity that pulls", f"system-assigned identity, object id {SYSTEM}"),
        ("loginServer", "demo.azurecr.io"),
        ("roleAssignmentMode", "LegacyRegistryPermissions"),
        ("role assignment", f"AcrPull at {SUBSCRIPTION} grants the pull"),
    ]
    assert access.sentence == (
        f"shop may pull shop from demo.azurecr.io: its system-assigned identity has AcrPull at {SUBSCRIPTION}."
    )


@pytest.mark.parametrize(
    ("facts", "fact", "part"),
    [
        pytest.param(
            _facts(registry=DEMO.model_copy(update={"role_assignment_mode": None})),
            "roleAssignmentMode",
            "taken for LegacyRegistryPermissions",
            id="what was assumed about the mode",
        ),
        pytest.param(
            CASES["AcrPull at a registry in ABAC mode"][0],
            "roleAssignmentMode",
            "AcrPull is not honoured",
            id="why AcrPull does not help",
        ),
        pytest.param(CASES["AcrPull under a condition"][0], "role assignment", CONDITION, id="the condition quoted"),
        pytest.param(CASES["AcrPull through a group"][0], "role assignment", "through group a-group", id="the group"),
        pytest.param(CASES["no role at all"][0], "role assignments", "none", id="that there was none"),
        pytest.param(
            _facts(registry=DEMO.model_copy(update={"public_network_access": "Disabled"})),
            "publicNetworkAccess",
            "Disabled",
            id="a closed road",
        ),
        pytest.param(CASES["no identity"][0], "system-assigned identity", "none", id="no identity"),
    ],
)
def test_evidence_says(facts: AccessFacts, fact: str, part: str) -> None:
    """What the verdict rests on, and what was only assumed, is in the evidence."""
    assert part in _evidence(evaluate_access(facts))[fact]


def test_access_survives_storage() -> None:
    """A verdict is stored with its rollout and shown again later: nothing is lost on the way."""
    for facts, _, _ in CASES.values():
        access = evaluate_access(facts)
        assert Access.model_validate_json(access.model_dump_json()) == access
