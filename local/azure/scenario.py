"""What a scenario file may say: the subscriptions, registries, images, sites, identities, roles and faults of a World.

The file is YAML 1.2: `on` is the text "on", as resource tags need it. Unknown keys are errors that name their place.
Durations are seconds. docs/local.md documents every key with an example that the tests load.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Seconds = Annotated[float, Field(ge=0)]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
RegistryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{5,50}$")]
DEFAULT_SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
DEFAULT_TENANT = "72222222-2222-4222-8222-222222222222"


class ScenarioError(ValueError):
    """A scenario that cannot be used; its text names the file and every place that is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Subscription(_Part):
    """One Azure subscription."""

    id: Guid = DEFAULT_SUBSCRIPTION
    name: str = "Simulated subscription"


class Image(_Part):
    """An image and how its container behaves wherever it is run."""

    pull_seconds: Seconds = 1
    """Time of the first pull on an instance; layers are local afterwards and a pull of them takes no time."""
    start_seconds: Seconds = 1
    """Time from container creation until the port answers, or until the container exits."""
    exit_code: int | None = None
    """The container ends with this code instead of answering."""
    port: int | None = 80
    """The port it listens on; null listens on none."""
    status: int = 200
    """HTTP status of every path that `paths` does not name."""
    paths: dict[str, int] = {}
    """HTTP status of single paths, such as a health path."""
    platforms: tuple[str, ...] = ("linux/amd64",)
    """One platform makes one manifest, several make a multi-architecture index."""
    media_type: Literal["docker", "oci"] = "docker"
    log_lines: tuple[str, ...] = ()
    """What the container writes when it starts."""


class Registry(_Part):
    """A container registry with its initial tags."""

    name: RegistryName
    resource_group: str = "registries"
    subscription: Guid | None = None
    login_server: str | None = None
    """Default `<name>.azurecr.io`; registries with a domain name label have another."""
    location: str = "eastus2"
    sku: Literal["Basic", "Standard", "Premium"] = "Standard"
    role_assignment_mode: Literal["LegacyRegistryPermissions", "AbacRepositoryPermissions"] | None = (
        "LegacyRegistryPermissions"
    )
    public_network_access: Literal["Enabled", "Disabled"] = "Enabled"
    admin_user_enabled: bool = False
    anonymous_pull_enabled: bool = False
    replica_lag: Seconds = 0
    """How long after a push this replica still shows what was there before."""
    tags: dict[str, str] = {}
    """`repository:tag` → name of an image, there before the story begins."""


class Identity(_Part):
    """A user-assigned managed identity."""

    name: str
    resource_group: str = "identities"
    subscription: Guid | None = None
    location: str = "eastus2"


class SiteIdentity(_Part):
    """Which managed identities a site or slot has."""

    system: bool = False
    user: tuple[str, ...] = ()
    """Names of user-assigned identities."""


class App(_Part):
    """What a site and a slot have in common."""

    name: str
    tags: dict[str, str] = {}
    """Resource tags."""
    image: str | None = None
    """Short for `linux_fx_version: DOCKER|<image>`."""
    linux_fx_version: str | None = None
    windows_fx_version: str | None = None
    kind: str | None = None
    identity: SiteIdentity = SiteIdentity()
    acr_use_managed_identity_creds: bool = False
    acr_user_managed_identity: str | None = None
    """Name of a user-assigned identity, whose client id is then configured."""
    acr_user_managed_identity_id: str | None = None
    """The configured value as it is, right or wrong."""
    always_on: bool = True
    idle: bool = False
    """Not running at the beginning because nobody asked for it; needs `always_on: false`."""
    health_check_path: str | None = None
    instances: Annotated[int, Field(ge=1, le=30)] = 1
    state: Literal["Running", "Stopped"] = "Running"
    app_settings: dict[str, str] = {}
    """WEBSITES_PORT, WEBSITES_CONTAINER_START_TIME_LIMIT, DOCKER_REGISTRY_SERVER_USERNAME and _PASSWORD have effect."""
    vnet_image_pull: bool = False
    log_format: Literal["new", "old"] = "new"
    """The platform that runs it; the old one falls back to its local copy when a pull fails."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.image is not None and (self.linux_fx_version or self.windows_fx_version):
            raise ValueError("give either image or linux_fx_version or windows_fx_version")
        if self.acr_user_managed_identity and self.acr_user_managed_identity_id:
            raise ValueError("give either acr_user_managed_identity or acr_user_managed_identity_id")
        if self.idle and self.always_on:
            raise ValueError("an idle app has always_on: false")
        return self


class Slot(App):
    """A deployment slot: everything of its own but the place."""


class Site(App):
    """A site with its slots."""

    resource_group: str = "apps"
    subscription: Guid | None = None
    location: str = "East US 2"
    slots: tuple[Slot, ...] = ()


class Group(_Part):
    """A directory group whose members inherit its role assignments."""

    name: str
    members: tuple[str, ...] = ()


class CustomRole(_Part):
    """A custom role definition."""

    name: str
    description: str = ""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


class Grant(_Part):
    """A role assignment in the scenario's own names."""

    principal: str
    """A site, `site/slot`, identity, group, `operator`, or an object id."""
    role: str
    scope: str
    """A registry, a resource group, a subscription id, `/`, or a resource id."""
    spreads_in: Seconds = 0
    """How long the data plane and pulls ignore it after it was made."""
    condition: str | None = None


