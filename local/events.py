"""What became of the registries' events: who got them, who gets them later, and which ended as dead letters."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter

from local.addresses import RUN_DIR, NothingIsUpError, saved

_TIMEOUT_SECONDS = 30


class _FromAzure(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Attempt(_FromAzure):
    """One try to deliver an event."""

    at: datetime
    status: int | None
    outcome: str

    def __str__(self) -> str:
        return f"{_clock(self.at)}  {'' if self.status is None else f'{self.status} '}{self.outcome}"


class Delivery(_FromAzure):
    """An event on its way to one event subscription."""

    event_id: str
    subject: str
    published: datetime
    subscription: str | None
    state: str
    reason: str | None
    next_attempt: datetime | None
    attempts: tuple[Attempt, ...]

    def __str__(self) -> str:
        to = self.subscription or "nobody"
        lines = [f"{_clock(self.published)}  {self.subject} to {to}: {self.fate}  (event {self.event_id})"]
        return "\n".join([*lines, *(f"  {attempt}" for attempt in self.attempts)])

    @property
    def fate(self) -> str:
        """What became of it, in a few words."""
        state = self.state.replace("_", " ")
        if self.next_attempt is not None:
            return f"{state} until {_clock(self.next_attempt)}"
        return f"{state}, {self.reason}" if self.reason else state


class _Deliveries(_FromAzure):
    deliveries: tuple[Delivery, ...]


class _Refusal(_FromAzure):
    error: str


class EventUnknownError(Exception):
    """The simulated Azure knows no such event."""


def deliveries(control: str) -> tuple[Delivery, ...]:
    """Every delivery so far, in the order of publishing. Raises NothingIsUpError."""
    return _Deliveries.model_validate_json(_ask("GET", f"{control}/events").content).deliveries


def dead_letters(control: str) -> list[dict[str, object]]:
    """The dead letters as Event Grid writes them. Raises NothingIsUpError."""
    return TypeAdapter(list[dict[str, object]]).validate_json(_ask("GET", f"{control}/dead-letters").content)


def redeliver(control: str, event_id: str) -> None:
    """Have an event delivered again. Raises EventUnknownError or NothingIsUpError."""
    answer = _ask("POST", f"{control}/events/redeliver", {"event_id": event_id})
    if answer.is_error:
        raise EventUnknownError(_Refusal.model_validate_json(answer.content).error)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which arguments `python -m local events` takes."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dead-letters", action="store_true", help="only these, as Event Grid writes them: JSON")
    what.add_argument("--redeliver", metavar="EVENT", help="deliver this event again, whatever became of it")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="that of the `up` to ask")


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for; answer the exit code."""
    try:
        for line in _answer(arguments, saved(arguments.run_dir).control):
            print(line)
    except (NothingIsUpError, EventUnknownError) as error:
        print(f"pulley: {error}", file=sys.stderr)
        return 1
    return 0


def _answer(arguments: argparse.Namespace, control: str) -> Iterable[object]:
    if arguments.redeliver:
        redeliver(control, arguments.redeliver)
        return ()
    if arguments.dead_letters:
        return (json.dumps(dead_letters(control), indent=2),)
    return deliveries(control) or ("nothing was pushed yet",)


def _ask(method: str, url: str, body: object = None) -> httpx.Response:
    try:
        return httpx.request(method, url, json=body, timeout=_TIMEOUT_SECONDS, trust_env=False)
    except httpx.TransportError as error:
        raise NothingIsUpError(f"nothing answers at {url} ({error}); start it with: make up") from error


def _clock(moment: datetime) -> str:
    """A time of day, in UTC as everywhere here."""
    return moment.strftime("%H:%M:%S")
