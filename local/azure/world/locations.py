"""Azure's regions: the name that most providers write, and the one that Microsoft.Web writes."""

_DISPLAY_NAMES = (
    *("East US", "East US 2", "Central US", "North Central US", "South Central US", "West Central US"),
    *("West US", "West US 2", "West US 3", "Canada Central", "Brazil South", "North Europe", "West Europe"),
    *("UK South", "France Central", "Germany West Central", "Switzerland North", "Sweden Central", "Norway East"),
    *("Australia East", "Japan East", "Korea Central", "Southeast Asia", "East Asia", "Central India"),
)
_BY_NAME = {name.replace(" ", "").lower(): name for name in _DISPLAY_NAMES}


def display_name(location: str) -> str:
    """Answer `East US 2` for either spelling; an unknown region stays as it is."""
    return _BY_NAME.get(location.replace(" ", "").lower(), location)


def short_name(location: str) -> str:
    """Answer `eastus2` for either spelling."""
    return location.replace(" ", "").lower()
