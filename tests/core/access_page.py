"""The generated part of docs/access.md: every reason from the catalogue, and the commands that the code proposes.

`python -m tests.core.access_page` writes it anew.
"""

from collections.abc import Iterator
from pathlib import Path

from operators.core.access import Reason
from operators.core.access.catalogue import CATALOGUE
from operators.core.access.evaluation import evaluate_access
from tests.core.access_samples import NOW
from tests.core.test_access import CASES

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
BEGIN, END = "<!-- generated: begin -->\n", "<!-- generated: end -->\n"


def generated() -> str:
    """What belongs between the two marks."""
    return "\n".join([*_reasons(), "", *_commands(), ""])


def in_page(page: str) -> str:
    """What stands between them now."""
    return page.partition(BEGIN)[2].partition(END)[0]


def _reasons() -> Iterator[str]:
    yield "## The reasons"
    yield ""
    yield "| reason | verdict | what it says | what to do | documentation |"
    yield "|---|---|---|---|---|"
    for reason, entry in CATALOGUE.items():
        said = entry.sentence.replace("{", "*").replace("}", "*")
        link = f"[{entry.documentation.rpartition('/')[2]}]({entry.documentation})"
        yield f"| `{reason}` | {entry.verdict} | {said} | {entry.what_to_do} | {link} |"


def _commands() -> Iterator[str]:
    yield "## The commands"
    yield ""
    yield "What is proposed for an app `shop` that is to run `demo.azurecr.io/shop:v1`, with the ids of that example."
    for reason in CATALOGUE:
        case, fix = _example(reason)
        if fix:
            yield from ("", f"### `{reason}`: {case}", "", "```sh", *fix, "```")


def _example(reason: Reason) -> tuple[str, tuple[str, ...]]:
    """The first situation with this reason, and its fix."""
    case, facts = next((case, facts) for case, (facts, found) in CASES.items() if found is reason)
    return case, evaluate_access(facts, NOW).fix


if __name__ == "__main__":
    told = PAGE.read_text()
    PAGE.write_text(told.partition(BEGIN)[0] + BEGIN + generated() + END)
