"""The images of a scenario."""

from typing import Literal

from pydantic import Field

from local.azure.scenario.parts import Part, Seconds


class Image(Part):
    """An image and how its container behaves wherever it is run."""

    pull_seconds: Seconds = 1
    """Time of the first pull on an instance; layers are local afterwards and a pull of them takes no time."""
    start_seconds: Seconds = 1
    """Time from container creation until the port answers, or until the container exits."""
    exit_code: int | None = None
    """The container ends with this code instead of answering."""
    port: int | None = 80
    """The port it listens on; null listens on none."""
    status: int = 200
    """HTTP status of every path that `paths` does not name."""
    paths: dict[str, int] = Field(default_factory=dict)
    """HTTP status of single paths, such as a health path."""
    platforms: tuple[str, ...] = ("linux/amd64",)
    """One platform makes one manifest, several make a multi-architecture index."""
    media_type: Literal["docker", "oci"] = "docker"
    log_lines: tuple[str, ...] = ()
    """What the container writes when it starts."""
