"""What importing the function app brings with it: nothing that the push path does not need."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["azure.mgmt.web", "azure.mgmt.containerregistry", "azure.identity", "local"])
def test_importing_the_function_app_does_not_import(module: str) -> None:
    """The management SDKs are imported at their first call; the local environment is never part of the operator."""
    code = f"import sys, function_app; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
