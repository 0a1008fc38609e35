"""Does docs/doctor.md say what the doctor checks?"""

import re
from pathlib import Path

from operators.core.doctor.checks import CATALOGUE, Status

_TEXT = (Path(__file__).parents[1] / "docs" / "doctor.md").read_text()
_CHECK = re.compile(r"^\| `(?P<code>\w+)` \| (?P<question>[^|]+\?) \| (?P<said>[^|]+) \|$", re.MULTILINE)
_STATUS = re.compile(r"^\| `(?P<status>\w+)` \| [^|]+ \|$", re.MULTILINE)


def test_every_check_is_documented_in_its_order_and_no_other() -> None:
    """The table's rows are the catalogue's, and ask the same questions as the answers do."""
    rows = [(row["code"], row["question"]) for row in _CHECK.finditer(_TEXT)]
    assert rows == [(code.value, about.question) for code, about in CATALOGUE.items()]


def test_every_check_says_what_it_finds() -> None:
    """Each row names a status that is not ok, or the verdict that decides it."""
    for row in _CHECK.finditer(_TEXT):
        assert re.search(r"problem|warning", row["said"]), row["code"]


def test_every_status_is_documented_in_its_order() -> None:
    """The order of the table is the order in which apps are listed."""
    assert [row["status"] for row in _STATUS.finditer(_TEXT)] == list(Status)


def test_the_catalogue_links_to_the_documentation() -> None:
    """Every link is one of Microsoft's own, over https."""
    for about in CATALOGUE.values():
        assert about.documentation.startswith("https://learn.microsoft.com/")