class Operator(_Part):
    """Who the operator is and what it may do; the defaults let it read and restart everything."""

    principal_id: Guid = "33333333-3333-4333-8333-333333333333"
    client_id: Guid = "44444444-4444-4444-8444-444444444444"
    roles: tuple[str, ...] = ("Reader", "Website Contributor")
    """Granted at every subscription."""
    reads_registries: bool = True
    """Granted at every registry what reads its content there: AcrPull, or Repository Reader in ABAC mode."""


class FaultRule(_Part):
    """A scripted fault: what it matches, how often, and what happens."""

    method: str | None = None
    host: str | None = None
    path: str | None = None
    """A regular expression searched in the path, without regard to case."""
    times: Annotated[int, Field(ge=1)] | None = None
    """How many calls it meets; null is all of them until it is cleared."""
    skip: Annotated[int, Field(ge=0)] = 0
    """How many matching calls pass before it begins."""
    effect: Literal["answer", "refuse", "lose_answer", "time_out", "delay"] = "answer"
    status: Annotated[int, Field(ge=200, le=599)] = 500
    envelope: Literal["arm", "web", "flat", "registry", "none"] = "arm"
    """Whose error body: ARM's front door, Microsoft.Web's own, a bare code and message, the registry's, or no body."""
    code: str = "InternalServerError"
    message: str = "The server encountered an internal error."
    extended_code: str | None = None
    headers: dict[str, str] = {}
    latency: Seconds = 0

    @model_validator(mode="after")
    def _path_is_a_pattern(self) -> Self:
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error
        return self


class Events(_Part):
    """How the registries' events are delivered."""

    event_schema: Literal["EventGridSchema", "CloudEventSchemaV1_0"] = "EventGridSchema"
    subscription_name: str = "PULLEY"


class Scenario(_Part):
    """Everything a World starts with."""

    tenant: Guid = DEFAULT_TENANT
    subscriptions: tuple[Subscription, ...] = (Subscription(),)
    roles_spread_in: Seconds = 0
    """How long role assignments that are made through ARM take to count."""
    page_size: Annotated[int, Field(ge=1)] = 100
    operator: Operator = Operator()
    images: dict[str, Image] = {}
    registries: tuple[Registry, ...] = ()
    identities: tuple[Identity, ...] = ()
    groups: tuple[Group, ...] = ()
    sites: tuple[Site, ...] = ()
    role_definitions: tuple[CustomRole, ...] = ()
    role_assignments: tuple[Grant, ...] = ()
    faults: tuple[FaultRule, ...] = ()
    events: Events = Events()


class _Yaml12Loader(yaml.SafeLoader):
    """PyYAML speaks YAML 1.1, where `on` and `no` are booleans; resource tags such as `pulley: on` are texts."""


_NOT_BOOLEAN = "yYnNoO"
"""First letters of the words that only YAML 1.1 takes for booleans."""
_Yaml12Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if first not in _NOT_BOOLEAN or not tag.endswith(":bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_scenario(document: dict[str, Any], source: str = "scenario") -> Scenario:
    """Make a scenario of plain data; raises ScenarioError that names every wrong place."""
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        places = [f"  {'.'.join(str(part) for part in line['loc'])}: {line['msg']}" for line in error.errors()]
        raise ScenarioError("\n".join([f"{source} is no scenario:", *places])) from error


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file; raises ScenarioError where it cannot be read or understood."""
    try:
        document = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Yaml12Loader)  # noqa: S506 - a SafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ScenarioError(f"{path} is no scenario: it holds no mapping")
    return read_scenario(document, str(path))
