"""The tables of the core as documentation draws them. `python -m tests.core.drawings` writes them into docs/."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from operators.core.gate import GIVE_UP_ON_IMAGE, GIVE_UP_ON_OTHERS, GIVE_UP_WAITING, HoldReason
from operators.core.recovery import LADDER
from operators.core.resuming import INTERRUPTIONS
from operators.core.stalls import CATALOGUE
from operators.core.transitions import ENDED, EXITS, OCCUPYING, TRANSITIONS, Event, State
from operators.core.waits import access_wait, busy_wait, hold_wait, retry_wait

_DOCS = Path(__file__).parents[2] / "docs"
_BEGIN, _END = "<!-- drawn by tests/core/drawings.py -->", "<!-- end of the drawing -->"


def states() -> str:
    """The states and the ways between them; the interruptions, which are everywhere, are one arrow."""
    ways: dict[tuple[State, State], list[str]] = {}
    for (begin, event), end in TRANSITIONS.items():
        if event is not Event.INTERRUPT:
            ways.setdefault((begin, end), []).append(event)
    lines = [f"    {begin} --> {end}: {', '.join(events)}" for (begin, end), events in ways.items()]
    ends = [f"    {state} --> [*]" for state in State if state in ENDED]
    occupying = ", ".join(f"`{state}`" for state in State if state in OCCUPYING)
    anywhere = [
        '    state "every state that has not ended" as open',
        f"    open --> {State.INTERRUPTED}: {Event.INTERRUPT}",
    ]
    picture = ["```mermaid", "stateDiagram-v2", "    [*] --> pending", *lines, *anywhere, *ends, "```"]
    done = f"Something may have been done to the app in: {occupying}."
    return "\n".join([*picture, "", done, "", *_waits(), "", *_exits()])


def _exits() -> list[str]:
    """Every way out of every state, and when it is taken."""
    rows = ["| in | event | when | then | decided by |", "|---|---|---|---|---|"]
    for begin, exits in EXITS.items():
        for one in exits:
            by = ", ".join(f"`{name}`" for name in one.deciders)
            rows.append(f"| `{begin}` | `{one.event}` | {one.when} | `{one.end}` | {by} |")
    return rows


def _waits() -> list[str]:
    """How long each state that waits does so."""
    retries, denials = _growing(retry_wait), _growing(access_wait)
    frozen, other = (round(hold_wait(reason).total_seconds()) for reason in (HoldReason.FROZEN, HoldReason.FLAPPING))
    refused = _growing(lambda times: busy_wait(times + 1))
    day, image = (round(limit.total_seconds() / 60) for limit in (GIVE_UP_WAITING, GIVE_UP_ON_IMAGE))
    return [
        "| state | looked at again after | until |",
        "|---|---|---|",
        f"| `pending`, `checking` | {retries}; {refused} after a refusal for others' work; not before Azure said where "
        "it throttles (`throttled`) "
        "| what was asked has an answer, and nobody else is at work on the app; `hindered` after "
        f"{round(GIVE_UP_ON_OTHERS.total_seconds() / 3600)} hours of others' work |",
        f"| `held` | {frozen} s while frozen, {other} s otherwise, at once when the hold is lifted | it is lifted |",
        f"| `waiting_access` | {denials}, or when what was given has spread; {retries} where access cannot be read "
        f"| it may pull; `failed` after {day // 60} hours, and after {image} minutes where it is the image that is "
        "missing or was built for another platform |",
        f"| `interrupted` | {retries}, but at least a minute | what is real can be read; `failed` after "
        f"{INTERRUPTIONS} interruptions of the same rollout |",
    ]


def _growing(wait: Callable[[int], timedelta]) -> str:
    """The delays of a back-off: "10, 30, 90 s"."""
    delays = list(dict.fromkeys(round(wait(times).total_seconds()) for times in range(20)))
    return f"{', '.join(map(str, delays))} s"


def stalls() -> str:
    """The catalogue, and what each reason may use."""
    rows = ["| reason | meaning | accuses the image | what is tried | what to do |", "|---|---|---|---|---|"]
    for reason, entry in CATALOGUE.items():
        accuses = "yes" if entry.accuses_image else ""
        ladder = ", ".join(LADDER[reason]) or "nothing: it is waited for, or a person is called"
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
