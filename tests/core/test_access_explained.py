"""What comes with a verdict: evidence, warnings, and commands that can be copied as they are."""

import json
import shlex

import pytest

from operators.core.access import PULL, Access, AccessFacts, Reason, Verdict
from operators.core.access.catalogue import CATALOGUE
from operators.core.access.conditions import repository_condition
from operators.core.access.evaluation import evaluate_access
from operators.core.access.widening import widened
from operators.core.apps import SiteIdentity, SiteNetwork
from operators.core.registries import ABAC
from tests.core.access_page import WITHOUT_COMMAND
from tests.core.access_samples import (
    ACR_PULL,
    APP,
    NOW,
    OPERATOR,
    REGISTRY_ID,
    REPOSITORY_READER,
    SLOT,
    SUBSCRIPTION,
    SYSTEM,
    USER,
    config,
    demo,
    denial,
    facts,
    given,
    roles,
)
from tests.core.test_access import CASES, EVERYONE, ODD_CONDITION, STRICT, WALLED

GRANT = (
    f"az role assignment create --assignee-object-id {SYSTEM} --assignee-principal-type ServicePrincipal"
    f" --role AcrPull --scope {REGISTRY_ID}"
)
GRANT_US = f"{GRANT.partition(' --role')[0].replace(SYSTEM, OPERATOR)} --role {{}} --scope {{}}"
SITE = "--subscription 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 --resource-group rg-web --name shop"
USE_IDENTITY = f"""az webapp config set {SITE} --generic-configurations '{{"acrUseManagedIdentityCreds": true}}'"""
GRANT_NEW = GRANT.replace(SYSTEM, f'"$(az webapp identity show {SITE} --query principalId --output tsv)"')
CHOOSE_USER = (
    f"""az webapp config set {SITE} --generic-configurations '{{"acrUserManagedIdentityID": "{USER.client_id}"}}'"""
)
LOOK_UP = (
    '"$(az identity list --subscription 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8'
    f""" --query '[?clientId==`"{USER.client_id}"`]"""
)
OVER_VNET = f"az resource update --ids {APP.resource_id} --set properties.outboundVnetRouting.imagePullTraffic=true"

FIXES = {
    "no role at all": (GRANT,),
    "no role, but anybody may pull": (GRANT,),
    "the mode not told, no role": (GRANT,),
    "flag not set": (GRANT, USE_IDENTITY),
    "the admin user, disabled": (GRANT, USE_IDENTITY),
    "app settings that may not be listed": (GRANT, USE_IDENTITY),
    "no identity": (f"az webapp identity assign {SITE}", GRANT_NEW),
    "an identity on the site, but none chosen": (GRANT.replace(SYSTEM, USER.principal_id), CHOOSE_USER),
    "client id of an identity that is not on the site": (
        f"az webapp identity assign {SITE} --identities {LOOK_UP}.id' --output tsv)\"",
        GRANT.replace(SYSTEM, f"{LOOK_UP}.principalId' --output tsv)\""),
    ),
    "resource id where the client id belongs": (GRANT.replace(SYSTEM, USER.principal_id), CHOOSE_USER),
    "closed, in a network, and nothing says so": (OVER_VNET,),
    "closed, and no role either": (
        GRANT,
        f'az webapp vnet-integration add {SITE} --vnet "$VNET_ID" --subnet "$SUBNET_ID"',
        OVER_VNET,
    ),
    "an image that the operator may not read": (GRANT.replace(SYSTEM, OPERATOR),),
    "an image that the operator may not read, in ABAC mode": (
        GRANT.replace(SYSTEM, OPERATOR).replace("AcrPull", "'Container Registry Repository Reader'"),
    ),
    "an image that the operator may not read, and its own id not known": (
        GRANT.replace(SYSTEM, '"$OPERATOR_OBJECT_ID"'),
    ),
    "AcrPull under a condition on a name": (f"az role assignment list --assignee {SYSTEM} --scope {REGISTRY_ID}",),
    "an image for another processor": (
        f"az acr build --subscription {APP.subscription} --registry demo --image shop:v1 --platform linux/amd64 .",
    ),
    "a registry that we cannot see": (
        GRANT_US.format("Reader", '"$(az acr list --subscription "$REGISTRY_SUBSCRIPTION_ID"')
        + """ --query '[?loginServer=='"'"'demo.azurecr.io'"'"'].id' --output tsv)\"""",
    ),
    "role assignments that could not be read": (GRANT_US.format("Reader", REGISTRY_ID),),
    "closed, in a network, and the settings may not be listed": (
        GRANT_US.format("'Website Contributor'", APP.resource_id),
    ),
    "a role that could not be read": (),
    "AcrPull at the registry": (),
    "AcrPull of a minute ago": (),
}


def explained(case: str) -> Access:
    """The verdict on a situation of the table."""
    return evaluate_access(CASES[case][0], NOW)


@pytest.mark.parametrize(("case", "fix"), FIXES.items(), ids=FIXES)
def test_fix(case: str, fix: tuple[str, ...]) -> None:
    """The commands can be copied as they are: real ids, in the order in which they work, for all that is in the way."""
    assert explained(case).fix == fix


