"""Stalls: typed reasons why a rollout makes no progress, what each means and what a person can do about it."""

import shlex
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from operators.core import cutting
from operators.core.apps import AppId
from operators.core.az import of_app
from operators.core.images import ImageReference
from operators.core.model import Instant, Model

_MOST_LINES = 20
_PRODUCTION = "production"
"""What the platform calls the app itself among its slots."""


class StallReason(StrEnum):
    """Why. Each has its entry in `CATALOGUE`."""

    PULL_UNAUTHORIZED = "pull_unauthorized"
    IMAGE_MISSING = "image_missing"
    WRONG_PLATFORM = "wrong_platform"
    REGISTRY_UNREACHABLE = "registry_unreachable"
    BAD_REFERENCE = "bad_reference"
    NO_SPACE = "no_space"
    PULL_FAILED = "pull_failed"
    STALE_IMAGE = "stale_image"
    CONTAINER_EXITED = "container_exited"
    PORT_NOT_ANSWERING = "port_not_answering"
    START_LIMIT_REACHED = "start_limit_reached"
    START_CANCELLED = "start_cancelled"
    VOLUME_MOUNT_FAILED = "volume_mount_failed"
    BLOCKED = "blocked"
    RESTART_NOT_TAKEN = "restart_not_taken"
    INSTANCES_DISAGREE = "instances_disagree"
    PROBE_FAILING = "probe_failing"
    KEY_VAULT_REFERENCE_UNRESOLVED = "key_vault_reference_unresolved"
    OPERATION_IN_PROGRESS = "operation_in_progress"
    DEPLOYMENT_IN_PROGRESS = "deployment_in_progress"
    SWAP_IN_PROGRESS = "swap_in_progress"
    SWAP_FAILED = "swap_failed"
    OVERTAKEN = "overtaken"
    THROTTLED = "throttled"
    QUOTA_EXCEEDED = "quota_exceeded"
    APP_STOPPED = "app_stopped"
    APP_GONE = "app_gone"
    UNKNOWN = "unknown"


class Entry(Model):
    """What the catalogue says about one reason."""

    meaning: str
    """One sentence for a person."""
    what_to_do: str
    """A sentence or a command."""
    accuses_image: bool = False
    """Whether the image itself is at fault, as far as can be told: only then may its digest be rejected."""


class Stall(Model):
    """Why a rollout makes no progress, with the words that prove it."""

    reason: StallReason
    since: Instant
    lines: tuple[str, ...]
    """The platform's own words, the telling one first. Redacted: they may be stored and shown."""
    meaning: str
    what_to_do: str
    blocked_until: Instant | None = None
    """Until when the platform refuses to start the app, whatever the reason."""
    other_slot: str | None = None
    """Of a swap, what the app or slot is swapped with, as the platform calls it."""
    stays: bool = False
    """Most instances serve the image all the same: it is not taken back from them."""

    def advice(
        self,
        on: AppId,
        *,
        app: AppId | None = None,
        image: ImageReference | None = None,
        slot: str | None = None,
    ) -> str:
        """What to do, with all that is known in the commands: `on` is the site or slot that makes no progress.

        `app` is what the image is for, where `on` is only the slot that it goes through; `slot` is the other side of
        a swap whose stall does not say. By a slot's id in `--ids` az would act on its site.
        """
        said = self.what_to_do.replace("<id>", shlex.quote(on.resource_id))
        said = said.replace("{app}/rollouts", f"{(app or on).key}/rollouts").replace("{app}", on.key)
        if image is not None:
            registry = image.registry.partition(".")[0]  # az takes it for the name even where a hash was added to that
            said = said.replace("<registry>", registry).replace("<repository>", image.repository)
        said = said.replace("<app> --slot <slot>", _swap_of(on, self.other_slot or slot))
        return said.replace("<app>", shlex.join(of_app(on)))

    @property
    def accuses_image(self) -> bool:
        """Whether the image itself is at fault; faults of ours, of rights, of the registry and the platform are not."""
        return CATALOGUE[self.reason].accuses_image


