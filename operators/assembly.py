"""The assembly: every part of the house, made once per process from the settings. No part imports it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from operators.cloud.activity_log import ActivityLog
from operators.cloud.app_settings import AppSettings
from operators.cloud.arm import Arm
from operators.cloud.authorization import Authorization
from operators.cloud.azure_clock import AzureClock
from operators.cloud.deployment_site import DeploymentSite
from operators.cloud.event_subscriptions import EventSubscriptions
from operators.cloud.key_vaults import KeyVaults
from operators.cloud.private_endpoints import PrivateEndpoints
from operators.cloud.probe import Probe
from operators.cloud.registries import Registries
from operators.cloud.registry_content import RegistryContent
from operators.cloud.registry_webhooks import RegistryWebhooks
from operators.cloud.site_details import SiteDetails
from operators.cloud.sites import Sites
from operators.cloud.slot_swaps import SlotSwaps
from operators.cloud.storage import Storage, Transport
from operators.cloud.throttling import Throttling
from operators.cloud.webhook import Webhook
from operators.flows.doctoring import Doctor
from operators.flows.drift import Drift
from operators.flows.intake import Intake
from operators.flows.inventory import Inventory
from operators.flows.marking import Marking
from operators.flows.reconcile import Reconcile
from operators.flows.services import Azure, Clock, House, Records
from operators.flows.sweep import Sweep
from operators.settings import Settings
from operators.web.admin import Admin
from operators.web.doctor import DoctorApi
from operators.web.findings import FindingsApi
from operators.web.notifications import Notifications

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


@dataclass(frozen=True)
class Operator:
    """What the triggers call."""

    house: House
    intake: Intake
    reconcile: Reconcile
    inventory: Inventory
    drift: Drift
    sweep: Sweep
    admin: Admin
    doctor: DoctorApi
    findings: FindingsApi
    notifications: Notifications


def assemble(
    settings: Settings,
    storage: Storage,
    credential: "AsyncTokenCredential",
    machine: Clock,
    transport: Transport | None,
) -> Operator:
    """Put the house together. `machine` is the clock of this machine, which Azure's answers set right; `transport`
    carries every call to Azure but storage's, None is the network.
    """
    clock = AzureClock(machine)
    now = clock.now
    throttling, cloud = Throttling(now), settings.endpoints
    arm = Arm(credential, cloud=cloud, transport=transport, throttling=throttling, clock=clock)
    azure = Azure(
        sites=Sites(credential, transport, throttling, cloud, clock),
        registries=Registries(
            credential, settings.subscriptions, now, cloud=cloud, transport=transport, throttling=throttling
        ),
        content=RegistryContent(credential, now, transport=transport, cloud=cloud),
        authorization=Authorization(arm, now),
        private_endpoints=PrivateEndpoints(arm, now),
        app_settings=AppSettings(arm),
        probe=Probe(transport),
        details=SiteDetails(arm),
        swaps=SlotSwaps(arm),
        key_vaults=KeyVaults(arm),
        webhooks=RegistryWebhooks(arm),
        event_subscriptions=EventSubscriptions(arm),
        activity_log=ActivityLog(arm, credential, cloud),
        deployment_site=DeploymentSite(credential, transport, cloud),
    )
    records = Records.of(storage, settings)
    house = House(azure, records, settings, now)
    marking = Marking(records.engine, records.due, records.queues, settings)
    inventory = Inventory(house, marking)
    drift = Drift(house, marking, inventory)
    return Operator(
        house=house,
        intake=Intake(records, marking, now),
        reconcile=Reconcile(house),
        inventory=inventory,
        drift=drift,
        sweep=Sweep(house),
        admin=Admin(house, marking, drift),
        doctor=DoctorApi(house, Doctor(house)),
        findings=FindingsApi(house),
        notifications=Notifications(house, Webhook(settings.notify_url, transport) if settings.notify_url else None),
    )


@cache
def operator() -> Operator:
    """The operator of this process, made at the first event. Raises Misconfigured for a setting that cannot be used."""
    from azure.identity.aio import ManagedIdentityCredential

    settings = Settings.read()
    credential = ManagedIdentityCredential(client_id=settings.client_id)
    storage = Storage(
        connection_string=settings.storage,
        account=settings.storage_account,
        cloud=settings.endpoints,
        credential=credential,
    )
    return assemble(settings, storage, credential, lambda: datetime.now(UTC), None)
