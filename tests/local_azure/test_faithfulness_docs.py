"""docs/faithfulness.md: no statement without a source or the word that there is none, and what it names exists."""

import re
from pathlib import Path

import pytest

PAGE = Path("docs/faithfulness.md").read_text(encoding="utf-8")
WORDS = ("recorded", "docs", "code", "quoted", "assumed", "own", "OCI distribution-spec")
TESTS = {file.stem for file in Path("tests").rglob("test_*.py")}
_PART = re.compile(r"^\| what it does \| source \| checked by \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)
ROWS = [line.strip("| ").split(" | ") for part in _PART.findall(PAGE) for line in part.splitlines()]


def test_every_part_has_rows() -> None:
    """The tables are found, all of them."""
    assert len(_PART.findall(PAGE)) == PAGE.count("| what it does |")
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_every_statement_says_where_it_is_from(row: list[str]) -> None:
    """A source by one of the words of the legend, and what checks it."""
    statement, source, check = row
    assert statement
    assert any(re.search(rf"\b{word}\b", source) for word in WORDS), source
    assert check


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\btest_\w+", PAGE))))
def test_every_named_test_exists(name: str) -> None:
    """A file that was renamed is renamed here too."""
    assert name in TESTS


@pytest.mark.parametrize("word", [word for word in WORDS if word != "OCI distribution-spec"])
def test_every_word_is_explained(word: str) -> None:
    """The legend has each."""
    assert re.search(rf"^\| \**{word}\** \|", PAGE, re.MULTILINE)
