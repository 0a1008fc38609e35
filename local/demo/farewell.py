"""What is said at the end: how everything ended, whether that is as it should be, and what to try next."""

import os
import sys
from pathlib import Path

from rich.box import ROUNDED
from rich.table import Table
from rich.text import Text

from local.addresses import RUN_DIR, Addresses
from local.demo.acts import Play
from local.demo.answers import Rollout
from local.demo.endings import end_of
from local.demo.stage import style_of
from local.demo.wording import served


async def checked(play: Play) -> bool:
    """Compare every app's end with what it should be, show it, and answer whether all is well."""
    table = Table(
        title="How it ended; times count from its push",
        title_justify="left",
        title_style="bold",
        box=ROUNDED,
        border_style="dim",
        header_style="dim",
    )
    for heading in ("app", "Pulley says", "Azure runs", "changed", "end"):
        table.add_column(heading, justify="right" if heading in ("changed", "end") else "left", no_wrap=True)
    table.add_column("ok", no_wrap=True)
    problems: list[str] = []
    real = {app.name: app for app in await play.asking.real_apps()}
    for ending in play.endings:
        name = ending.rollout.name
        found = ending.problems(await play.asking.app(name), real[name])
        problems += [f"{name}: {problem}" for problem in found]
        table.add_row(*_row(play, ending.rollout, served(real[name].served), well=not found))
    with play.stage.on_tape():
        play.stage.table(table)
    for problem in problems:
        play.stage.failure(problem)
    return not problems


def invite(play: Play, run_dir: Path, *, staying: bool) -> None:
    """Say what can be tried now, or how to come back, and where the logs are."""
    play.stage.headline("What to try next", _STAYING if staying else _ENDING)
    if staying:
        for line in _things_to_try(play.asking.addresses, run_dir):
            play.stage.command(line, style="")
        play.stage.say("")
    play.stage.say(f"Logs: {_shown(run_dir / 'logs')}: host.log (Pulley and its host), azure.log (the simulated Azure)")


_STAYING = "All of it stays up until Ctrl-C, and what you do is shown here. In another terminal, in this folder:"
_ENDING = (
    "`make demo` plays this again and stays up for you to push images and ask Pulley; `make up` does without the play."
)


def _things_to_try(addresses: Addresses, run_dir: Path) -> tuple[str, ...]:
    local = f"{_shown(Path(sys.executable))} -m local"
    there = "" if run_dir == RUN_DIR else f" --run-dir {_shown(run_dir)}"
    push = f"{local} push{there}"
    return (
        f"API={addresses.admin} KEY={addresses.key}",
        'pulley() { curl -sH "x-functions-key: $KEY" "$API/$@" | python3 -m json.tool; }',
        "",
        "pulley apps                   # every app",
        "pulley apps/blog/rollouts/3   # the crash and the way back, step by step",
        "pulley apps/orders/access     # may it pull, and why",
        "# nothing is done to any app until it is lifted",
        """pulley freeze -d '{"by": "me", "why": "lunch"}'""",
        """pulley unfreeze -d '{"by": "me"}'""",
        "# one event, three times; and a blog that is mended: followed, though a digest is pinned",
        f"{push} contoso/shop:stable --image shop-1 --copies 3",
        f"{push} contoso/blog:stable --image blog-4",
        "# what became of the events: who got them, when they are tried again, dead letters",
        f"{local} events{there}",
    )


def _row(play: Play, rollout: Rollout, serves: str, *, well: bool) -> tuple[str | Text, ...]:
    return (
        Text(rollout.name, style="bold"),
        Text(end_of(rollout), style=style_of(rollout.state)),
        serves,
        play.after(rollout.name, rollout.applied_at),
        play.after(rollout.name, rollout.ended_at),
        Text("✓", style="green") if well else Text("✗", style="red"),
    )


def _shown(path: Path) -> str:
    """The path as short as it can be typed here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
