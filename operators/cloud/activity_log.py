"""Microsoft.Insights: the Activity Log, as far as it is about one app; and as whom the operator stands in it.

Source: azure-rest-api, monitor, ActivityLogs_List (2015-04-01). Needs Microsoft.Insights/eventtypes/values/read at the
app, which Reader gives.
"""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential

from operators.cloud.arm import Arm
from operators.cloud.arm_errors import parsed, translated
from operators.core.activity import Activity, Oneself
from operators.core.apps import AppId
from operators.core.clouds import PUBLIC, Cloud
from operators.core.instances import parse_time

_API_VERSION = "2015-04-01"
_SELECT = "caller,claims,eventDataId,eventTimestamp,operationId,operationName,resourceId,status"
_MOST_ROWS = 1000
"""Of one resource; the newest come first."""
_OWN = "the operator's own identity"


class ActivityLog:
    """Reads; two calls for an app and one more for each further page. Raises operators.errors."""

    def __init__(self, arm: Arm, credential: AsyncTokenCredential, cloud: Cloud = PUBLIC) -> None:
        self._arm = arm
        self._cloud = cloud
        self._credential = credential

    async def of(self, app: AppId, since: datetime, until: datetime) -> tuple[Activity, ...]:
        """What was done to the app and to its config/web, newest first of each. The log lags some minutes.

        Both are asked for: whether a filter by resource means what is below it too is documented nowhere.
        """
        resources = (app.resource_id, f"{app.resource_id}/config/web")
        found = await asyncio.gather(*(self._of(resource, since, until) for resource in resources))
        return tuple(dict.fromkeys(one for part in found for one in part))

    async def oneself(self) -> Oneself:
        """As whom Azure knows the operator: what the token says that it asks with."""
        with translated(_OWN):
            token = await self._credential.get_token(f"{self._cloud.arm_audience}/.default")
        return parsed(_OWN, _oneself, token.token)

    async def _of(self, resource: str, since: datetime, until: datetime) -> list[Activity]:
        begin, end = (f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (since, until))
        query = {
            "$filter": f"eventTimestamp ge '{begin}' and eventTimestamp le '{end}' and resourceUri eq '{resource}'",
            "$select": _SELECT,
        }
        subscription = "/".join(resource.split("/")[:3])
        path = f"{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
        found: list[Activity] = []
        async for row in self._arm.pages(path, _API_VERSION, query):
            found.append(parsed(f"Activity Log of {resource}", _activity, row))
            if len(found) >= _MOST_ROWS:
                break
        return found


def _activity(row: Mapping[str, Any]) -> Activity:
    at = parse_time(row["eventTimestamp"])
    if at is None:
        raise ValueError(f"eventTimestamp is {row['eventTimestamp']!r}")
    claims = row.get("claims") or {}
    return Activity(
        at=at,
        operation=row["operationName"]["value"],
        status=row["status"]["value"],
        resource_id=row["resourceId"],
        operation_id=row.get("operationId") or row["eventDataId"],
        caller=row.get("caller") or None,
        app_id=claims.get("appid") or None,
        managed_identity=claims.get("xms_mirid") or None,
    )


def _oneself(token: str) -> Oneself:
    """Read, not verified: Azure does that. A token of version 2 calls the application `azp` (Entra: access-tokens)."""
    _, payload, _ = token.split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return Oneself(object_id=claims["oid"], app_id=claims.get("appid") or claims.get("azp"))
