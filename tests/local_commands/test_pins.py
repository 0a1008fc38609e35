"""Is everything that make installs named exactly, and left to the machine where it comes from?"""

import json
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"[A-Za-z0-9._\[\]-]+==[0-9][^\s;]*")


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "local/azure/requirements.txt",
        "tests/clients/requirements.txt",
        "tests/clients/registry/requirements.txt",
    ],
)
def test_every_python_requirement_is_pinned(name: str) -> None:
    """Each line names one version, or another file of requirements."""
    lines = (REPOSITORY / name).read_text().splitlines()
    asked = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert asked
    assert [line for line in asked if not PINNED.fullmatch(line)] == []


def test_the_lock_of_azurite_is_exact_and_names_no_host() -> None:
    """Every package has its version and checksum, and none says from where, so that any registry serves."""
    lock = json.loads((REPOSITORY / "local" / "package-lock.json").read_text())
    wanted = json.loads((REPOSITORY / "local" / "package.json").read_text())
    installed = {path: package for path, package in lock["packages"].items() if path}
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert [path for path, package in installed.items() if not package.get("integrity")] == []
    assert [path for path, package in installed.items() if "resolved" in package] == []
