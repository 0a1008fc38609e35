"""Does a shell understand the commands that are printed, whatever Azure lets a thing be called?"""

import inspect
import shutil
import subprocess
from types import ModuleType

import pytest

from operators.core.access import commands as access
from operators.core.access.granting import PullRole
from operators.core.apps import AppId
from operators.core.az import Filled, az
from operators.core.doctor import commands as doctor
from operators.core.registries import Registry
from tests.core.access_samples import ACR_PULL, given

ODD = "it's (a) $home & b"
"""The name of a resource group may have parentheses; the rest stands for whatever else may come."""
APP = AppId(subscription=ODD, resource_group=ODD, site=ODD)
SLOT = APP.model_copy(update={"slot": ODD})
ID = f"/subscriptions/{ODD}/resourceGroups/{ODD}/providers/x/y/{ODD}"
REGISTRY = Registry(id=ID, name=ODD, login_server=ODD)
ROLE = PullRole(ODD, ODD, ODD)
ASSIGNMENT = given(ACR_PULL, ID, to=ODD, condition=ODD)
COMMANDS = {
    access: (
        access.assign_system_identity(SLOT),
        access.assign_user_identity(SLOT, ID),
        access.assign_user_identity_by_client_id(SLOT, ODD),
        access.pull_as_managed_identity(SLOT),
        access.pull_as_user_identity(SLOT, ODD),
        access.pull_as_user_identity_of(SLOT, ID),
        access.pull_container_as_system_identity(ID),
        access.pull_container_as_user_identity(ID, ODD),
        access.pull_container_as_user_identity_of(ID, ID),
        access.grant_role(ODD, ROLE, ID),
        access.grant_role_to_system_identity(SLOT, ROLE, ID),
        access.grant_role_to_user_identity(ID, ROLE, ID),
        access.grant_role_to_user_identity_by_client_id(SLOT, ODD, ROLE, ID),
        access.widen_assignment(ASSIGNMENT, ODD),
        access.pull_over_network(SLOT),
        access.integrate_network(SLOT),
        access.allow_address(REGISTRY, ODD),
        access.show_endpoints(REGISTRY),
        access.show_endpoint(ID),
        access.show_peerings(f"{ID}/subnets/{ODD}"),
        access.show_way_out(ID),
        access.show_rules(REGISTRY),
        access.show_tags(REGISTRY, ODD),
        access.show_manifests(REGISTRY, ODD),
        access.take_arm_tokens(REGISTRY),
        access.show_mode(ID),
        access.build(REGISTRY, ODD, ODD, ODD) + "; " + access.build(REGISTRY, ODD, None, ODD),
        access.grant_to_operator(ODD, ODD, ID) + "; " + access.grant_to_operator(None, ODD, ID),
        access.let_operator_see_registry(ODD, ODD),
        access.show_assignment(ASSIGNMENT),
        access.show(ID),
    ),
    doctor: (
        doctor.delete_settings(SLOT, ODD, ODD),
        doctor.set_setting(SLOT, ODD, ODD),
        doctor.set_always_on(SLOT),
        doctor.set_health_check_path(SLOT),
        doctor.keep_logs(SLOT),
        doctor.delete_webhook(REGISTRY, ODD),
        doctor.list_webhooks(REGISTRY),
        doctor.subscribe(REGISTRY, ODD),
        doctor.delete_subscription(ID),
        doctor.grant_secrets(ODD, ODD, ID) + "; " + doctor.grant_secrets(ODD, ODD, None),
        doctor.set_secret_policy(ODD, ODD, ID),
        doctor.refresh_references(SLOT),
        doctor.show_reference(SLOT, ODD),
        doctor.show_restrictions(SLOT),
        doctor.tail_logs(SLOT),
        doctor.start(SLOT),
        doctor.make_slot(SLOT),
        doctor.cancel_swap(APP, ODD),
    ),
}
FILLED_IN = "VNET_ID=/v SUBNET_ID=/s OPERATOR_OBJECT_ID=o REGISTRY_SUBSCRIPTION_ID=r"
PRINT_WORDS = rf"""{FILLED_IN}; az() {{ printf '%s\n' "$@"; }}; """


def bash(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What bash makes of it."""
    path = shutil.which("bash")
    assert path is not None
    return subprocess.run([path, *options, "-c", script], capture_output=True, text=True, check=False, timeout=20)


@pytest.mark.parametrize("command", [command for made in COMMANDS.values() for command in made])
def test_a_shell_understands_every_command(command: str) -> None:
    """Bash finds no fault in it, runs nothing but `az`, and hands it every name in one piece."""
    assert bash(command, "-n").stderr == ""
    ran = bash(PRINT_WORDS + command, "-u")
    assert (ran.stderr, ran.returncode) == ("", 0)
    named = [line for line in ran.stdout.splitlines() if "(a)" in line]
    assert named
    assert all(ODD in line for line in named)


@pytest.mark.parametrize("module", COMMANDS)
def test_every_command_is_tried(module: ModuleType) -> None:
    """One that is added is added above too."""
    own = [made for _, made in inspect.getmembers(module, inspect.isfunction) if made.__module__ == module.__name__]
    assert len(COMMANDS[module]) == len([made for made in own if not made.__name__.startswith("_")])


def test_words_reach_az_as_they_are() -> None:
    """Spaces, quotes, parentheses and dollars included; what another command prints is one word too."""
    odd = ("two words", "it's", "rg(x)", "$HOME", "`id`", "a\\b", "", "*")
    command = az("group", *odd, Filled(f"$({az('rg(x) y')})/functions/z"))
    assert bash(PRINT_WORDS + command).stdout.splitlines() == ["group", *odd, "rg(x) y/functions/z"]
