"""How long does it take to import function_app, and how much memory, beside a function app that does nothing?

A cold start pays for it before the first event is taken. Fresh interpreters with byte code on the disk, the median of
five. Ends with 1 where azure.mgmt.web was imported: its 130,000 lines are for the steps that need them, not for events.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_REPOSITORY = Path(__file__).resolve().parents[1]
_RUNS = 5
_HEAVY = "azure.mgmt.web"
_EMPTY = """
import azure.functions as func

app = func.FunctionApp()


@app.route("hello")
def hello(req: func.HttpRequest) -> str:
    return "hello"
"""
_PROBE = f"""
import json, resource, sys, time
begin = time.perf_counter()
import function_app
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([seconds, peak, len(sys.modules), {_HEAVY!r} in sys.modules]))
"""


@dataclass(frozen=True)
class Cost:
    """What one import cost."""

    seconds: float
    peak_bytes: float
    """Of the whole interpreter."""
    modules: float
    heavy: bool
    """Whether azure.mgmt.web was imported."""


def measure(folder: Path) -> Cost:
    """Import the folder's function_app in fresh interpreters; the medians."""
    _import(folder)  # writes the byte code
    costs = [_import(folder) for _ in range(_RUNS)]
    return Cost(
        seconds=median(cost.seconds for cost in costs),
        peak_bytes=median(cost.peak_bytes for cost in costs),
        modules=median(cost.modules for cost in costs),
        heavy=any(cost.heavy for cost in costs),
    )


def _import(folder: Path) -> Cost:
    command = [sys.executable, "-c", _PROBE]
    return Cost(*json.loads(subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout))


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "function_app.py").write_text(_EMPTY)
        empty = measure(Path(folder))
    pulley = measure(_REPOSITORY)
    print(f"{'':18}{'import':>10}{'peak memory':>14}{'modules':>10}")
    for name, cost in (("empty app", empty), ("function_app", pulley)):
        print(f"{name:18}{cost.seconds * 1000:7.0f} ms{cost.peak_bytes / 2**20:10.1f} MiB{cost.modules:10.0f}")
    print(f"{_HEAVY} was imported: {'yes' if pulley.heavy else 'no'}")
    return 1 if pulley.heavy else 0


if __name__ == "__main__":
    sys.exit(main())
