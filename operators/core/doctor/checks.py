"""The catalogue of checks, and what one of them says. docs/doctor.md lists them; a test keeps both equal."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from operators.core.access import Evidence
from operators.core.model import Model, Unknown


class Status(StrEnum):
    """What a check says, worst first. `UNKNOWN` is none of the others: it could not be looked at."""

    PROBLEM = "problem"
    """Something does not work, or will not at the next start."""
    WARNING = "warning"
    """It works, and not as well as it could."""
    UNKNOWN = "unknown"
    OK = "ok"


class Code(StrEnum):
    """The checks, in the order in which a person would make them."""

    IDENTITY = "identity"
    ACCESS = "access"
    IMAGE = "image"
    STAGE = "stage"
    RESOURCE_TAGS = "resource_tags"
    REGISTRY_CREDENTIALS = "registry_credentials"
    KEY_VAULT_REFERENCES = "key_vault_references"
    PORT = "port"
    START_TIME_LIMIT = "start_time_limit"
    ALWAYS_ON = "always_on"
    HEALTH_CHECK = "health_check"
    LOGS = "logs"
    EVENTS = "events"
    WEBHOOKS = "webhooks"
    WEBHOOK_ADDRESSES = "webhook_addresses"
    CONTINUOUS_DEPLOYMENT = "continuous_deployment"
    WEBHOOK_QUOTA = "webhook_quota"
    ACCESS_RESTRICTIONS = "access_restrictions"
    INSTANCES = "instances"
    OPERATIONS = "operations"


class About(Model):
    """What is the same for every app: the question of a check, and where Azure documents the matter."""

    question: str
    documentation: str


_AZURE: Final = "https://learn.microsoft.com/azure/"
CATALOGUE: Final[dict[Code, About]] = {
    Code.IDENTITY: About(
        question="Does the app pull with a managed identity, and does it have that identity?",
        documentation=f"{_AZURE}app-service/configure-custom-container",
    ),
    Code.ACCESS: About(
        question="May that identity pull the image?",
        documentation=f"{_AZURE}container-registry/container-registry-rbac-built-in-roles-overview",
    ),
    Code.IMAGE: About(
        question="Does the registry have the image that is configured?",
        documentation=f"{_AZURE}app-service/tutorial-custom-container",
    ),
    Code.STAGE: About(
        question="Can new images be tried in the slot that the app names?",
        documentation=f"{_AZURE}app-service/deploy-staging-slots",
    ),
    Code.RESOURCE_TAGS: About(
        question="Do the app's resource tags for Pulley say what it understands?",
        documentation=f"{_AZURE}azure-resource-manager/management/tag-resources",
    ),
    Code.REGISTRY_CREDENTIALS: About(
        question="Are there user names and passwords of a registry among the app settings?",
        documentation=f"{_AZURE}app-service/configure-custom-container",
    ),
    Code.KEY_VAULT_REFERENCES: About(
        question="Could the platform read every secret that an app setting refers to?",
        documentation=f"{_AZURE}app-service/app-service-key-vault-references",
    ),
    Code.PORT: About(
        question="Is the container's port told in a way that the platform understands?",
        documentation=f"{_AZURE}app-service/reference-app-settings",
    ),
    Code.START_TIME_LIMIT: About(
        question="Is the time that a start may take one that the platform accepts?",
        documentation=f"{_AZURE}app-service/reference-app-settings",
    ),
    Code.ALWAYS_ON: About(
        question="Does the app stay loaded when nobody asks for it?",
        documentation=f"{_AZURE}app-service/configure-common",
    ),
    Code.HEALTH_CHECK: About(
        question="Is there a path that tells whether the app is healthy?",
        documentation=f"{_AZURE}app-service/monitor-instances-health-check",
    ),
    Code.LOGS: About(
        question="Is what the container writes kept?",
        documentation=f"{_AZURE}app-service/troubleshoot-diagnostic-logs",
    ),
    Code.EVENTS: About(
        question="Does a push to the registry reach Pulley?",
        documentation=f"{_AZURE}container-registry/container-registry-event-grid-quickstart",
    ),
    Code.WEBHOOKS: About(
        question="Does a webhook of the registry restart the app as well, so that a push restarts it twice?",
        documentation=f"{_AZURE}app-service/deploy-ci-cd-custom-container",
    ),
    Code.WEBHOOK_ADDRESSES: About(
        question="Do the registry's webhooks that mean this app have an address that answers?",
        documentation=f"{_AZURE}container-registry/container-registry-webhook",
    ),
    Code.CONTINUOUS_DEPLOYMENT: About(
        question="Is App Service's own continuous deployment switched off?",
        documentation=f"{_AZURE}app-service/deploy-ci-cd-custom-container",
    ),
    Code.WEBHOOK_QUOTA: About(
        question="Are there webhooks left in the quota of the registry's SKU?",
        documentation=f"{_AZURE}container-registry/container-registry-skus",
    ),
    Code.ACCESS_RESTRICTIONS: About(
        question="Is Pulley's probe let in to the app?",
        documentation=f"{_AZURE}app-service/overview-access-restrictions",
    ),
    Code.INSTANCES: About(
        question="Does the app run, on every instance?",
        documentation="https://learn.microsoft.com/cli/azure/webapp#az-webapp-list-instances",
    ),
    Code.OPERATIONS: About(
        question="Is no deployment, swap or other operation under way?",
        documentation=f"{_AZURE}app-service/deploy-staging-slots",
    ),
}


class Check(Model):
    """What one check says about one app."""

    code: Code
    status: Status
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    fix: tuple[str, ...] = ()
    """`az` commands, to be run in this order."""

    @property
    def documentation(self) -> str:
        """Where Azure documents the matter."""
        return CATALOGUE[self.code].documentation


def ok(code: Code, sentence: str, *evidence: Evidence) -> Check:
    """Nothing to do."""
    return Check(code=code, status=Status.OK, sentence=sentence, evidence=evidence)


def warning(code: Code, sentence: str, *evidence: Evidence, fix: tuple[str, ...] = ()) -> Check:
    """It works, and could work better."""
    return Check(code=code, status=Status.WARNING, sentence=sentence, evidence=evidence, fix=fix)


def problem(code: Code, sentence: str, *evidence: Evidence, fix: tuple[str, ...] = ()) -> Check:
    """It does not work."""
    return Check(code=code, status=Status.PROBLEM, sentence=sentence, evidence=evidence, fix=fix)


def unknown(code: Code, sentence: str, *evidence: Evidence) -> Check:
    """It could not be looked at for another reason than a read that failed."""
    return Check(code=code, status=Status.UNKNOWN, sentence=sentence, evidence=evidence)


def unread(code: Code, *failed: Unknown) -> Check:
    """A read that decides it gave no answer; the reason names the missing right where that is why."""
    reads = "; ".join(f"{one.what} could not be read: {one.reason}" for one in failed)
    return unknown(code, f"Not known. {reads}")


def worst(checks: Iterable[Check]) -> Status:
    """The worst of them; nothing checked is nothing known."""
    order = list(Status)
    return min((check.status for check in checks), key=order.index, default=Status.UNKNOWN)
