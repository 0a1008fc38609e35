"""Did every app end as it should: by what Pulley says, and by what Azure really runs?"""

from dataclasses import dataclass

from local.demo.answers import App, RealApp, Rollout
from local.demo.wording import served, shortened


@dataclass(frozen=True)
class Ending:
    """How a rollout ended, and how it should have."""

    rollout: Rollout
    pushed: str
    """The digest that it was to bring."""
    ended: str
    """How it should have, and why."""
    serves: str
    """The digest that should serve now, and nothing else."""
    instances: int = 1
    """How many should serve it."""
    rejected: bool = False
    """Whether the pushed digest is not rolled out again."""

    def problems(self, app: App, real: RealApp) -> tuple[str, ...]:
        """What is otherwise; nothing where all is well."""
        seen = {
            "its rollout ended": (end_of(self.rollout), self.ended),
            "its rollout was to": (shortened(self.rollout.digest or "nothing"), shortened(self.pushed)),
            "the pushed digest is rejected": (self.pushed in app.rejected, self.rejected),
            "it really serves": (served(real.served), served([self.serves] * self.instances)),
        }
        return tuple(f"{what}: {is_so}, not {wanted}" for what, (is_so, wanted) in seen.items() if is_so != wanted)


def end_of(rollout: Rollout) -> str:
    """How the rollout ended, and why: by its stall where it had one, else by its proof."""
    why = rollout.stall.reason if rollout.stall else rollout.proof
    return f"{rollout.state}, {why or rollout.reason}"
