"""Who else is at work on the app? A restart or a write now would break theirs, or be refused."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from operators.core.apps import Site
from operators.core.model import Instant, Model, Unknown
from operators.core.stalls import StallReason

# BuildSuccessful is no end everywhere, but it may stay for good: it says nothing.
_UNDER_WAY = frozenset(
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

BUDGETS: Mapping[StallReason, timedelta] = MappingProxyType(
    {
        # Azure's own tools wait five minutes for another operation to end (Azure Verified Modules, avm/res/web/site)
        StallReason.OPERATION_IN_PROGRESS: timedelta(minutes=5),
        # azure-cli gives up tracking a deployment after 1000 s (command_modules/appservice/custom.py)
        StallReason.DEPLOYMENT_IN_PROGRESS: timedelta(minutes=20),
        # a swap warms up the slot for up to half an hour (azure-docs: app-service/deploy-staging-slots)
        StallReason.SWAP_IN_PROGRESS: timedelta(minutes=40),
    }
)
"""How long each kind of other people's work may take; what takes longer hangs."""

_SENTENCES: Mapping[StallReason, str] = MappingProxyType(
    {
        StallReason.OPERATION_IN_PROGRESS: "another operation is in progress on the app: {}",
        StallReason.DEPLOYMENT_IN_PROGRESS: "a deployment of code is in progress: {}",
        StallReason.SWAP_IN_PROGRESS: "a swap with {} was begun, and neither completed nor cancelled",
    }
)


class Deployment(Model):
    """A row of `deploymentStatus`."""

    id: str
    status: str
    """"BuildInProgress", "RuntimeSuccessful", …: azure-rest-api, web, DeploymentBuildStatus."""

    @property
    def under_way(self) -> bool:
        """Whether something still happens."""
        return self.status in _UNDER_WAY


class Sign(Model):
    """One thing that is under way now."""

    what: str
    """Which one: the operation's or the deployment's id, the other slot of the swap."""
    lines: tuple[str, ...]
    """What was read, in the field's words."""
    began: Instant | None = None
    """When it began, where that is known."""


Signs = Mapping[StallReason, Sign | Unknown | None]


class OtherWork(Model):
    """What is under way, and which stall it is when it does not end."""

    app: str
    """The key of the site or slot that it is on."""
    reason: StallReason
    sign: Sign
    first_seen: Instant | None = None
    """When it began, or where nothing tells that, when anybody looked and saw it first; None while nobody has."""

    @property
    def detail(self) -> str:
        """The same as a sentence."""
        return _SENTENCES[self.reason].format(self.sign.what)

    def hangs(self, now: datetime) -> bool:
        """Whether it takes longer than such work may."""
        return self.first_seen is not None and now - self.first_seen > BUDGETS[self.reason]


def signs_of(site: Site, deployments: tuple[Deployment, ...] | Unknown) -> Signs:
    """What is under way on the app; Unknown where it could not be read."""
    return {
        StallReason.OPERATION_IN_PROGRESS: _sign("inProgressOperationId", site.in_progress_operation_id),
        StallReason.DEPLOYMENT_IN_PROGRESS: _deployment(deployments),
        StallReason.SWAP_IN_PROGRESS: _sign("targetSwapSlot", site.target_swap_slot),
    }


def other_work(site: Site, deployments: tuple[Deployment, ...] | Unknown) -> OtherWork | Unknown | None:
    """What keeps the app busy; None where nothing does, Unknown where only its deployments could not be read."""
    for reason, sign in signs_of(site, deployments).items():
        if isinstance(sign, Sign):
            return OtherWork(app=site.id.key, reason=reason, sign=sign)
    return deployments if isinstance(deployments, Unknown) else None


def _sign(name: str, value: str | None) -> Sign | None:
    return Sign(what=value, lines=(f"{name}: {value}",)) if value else None


def _deployment(deployments: tuple[Deployment, ...] | Unknown) -> Sign | Unknown | None:
    if isinstance(deployments, Unknown):
        return deployments
    under_way = sorted((one.id.rpartition("/")[2], one.status) for one in deployments if one.under_way)
    if not under_way:
        return None
    return Sign(
        what=under_way[0][0], lines=tuple(f"deploymentStatus of {which}: {status}" for which, status in under_way)
    )
