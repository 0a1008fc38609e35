"""What is said of an app's pull where a read behind the verdict is refused or fails: unknown, and what would help."""

import shlex
from collections.abc import Mapping
from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.access import Access, Reason, Verdict
from operators.core.model import Unknown
from tests.cloud.access_samples import ENDPOINT, FOR_US, OVER_NETWORK, PULL, STRICT, reader_of
from tests.cloud.asking import Asker, story

READS_ENDPOINT = "Microsoft.Network/privateEndpoints/read"


def may_not(action: str) -> dict[str, Any]:
    """An operator that may read everything but this; Reader may pull too where a registry decides by roles."""
    watcher = {"name": "Watcher", "actions": ["*/read"], "not_actions": [action]}
    operator = {"reads_registries": action != PULL, "roles": ["Watcher", "Website Contributor"]}
    return {"role_definitions": [watcher], "operator": operator}


READS = {
    "site": ("GET", r"/sites/shop$"),
    "config/web": ("GET", r"/sites/shop/config/web$"),
    "registries": ("GET", r"/registries$"),
    "role assignments": ("GET", r"/roleAssignments$"),
    "deny assignments": ("GET", r"/denyAssignments$"),
    "role definition": ("GET", r"/roleDefinitions/"),
    "private endpoint": ("GET", r"/privateEndpoints/"),
    "tag": ("GET", r"/_tags/"),
    "manifest": ("GET", r"/manifests/"),
    "app settings": ("POST", r"/appsettings/list$"),
}
"""What a read is called, and how its call is recognised."""


def with_fault(read: str, **fault: Any) -> Asker:
    """An app whose verdict needs this read, which fails."""
    stories = {
        "app settings": story({"acr_use_managed_identity_creds": False}),
        "private endpoint": story(OVER_NETWORK, FOR_US | ENDPOINT),
    }
    asker = Asker(stories.get(read, story()))
    method, path = READS[read]
    asker.world.faults.add(FaultRule(method=method, path=path, **fault))
    return asker


@pytest.mark.parametrize("read", [read for read in READS if read not in ("tag", "manifest")])
async def test_without_the_right_to_a_read_it_is_unknown(read: str) -> None:
    """403 on any of the reads from ARM: never allowed, never denied; the sentence names the right that is missing."""
    right = "Microsoft.Some/right/read"
    message = f"The client 'x' does not have authorization to perform action '{right}' over scope '/subscriptions/s'."
    access = await with_fault(read, status=403, code="AuthorizationFailed", message=message).access()
    if isinstance(access, Access):
        assert access.verdict is Verdict.UNKNOWN
        assert right in access.sentence
        assert not any(one.temporary for one in access.failed_reads)
    else:
        assert right in access.reason


@pytest.mark.parametrize(
    ("told", "right"),
    [
        pytest.param(story(**may_not(PULL)), "AcrPull", id="by roles"),
        pytest.param(
            story(registry=STRICT, operator={"reads_registries": False}, **reader_of("shop")),
            "Container Registry Repository Reader",
            id="by repository permissions, where Reader is not enough",
        ),
        pytest.param(
            story(OVER_NETWORK, FOR_US | ENDPOINT, **may_not(READS_ENDPOINT)), READS_ENDPOINT, id="a private endpoint"
        ),
    ],
)
async def test_an_operator_that_lacks_a_right(told: Mapping[str, Any], right: str) -> None:
    """As Azure refuses, a registry by 401: the sentence names the right, and the command gives it, which will do."""
    asker = Asker(told)
    access = await asker.verdict()
    assert (access.verdict, access.reason) == (Verdict.UNKNOWN, Reason.READ_FAILED)
    assert right in access.sentence
    (command,) = access.fix
    words = shlex.split(command)
    operator = asker.world.scenario.operator.principal_id
    assert words[words.index("--assignee-object-id") + 1] == operator
    asker.world.assign_role("operator", words[words.index("--role") + 1], words[words.index("--scope") + 1])
    assert (await asker.verdict()).reason is Reason.ROLE_GRANTED


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("read", READS)
async def test_a_fault_of_a_moment_is_said_to_be_one(read: str, status: int) -> None:
    """429 and 5xx on any of the reads: unknown for now, and worth asking again; the wish to wait is kept."""
    asker = with_fault(read, status=status, headers={"Retry-After": "17"} if status == 429 else {})
    access = await asker.access()
    failed = access.failed_reads if isinstance(access, Access) else (access,)
    assert isinstance(access, Unknown) or access.verdict is Verdict.UNKNOWN
    assert all(one.temporary for one in failed)
    # after a 429 nothing more is asked of the subscription, so that several reads may wait
    assert {one.retry_after_seconds for one in failed} == ({17} if status == 429 else {None})
    asker.world.faults.clear()
    asker.clock.advance(17)  # nothing of the subscription is asked before
    again = await asker.verdict()
    assert again.reason is (Reason.CREDENTIALS_MISSING if read == "app settings" else Reason.ROLE_GRANTED)


async def test_a_read_that_fails_is_made_once() -> None:
    """Nothing is retried within a step: the step's own delay is the retry."""
    asker = with_fault("role assignments", status=503)
    await asker.access()
    faulty = [call for call in asker.world.calls if "roleAssignments" in call.path]
    assert len(faulty) == 1
