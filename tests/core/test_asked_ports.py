"""Where the platform asks a container, by the app's settings."""

import pytest

from operators.core.app_settings import ContainerSettings
from operators.core.asked_ports import asked_ports
from operators.core.model import Unknown

REFERENCE = "@Microsoft.KeyVault(VaultName=shop;SecretName=port)"


@pytest.mark.parametrize(
    ("values", "ports"),
    [
        pytest.param({}, {80, 8080}, id="not told"),
        pytest.param({"WEBSITES_PORT": " 3000 "}, {3000}, id="told"),
        pytest.param({"PORT": "5000"}, {5000}, id="told by the other name"),
        pytest.param({"PORT": "5000", "WEBSITES_PORT": "3000"}, {3000}, id="told twice"),
        pytest.param({"PORT": REFERENCE, "WEBSITES_PORT": "3000"}, {3000}, id="what does not count is not known"),
        pytest.param({"WEBSITES_PORT": REFERENCE, "PORT": "5000"}, None, id="in a Key Vault, which is not read"),
        pytest.param({"WEBSITES_PORT": "http"}, None, id="no number"),
    ],
)
def test_asked_ports(values: dict[str, str], ports: set[int] | None) -> None:
    """WEBSITES_PORT before PORT before what the platform tries by itself; what is not known is unknown."""
    asked = asked_ports(ContainerSettings(values=values))
    assert (None if isinstance(asked, Unknown) else asked) == ports


def test_settings_that_could_not_be_read_are_no_default() -> None:
    """The port is then as unknown as they are."""
    unread = Unknown(what="app settings of shop", reason="429", temporary=True)
    assert asked_ports(unread) == unread
