"""As whom one container of a sidecar-enabled site pulls; what a classic one pulls as is in the table of verdicts."""

import pytest

from operators.core.access import Principal, Reason
from operators.core.access.credential import Nobody, RegistryUser, container_credential
from operators.core.apps import SiteContainer, SiteIdentity
from operators.core.model import Unknown
from tests.core.access_samples import FORBIDDEN, OTHER, SYSTEM, USER

BOTH = SiteIdentity(system_principal_id=SYSTEM, user_assigned=(OTHER, USER))
AS_SYSTEM = Principal(principal_id=SYSTEM)
AS_USER = Principal(principal_id=USER.principal_id, client_id=USER.client_id, resource_id=USER.resource_id)


def container(auth_type: str | None, client_id: str | None = None) -> SiteContainer:
    """A container of the site."""
    return SiteContainer(name="main", image="web", is_main=True, auth_type=auth_type, client_id=client_id)


@pytest.mark.parametrize(
    ("auth_type", "client_id", "expected"),
    [
        pytest.param("SystemIdentity", None, AS_SYSTEM, id="the system-assigned identity"),
        pytest.param("systemidentity", USER.client_id, AS_SYSTEM, id="whatever client id stands beside it"),
        pytest.param("UserAssigned", USER.client_id.upper(), AS_USER, id="a user-assigned one by client id"),
        pytest.param("UserAssigned", USER.resource_id, Reason.CLIENT_ID_IS_RESOURCE_ID, id="by resource id"),
        pytest.param("UserAssigned", "1234", Reason.USER_ASSIGNED_IDENTITY_MISSING, id="one that is not there"),
        pytest.param("UserAssigned", None, Reason.USER_ASSIGNED_IDENTITY_MISSING, id="none named"),
        pytest.param("UserCredentials", None, RegistryUser(name=None), id="a user, whose name is not read"),
        pytest.param("Anonymous", None, Nobody(), id="nobody"),
        pytest.param(None, None, Nobody(), id="nothing said"),
    ],
)
def test_container(auth_type: str | None, client_id: str | None, expected: object) -> None:
    """Each container says for itself as whom it pulls."""
    assert container_credential(container(auth_type, client_id), BOTH) == expected


def test_what_cannot_be_known_is_unknown() -> None:
    """An unread site, or a type that is not documented, is neither an identity nor none."""
    assert container_credential(container("SystemIdentity"), FORBIDDEN) == FORBIDDEN
    assert container_credential(container("SystemIdentity"), SiteIdentity()) is Reason.IDENTITY_MISSING
    assert isinstance(container_credential(container("Future"), BOTH), Unknown)