def stall(
    reason: StallReason,
    since: datetime,
    lines: Iterable[str],
    *,
    detail: str = "",
    blocked_until: datetime | None = None,
    other_slot: str | None = None,
) -> Stall:
    """A stall as the catalogue words it; `detail` is a sentence that follows the meaning."""
    entry = CATALOGUE[reason]
    return Stall(
        reason=reason,
        since=since,
        lines=cutting.lines(lines, _MOST_LINES),
        meaning=f"{entry.meaning} {detail}".rstrip(),
        what_to_do=entry.what_to_do,
        blocked_until=blocked_until,
        other_slot=other_slot,
    )


def _swap_of(on: AppId, other: str | None) -> str:
    """The options that say which two are swapped: az takes the app itself for the target where none is named."""
    if on.slot is None:
        return f"<app> --slot {shlex.quote(other) if other else '<slot>'}"
    return "<app>" if other is None or other.lower() == _PRODUCTION else f"<app> --target-slot {shlex.quote(other)}"


_SETTING = "az webapp config appsettings set <app> --settings"

CATALOGUE: Mapping[StallReason, Entry] = MappingProxyType(
    {
        StallReason.PULL_UNAUTHORIZED: Entry(
            meaning="The registry refused the pull: the app's identity or credentials may not pull this image.",
            what_to_do="GET /api/apps/{app}/access names what is missing, and the command that gives it.",
        ),
        StallReason.IMAGE_MISSING: Entry(
            meaning="The registry has no such repository, tag or digest, or hides it from whoever may not pull.",
            what_to_do="See what is there: az acr repository show-tags --name <registry> --repository <repository>",
        ),
        StallReason.WRONG_PLATFORM: Entry(
            meaning="The image was built for another platform than the app's machines.",
            what_to_do="Build it for the app's platform: docker buildx build --platform linux/amd64 …",
            accuses_image=True,
        ),
        StallReason.REGISTRY_UNREACHABLE: Entry(
            meaning="The app's machine did not reach the registry: name resolution, firewall, network or an outage.",
            what_to_do="Check the registry's network rules; to pull over the app's virtual network: "
            f"{_SETTING} WEBSITE_PULL_IMAGE_OVER_VNET=true",
        ),
        StallReason.BAD_REFERENCE: Entry(
            meaning="The configured image is no valid reference, so nothing can be pulled.",
            what_to_do="Correct it: az webapp config container set <app> --container-image-name <image>",
        ),
        StallReason.NO_SPACE: Entry(
            meaning="The machine had no room for the image's layers, or could not unpack them.",
            what_to_do="Make the image smaller, or move the app to a plan with more disk.",
        ),
        StallReason.PULL_FAILED: Entry(
            meaning="The pull failed and the platform does not say why.",
            what_to_do="Read the lines; where the app pulls over a virtual network, try Docker's manifest format.",
        ),
        StallReason.STALE_IMAGE: Entry(
            meaning="The pull failed and the platform started the copy it had: the app runs the image from before.",
            what_to_do="Mend what the lines say about the pull, then deploy again, by digest (pin) if it can be.",
        ),
        StallReason.CONTAINER_EXITED: Entry(
            meaning="The container exited while it was starting.",
            what_to_do="Read its last lines, run the image with the app's settings, and push a mended one.",
            accuses_image=True,
        ),
        StallReason.PORT_NOT_ANSWERING: Entry(
            meaning="The container runs and does not answer on the port that the platform asks.",
            what_to_do=f"Listen on 0.0.0.0 and tell the port: {_SETTING} WEBSITES_PORT=<port>",
            accuses_image=True,
        ),
        StallReason.START_LIMIT_REACHED: Entry(
            meaning="Nothing answered within the app's start time limit: the container needs longer to start, or "
            "listens on another port than the platform asks.",
            what_to_do="Allow more time (1800 at most), or tell the port: "
            f"{_SETTING} WEBSITES_CONTAINER_START_TIME_LIMIT=<seconds> WEBSITES_PORT=<port>",
            accuses_image=True,
        ),
        StallReason.START_CANCELLED: Entry(
            meaning="Another change to the app cancelled its start.",
            what_to_do="Wait until the other change is done, then deploy again.",
        ),
        StallReason.VOLUME_MOUNT_FAILED: Entry(
            meaning="A volume that the app needs could not be mounted.",
            what_to_do="Check the app's storage mounts: az webapp config storage-account list <app>",
        ),
        StallReason.BLOCKED: Entry(
            meaning="The platform refuses to start the app for a while, after several failed starts.",
            what_to_do="Wait until the block ends; restarting now makes it longer.",
        ),
        StallReason.RESTART_NOT_TAKEN: Entry(
            meaning="The restart was accepted and the container from before still runs.",
            what_to_do="Deploy by digest (pin), which builds the app anew, or stop and start it.",
        ),
        StallReason.INSTANCES_DISAGREE: Entry(
            meaning="Some instances run the new container and others don't.",
            what_to_do="Look at the instances that the lines name, and whether the app is being scaled.",
        ),
        StallReason.PROBE_FAILING: Entry(
            meaning="Every instance says it is started, and the app's health path does not answer as healthy.",
            what_to_do="Open the health path and read the app's own log: az webapp log tail <app>",
        ),
        StallReason.KEY_VAULT_REFERENCE_UNRESOLVED: Entry(
            meaning="A setting of the app refers to a Key Vault secret that could not be read, so it starts without.",
            what_to_do="GET /api/apps/{app}/doctor names the setting and what is missing.",
        ),
        StallReason.OPERATION_IN_PROGRESS: Entry(
            meaning="Another operation on the app has been in progress for long; nothing can be changed meanwhile.",
            what_to_do="See who does what: az monitor activity-log list --resource-id <id> --offset 1h",
        ),
        StallReason.DEPLOYMENT_IN_PROGRESS: Entry(
            meaning="Somebody's code deployment is in progress, and a restart now would break it.",
            what_to_do='Wait for it. Where it hangs: POST /api/apps/{app}/rollouts {"anyway": true} writes the image'
            " all the same, which builds the app anew; a restart may end it too: az webapp restart <app>",
        ),
        StallReason.SWAP_IN_PROGRESS: Entry(
            meaning="A swap of the app's slots is not finished; the app's configuration may still change sides.",
            what_to_do="Complete or cancel it: az webapp deployment slot swap <app> --slot <slot> --action reset",
        ),
        StallReason.SWAP_FAILED: Entry(
            meaning="The platform gave up the swap of the slot with the app, which goes on serving what it served.",
            what_to_do="See that the slot answers at / (WEBSITE_SWAP_WARMUP_PING_PATH), then deploy again.",
        ),
        StallReason.OVERTAKEN: Entry(
            meaning="The configuration, or the tag in it, names another image than was brought: somebody else changed "
            "it meanwhile.",
            what_to_do="See who: az monitor activity-log list --resource-id <id> --offset 1h; then deploy again.",
        ),
        StallReason.THROTTLED: Entry(
            meaning="Azure asks for fewer calls in this subscription.",
            what_to_do="Nothing: it is tried again when Azure said; others who write much there make it longer.",
        ),
        StallReason.QUOTA_EXCEEDED: Entry(
            meaning="The app's plan has used up its quota, so nothing starts.",
            what_to_do="Wait until the quota is renewed, or move the app to a larger plan.",
        ),
        StallReason.APP_STOPPED: Entry(
            meaning="The app is stopped on purpose.",
            what_to_do="Start it when it is meant to run: az webapp start <app>",
        ),
        StallReason.APP_GONE: Entry(
            meaning="The app, or the slot that its images go through, is not there any more.",
            what_to_do="Nothing if it was deleted; one that was moved is looked after under its new id by itself.",
        ),
        StallReason.UNKNOWN: Entry(
            meaning="The platform says something that is not known here, or nothing at all.",
            what_to_do="Read the lines, and the app's Diagnose and solve problems page in the portal.",
        ),
    }
)
"""Everything that is known about stalls; the only place that words them or says which accuse the image."""
