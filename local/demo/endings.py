"""Did every app end as it should: by what Pulley says, and by what Azure really runs?"""

from dataclasses import dataclass

from local.demo.answers import App, RealApp, Rollout
from local.demo.wording import served, shortened


@dataclass(frozen=True)
class Ending:
    """How the rollout of an app should end."""

    app: str
    digest: str
    """The one that was pushed."""
    state: str
    reason: str
    rejected: bool
    instances: int
    """How many should serve the pushed digest at the end, and none anything else."""

    def problems(self, app: App, rollout: Rollout, real: RealApp) -> tuple[str, ...]:
        """What is otherwise; nothing where all is well."""
        seen = {
            "its rollout ended": (f"{rollout.state}, {rollout.reason}", f"{self.state}, {self.reason}"),
            "its rollout was to": (shortened(rollout.digest or "nothing"), shortened(self.digest)),
            "the pushed digest is rejected": (self.digest in app.rejected, self.rejected),
            "it really serves": (served(real.served), served([self.digest] * self.instances)),
        }
        return tuple(f"{what}: {is_so}, not {wanted}" for what, (is_so, wanted) in seen.items() if is_so != wanted)
