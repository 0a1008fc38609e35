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
WITHOUT_COMMAND = {
    Reason.ROLE_GRANTED: "nothing is to be done",
    Reason.ROLE_PROPAGATING: "nothing is to be done but to wait",
    Reason.ANONYMOUS_PULL: "nothing is to be done",
    Reason.NOT_AN_AZURE_REGISTRY: "`az` knows no other registries",
    Reason.READ_FAILED: "the answer named no right of Azure Resource Manager's that is lacking",
}
"""The reasons that may come without a command, and why; every other always has one."""


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
        for case, fix in _examples(reason):
            yield from ("", f"### `{reason}`: {case}", "", "```sh", *fix, "```")
    yield ""
    yield "Without a command:"
    yield ""
    for reason, why in WITHOUT_COMMAND.items():
        yield f"- `{reason}`{_SOMETIMES[any(_examples(reason))]}: {why}."


_SOMETIMES = {True: ", at times", False: ""}


def _examples(reason: Reason) -> list[tuple[str, tuple[str, ...]]]:
    """The first situation with this reason that has a fix, and the fix; none where no situation has one."""
    found = ((case, evaluate_access(facts, NOW)) for case, (facts, _) in CASES.items())
    return [(case, access.fix) for case, access in found if access.reason is reason and access.fix][:1]


if __name__ == "__main__":
    told = PAGE.read_text()
    PAGE.write_text(told.partition(BEGIN)[0] + BEGIN + generated() + END)