@pytest.mark.parametrize("case", CASES)
def test_every_command_is_a_command(case: str) -> None:
    """A shell can take each apart, it is `az`, and nothing in it is left to be filled in but what nobody can know."""
    for command in explained(case).fix:
        assert shlex.split(command)[0] == "az"
        assert "None" not in command


@pytest.mark.parametrize("case", CASES)
def test_every_reason_comes_with_commands(case: str) -> None:
    """Or the page says why it has none; an allowance has none."""
    access = explained(case)
    assert access.fix or access.reason in WITHOUT_COMMAND
    assert access.verdict is not Verdict.ALLOWED or not access.fix


def test_no_denial_is_excused_from_its_commands() -> None:
    """Whoever is denied is told what to run, and no excuse outlives the situation that it was made for."""
    bare = {reason for case, (_, reason) in CASES.items() if not explained(case).fix}
    assert bare == set(WITHOUT_COMMAND)
    assert not [reason for reason in bare if CATALOGUE[reason].verdict is Verdict.DENIED]


def test_fix_of_a_slot_names_the_slot() -> None:
    """A slot has an identity of its own: the commands say which."""
    access = explained("a slot without an identity of its own")
    assert SLOT.slot == "staging"
    assert all("--name shop --slot staging" in command for command in access.fix)


def test_fix_of_a_resource_id_that_is_not_on_the_site() -> None:
    """The identity is put on the site, given the role, and then chosen; `az` looks up its object id and client id."""
    access = evaluate_access(facts(config=config(client_id=USER.resource_id)), NOW)
    assign, grant, choose = access.fix
    assert shlex.split(assign)[-2:] == ["--identities", USER.resource_id]
    shown = f'"$(az identity show --ids {USER.resource_id} --query principalId --output tsv)"'
    assert grant == GRANT.replace(SYSTEM, shown)
    assert f"--ids {USER.resource_id} --query clientId" in choose


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(CASES["AcrPull at a registry in ABAC mode"][0], id="the wrong role"),
        pytest.param(CASES["Repository Reader for another repository, at the group"][0], id="another's, from above"),
        pytest.param(facts(identity=SiteIdentity(), registry=STRICT), id="no identity yet"),
    ],
)
def test_fix_at_a_registry_in_abac_mode(told: AccessFacts) -> None:
    """Not AcrPull, which is not honoured there, but the role for this repository alone."""
    words = shlex.split(evaluate_access(told, NOW).fix[-1])
    assert words[words.index("--role") + 1] == "Container Registry Repository Reader"
    assert words[words.index("--condition") + 1] == repository_condition("shop")
    assert words[words.index("--scope") + 1] == REGISTRY_ID


def test_fix_of_a_role_for_another_repository_changes_that_assignment() -> None:
    """Azure takes no second one there: the condition of the one that is there gets this name too, the rest stays."""
    (command,) = explained("Repository Reader for another repository").fix
    *words, option, told = shlex.split(command)
    assert (words, option) == (["az", "role", "assignment", "update"], "--role-assignment")
    before = given(REPOSITORY_READER)
    assert json.loads(told) == {
        "id": before.id,
        "name": before.id.rpartition("/")[2],
        "scope": REGISTRY_ID,
        "roleDefinitionId": before.role_definition_id,
        "principalId": SYSTEM,
        "principalType": "ServicePrincipal",
        "condition": widened(repository_condition("news"), "shop"),
        "conditionVersion": "2.0",
    }


def test_fix_of_a_condition_that_is_not_about_names_shows_it() -> None:
    """Whoever took the pull out of AcrPull meant something: the assignment is shown, not written over."""
    there = given(ACR_PULL, condition=f"!(ActionMatches{{'{PULL}'}})")
    access = evaluate_access(roles(there, known=(ACR_PULL,)), NOW)
    (command,) = access.fix
    assert access.reason is Reason.ROLE_CONDITION_UNMET
    assert command == f"az role assignment list --assignee {SYSTEM} --scope {REGISTRY_ID}"


def test_a_firewall_is_not_opened_for_a_hundred_addresses() -> None:
    """An app with very many addresses is sent into a network instead."""
    many = tuple(f"13.66.140.{n}" for n in range(100))
    access = evaluate_access(facts(registry=WALLED, network=SiteNetwork(possible_outbound_ips=many)), NOW)
    assert access.fix[-1] == OVER_VNET


def test_evidence_is_the_chain_from_the_flag_to_the_image() -> None:
    """Flag, identity, registry, mode, role, road and image: what a person would have clicked through, in that order."""
    told = roles(given(ACR_PULL, SUBSCRIPTION), known=(ACR_PULL,), registry=demo(public_network_access="Enabled"))
    access = evaluate_access(told, NOW)
    assert [(one.fact, one.value) for one in access.evidence] == [
        ("acrUseManagedIdentityCreds", "true"),
        ("acrUserManagedIdentityID", "(empty: the system-assigned identity)"),
        ("identity that pulls", f"system-assigned identity, object id {SYSTEM}"),
        ("loginServer", "demo.azurecr.io"),
        ("roleAssignmentMode", "LegacyRegistryPermissions"),
        ("role assignment", f"AcrPull at {SUBSCRIPTION} grants the pull"),
        ("publicNetworkAccess", "Enabled"),
        ("manifest", "sha256:" + "a" * 64),
    ]
    assert access.sentence == (
        f"shop may pull shop from demo.azurecr.io: its system-assigned identity has AcrPull at {SUBSCRIPTION}."
    )


