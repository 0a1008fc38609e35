"""As whom an app, or one container of a sidecar-enabled site, pulls."""

import pytest

from operators.core.access import Principal, Reason
from operators.core.access.credential import Nobody, RegistryUser, sidecar_credential
from operators.core.apps import SiteIdentity
from operators.core.model import Unknown
from tests.core.access_samples import FORBIDDEN, OTHER, SYSTEM, USER

BOTH = SiteIdentity(system_principal_id=SYSTEM, user_assigned=(OTHER, USER))
AS_SYSTEM = Principal(principal_id=SYSTEM)
AS_USER = Principal(principal_id=USER.principal_id, client_id=USER.client_id, resource_id=USER.resource_id)


@pytest.mark.parametrize(
    ("auth_type", "client_id", "expected"),
    [
        pytest.param("SystemIdentity", None, AS_SYSTEM, id="the system-assigned identity"),
        pytest.param("systemidentity", USER.client_id, AS_SYSTEM, id="whatever client id stands beside it"),
        pytest.param("UserAssigned", USER.client_id.upper(), AS_USER, id="a user-assigned one by client id"),
        pytest.param("UserAssigned", USER.resource_id, Reason.CLIENT_ID_IS_RESOURCE_ID, id="by resource id"),
        pytest.param("UserAssigned", "1234", Reason.USER_ASSIGNED_IDENTITY_MISSING, id="one that is not there"),
        pytest.param("UserAssigned", None, Reason.USER_ASSIGNED_IDENTITY_MISSING, id="none named"),
        pytest.param("UserCredentials", None, RegistryUser(name="ci", server="demo.azurecr.io"), id="a user"),
        pytest.param("Anonymous", None, Nobody(), id="nobody"),
        pytest.param(None, None, Nobody(), id="nothing said"),
    ],
)
def test_sidecar(auth_type: str | None, client_id: str | None, expected: object) -> None:
    """Each container says for itself as whom it pulls."""
    found = sidecar_credential(auth_type, BOTH, client_id, user_name="ci", server="demo.azurecr.io")
    assert found == expected


def test_what_cannot_be_known_is_unknown() -> None:
    """An unread site, or a type that is not documented, is neither an identity nor none."""
    assert sidecar_credential("SystemIdentity", FORBIDDEN) == FORBIDDEN
    assert sidecar_credential("SystemIdentity", SiteIdentity()) is Reason.IDENTITY_MISSING
    assert isinstance(sidecar_credential("Future", BOTH), Unknown)
