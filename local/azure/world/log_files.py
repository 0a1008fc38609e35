"""The log files of a worker: what the containers wrote, if that is kept, and what the platform wrote."""

from dataclasses import dataclass

from local.azure.world.lifecycle import InstanceView
from local.azure.world.platform_log import Entry, Output, lines_of
from local.azure.world.sites import Site


@dataclass(frozen=True)
class LogFile:
    """One file; its name carries the day of its last line."""

    name: str
    lines: tuple[str, ...]


def log_files(site: Site, view: InstanceView) -> list[LogFile]:
    """Write the files of one worker that have anything in them."""
    old = site.told.log_format == "old"
    keeps_output = bool(site.config.get("httpLoggingEnabled"))
    files: dict[str, list[Entry]] = {
        "default_docker": [entry for entry in view.log if keeps_output and isinstance(entry, Output)],
        "docker": [entry for entry in view.log if not isinstance(entry, Output)],
    }
    found = []
    for kind, entries in files.items():
        lines = tuple(line for entry in entries for line in lines_of(entry, old))
        if lines:
            found.append(LogFile(f"{entries[-1].at:%Y_%m_%d}_{view.machine}_{kind}.log", lines))
    return found
