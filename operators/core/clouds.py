"""The clouds of Azure: the same services at other hosts, for customers in China or of the US government.

Sources: azure-cli, azure/cli/core/cloud.py; azure-mgmt-core, tools.get_arm_endpoints; azure-docs,
azure-government/compare-azure-government-global-azure.
"""

from enum import StrEnum
from typing import Final

from operators.core.model import Model


class CloudName(StrEnum):
    """What a cloud is called in a setting."""

    PUBLIC = "public"
    CHINA = "china"
    US_GOVERNMENT = "us-government"


class Cloud(Model):
    """Where the services are that the operator calls."""

    arm_url: str
    """Azure Resource Manager."""
    arm_audience: str
    """For whom a token for it is: not its address everywhere."""
    storage_suffix: str
    """What storage accounts' hosts end in."""
    registry_domain: str
    """What registries' login servers end in; no token of the operator's goes to another cloud's."""
    site_domains: tuple[str, ...]
    """What the hosts of App Service end in: its own, and its environments' where that is documented."""


PUBLIC: Final = Cloud(
    arm_url="https://management.azure.com",
    arm_audience="https://management.azure.com",
    storage_suffix="core.windows.net",
    registry_domain=".azurecr.io",
    site_domains=(".azurewebsites.net", ".appserviceenvironment.net"),
)
CLOUDS: Final = {
    CloudName.PUBLIC: PUBLIC,
    CloudName.CHINA: Cloud(
        arm_url="https://management.chinacloudapi.cn",
        arm_audience="https://management.chinacloudapi.cn",
        storage_suffix="core.chinacloudapi.cn",
        registry_domain=".azurecr.cn",
        site_domains=(".chinacloudsites.cn",),
    ),
    CloudName.US_GOVERNMENT: Cloud(
        arm_url="https://management.usgovcloudapi.net",
        arm_audience="https://management.core.usgovcloudapi.net",
        storage_suffix="core.usgovcloudapi.net",
        registry_domain=".azurecr.us",
        site_domains=(".azurewebsites.us",),
    ),
}
