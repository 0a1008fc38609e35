"""Every setting of Pulley, read from the environment once. docs/settings.md lists them; a test keeps both equal."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from operators.core.access import SPREADING
from operators.core.clouds import CLOUDS, Cloud, CloudName
from operators.core.gate import Mode
from operators.core.recovery import Recover
from operators.core.strategies import Strategy
from operators.errors import Misconfigured
from operators.schedules import next_due

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Settings(BaseSettings):
    """The settings, frozen. Names in the environment are upper case with the prefix PULLEY_."""

    model_config = SettingsConfigDict(env_prefix="PULLEY_", frozen=True, extra="ignore", populate_by_name=True)

    scopes: Annotated[tuple[str, ...], NoDecode] = ()
    """Where to look for apps: ids of subscriptions or resource groups, separated by commas."""
    cloud: CloudName = CloudName.PUBLIC
    """Which of Azure's clouds all of this is in: `public`, `china` or `us-government`."""
    mode: Mode = Mode.OBSERVE
    """`observe` decides and records, `act` does it too."""
    opt_in: str = Field(default="tag", pattern="^(tag|all)$")
    """`tag`: only apps with the resource tag `pulley=on`; `all`: every app with a container in the scopes."""
    strategy: Strategy = Strategy.RESTART
    """How a new image reaches an app that has no resource tag `pulley-strategy`."""
    recover: Recover = Recover.FULL
    """What is tried by itself for an app that makes no progress and has no resource tag `pulley-recover`: `full` (one
    more restart, redeploy by digest, roll back), `rollback`, `report`."""
    grant_pull: bool = False
    """Whether a role that is missing for a pull is given by the operator itself."""
    drift_schedule: str = "0 */5 * * * *"
    """When the drift check runs, NCRONTAB with seconds, UTC. Read by the Functions host."""
    notify_url: SecretStr | None = None
    """Where news of rollouts are POSTed to. Its query may hold a token: it is in no log and no answer."""
    pace: float = Field(default=1.0, gt=0, le=1)
    """Every wait of the operator's own is multiplied by this; below 1 only for a local environment."""
    role_spread_seconds: float = Field(default=SPREADING.total_seconds(), ge=0)
    """Seconds that a new role assignment may take to count at the registry; 0 only for a local environment."""
    storage: str | None = Field(default=None, validation_alias="AzureWebJobsStorage", repr=False)
    """The connection string of the storage account, for tables and queues; local environments use it."""
    storage_account: str | None = Field(default=None, validation_alias="AzureWebJobsStorage__accountName")
    """The storage account's name, reached with the operator's managed identity."""
    client_id: str | None = Field(default=None, validation_alias="AZURE_CLIENT_ID")
    """The client id of the operator's user-assigned identity; without it the system-assigned one."""
    site_name: str | None = Field(default=None, validation_alias="WEBSITE_SITE_NAME")
    """The name of the function app that this is. App Service sets it by itself."""
    time_zone: str | None = Field(default=None, validation_alias="WEBSITE_TIME_ZONE")
    """The time zone that the host reads schedules in, where somebody has set one."""

    @field_validator("scopes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(_scope(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("strategy")
    @classmethod
    def _for_every_app(cls, value: Strategy) -> Strategy:
        if value is Strategy.SWAP:
            raise ValueError("a swap needs a slot, which not every app has: set pulley-strategy=swap:<slot> on the app")
        return value

    @field_validator("notify_url")
    @classmethod
    def _an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        address = urlsplit(value.get_secret_value())
        if address.scheme not in ("https", "http") or not address.hostname:
            raise ValueError("this is no http(s) URL")
        return value

    @model_validator(mode="after")
    def _somewhere_to_store(self) -> Self:
        if not self.storage and not self.storage_account:
            raise ValueError("set AzureWebJobsStorage (a connection string) or AzureWebJobsStorage__accountName")
        return self

    @classmethod
    def read(cls) -> "Settings":
        """The settings of this process. Raises Misconfigured naming the first setting that cannot be used."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else "AzureWebJobsStorage"  # the one check of several fields
            raise Misconfigured(_environment_name(name), first["msg"]) from None

    def next_drift_check(self, now: datetime) -> datetime | None:
        """When the drift check runs next; None where its schedule does not tell, or is in another time zone."""
        return None if self.time_zone else next_due(self.drift_schedule, now)

    def wait(self, delay: timedelta) -> timedelta:
        """A wait of the operator's own at this environment's pace."""
        return delay * self.pace

    @property
    def endpoints(self) -> Cloud:
        """Where that cloud's services are."""
        return CLOUDS[self.cloud]

    @property
    def spreading(self) -> timedelta:
        """How long a new role assignment may take to count."""
        return timedelta(seconds=self.role_spread_seconds)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The subscription ids of the scopes, each once."""
        return tuple(dict.fromkeys(scope.split("/")[2].lower() for scope in self.scopes))


def _scope(text: str) -> str:
    """A subscription or resource group id; a bare GUID is a subscription's."""
    parts = text.strip("/").split("/")
    if len(parts) == 1 and _GUID.fullmatch(parts[0]):
        return f"/subscriptions/{parts[0]}"
    kinds = [part.lower() for part in parts[0::2]]
    if kinds in (["subscriptions"], ["subscriptions", "resourcegroups"]) and len(parts) % 2 == 0 and all(parts):
        return "/" + "/".join(parts)
    raise ValueError(f"{text!r} is neither a subscription's nor a resource group's id")


def _environment_name(field: str) -> str:
    return field if field.startswith(("Azure", "AZURE", "WEBSITE")) else f"PULLEY_{field.upper()}"
