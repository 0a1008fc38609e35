"""Event Grid's handshake: when an answer with its code is due."""

import pytest

from operators.core.deliveries import validation_code
from tests.core.push_samples import EG_PUSH, EVENT_GRID, changed

_HANDSHAKE = EVENT_GRID["subscription validation"]
_CODE = "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"


@pytest.mark.parametrize(
    ("body", "header", "code"),
    [
        pytest.param(_HANDSHAKE, "SubscriptionValidation", _CODE, id="as documented"),
        pytest.param(_HANDSHAKE, "subscriptionvalidation", _CODE, id="header in lower case"),
        pytest.param(_HANDSHAKE, "Notification", None, id="a notification"),
        pytest.param(_HANDSHAKE, None, None, id="no header"),
        pytest.param(_HANDSHAKE * 2, "SubscriptionValidation", None, id="two events"),
        pytest.param(_HANDSHAKE[0], "SubscriptionValidation", None, id="no array"),
        pytest.param([EG_PUSH], "SubscriptionValidation", None, id="a push under a false header"),
        pytest.param([changed(_HANDSHAKE[0], "data", "validationCode")], "SubscriptionValidation", None, id="no code"),
        pytest.param([], "SubscriptionValidation", None, id="no event"),
        pytest.param("x", "SubscriptionValidation", None, id="no JSON array"),
    ],
)
def test_validation_code(body: object, header: str | None, code: str | None) -> None:
    """Only a real handshake is answered: the header, and exactly one validation event with a code."""
    assert validation_code(body, header) == code
