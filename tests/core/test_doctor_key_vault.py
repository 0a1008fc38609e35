"""The doctor's check on references to Key Vault secrets: which was not read, and whose right is missing where."""

import pytest

from operators.core.app_settings import KeyVaultReference
from operators.core.doctor.checks import Code, Status
from operators.core.doctor.facts import AppFacts, KeyVault
from operators.core.doctor.key_vault import check_key_vault_references
from tests.core.doctor_samples import DENIED, PULLER, but, healthy, said, site


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
