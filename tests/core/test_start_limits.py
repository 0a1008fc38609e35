"""How long a start may take by the app's settings, and by none that could be read."""

import pytest

from operators.core.app_settings import ContainerSettings
from operators.core.model import Unknown
from operators.core.start_limits import DEFAULT_START_LIMIT, LONGEST_START_LIMIT, START_LIMIT, start_limit

REFERENCE = "@Microsoft.KeyVault(VaultName=shop;SecretName=limit)"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(None, DEFAULT_START_LIMIT, id="not set"),
        pytest.param("600", 600, id="set"),
        pytest.param(" 60 ", 60, id="a short one"),
        pytest.param("9999", LONGEST_START_LIMIT, id="longer than the platform allows"),
        pytest.param("soon", DEFAULT_START_LIMIT, id="no number"),
        pytest.param("0", DEFAULT_START_LIMIT, id="nothing"),
        pytest.param(REFERENCE, LONGEST_START_LIMIT, id="in a Key Vault, which is not read"),
    ],
)
def test_start_limit(value: str | None, seconds: int) -> None:
    """The app's own setting counts, within what the platform allows."""
    assert start_limit(ContainerSettings(values={START_LIMIT: value} if value else {})) == seconds


def test_settings_that_could_not_be_read_may_allow_the_longest() -> None:
    """A read that failed is no default: nobody is judged by a limit that was not read."""
    assert start_limit(Unknown(what="app settings of shop", reason="429", temporary=True)) == LONGEST_START_LIMIT
