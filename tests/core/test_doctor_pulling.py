"""The doctor's checks on the pull and on secrets: as whom, may it, is it there."""

import pytest

from operators.core.access import Access, Reason, Verdict
from operators.core.access.parts import unread
from operators.core.apps import SiteIdentity
from operators.core.doctor.checks import Check, Code, Status
from operators.core.doctor.facts import AppFacts, KeyVault, KeyVaultReference
from operators.core.doctor.key_vault import check_key_vault_references
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
    but,
    config,
    healthy,
    registry,
    settings,
    site,
)

USER, PASSWORD = "DOCKER_REGISTRY_SERVER_USERNAME", "DOCKER_REGISTRY_SERVER_PASSWORD"
NOBODY = CONFIG.model_copy(update={"acr_use_managed_identity_creds": False})
ANONYMOUS = registry(registry=REGISTRY.model_copy(update={"anonymous_pull_enabled": True}))
UNSEEN = unread(APP, "its image", DENIED.model_copy(update={"action": "X/read", "scope": APP.resource_id}), None)
FLAG = "az webapp config set --subscription s --resource-group apps --name shop --generic-configurations"


def access(verdict: Verdict, *fix: str) -> Access:
    """A verdict."""
    return Access(verdict=verdict, reason=Reason.ROLE_MISSING, sentence=f"It is {verdict}.", fix=fix)


def said(check: Check, code: Code, status: Status, part: str, fix: str) -> None:
    """Compare a check with a row of a table."""
    assert (check.code, check.status) == (code, status)
    assert part in check.sentence
    assert any(fix in command for command in check.fix) if fix else not check.fix


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
            "az acr repository show-tags --name contoso --subscription s --repository team/shop",
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


def reference(status: str, setting: str = "DB") -> KeyVaultReference:
    """A reference of a setting to a secret."""
    return KeyVaultReference(setting=setting, status=status, vault="vault1")


VAULT = KeyVault(
    id="/subscriptions/v/resourceGroups/r/providers/Microsoft.KeyVault/vaults/Vault1", name="Vault1", by_roles=True
)
BY_POLICY = VAULT.model_copy(update={"by_roles": False})
CLOSED = VAULT.model_copy(update={"public_network_access": "Disabled"})
GRANT = (
    "az role assignment create --assignee-object-id p-system --assignee-principal-type ServicePrincipal"
    """ --role 'Key Vault Secrets User' --scope "$(az keyvault show --name vault1 --query id --output tsv)\""""
)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(but(key_vault_references=()), "ok", "refers to a key vault", "", id="no references"),
        pytest.param(healthy(), "ok", "was read", "", id="all resolved"),
        pytest.param(
            but(key_vault_references=(reference("Resolved"), reference("AccessToKeyVaultDenied", "API_KEY"))),
            "problem",
            "API_KEY (AccessToKeyVaultDenied)",
            GRANT,
            id="denied",
        ),
        pytest.param(
            but(key_vault_references=(reference("AccessToKeyVaultDenied"),)),
            "problem",
            "system-assigned identity (object id p-system) needs the role Key Vault Secrets User at key vault vault1",
            "/config/configreferences/appsettings/refresh",
            id="the missing role by name",
        ),
        pytest.param(
            site(key_vault_reference_identity=PULLER.resource_id.upper()).model_copy(
                update={"key_vault_references": (reference("AccessToKeyVaultDenied"),)}
            ),
            "problem",
            "(object id p-puller)",
            "--assignee-object-id p-puller",
            id="keyVaultReferenceIdentity",
        ),
        pytest.param(
            site(key_vault_reference_identity="/x/userAssignedIdentities/gone").model_copy(
                update={"key_vault_references": (reference("AccessToKeyVaultDenied"),)}
            ),
            "problem",
            "identity gone, which is not on it",
            "/refresh",
            id="an identity that is not on the site",
        ),
        pytest.param(
            but(site=DENIED, key_vault_references=(reference("AccessToKeyVaultDenied"),)),
            "problem",
            "Its identity needs the role",
            "/refresh",
            id="whose role cannot be read",
        ),
        pytest.param(
            but(key_vault_references=(reference("AccessToKeyVaultDenied"),), vaults=(VAULT,)),
            "problem",
            "needs the role Key Vault Secrets User at key vault vault1.",
            f"--scope {VAULT.id}",
            id="a vault that goes by roles",
        ),
        pytest.param(
            but(key_vault_references=(reference("AccessToKeyVaultDenied"),), vaults=(BY_POLICY,)),
            "problem",
            "needs an access policy to get secrets of key vault vault1.",
            "az keyvault set-policy --name vault1 --subscription v --object-id p-system --secret-permissions get",
            id="a vault that goes by its own policies",
        ),
        pytest.param(
            but(key_vault_references=(reference("AccessToKeyVaultDenied"),), vaults=(CLOSED,)),
            "problem",
            "closed to the public one",
            f"--scope {VAULT.id}",
            id="a vault that is closed",
        ),
        pytest.param(
            but(key_vault_references=(reference("AccessToKeyVaultDenied"),), vaults=DENIED),
            "problem",
            "or the vault's network",
            GRANT,
            id="vaults not to be read",
        ),
        pytest.param(
            but(key_vault_references=(reference("MSINotEnabled"),)),
            "problem",
            "has not the identity",
            "az webapp identity assign --subscription s --resource-group apps --name shop",
            id="no identity",
        ),
        pytest.param(
            site(key_vault_reference_identity=PULLER.resource_id).model_copy(
                update={"key_vault_references": (reference("MSINotEnabled"),)}
            ),
            "problem",
            "has not the identity",
            f"--identities {PULLER.resource_id}",
            id="not the identity that is named",
        ),
        pytest.param(
            but(key_vault_references=(reference("SecretNotFound"),)),
            "problem",
            "DB (SecretNotFound)",
            "/config/configreferences/appsettings/DB?",
            id="no such secret",
        ),
        pytest.param(
            but(key_vault_references=(reference("FetchTimedOut"), reference("Initialized", "B"))),
            "warning",
            "DB (FetchTimedOut), B (Initialized)",
            "/refresh",
            id="not read yet",
        ),
    ],
)
def test_key_vault_references(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """Each setting that is not resolved is named with its status, and a missing role with whose it is and where."""
    said(check_key_vault_references(facts), Code.KEY_VAULT_REFERENCES, status, part, fix)


def test_a_reference_is_shown_by_its_status_alone() -> None:
    """The evidence has the setting's name, the status and the vault: there is no field for a value."""
    (seen,) = check_key_vault_references(healthy()).evidence
    assert (seen.fact, seen.value) == ("DB", "Resolved, key vault vault1")
    assert set(KeyVaultReference.model_fields) == {"setting", "status", "vault"}
