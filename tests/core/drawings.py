"""The tables of the core as documentation draws them. `python -m tests.core.drawings` writes them into docs/."""

from pathlib import Path

from operators.core.recovery import LADDER
from operators.core.stalls import CATALOGUE
from operators.core.transitions import ENDED, OCCUPYING, TRANSITIONS, Event, State

DOCS = Path(__file__).parents[2] / "docs"

_STATES = """\
# The states of a rollout

Drawn from the table in `operators/core/transitions.py`; a test keeps both equal. Left out: a message that fails five
times takes every state at work to `interrupted`, with the error that it died of.

```mermaid
stateDiagram-v2
    [*] --> pending
{ways}
{ends}
```

In {occupying} something may have been done to the app: what is pushed
meanwhile is gathered until the rollout has ended. In the other states at work nothing was done, and a newer image takes
its place.
"""

_STALLS = """\
# Stalls

Why a rollout makes no progress, what is tried, and what a person can do. Written from `CATALOGUE`
(`operators/core/stalls.py`) and `LADDER` (`operators/core/recovery.py`); a test keeps them equal.

A stall that accuses the image makes its digest `rejected` for the app: it is not rolled out by itself again until a
newer push, or until somebody deploys it by hand. On a mutable tag the platform may still pull it when it scales out;
`pulley-strategy=pin` closes that door.

Measures are taken in this order, each once in a rollout: `retry` is one more restart; `redeploy` writes the image by
digest into the configuration, which makes the platform build the app anew; `rollback` writes the last digest that was
proved to serve. Before each the app is looked at again, and nothing is done while the platform blocks starts, while
somebody else's operation is in progress, or while Pulley is frozen. The resource tag `pulley-recover` says how much of
it an app allows.

| reason | meaning | accuses the image | what is tried | what to do |
|---|---|---|---|---|
{rows}

## When it stops by itself

After three failed rollouts of an app in a row the next one is `held` as `flapping`: something is wrong that another image
does not mend. A success, or somebody's deploy by hand, begins anew.

## A fight

Where Pulley writes the image by digest (`pulley-strategy=pin`, `redeploy`, `rollback`) and a tool like Terraform writes it
back, both would restart the app for ever. After the second time the rollout is `held` as `fight`. Let one of them own the
value. Terraform:

    lifecycle {{
      ignore_changes = [site_config[0].application_stack[0].docker_image_name]
    }}

Bicep has no such switch: leave `linuxFxVersion` out of the template for apps that exist, or let Pulley use
`pulley-strategy=restart`, which never writes it unless it has to roll back. Who wrote last is in the activity log:
`az monitor activity-log list --resource-id <app> --offset 1d`. Then deploy by hand to go on.
"""


def states() -> str:
    """The page about the states."""
    ways: dict[tuple[State, State], list[str]] = {}
    for (begin, event), end in TRANSITIONS.items():
        if event is not Event.INTERRUPT:
            ways.setdefault((begin, end), []).append(event)
    return _STATES.format(
        ways="\n".join(f"    {begin} --> {end}: {', '.join(events)}" for (begin, end), events in ways.items()),
        ends="\n".join(f"    {state} --> [*]" for state in State if state in ENDED),
        occupying=", ".join(f"`{state}`" for state in State if state in OCCUPYING),
    )


def stalls() -> str:
    """The page about stalls."""
    rows: list[str] = []
    for reason, entry in CATALOGUE.items():
        accuses = "yes" if entry.accuses_image else ""
        ladder = ", ".join(LADDER[reason]) or "nothing: a person is called"
        rows.append(f"| `{reason}` | {_cell(entry.meaning)} | {accuses} | {ladder} | {_cell(entry.what_to_do)} |")
    return _STALLS.format(rows="\n".join(rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


PAGES = {"states.md": states, "stalls.md": stalls}

if __name__ == "__main__":
    for name, draw in PAGES.items():
        (DOCS / name).write_text(draw())
