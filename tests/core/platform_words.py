# ruff: noqa: E501 - the lines of the platform are as long as they are
"""What the platform says of a start, in its logs and in siteStatus, and what it means."""

from datetime import UTC, datetime

from operators.core.asked_ports import AskedPorts
from operators.core.diagnosis import classify
from operators.core.instances import InstanceStatus, read_site_status
from operators.core.platform_log import read_platform_log
from operators.core.stalls import Stall

T0 = datetime(2026, 4, 4, 5, 50, 0, tzinfo=UTC)

TIMEOUT_DETAILS = (
    "Container did not start within expected time limit of 230s. Please inspect your container logs for more details."
)
UNAUTHORIZED_DETAILS = "Failed to pull image: beddemo.azurecr.io/greeting-api:latest. Image pull failed with forbidden or unauthorized. Check registry credentials."
UNBLOCKED_AT = "Site is blocked due to multiple, consecutive cold start failures. Site scheduled to be unblocked at 04/04/2026 05:54:41"


def new_log(*texts: str, start: int = 51) -> str:
    """Lines of today's platform, a minute apart, the first at 05:51."""
    return "\n".join(f"2026-04-04T05:{start + at}:00.1234567Z {text}" for at, text in enumerate(texts))


def old_log(*texts: str, start: int = 51) -> str:
    """Lines of the older platform."""
    return "\n".join(f"2026-04-04T05:{start + at}:00.123Z {text}" for at, text in enumerate(texts))


def docker_error(message: str) -> str:
    """What the older platform logs of a failed pull."""
    return old_log(
        f'ERROR - DockerApiException: Docker API responded with status code=NotFound, response={{"message":"{message}"}}'
    )


def instance(
    state: str, error: str = "", error_details: str = "", at: str = "04/04/2026 05:53:54", details: str = ""
) -> InstanceStatus:
    """An instance as siteStatus shows it."""
    (status,) = read_site_status(
        {
            "properties": [
                {
                    "instanceId": "ab12",
                    "state": state,
                    "action": "None",
                    "lastError": error,
                    "lastErrorDetails": error_details,
                    "lastErrorTimestamp": at if error else "01/01/0001 00:00:00",
                    "details": details,
                }
            ]
        }
    )
    return status


def found(log: str = "", *statuses: InstanceStatus, asked: AskedPorts = frozenset({80, 8080})) -> Stall | None:
    """The stall that these words mean, of an app that is asked where the platform tries by itself."""
    return classify(statuses, read_platform_log(log), T0, asked=asked)


CRASH = new_log(
    "Creating container with image: api:v2 from registry: r.azurecr.io and fully qualified image name: r.azurecr.io/api:v2",
    "Container start method finished after 12314 ms.",
    "Container has finished running with exit code: 3.",
    "Site container: demo terminated during site startup.",
    "Site startup probe failed after 0.1005547 seconds.",
    f"State: Starting, Action: WaitingForSiteWarmUpProbeSuccess, LastError: ContainerTimeout, LastErrorTimestamp: 04/04/2026 05:53:54, LastErrorDetails: {TIMEOUT_DETAILS}, Details: Pinging warmup path to ensure container is ready to receive requests., DetailsLevel: ERR",
    "Failed to start site. Revert by stopping site.",
)


def crash(said: str) -> str:
    """The same of a container that said something before."""
    return CRASH.replace("Z Container has finished", f"Z {said}\n2026-04-04T05:53:00.1234567Z Container has finished")


def refused_pull(minute: int) -> str:
    """The state line of a pull that was refused."""
    return f"2026-04-04T05:{minute}:00.1234567Z State: Starting, Action: PullingImage, LastError: ImagePullUnauthorizedFailure, LastErrorTimestamp: 04/04/2026 05:{minute}:00, LastErrorDetails: {UNAUTHORIZED_DETAILS}, Details: Pulling image, DetailsLevel: ERR"


def on(machine: str, *texts: str) -> str:
    """Lines of one machine, under the name of its file."""
    return f"2026_04_04_{machine}_docker.log:\n{new_log(*texts)}\n"


def silent(seconds: str = "231.0055547", limit: int = 230, said: str = "starting") -> str:
    """What today's platform logs where nobody answers its pings, after what the container itself said."""
    return new_log(
        "Container start method finished after 12314 ms.",
        said,
        f"Site startup probe failed after {seconds} seconds.",
        f"State: Starting, Action: WaitingForSiteWarmUpProbeSuccess, LastError: ContainerTimeout, LastErrorTimestamp: 04/04/2026 05:53:54, LastErrorDetails: {TIMEOUT_DETAILS.replace('230', str(limit))}, Details: Pinging warmup path to ensure container is ready to receive requests., DetailsLevel: ERR",
        "Failed to start site. Revert by stopping site.",
        "Container is terminating. Grace period: 5 seconds.",
        "Container has finished running with exit code: 137.",
    )


def silent_old(said: str = "starting") -> str:
    """The same of the older platform, which names the port."""
    return old_log(
        said,
        "ERROR - Container demo_0_ab for site demo did not start within expected time limit. Elapsed time = 230.1 sec",
        "ERROR - Container demo_0_ab didn't respond to HTTP pings on port: 80, failing site start. See container logs for debugging.",
    )
