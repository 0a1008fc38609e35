"""What is told at the end? The story at both places, and the differences of their answers, in Markdown."""

from collections.abc import Iterable
from datetime import datetime

from local.live.comparison import Difference, Seen
from local.live.known import Known
from local.live.masking import Masking
from local.live.performance import Performance


def report(
    at: datetime,
    performances: tuple[Performance, Performance],
    seen: tuple[Seen, Seen],
    found: list[Difference],
    known: tuple[Known, ...],
) -> str:
    """Write the report: Azure first, the simulated Azure second."""
    azure, ours = performances
    explained = [one for one in found if any(entry.covers(one) for entry in known)]
    news = [one for one in found if one not in explained]
    return "\n".join(
        [
            f"# {azure.place} and {ours.place}, {at:%Y-%m-%d %H:%M} UTC",
            "",
            f"{len(news)} differences that nothing explains, {len(explained)} that known.yaml explains.",
            "",
            *_story(azure, ours),
            *_differences("Differences that nothing explains", news),
            *_explained(found, known),
            *_operations(*seen),
        ]
    )


def _story(azure: Performance, ours: Performance) -> Iterable[str]:
    yield from ("## The story", "", f"| act | should end | {azure.place} | {ours.place} |", "|---|---|---|---|")
    titles = {one.act: one.expected for done in (azure, ours) for one in done.outcomes}
    for act, expected in titles.items():
        yield f"| {act} | {expected} | {_ended(azure, act)} | {_ended(ours, act)} |"
    yield ""
    for done in (azure, ours):
        if done.hindrance:
            yield from (f"{done.place} was not played to its end: {_said(done.hindrance)}", "")


def _ended(done: Performance, act: str) -> str:
    for one in done.outcomes:
        if one.act == act:
            return f"{'✓' if one.seen == one.expected else '✗'} {_said(one.seen)}, {one.seconds:.0f} s"
    return "not played"


def _differences(title: str, rows: list[Difference]) -> Iterable[str]:
    yield from (f"## {title}", "")
    if not rows:
        yield from ("None.", "")
        return
    yield from ("| operation | simulated, beside Azure |", "|---|---|")
    yield from (f"| {_cell(one.operation)} | {_cell(one.what)} |" for one in rows)
    yield ""


def _explained(found: list[Difference], known: tuple[Known, ...]) -> Iterable[str]:
    for entry in known:
        rows = [one for one in found if entry.covers(one)]
        if rows:
            yield from _differences(f"Explained: {entry.reason}", rows)


def _operations(azure: Seen, ours: Seen) -> Iterable[str]:
    yield from ("## Every operation", "", "Statuses, and how often.", "")
    yield from ("| operation | Azure | simulated |", "|---|---|---|")
    for operation in sorted(azure.keys() | ours.keys()):
        yield f"| {_cell(operation)} | {_statuses(azure, operation)} | {_statuses(ours, operation)} |"
    yield ""


def _statuses(seen: Seen, operation: str) -> str:
    return ", ".join(f"{status} ({one.count})" for status, one in sorted(seen.get(operation, {}).items())) or "never"


def _said(text: str) -> str:
    """What Azure said names ids, which are nobody's business."""
    return _cell(Masking("").text(text))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
