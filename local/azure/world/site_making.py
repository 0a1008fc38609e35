"""How a site or slot comes to be: as a scenario describes it, or new through ARM."""

from datetime import datetime
from typing import Any

from local.azure import scenario
from local.azure.world.names import iso7, resource_id, stable_guid
from local.azure.world.plans import Plan
from local.azure.world.restrictions import restrictions_of
from local.azure.world.sites import Happened, Site, SiteContainer, UserIdentity


def make_site(
    told: scenario.App,
    parent: scenario.Site,
    subscription: str,
    identities: dict[str, UserIdentity],
    created: datetime,
) -> Site:
    """Make a site or, where `told` is not its own parent, a slot of it."""
    slot = None if told is parent else told.name
    tail = (parent.name, "slots", told.name) if slot else (parent.name,)
    site_id = resource_id(subscription, parent.resource_group, "Microsoft.Web/sites", *tail)
    site = Site(
        told=told,
        id=site_id,
        site_name=parent.name,
        slot=slot,
        subscription=subscription,
        resource_group=parent.resource_group,
        location=parent.location,
        user_identities=tuple(identities[name] for name in told.identity.user),
        modified=created,
        config=_initial_config(told, identities),
        app_settings=dict(told.app_settings),
        state=told.state,
        plan_id=resource_id(
            subscription, parent.resource_group, "Microsoft.Web/serverfarms", f"{parent.resource_group}-plan"
        ),
        has_system_identity=told.identity.system,
        site_containers={one.name: _container(one, identities, created) for one in told.site_containers},
        deployment_id=f"{parent.name}__{stable_guid(site_id)[:4]}" if slot else parent.name,
    )
    site.record(created, _at_first(told))
    return site


def new_site(path: tuple[str, str, str], slot: str | None, location: str, plan: Plan, at: datetime) -> Site:
    """Make a site, or a slot, that nobody described; `path` is its subscription, resource group and site name."""
    subscription, group, name = path
    common: dict[str, Any] = {"always_on": False, "instances": plan.capacity}
    parent = scenario.Site(name=name, resource_group=group, subscription=subscription, location=location, **common)
    told = scenario.Slot(name=slot, **common) if slot else parent
    site = make_site(told, parent, subscription, {}, at)
    site.plan_id = plan.id
    site.config["numberOfWorkers"] = 1
    site.history.clear()
    return site


def _at_first(told: scenario.App) -> Happened:
    if told.state == "Stopped":
        return Happened.STOPPED
    return Happened.IDLE if told.idle else Happened.CREATED


def _container(told: scenario.SiteContainer, identities: dict[str, UserIdentity], created: datetime) -> SiteContainer:
    named = told.user_managed_identity
    return SiteContainer(
        told.name,
        {
            "image": told.image,
            "isMain": told.is_main,
            "targetPort": told.target_port,
            "authType": told.auth_type,
            "userManagedIdentityClientId": (
                identities[named].client_id if named else told.user_managed_identity_client_id
            ),
            "userName": told.user_name,
            "createdTime": iso7(created),
            "lastModifiedTime": iso7(created),
        },
    )


def _linux_fx_version(told: scenario.App) -> str:
    if told.site_containers:
        return "sitecontainers"
    return f"DOCKER|{told.image}" if told.image else (told.linux_fx_version or "")


def _initial_config(told: scenario.App, identities: dict[str, UserIdentity]) -> dict[str, Any]:
    client_id = told.acr_user_managed_identity_id or ""
    if told.acr_user_managed_identity:
        client_id = identities[told.acr_user_managed_identity].client_id
    return {
        "linuxFxVersion": _linux_fx_version(told),
        "windowsFxVersion": told.windows_fx_version,
        "acrUseManagedIdentityCreds": told.acr_use_managed_identity_creds,
        "acrUserManagedIdentityID": client_id,
        "alwaysOn": told.always_on,
        "healthCheckPath": told.health_check_path,
        "numberOfWorkers": told.instances,
        "httpLoggingEnabled": told.container_logging,
    } | restrictions_of(told)
