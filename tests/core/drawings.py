"""The tables of the core as documentation draws them. `python -m tests.core.drawings` writes them into docs/."""

from pathlib import Path

from operators.core.recovery import LADDER
from operators.core.stalls import CATALOGUE
from operators.core.transitions import ENDED, OCCUPYING, TRANSITIONS, Event, State

_DOCS = Path(__file__).parents[2] / "docs"
_BEGIN, _END = "<!-- drawn by tests/core/drawings.py -->", "<!-- end of the drawing -->"


def states() -> str:
    """The states and the ways between them, but for the interruptions, which are everywhere."""
    ways: dict[tuple[State, State], list[str]] = {}
    for (begin, event), end in TRANSITIONS.items():
        if event is not Event.INTERRUPT:
            ways.setdefault((begin, end), []).append(event)
    lines = [f"    {begin} --> {end}: {', '.join(events)}" for (begin, end), events in ways.items()]
    ends = [f"    {state} --> [*]" for state in State if state in ENDED]
    occupying = ", ".join(f"`{state}`" for state in State if state in OCCUPYING)
    picture = ["```mermaid", "stateDiagram-v2", "    [*] --> pending", *lines, *ends, "```"]
    return "\n".join([*picture, "", f"Something may have been done to the app in: {occupying}."])


def stalls() -> str:
    """The catalogue, and what each reason may use."""
    rows = ["| reason | meaning | accuses the image | what is tried | what to do |", "|---|---|---|---|---|"]
    for reason, entry in CATALOGUE.items():
        accuses = "yes" if entry.accuses_image else ""
        ladder = ", ".join(LADDER[reason]) or "nothing: a person is called"
        rows.append(f"| `{reason}` | {_cell(entry.meaning)} | {accuses} | {ladder} | {_cell(entry.what_to_do)} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


DRAWINGS = {"states.md": states, "stalls.md": stalls}


def drawn(page: str) -> str:
    """The drawing that stands on a page of docs/."""
    return (_DOCS / page).read_text().partition(_BEGIN)[2].partition(_END)[0].strip()


def draw(page: str) -> None:
    """Draw it anew; what stands around it stays."""
    before, _, rest = (_DOCS / page).read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    (_DOCS / page).write_text(f"{before}{_BEGIN}\n{DRAWINGS[page]()}\n{_END}{after}")


if __name__ == "__main__":
    for name in DRAWINGS:
        draw(name)
