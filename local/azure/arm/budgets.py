"""How ARM's front door tells what is left of a caller's budget, and refuses what goes beyond it.

Source: azure-docs, azure-resource-manager/management/request-limits-and-throttling.
"""

import re
from math import ceil

from local.azure.arm.errors import front_door
from local.azure.world import World

_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


def spend(world: World, method: str, path: str, caller: str) -> dict[str, str]:
    """Count one call and answer the headers that tell what is left; raises the 429 where nothing is.

    Calls to no subscription have budgets of the tenant, which are not kept here.
    """
    at = _SUBSCRIPTION.match(path)
    if at is None:
        return {}
    kind = _KINDS.get(method, "writes")
    left = world.call_budgets.spend(at[1], kind, caller, world.now())
    if left is None:
        seconds = ceil(world.scenario.budgets.retry_after)
        message = (
            f"Number of '{kind.removesuffix('s')}' requests for subscription '{at[1]}' actor '{caller}' exceeded. "
            f"Please try again after '{seconds}' seconds."
        )
        raise front_door(429, "SubscriptionRequestsThrottled", message, **{"Retry-After": str(seconds)})
    own, everybodys = left
    return {
        f"x-ms-ratelimit-remaining-subscription-{kind}": str(own),
        f"x-ms-ratelimit-remaining-subscription-global-{kind}": str(everybodys),
    }
