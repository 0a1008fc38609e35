"""How Azure refuses while somebody else is at work."""

from local.azure.scenario import FaultRule

CONFLICT = FaultRule(
    method="POST",
    path="/restart$",
    status=409,
    envelope="web",
    code="Conflict",
    message="There is a deployment currently in progress. Please try again when it completes.",
)
"""Of a restart, in the deployment site's words."""
