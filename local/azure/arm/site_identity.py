"""Which managed identities a site gets, as the `identity` of a body says."""

from typing import Any

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door
from local.azure.world.names import same
from local.azure.world.sites import Site, UserIdentity


def write_identity(call: ArmCall, site: Site, asked: dict[str, Any], merge: bool) -> None:
    """Give a site the identities that a body names; with `merge` (PATCH) user-assigned ones that it does not name stay.

    Recorded: a PATCH with `{"type": "UserAssigned"}` drops the system identity and keeps the user-assigned ones.
    """
    kinds = {kind.strip().lower() for kind in str(asked.get("type") or "").split(",")}
    named = asked.get("userAssignedIdentities")
    site.user_identities = _users(call, site, named, merge) if "userassigned" in kinds else ()
    if "systemassigned" not in kinds:
        site.has_system_identity = False
    elif not site.has_system_identity:
        call.world.give_system_identity(site)


def _users(call: ArmCall, site: Site, named: dict[str, Any] | None, merge: bool) -> tuple[UserIdentity, ...]:
    if named is None:
        return site.user_identities
    wanted = [_identity(call, resource_id) for resource_id, value in named.items() if value is not None]
    dropped = [resource_id for resource_id, value in named.items() if value is None]
    kept = [
        one
        for one in site.user_identities
        if merge and one not in wanted and not any(same(one.id, resource_id) for resource_id in dropped)
    ]
    return (*kept, *wanted)


def _identity(call: ArmCall, resource_id: str) -> UserIdentity:
    for one in call.world.identities.values():
        if same(one.id, resource_id):
            return one
    inner = f'{{"error":{{"code":"BadRequest","message":"Resource \'{resource_id}\' was not found."}}}}'
    text = (
        f"Identity operation for resource '{call.path}' failed with error 'Failed to perform resource identity "
        f"operation. Status: 'BadRequest'. Response: '{inner}'.'."
    )
    raise front_door(400, "FailedIdentityOperation", text)
