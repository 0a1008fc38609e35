"""A random town: registries, images good and bad, two to five apps of all kinds, and one that is not Pulley's."""

import random
from dataclasses import dataclass
from typing import Any

from local.azure.scenario import Scenario, read_scenario

IMAGES: dict[str, dict[str, Any]] = {
    "good-1": {"pull_seconds": 2, "start_seconds": 3},
    "good-2": {"pull_seconds": 8, "start_seconds": 1},
    "good-3": {"pull_seconds": 1, "start_seconds": 10, "platforms": ["linux/amd64", "linux/arm64"]},
    "slow": {"pull_seconds": 90, "start_seconds": 60},
    "crashes": {"exit_code": 3, "start_seconds": 2, "log_lines": ["no DATABASE_URL"]},
    "silent": {"port": None},
    "endless": {"start_seconds": 900},
    "arm": {"platforms": ["linux/arm64"]},
    "sick": {"paths": {"/health": 500}},
}
GOOD = ("good-1", "good-2", "good-3", "slow")
"""Those that serve wherever they are run."""
BAD = tuple(name for name in IMAGES if name not in GOOD)
SICK = "sick"
"""It serves, and says that it does not work where it is asked for its health."""
NEVER_SERVES = tuple(name for name in BAD if name != SICK)
TAGS = ("stable", "next")
REPOSITORIES = (("contoso", "shop"), ("contoso", "api"), ("fabrikam", "tools"))


@dataclass(frozen=True)
class Town:
    """A scenario, and what people may do in it."""

    scenario: Scenario
    apps: tuple[str, ...]
    """Names of the apps that are Pulley's: `site` or `site/slot`."""
    pullers: tuple[tuple[str, str], ...]
    """(principal, registry) that have AcrPull at the beginning."""

    def pulled_by(self, principal: str) -> tuple[str, ...]:
        """The apps that pull as this principal, as far as a name tells: all of them for the shared identity."""
        if principal == "puller":
            return self.apps
        return (principal if principal in self.apps else principal.partition("/")[0],)


def drawn_town(chance: random.Random, staging: random.Random | None = None) -> Town:
    """One town. With `staging`, most of its apps bring their images through a slot that is no app of its own."""
    identities = [{"name": "puller"}]
    sites: list[dict[str, Any]] = []
    apps: list[str] = []
    pullers: set[tuple[str, str]] = set()
    for number in range(chance.randint(2, 5)):
        name = f"app{number}"
        registry, repository = chance.choice(REPOSITORIES)
        site = _app(chance, name, registry, repository)
        sites.append(site)
        apps.append(name)
        pullers.add((_puller(site, name), registry))
        if chance.random() < 0.2:
            slot = _app(chance, "staging", registry, repository)
            site["slots"] = [slot]
            apps.append(f"{name}/staging")
            pullers.add((_puller(slot, f"{name}/staging"), registry))
    if staging is not None:
        for site in sites:
            _give_stage(staging, site, pullers)
    registry, repository = REPOSITORIES[0]
    foreign = _app(chance, "foreign", registry, repository) | {"tags": {}}
    sites.append(foreign)
    pullers.add((_puller(foreign, "foreign"), registry))
    document = {
        "images": IMAGES,
        "registries": [
            {"name": name, "tags": _tags(chance, name), "replica_lag": chance.choice((0, 0, 3, 40))}
            for name in ("contoso", "fabrikam")
        ],
        "identities": identities,
        "sites": sites,
        "role_assignments": [
            {"principal": principal, "role": "AcrPull", "scope": scope} for principal, scope in sorted(pullers)
        ],
    }
    return Town(read_scenario(document), tuple(apps), tuple(sorted(pullers)))


def _app(chance: random.Random, name: str, registry: str, repository: str) -> dict[str, Any]:
    tags = {"pulley": "on"}
    if strategy := chance.choice((None, "restart", "pin", "pin")):
        tags["pulley-strategy"] = strategy
    if recover := chance.choice((None, None, "full", "rollback", "report")):
        tags["pulley-recover"] = recover
    by_user = chance.random() < 0.3
    always_on = chance.random() < 0.8
    return {
        "name": name,
        "image": f"{registry}.azurecr.io/{repository}:{chance.choice(TAGS)}",
        "tags": tags,
        "identity": {"user": ["puller"]} if by_user else {"system": True},
        "acr_use_managed_identity_creds": True,
        **({"acr_user_managed_identity": "puller"} if by_user else {}),
        "always_on": always_on,
        "idle": not always_on and chance.random() < 0.5,
        "health_check_path": chance.choice((None, "/health")),
        "instances": chance.choice((1, 1, 2, 3)),
        "log_format": chance.choice(("new", "new", "old")),
    }


def _give_stage(chance: random.Random, site: dict[str, Any], pullers: set[tuple[str, str]]) -> None:
    if "slots" in site or chance.random() < 0.25:
        return
    registry, _, rest = site["image"].partition(".azurecr.io/")
    pulls_as: dict[str, Any] = {name: site[name] for name in ("identity", "acr_user_managed_identity") if name in site}
    slot = _app(chance, "staging", registry, rest.partition(":")[0]) | {"tags": {}}
    slot.pop("acr_user_managed_identity", None)
    slot |= pulls_as
    site["slots"] = [slot]
    site["tags"]["pulley-strategy"] = "swap:staging"
    pullers.add((_puller(slot, f"{site['name']}/staging"), registry))


def _puller(app: dict[str, Any], name: str) -> str:
    return "puller" if app["identity"].get("user") else name


def _tags(chance: random.Random, registry: str) -> dict[str, str]:
    return {
        f"{repository}:{tag}": chance.choice(GOOD[:3])
        for at, repository in REPOSITORIES
        for tag in TAGS
        if at == registry
    }