@pytest.mark.parametrize(
    ("case", "fact", "part"),
    [
        ("the mode not told, AcrPull", "roleAssignmentMode", "taken for LegacyRegistryPermissions"),
        ("AcrPull at a registry in ABAC mode", "roleAssignmentMode", "AcrPull is not honoured"),
        ("AcrPull at a registry in ABAC mode", "role assignment", "only where the registry does not decide by"),
        ("AcrPull under a condition on a name", "role assignment", ODD_CONDITION),
        ("AcrPull through a group", "role assignment", "through group a-group"),
        ("no role at all", "role assignments", "none"),
        ("no identity", "system-assigned identity", "none"),
        ("an identity on the site, but none chosen", "user-assigned identities", USER.client_id),
        ("everyone is denied", "deny assignment", "Everyone 0000"),
        ("the admin user, disabled", "DOCKER_REGISTRY_SERVER_USERNAME", "(set)"),
        ("a user name without a password", "DOCKER_REGISTRY_SERVER_PASSWORD", "(not set)"),
        ("the admin user, disabled", "DOCKER_REGISTRY_SERVER_PASSWORD", "(set)"),
        ("a user name in a Key Vault", "DOCKER_REGISTRY_SERVER_USERNAME", "Key Vault reference"),
        ("closed, and the app in no network", "virtualNetworkSubnetId", "none"),
        ("closed, and the private endpoint is in another network", "private endpoint", "/spoke/"),
        ("closed, and no private endpoint", "privateEndpointConnections", "0 approved"),
        ("a firewall that lets some of them in", "networkRuleSet.ipRules", "13.66.140.1"),
        ("tokens for Azure Resource Manager refused", "azureADAuthenticationAsArmPolicy", "disabled"),
        ("an image for another processor", "manifest", "linux/arm64"),
        ("an image in quarantine", "manifest", "quarantine state Quarantined"),
        ("an image that is not there", "manifest", "is not there"),
    ],
)
def test_evidence_says(case: str, fact: str, part: str) -> None:
    """What the verdict rests on, and what was only assumed, is in the evidence."""
    evidence = {one.fact: one.value for one in explained(case).evidence}
    assert part in evidence[fact]


@pytest.mark.parametrize(
    ("told", "part"),
    [
        pytest.param(CASES["AcrPull through a group"][0], "cached for about a day", id="tokens of a group"),
        pytest.param(CASES["a new AcrPull through a group"][0], "cached for about a day", id="the same, spreading"),
        pytest.param(CASES["the mode not told, AcrPull"][0], "was assumed", id="the assumed mode"),
        pytest.param(CASES["closed, and an app setting says so"][0], "names are resolved to it", id="the endpoint"),
        pytest.param(
            CASES["a firewall that lets all in, no private endpoint, and the app pulls over its network"][0],
            "no NAT gateway",
            id="the way out",
        ),
        pytest.param(CASES["closed, and no role either"][0], "cannot reach demo.azurecr.io", id="the second problem"),
        pytest.param(facts(denials=(denial(EVERYONE),)), "deny assignment", id="no role, and denied too"),
        pytest.param(
            CASES["tokens for Azure Resource Manager refused"][0], "authentication-as-arm update", id="tokens refused"
        ),
        pytest.param(CASES["closed, and the roles could not be read"][0], "403", id="what could not be read"),
    ],
)
def test_warnings_say_the_rest(told: AccessFacts, part: str) -> None:
    """What was taken for granted, and what else is in the way, is not left for the next attempt."""
    assert part in " ".join(evaluate_access(told, NOW).warnings)


def test_a_plain_grant_warns_of_nothing() -> None:
    """Warnings are for what is unusual."""
    assert explained("AcrPull at the registry").warnings == ()
    assert explained("AcrPull beside Repository Reader").warnings == ()


def test_tokens_that_nobody_needs_are_not_warned_of() -> None:
    """An app that does not pull as an identity comes with no token."""
    assert explained("tokens for Azure Resource Manager refused, and nobody comes with one").warnings == ()


def test_the_condition_is_quoted_on_one_line() -> None:
    """The portal writes conditions over many lines; a sentence has one."""
    condition = "(\n @Resource[x:y]\n  StringEquals 'z'\n)"
    told = roles(given(ACR_PULL, condition=condition), known=(ACR_PULL,), registry=demo(role_assignment_mode=ABAC))
    legacy = told.model_copy(update={"registry": demo()})
    assert "( @Resource[x:y] StringEquals 'z' )" in evaluate_access(legacy, NOW).sentence
