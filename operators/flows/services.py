"""What the flows work with: Azure's services and the operator's own tables, made once per process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from operators.cloud.activity_log import ActivityLog
from operators.cloud.app_settings import AppSettings
from operators.cloud.authorization import Authorization
from operators.cloud.deployment_site import DeploymentSite
from operators.cloud.due import DueTable
from operators.cloud.engine import EngineTable
from operators.cloud.event_subscriptions import EventSubscriptions
from operators.cloud.findings import FindingsTable
from operators.cloud.grants import GrantsTable
from operators.cloud.inventory import FollowsTable, InventoryTable
from operators.cloud.key_vaults import KeyVaults
from operators.cloud.private_endpoints import PrivateEndpoints
from operators.cloud.probe import Probe
from operators.cloud.queues import Queues
from operators.cloud.recent import RecentTable
from operators.cloud.refusals import RefusalsTable
from operators.cloud.registries import Registries
from operators.cloud.registry_content import RegistryContent
from operators.cloud.registry_webhooks import RegistryWebhooks
from operators.cloud.site_details import SiteDetails
from operators.cloud.sites import Sites
from operators.cloud.slot_swaps import SlotSwaps
from operators.cloud.storage import Storage
from operators.cloud.switches import SwitchesTable
from operators.core.claims import CLAIM_LASTS
from operators.settings import Settings

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Azure:
    """Azure's services, as the operator reads and changes them."""

    sites: Sites
    registries: Registries
    content: RegistryContent
    authorization: Authorization
    private_endpoints: PrivateEndpoints
    app_settings: AppSettings
    probe: Probe
    details: SiteDetails
    swaps: SlotSwaps
    key_vaults: KeyVaults
    webhooks: RegistryWebhooks
    event_subscriptions: EventSubscriptions
    activity_log: ActivityLog
    deployment_site: DeploymentSite


@dataclass(frozen=True)
class Records:
    """The operator's own tables and queues."""

    engine: EngineTable
    due: DueTable
    recent: RecentTable
    refusals: RefusalsTable
    grants: GrantsTable
    inventory: InventoryTable
    follows: FollowsTable
    switches: SwitchesTable
    findings: FindingsTable
    queues: Queues

    @classmethod
    def of(cls, storage: Storage, settings: Settings) -> "Records":
        """All of them on one storage account."""
        return cls(
            engine=EngineTable(storage, settings.wait(CLAIM_LASTS)),
            due=DueTable(storage),
            recent=RecentTable(storage),
            refusals=RefusalsTable(storage),
            grants=GrantsTable(storage),
            inventory=InventoryTable(storage),
            follows=FollowsTable(storage),
            switches=SwitchesTable(storage),
            findings=FindingsTable(storage),
            queues=Queues(storage),
        )


@dataclass(frozen=True)
class House:
    """Everything that a flow may need."""

    azure: Azure
    records: Records
    settings: Settings
    now: Clock
    """Azure's clock, as well as it is known: within a step from its first read on (operators/cloud/azure_clock.py)."""
