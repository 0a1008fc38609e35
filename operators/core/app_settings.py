"""What an app's settings say about pulling and starting its container, and nothing else of them: they hold secrets."""

from operators.core.model import Model

SHOWN_SETTINGS = (
    "DOCKER_ENABLE_CI",
    "PORT",
    "WEBSITES_CONTAINER_START_TIME_LIMIT",
    "WEBSITES_PORT",
)
"""The app settings whose values are read: none of them is a secret."""
CREDENTIAL_SETTINGS = ("DOCKER_REGISTRY_SERVER_USERNAME", "DOCKER_REGISTRY_SERVER_PASSWORD")
"""The app settings of which only it is read that they are set."""


class PullSettings(Model):
    """What app settings say about pulling. No value of theirs gets into a verdict but the server's host."""

    server: str | None = None
    """The host of DOCKER_REGISTRY_SERVER_URL."""
    user_name: str | None = None
    """DOCKER_REGISTRY_SERVER_USERNAME, to know the registry's admin user by; None where the value stands elsewhere."""
    has_user_name: bool = False
    has_password: bool = False
    pull_over_vnet: bool = False
    """WEBSITE_PULL_IMAGE_OVER_VNET."""


class ContainerSettings(Model):
    """The few app settings that say how a container is pulled and started."""

    values: dict[str, str]
    """By name, only of `SHOWN_SETTINGS`."""
    server: str | None = None
    """The host of DOCKER_REGISTRY_SERVER_URL."""
    credentials: tuple[str, ...] = ()
    """Which of `CREDENTIAL_SETTINGS` are set."""


class KeyVaultReference(Model):
    """An app setting that refers to a secret, and whether the platform could read it; never the secret."""

    setting: str
    status: str
    """"Resolved", "AccessToKeyVaultDenied", …: azure-rest-api, web, ResolveStatus."""
    vault: str | None = None

    @property
    def resolved(self) -> bool:
        """Whether the container is given the secret; else it is given the reference's own text."""
        return self.status == "Resolved"

    @property
    def tried_in_vain(self) -> bool:
        """Whether the platform tried and could not read it; "Initialized" is before the first try."""
        return self.status not in ("Resolved", "Initialized")

    @property
    def may_pass(self) -> bool:
        """Whether the next try may read it with nothing changed: there was none yet, or it took too long."""
        return self.status in ("Initialized", "FetchTimedOut")


def is_reference(value: str) -> bool:
    """Whether a setting's value stands elsewhere, in a Key Vault or in App Configuration, and is not known here."""
    return value.strip().lower().startswith("@microsoft.")


def is_port(value: str) -> bool:
    """Whether a text is the number of a port."""
    return value.strip().isdecimal() and int(value) in range(1, 65536)
