"""The check on Key Vault references: by setting, never by value.

Source: azure-docs, app-service/app-service-key-vault-references; azure-rest-api, web, ApiKVReference.
"""

from operators.core.access import Evidence
from operators.core.access import commands as az
from operators.core.app_settings import KeyVaultReference
from operators.core.apps import Site
from operators.core.doctor.checks import Check, Code, ok, problem, unread, warning
from operators.core.doctor.commands import grant_secrets, refresh_references, set_secret_policy, show_reference
from operators.core.doctor.facts import AppFacts, KeyVault
from operators.core.model import Unknown

DENIED = "AccessToKeyVaultDenied"
_NO_IDENTITY = "MSINotEnabled"


def check_key_vault_references(facts: AppFacts) -> Check:
    """Whether every reference is resolved; one that is not reaches the container as its own text."""
    code, references = Code.KEY_VAULT_REFERENCES, facts.key_vault_references
    if isinstance(references, Unknown):
        return unread(code, references)
    if not references:
        return ok(code, f"No app setting of {facts.app.name} refers to a key vault.")
    seen = tuple(_evidence(facts, one) for one in references)
    wrong = tuple(one for one in references if not one.resolved)
    if not wrong:
        return ok(code, f"Every secret that {facts.app.name} refers to was read.", *seen)
    if all(one.may_pass for one in wrong):
        sentence = f"Not read yet, or not in time: {_names(wrong)}."
        return warning(code, sentence, *seen, fix=(refresh_references(facts.app),))
    fix = (*_fixes(facts, wrong), refresh_references(facts.app))
    return problem(code, " ".join(_sentences(facts, wrong)), *seen, fix=fix)


def _sentences(facts: AppFacts, wrong: tuple[KeyVaultReference, ...]) -> list[str]:
    sentences = [f"{facts.app.name} is not given what these settings refer to: {_names(wrong)}."]
    sentences += [_needs(facts, vault) for vault in _denied_vaults(wrong)]
    if any(one.status == _NO_IDENTITY for one in wrong):
        sentences.append("It has not the identity that is to read them.")
    return sentences


def _needs(facts: AppFacts, name: str) -> str:
    """What the app lacks at a vault that refuses it."""
    vault, reader = _vault(facts, name), _reader(facts)
    if vault is None:
        return (
            f"Its {reader} needs the role Key Vault Secrets User at key vault {name}, "
            "or the vault's network does not let the app in."
        )
    right = "the role Key Vault Secrets User at" if vault.by_roles else "an access policy to get secrets of"
    needs = f"Its {reader} needs {right} key vault {name}"
    if vault.public_network_access == "Disabled":
        return f"{needs}, and a way in through a network, for the vault is closed to the public one."
    return f"{needs}."


def _fixes(facts: AppFacts, wrong: tuple[KeyVaultReference, ...]) -> tuple[str, ...]:
    principal = _reader_principal(facts)
    fixes: list[str] = []
    if any(one.status == _NO_IDENTITY for one in wrong):
        named = facts.site.key_vault_reference_identity if isinstance(facts.site, Site) else None
        fixes.append(az.assign_user_identity(facts.app, named) if named else az.assign_system_identity(facts.app))
    if principal:
        fixes += [_grant(facts, principal, vault) for vault in _denied_vaults(wrong)]
    fixes += [show_reference(facts.app, one.setting) for one in wrong if one.status not in (DENIED, _NO_IDENTITY)]
    return tuple(fixes)


def _grant(facts: AppFacts, principal: str, name: str) -> str:
    vault = _vault(facts, name)
    if vault and not vault.by_roles:
        return set_secret_policy(principal, name, vault.id)
    return grant_secrets(principal, name, vault.id if vault else None)


def _vault(facts: AppFacts, name: str) -> KeyVault | None:
    """None where it is in another subscription, or could not be looked for."""
    if not isinstance(facts.vaults, tuple):
        return None
    return next((one for one in facts.vaults if one.name.lower() == name.lower()), None)


def _denied_vaults(wrong: tuple[KeyVaultReference, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.vault for one in wrong if one.status == DENIED and one.vault))


def _reader(facts: AppFacts) -> str:
    """Whose role it is: the identity that the site is told to read its references with."""
    if not isinstance(facts.site, Site):
        return "identity"
    named = facts.site.key_vault_reference_identity
    who = f"user-assigned identity {named.rpartition('/')[2]}" if named else "system-assigned identity"
    principal = _reader_principal(facts)
    return f"{who} (object id {principal})" if principal else f"{who}, which is not on it,"


def _reader_principal(facts: AppFacts) -> str | None:
    if not isinstance(facts.site, Site):
        return None
    identity, named = facts.site.identity, facts.site.key_vault_reference_identity
    if named is None:
        return identity.system_principal_id
    return next((one.principal_id for one in identity.user_assigned if one.resource_id.lower() == named.lower()), None)


def _evidence(facts: AppFacts, reference: KeyVaultReference) -> Evidence:
    where = f", key vault {reference.vault}" if reference.vault else ""
    source = f"{facts.app.resource_id}/config/configreferences/appsettings/{reference.setting}"
    return Evidence(fact=reference.setting, value=f"{reference.status}{where}", source=source)


def _names(references: tuple[KeyVaultReference, ...]) -> str:
    return ", ".join(f"{one.setting} ({one.status})" for one in references)
