"""What the verdicts on a start are made from: the act, instances before and after it, and the platform's log."""

from datetime import UTC, datetime, timedelta

from operators.core.before import Before
from operators.core.instances import InstanceStatus
from operators.core.judgement import judge
from operators.core.model import Unknown
from operators.core.platform_log import read_platform_log
from operators.core.watch import Budget, Verdict, WatchFacts

T0 = datetime(2026, 4, 4, 5, 50, 0, tzinfo=UTC)
BUDGET = Budget.of()
EARLY, LATE, OVER = timedelta(seconds=90), BUDGET.expected, BUDGET.hard
NO_ANSWER = Unknown(what="siteStatus", reason="503 from the service")


def us(at: datetime) -> str:
    """A time as the platform writes it."""
    return at.strftime("%m/%d/%Y %H:%M:%S")


def started(seconds: int, instance_id: str = "aa") -> InstanceStatus:
    """An instance whose container started this many seconds after the act (before it where negative)."""
    at = T0 + timedelta(seconds=seconds)
    return InstanceStatus(instance_id=instance_id, state="Started", details=f"Site started at {us(at)} (UTC)")


def status(state: str, action: str | None = None, instance_id: str = "aa", error: str | None = None) -> InstanceStatus:
    """An instance on its way; an error is of one minute after the act."""
    at = T0 + timedelta(minutes=1) if error else None
    return InstanceStatus(instance_id=instance_id, state=state, action=action, last_error=error, last_error_at=at)


def blocked(seconds: int) -> InstanceStatus:
    """An instance that the platform refuses to start until so long after the act."""
    until = us(T0 + timedelta(seconds=seconds))
    return InstanceStatus(instance_id="aa", state="Blocked", details=f"Site scheduled to be unblocked at {until}")


OLD = (started(-3600),)
NEW = (started(40),)
FACTS = WatchFacts(
    acted_at=T0,
    pinned=True,
    always_on=True,
    budget=BUDGET,
    before=Before.of(OLD),
    platform_reports=True,
    statuses=NEW,
    listed_instances=1,
    probe=None,
)
CRASH = read_platform_log(
    "2026-04-04T05:50:30.0Z Container has finished running with exit code: 3.\n"
    "2026-04-04T05:50:31.0Z Site container: demo terminated during site startup.\n"
)
FALLBACK = read_platform_log(
    "2026-04-04T05:50:20.000Z WARN  - Image pull failed. Defaulting to local copy if present.\n"
    "2026-04-04T05:50:21.000Z INFO  - Starting container for site\n"
)
LISTENS = read_platform_log("2026-04-04T05:50:20.0Z Now listening on: http://[::]:5000\n")
READY = read_platform_log(
    "2026-04-04T05:50:21.000Z INFO  - Starting container for site\n"
    "2026-04-04T05:50:40.000Z INFO  - Container demo_0_ab for site demo initialized successfully and is ready to "
    "serve requests.\n"
)


def verdict(after: timedelta = EARLY, **facts: object) -> Verdict:
    """The verdict so long after the act, with these facts changed."""
    return judge(FACTS.model_copy(update=facts), T0 + after)
