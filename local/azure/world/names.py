"""How things are called: ids that follow from names, resource ids, and Azure's ways to write a time."""

import uuid
from datetime import UTC, datetime

_NAMESPACE = uuid.UUID("c0ffee00-0000-4000-8000-000000000000")
_FILE_TIME_AT_EPOCH = 116_444_736_000_000_000
"""100 ns steps from 1601 to 1970, as Windows counts them."""


def stable_guid(*parts: str) -> str:
    """Answer the same GUID for the same parts, without regard to case."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join(parts).lower()))


def same(one: str, other: str) -> bool:
    """Tell whether two resource ids or names mean the same thing: Azure compares them without case."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def is_within(resource_id: str, scope: str) -> bool:
    """Tell whether a resource lies at or below a scope, compared by whole path segments."""
    top = scope.rstrip("/").lower()
    return resource_id.rstrip("/").lower() == top or resource_id.lower().startswith(top + "/")


def subscription_id(subscription: str) -> str:
    """Answer the resource id of a subscription."""
    return f"/subscriptions/{subscription}"


def group_id(subscription: str, resource_group: str) -> str:
    """Answer the resource id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{resource_group}"


def resource_id(subscription: str, resource_group: str, kind: str, *names: str) -> str:
    """Answer the resource id of a top-level resource such as `Microsoft.Web/sites`."""
    return "/".join([group_id(subscription, resource_group), "providers", kind, *names])


def subnet_id(told: str, subscription: str, resource_group: str) -> str:
    """Answer the resource id of a subnet that a scenario calls `network/subnet`, or by that id."""
    if told.startswith("/"):
        return told
    network, _, subnet = told.partition("/")
    return resource_id(subscription, resource_group, "Microsoft.Network/virtualNetworks", network, "subnets", subnet)


def file_time(moment: datetime) -> int:
    """Answer a moment as Windows file time, the stuff of Microsoft.Web's etags."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return _FILE_TIME_AT_EPOCH + ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 10


def iso7(moment: datetime) -> str:
    """Write a time with the seven digits that Azure's logs and authorization use."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def iso_seconds(moment: datetime) -> str:
    """Write a time in whole seconds, as siteStatus does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def us_date(moment: datetime) -> str:
    """Write a time as the platform log's `MM/DD/YYYY HH:MM:SS`, in UTC."""
    return moment.astimezone(UTC).strftime("%m/%d/%Y %H:%M:%S")
