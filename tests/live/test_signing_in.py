"""Whoever signed in with `az login` is the operator's managed identity; a stand-in for `az` tells what it is asked."""

import subprocess
import sys
from pathlib import Path

SUBSCRIPTION = "3f1c9a52-0d3f-4a67-9a55-0f6f6a1f2b11"
_SIGNED_IN = """#!/bin/sh
echo "$*" > "{asked}"
echo '{{"accessToken": "a-token", "expires_on": 4102444800, "tokenType": "Bearer"}}'
"""
_SIGNED_OUT = "#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n"


def visited(tmp_path: Path, az: str | None) -> subprocess.CompletedProcess[str]:
    """Run the visitor with this `az` on its PATH."""
    if az is not None:
        script = tmp_path / "az"
        script.write_text(az)
        script.chmod(0o755)
    command = [sys.executable, "-m", "tests.live.visitor", SUBSCRIPTION]
    environment = {"PATH": f"{tmp_path}:/bin", "HOME": str(tmp_path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_operator_gets_the_token_of_az(tmp_path: Path) -> None:
    """azure-identity asks the endpoint, the endpoint asks `az`, for ARM and for the subscription."""
    answer = visited(tmp_path, _SIGNED_IN.format(asked=tmp_path / "asked"))
    assert (answer.returncode, answer.stdout) == (0, "a-token"), answer.stderr
    asked = (tmp_path / "asked").read_text()
    assert "account get-access-token" in asked
    assert "https://management.azure.com" in asked
    assert SUBSCRIPTION in asked


def test_nobody_is_signed_in(tmp_path: Path) -> None:
    """It is said at once, before anything is started or made."""
    answer = visited(tmp_path, _SIGNED_OUT)
    assert answer.returncode == 1
    assert "az login" in answer.stderr


def test_there_is_no_az(tmp_path: Path) -> None:
    """It is said what to install."""
    answer = visited(tmp_path, None)
    assert answer.returncode == 1
    assert "`az` is not on PATH" in answer.stderr
