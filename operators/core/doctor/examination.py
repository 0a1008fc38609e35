"""All checks over one app."""

from collections.abc import Callable
from typing import Final

from operators.core.apps import AppId
from operators.core.doctor.checks import Check, Code, Status, worst
from operators.core.doctor.configuration import (
    check_always_on,
    check_health_check,
    check_logs,
    check_port,
    check_start_time_limit,
)
from operators.core.doctor.events import check_events
from operators.core.doctor.facts import AppFacts
from operators.core.doctor.key_vault import check_key_vault_references
from operators.core.doctor.pulling import check_access, check_identity, check_image, check_registry_credentials
from operators.core.doctor.reach import check_access_restrictions
from operators.core.doctor.resource_tags import check_resource_tags
from operators.core.doctor.running import check_instances, check_operations
from operators.core.doctor.stage import check_stage
from operators.core.doctor.webhooks import (
    check_continuous_deployment,
    check_webhook_addresses,
    check_webhook_quota,
    check_webhooks,
)
from operators.core.model import Model

CHECKS: Final[dict[Code, Callable[[AppFacts], Check]]] = {
    Code.IDENTITY: check_identity,
    Code.ACCESS: check_access,
    Code.IMAGE: check_image,
    Code.STAGE: check_stage,
    Code.RESOURCE_TAGS: check_resource_tags,
    Code.REGISTRY_CREDENTIALS: check_registry_credentials,
    Code.KEY_VAULT_REFERENCES: check_key_vault_references,
    Code.PORT: check_port,
    Code.START_TIME_LIMIT: check_start_time_limit,
    Code.ALWAYS_ON: check_always_on,
    Code.HEALTH_CHECK: check_health_check,
    Code.LOGS: check_logs,
    Code.EVENTS: check_events,
    Code.WEBHOOKS: check_webhooks,
    Code.WEBHOOK_ADDRESSES: check_webhook_addresses,
    Code.CONTINUOUS_DEPLOYMENT: check_continuous_deployment,
    Code.WEBHOOK_QUOTA: check_webhook_quota,
    Code.ACCESS_RESTRICTIONS: check_access_restrictions,
    Code.INSTANCES: check_instances,
    Code.OPERATIONS: check_operations,
}


class Examination(Model):
    """What the doctor says about one app: every check of the catalogue, once."""

    app: AppId
    checks: tuple[Check, ...]

    @property
    def status(self) -> Status:
        """The worst of its checks."""
        return worst(self.checks)

    @property
    def rank(self) -> str:
        """The place in a list with the worst first: `<status, as a digit>:<key>`, compared as text."""
        return f"{list(Status).index(self.status)}:{self.app.key}"

    def having(self, status: Status) -> tuple[Check, ...]:
        """Those of the checks that say this."""
        return tuple(check for check in self.checks if check.status is status)


def examine(facts: AppFacts) -> Examination:
    """Make every check. What was not read is unknown in the checks that need it, and in no other."""
    return Examination(app=facts.app, checks=tuple(check(facts) for check in CHECKS.values()))
