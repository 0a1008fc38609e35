"""Who else is at work on the app? A restart or a write now would break theirs, or be refused."""

from operators.core.apps import Site
from operators.core.doctor.facts import Deployment
from operators.core.model import Model, Unknown
from operators.core.stalls import StallReason

# BuildSuccessful is no end everywhere, but it may stay for good: it says nothing.
UNDER_WAY = frozenset(
    {
        "BuildRequestReceived",
        "BuildPending",
        "BuildInProgress",
        "PostBuildRestartRequired",
        "StartPolling",
        "StartPollingWithRestart",
        "RuntimeStarting",
    }
)
"""Of a deployment's states (azure-rest-api, web, DeploymentBuildStatus), those in which something still happens."""


class OtherWork(Model):
    """What is under way, and which stall it is when it does not end."""

    reason: StallReason
    detail: str


def other_work(site: Site, deployments: tuple[Deployment, ...] | Unknown) -> OtherWork | Unknown | None:
    """What keeps the app busy; None where nothing does, Unknown where only its deployments could not be read."""
    if site.in_progress_operation_id:
        detail = f"another operation is in progress on the app: {site.in_progress_operation_id}"
        return OtherWork(reason=StallReason.OPERATION_IN_PROGRESS, detail=detail)
    if site.target_swap_slot:
        detail = f"a swap with {site.target_swap_slot} was begun, and neither completed nor cancelled"
        return OtherWork(reason=StallReason.SWAP_IN_PROGRESS, detail=detail)
    if isinstance(deployments, Unknown):
        return deployments
    for one in deployments:
        if one.status in UNDER_WAY:
            detail = f"a deployment of code is in progress ({one.status}): {one.id.rpartition('/')[2]}"
            return OtherWork(reason=StallReason.DEPLOYMENT_IN_PROGRESS, detail=detail)
    return None
