"""How does the story look: text that scrolls by, and below it, in a terminal, the apps as they are now?

Where the output is no terminal there is only the text, each line once, without escape codes.
"""

import asyncio
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TextIO

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.demo.answers import Step
from local.demo.tape import COLUMNS, Tape
from local.demo.wording import served, shortened

_WIDEST = 110  # longer lines are hard to read
_STYLES = {
    "held": "magenta",
    "waiting_access": "yellow",
    "applying": "cyan",
    "verifying": "cyan",
    "recovering": "yellow",
    "succeeded": "green",
    "unverified": "yellow",
    "rolled_back": "yellow",
    "rollback_failed": "red",
    "failed": "red",
    "hindered": "yellow",
    "interrupted": "magenta",
}
_SIGNS = {
    "held": "‖",
    "waiting_access": "‖",
    "succeeded": "✓",
    "unverified": "?",
    "rolled_back": "↩",
    "rollback_failed": "✗",
    "failed": "✗",
    "hindered": "✗",
    "interrupted": "!",
}
_AT_WORK = frozenset({"pending", "checking", "applying", "verifying", "recovering"})


@dataclass(frozen=True)
class Row:
    """One app now: what Pulley says, and what each instance really serves."""

    app: str
    state: str
    detail: str
    serves: tuple[str, ...]


class Stage:
    """Everything that is printed. A context manager: inside, a terminal shows the apps below the text."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        """Print to `out`."""
        terminal = out.isatty()
        self._console = Console(file=out, force_terminal=terminal, highlight=False)
        if self._console.width > _WIDEST:
            self._console.width = _WIDEST
        self._began = datetime.now(UTC)
        self._rows: tuple[Row, ...] = ()
        self._spinner = Spinner("dots", style="cyan")
        self.tape = Tape()
        self._taping = False
        self._live: Live | None = None
        if terminal and not self._console.is_dumb_terminal:
            self._live = Live(get_renderable=self._apps, console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    @contextmanager
    def on_tape(self) -> Iterator[None]:
        """Record what is told in this block."""
        self._taping = True
        try:
            yield
        finally:
            self._taping = False

    async def pause(self, seconds: float) -> None:
        """Leave a person at a terminal the time to read."""
        if self._live:
            await asyncio.sleep(seconds)

    def headline(self, title: str, text: str) -> None:
        """Begin a chapter: what happens, and why it matters."""
        rule = Rule(Text(f" {title} ", style="bold"), align="left", style="blue")
        self._tell(Group("", rule, Text(text), ""))

    def say(self, text: str, style: str = "") -> None:
        """Tell what happens between two steps."""
        self._tell(Text(text, style=style))

    def command(self, line: str, style: str = "bold") -> None:
        """Show a line for a shell, whole, so that it can be copied."""
        self._tell(Text(line, style=style), whole=True)

    def step(self, app: str, step: Step) -> None:
        """Show a new line of a rollout's timeline."""
        after = f"{max((step.at - self._began).total_seconds(), 0):.1f} s"
        if self._taping:
            self.tape.put(_line(after, app, step, COLUMNS))
        if self._live:
            self._console.print(_line(after, app, step, self._console.width))
            return
        text = f"{after:>6} {app:6} {step.state:14} {shortened(step.detail)}"
        self._console.print(text, soft_wrap=True, markup=False)

    def finding(self, title: str, style: str, lines: Iterable[str | Text]) -> None:
        """Frame what the viewer should not miss."""
        body = Text("\n").join(Text(line) if isinstance(line, str) else line for line in lines)
        self._tell(Panel(body, title=Text(title), title_align="left", border_style=style))

    def success(self, text: str) -> None:
        """Tell that something ended as it should."""
        self._tell(Padding(Text(f"✓ {text}", style="green"), (0, 0, 0, 1)))

    def failure(self, text: str) -> None:
        """Tell that something did not."""
        self._tell(Text(f" ✗ {text}", style="red"), whole=True)

    def table(self, table: RenderableType) -> None:
        """Print a table."""
        self._tell(Group("", table))

    def show(self, rows: tuple[Row, ...]) -> None:
        """Say how the apps are now."""
        self._rows = rows

    def _apps(self) -> RenderableType:
        table = Table(expand=True, box=ROUNDED, border_style="dim", header_style="dim", padding=(0, 1))
        table.add_column("app", style="bold", width=6, no_wrap=True)
        table.add_column("Pulley says", width=16, no_wrap=True)
        table.add_column("Azure runs", width=11, no_wrap=True)
        table.add_column("because", ratio=1, no_wrap=True, overflow="ellipsis")
        for row in self._rows:
            serves = Text(served(row.serves), style="" if row.serves else "red")
            table.add_row(row.app, self._state(row.state), serves, Text(shortened(row.detail), style="dim"))
        return table

    def _state(self, state: str) -> RenderableType:
        style = style_of(state)
        if state not in _AT_WORK:
            return Text(f"{_SIGNS.get(state, '·')} {state}", style=style)
        working = Table.grid(padding=(0, 1))
        working.add_row(self._spinner, Text(state, style=style))
        return working

    def _tell(self, what: RenderableType, *, whole: bool = False) -> None:
        """Print it, `whole` without breaking its lines."""
        self._console.print(what, soft_wrap=whole)
        if self._taping:
            self.tape.put(what)


def style_of(state: str) -> str:
    """The colour of a rollout's state."""
    return _STYLES.get(state, "dim")


def _line(after: str, app: str, step: Step, width: int) -> RenderableType:
    """One line of a timeline in columns, its detail cut to what two lines hold."""
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=6, justify="right", style="dim", no_wrap=True)
    line.add_column(width=6, style="bold", no_wrap=True)
    line.add_column(width=14, style=style_of(step.state), no_wrap=True)
    line.add_column(ratio=1)
    cut = textwrap.wrap(shortened(step.detail), max(width - 29, 20), max_lines=2, placeholder=" …")
    line.add_row(after, app, step.state, Text("\n".join(cut)))
    return line
