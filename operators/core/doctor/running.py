"""Checks on what the app does now: its instances, and what else is being done to it.

Source: azure-cli, `az webapp list-instances --show-status`; azure-rest-api, web, DeploymentBuildStatus.
"""

from operators.core.access import Evidence
from operators.core.apps import Site
from operators.core.doctor.checks import Check, Code, ok, problem, unread, warning
from operators.core.doctor.checks import unknown as undecided
from operators.core.doctor.commands import cancel_swap, start, tail_logs
from operators.core.doctor.facts import AppFacts
from operators.core.instances import InstanceState, InstanceStatus
from operators.core.model import Unknown

_DOWN = frozenset(
    {
        InstanceState.STOPPED,
        InstanceState.BLOCKED,
        InstanceState.FAILED,
        InstanceState.CRASHED,
        InstanceState.UNHEALTHY,
    }
)
_MOVING = frozenset({InstanceState.STARTING, InstanceState.STOPPING, InstanceState.UPDATING})


def check_instances(facts: AppFacts) -> Check:
    """Whether every instance runs the app. No word of an instance is no proof that it does."""
    code, app, site = Code.INSTANCES, facts.app, facts.site
    source = f"{app.resource_id}/siteStatus"
    if isinstance(site, Site) and site.usage_state == "Exceeded":
        seen = Evidence(fact="usageState", value="Exceeded", source=app.resource_id)
        return problem(code, f"The plan of {app.name} has used up its quota: nothing starts.", seen)
    if isinstance(site, Site) and site.stopped:
        seen = Evidence(fact="state", value=site.state, source=app.resource_id)
        return warning(code, f"{app.name} was stopped by somebody.", seen, fix=(start(app),))
    statuses, count = facts.statuses, facts.instances
    if isinstance(statuses, Unknown):
        return unread(code, statuses)
    seen_statuses = tuple(
        Evidence(fact=f"instance {one.instance_id[:8]}", value=_words(one), source=source) for one in statuses
    )
    down = [one for one in statuses if one.state in _DOWN]
    if down:
        sentence = f"{app.name} does not run on {len(down)} of {len(statuses)} instances."
        return problem(code, sentence, *seen_statuses, fix=(tail_logs(app),))
    if any(one.state in _MOVING for one in statuses):
        return warning(code, f"{app.name} is being started, stopped or moved.", *seen_statuses)
    if not statuses:
        return _none(facts)
    if any(one.state != InstanceState.STARTED for one in statuses):
        return undecided(code, f"The platform does not say whether {app.name} runs.", *seen_statuses)
    if isinstance(count, Unknown):
        return unread(code, count)
    if count > len(statuses):
        sentence = f"{app.name} has {count} instances, and {len(statuses)} of them are known to run it."
        return warning(code, sentence, *seen_statuses)
    return ok(code, f"{app.name} runs on {len(statuses)} {_instances(len(statuses))}.", *seen_statuses)


def _none(facts: AppFacts) -> Check:
    code, app, count = Code.INSTANCES, facts.app, facts.instances
    if isinstance(count, Unknown):
        return unread(code, count)
    seen = Evidence(fact="instances", value=str(count), source=f"{app.resource_id}/instances")
    if count:
        return undecided(code, f"{app.name} has {count} {_instances(count)}, and the platform tells no state.", seen)
    if not isinstance(facts.config, Unknown) and not facts.config.always_on:
        return warning(code, f"{app.name} runs nowhere; without always-on the next request starts it.", seen)
    return problem(code, f"{app.name} runs nowhere.", seen, fix=(tail_logs(app),))


def _words(status: InstanceStatus) -> str:
    """State and action only: the platform's details may quote what the container printed."""
    return f"{status.state}, {status.action}" if status.action else status.state


def _instances(count: int) -> str:
    return "instance" if count == 1 else "instances"


def check_operations(facts: AppFacts) -> Check:
    """Whether somebody else is changing the app; Pulley waits as long as they are."""
    code, app, site, deployments = Code.OPERATIONS, facts.app, facts.site, facts.deployments
    if isinstance(site, Site) and site.in_progress_operation_id:
        seen = Evidence(fact="inProgressOperationId", value=site.in_progress_operation_id, source=app.resource_id)
        return warning(code, f"An operation on {app.name} is under way.", seen)
    if isinstance(site, Site) and site.target_swap_slot:
        seen = Evidence(fact="targetSwapSlot", value=site.target_swap_slot, source=app.resource_id)
        sentence = f"A swap of {app.name} with {site.target_swap_slot} was begun, and neither completed nor cancelled."
        return warning(code, sentence, seen, fix=(cancel_swap(app, site.target_swap_slot),))
    under_way = [] if isinstance(deployments, Unknown) else [one for one in deployments if one.under_way]
    if under_way:
        seen_all = tuple(Evidence(fact="deploymentStatus", value=one.status, source=one.id) for one in under_way)
        return warning(code, f"A deployment to {app.name} is under way.", *seen_all)
    failed = [read for read in (site, deployments) if isinstance(read, Unknown)]
    if failed:
        return unread(code, *failed)
    return ok(code, f"Nobody else is changing {app.name}.")
