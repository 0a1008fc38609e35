"""Recorded requests get the recorded answers, or a difference that is listed with its reason."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests.clients.replay import differences

RECORDINGS = sorted(Path(__file__).with_name("recordings").glob("*.json"))
LISTED = yaml.safe_load(Path(__file__).with_name("differences.yaml").read_text(encoding="utf-8"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def found() -> dict[str, list[str]]:
    """The differences of every recording, by its name."""
    recordings: dict[str, dict[str, Any]] = {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in RECORDINGS
    }
    return {name: await differences(recording) for name, recording in recordings.items()}


@pytest.mark.parametrize("name", [file.stem for file in RECORDINGS])
async def test_every_difference_is_listed(found: dict[str, list[str]], name: str) -> None:
    """Status, steering headers and the shape of the body are Azure's, but for what is explained."""
    listed = [pattern for recording, pattern, _ in _patterns() if fnmatchcase(name, recording)]
    assert [one for one in found[name] if not any(fnmatchcase(one, pattern) for pattern in listed)] == []


async def test_every_listed_difference_is_met(found: dict[str, list[str]]) -> None:
    """What was mended leaves the list."""
    met = {
        (entry, pattern)
        for recording, pattern, entry in _patterns()
        for name, differing in found.items()
        if fnmatchcase(name, recording) and any(fnmatchcase(one, pattern) for one in differing)
    }
    assert {(entry, pattern) for _, pattern, entry in _patterns()} - met == set()


def test_every_recording_names_its_source() -> None:
    """A public repository, a path in it, a commit."""
    for file in RECORDINGS:
        source = json.loads(file.read_text(encoding="utf-8"))["source"]
        assert set(source) == {"repo", "path", "commit"}


def _patterns() -> Iterator[tuple[str, str, int]]:
    """Answer (pattern of recordings, pattern of differences, number of the entry)."""
    for number, entry in enumerate(LISTED):
        assert entry["reason"]
        for recording in entry["recordings"]:
            for pattern in entry["differences"]:
                yield recording, pattern, number
