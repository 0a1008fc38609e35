"""Key Vault references, key vaults, logs and deployments through the real pipeline, against the simulated Azure."""

from datetime import datetime
from typing import Any

import pytest

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.arm import Arm
from operators.cloud.key_vaults import KeyVaults
from operators.cloud.site_details import SiteDetails
from operators.core.app_settings import KeyVaultReference
from operators.core.apps import AppId
from operators.core.doctor.facts import LogSettings
from operators.core.other_work import Deployment
from operators.errors import NotFound, Temporary
from tests.local_azure.worlds import site, world_of

SECRET = "hunter2"
RUN = "9d0fc21d-4821-4425-b011-bf889ea84430"
BY_NAME = "@Microsoft.KeyVault(VaultName=safe;SecretName=db-url)"
SETTINGS = {"PLAIN": SECRET, "API_KEY": BY_NAME, "BROKEN": f"@Microsoft.KeyVault({SECRET})"}


class House:
    """A world with the readers on it."""

    def __init__(self, **changes: Any) -> None:
        self.world: World
        self.clock: ManualClock
        self.world, self.clock = world_of(**changes)
        arm = Arm(WorldCredential(self.world), transport=WorldTransport(self.world))
        self.details = SiteDetails(arm)
        self.vaults = KeyVaults(arm)

    def app(self, name: str = "web") -> AppId:
        """An app by its name in the scenario."""
        return AppId.from_resource_id(self.world.site(name).id)


async def test_references_are_read_without_what_they_refer_to() -> None:
    """Setting, status and vault; a reference with a wrong syntax may be the secret itself, and stays behind."""
    house = House(sites=[site(app_settings=SETTINGS)], key_vaults=[{"name": "safe", "secrets": {"db-url": ["0" * 32]}}])
    read = await house.details.key_vault_references(house.app())
    assert read == (
        KeyVaultReference(setting="API_KEY", status="AccessToKeyVaultDenied", vault="safe"),
        KeyVaultReference(setting="BROKEN", status="InvalidSyntax", vault=None),
    )
    assert SECRET not in str(read)


async def test_references_come_in_pages() -> None:
    """Every page is read; one that fails is an error, not the end."""
    references = {f"S{number}": BY_NAME for number in range(5)}
    house = House(page_size=2, sites=[site(app_settings=references)])
    assert len(await house.details.key_vault_references(house.app())) == 5
    house.world.faults.add(FaultRule(path="/configreferences/", skip=1, times=1, status=503))
    with pytest.raises(Temporary):
        await house.details.key_vault_references(house.app())


async def test_key_vaults() -> None:
    """How each decides, and whether it is closed; not what is in them."""
    told = [
        {"name": "safe", "secrets": {"db-url": ["0" * 32]}},
        {"name": "older", "enable_rbac_authorization": False, "public_network_access": "Disabled"},
    ]
    house = House(key_vaults=told)
    safe, older = await house.vaults.of(house.world.default_subscription)
    assert (safe.name, safe.by_roles, safe.public_network_access) == ("safe", True, "Enabled")
    assert (older.name, older.by_roles, older.public_network_access) == ("older", False, "Disabled")
    assert safe.id.endswith("/providers/Microsoft.KeyVault/vaults/safe")


@pytest.mark.parametrize("kept", [True, False])
async def test_logs(kept: bool) -> None:
    """Whether a container's output is kept is what `httpLogs.fileSystem` says."""
    house = House(sites=[site(container_logging=kept)])
    assert await house.details.logs(house.app()) == LogSettings(http_file_system=kept)


async def test_deployments() -> None:
    """None, or the one whose status the platform keeps."""
    guid = "88888888-8888-4888-8888-888888888888"
    house = House(sites=[site(), site(name="deployed", deployment={"id": guid, "status": "RuntimeStarting"})])
    assert await house.details.deployments(house.app()) == ()
    path = f"{house.world.site('deployed').id}/deploymentStatus/{guid}"
    found = await house.details.deployments(house.app("deployed"))
    assert found == (Deployment(id=path, status="RuntimeStarting"),)


async def test_no_deployment_status_yet_is_none() -> None:
    """The platform answers 404 until something was deployed, as it was recorded for a single one."""
    house = House()
    house.world.faults.add(FaultRule(path="/deploymentStatus$", status=404, envelope="web", code="NotFound"))
    assert await house.details.deployments(house.app()) == ()


async def test_a_site_that_is_not_there_has_no_empty_list_of_references() -> None:
    """It is an error to ask for them."""
    house = House()
    gone = house.app().model_copy(update={"site": "gone"})
    with pytest.raises(NotFound):
        await house.details.key_vault_references(gone)


async def test_when_a_deployment_began() -> None:
    """By its id, in the platform's own seven digits; None where the list has no such row."""
    started = "2026-05-01T10:00:00.5Z"
    house = House(sites=[site(deployment={"id": RUN, "started": started})])
    assert await house.details.deployment_began(house.app(), RUN.upper()) == datetime.fromisoformat(started)
    assert await house.details.deployment_began(house.app(), "another") is None
