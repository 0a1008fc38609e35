"""How does an image get into the simulated registry, so that its event goes out as Event Grid would send it?"""

import argparse
import re
import sys
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict

from local.addresses import RUN_DIR, NothingIsUpError, saved

_REFERENCE = re.compile(r"(?P<registry>[^/:]+)/(?P<repository>[^:]+):(?P<tag>[^:/]+)")
_TIMEOUT_SECONDS = 30


class Push(BaseModel):
    """What the simulated Azure is asked to push, and what happens to its event on the way."""

    model_config = ConfigDict(frozen=True)

    registry: str
    repository: str
    tag: str
    image: str
    """Which of the scenario's images."""
    copies: int | None = None
    """How often the event is delivered; None: as the scenario says, once by default."""
    delay: float | None = None
    """Seconds until the event is delivered first; None: as the scenario says, none by default."""
    drop: bool = False
    """The event is lost."""


class _Pushed(BaseModel):
    digest: str


class _Refusal(BaseModel):
    error: str


class PushRefusedError(Exception):
    """The simulated Azure did not take the push; the text says why."""


def push(control: str, wanted: Push) -> str:
    """Push an image and answer its digest. Raises PushRefusedError, or NothingIsUpError where nothing listens."""
    try:
        answer = httpx.post(f"{control}/push", json=wanted.model_dump(), timeout=_TIMEOUT_SECONDS, trust_env=False)
    except httpx.TransportError as error:
        raise NothingIsUpError(f"nothing answers at {control} ({error}); start it with: make up") from error
    if answer.is_error:
        raise PushRefusedError(_Refusal.model_validate_json(answer.content).error)
    return _Pushed.model_validate_json(answer.content).digest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which arguments `python -m local push` takes."""
    parser.add_argument("reference", metavar="REGISTRY/REPOSITORY:TAG", type=_reference)
    parser.add_argument("--image", required=True, help="one of the scenario's images")
    parser.add_argument("--copies", type=int, help="deliver the event so many times")
    parser.add_argument("--delay", type=float, help="deliver it so many seconds later")
    parser.add_argument("--drop", action="store_true", help="lose the event")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="that of the `up` to push to")


def run(arguments: argparse.Namespace) -> int:
    """Push and print the digest; answer the exit code."""
    wanted = Push(
        **arguments.reference,
        image=arguments.image,
        copies=arguments.copies,
        delay=arguments.delay,
        drop=arguments.drop,
    )
    try:
        print(push(saved(arguments.run_dir).control, wanted))
    except (NothingIsUpError, PushRefusedError) as error:
        print(f"pulley: {error}", file=sys.stderr)
        return 1
    return 0


def _reference(text: str) -> dict[str, str]:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not REGISTRY/REPOSITORY:TAG")
    return match.groupdict()
