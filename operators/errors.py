"""What can go wrong, as three answers to one question: what has whoever asked to do now?

`BadInput`: ask something else (4xx). `Temporary`: ask the same again, after a while. `Permanent`: somebody has to
change something first; `Misconfigured`: that is a setting of Pulley's own. Errors carry data; the text is made from it.
Exceptions of SDKs become these in `cloud/` only.
"""

from datetime import timedelta


class PulleyError(Exception):
    """The base of all errors of ours."""


class Misconfigured(PulleyError):
    """A setting of this operator cannot be used. Answered 500: whoever asked can do nothing about it."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"setting {setting}: {problem}")
        self.setting = setting
        self.problem = problem


class BadInput(PulleyError):
    """What came in cannot be used. Answered 4xx as problem+json naming the field."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        """Where it is, as whoever sent it writes it: "data.target.repository"."""
        self.problem = problem


class Temporary(PulleyError):
    """It did not work now and may work later. Never leaves a step: it becomes the step's delay."""

    def __init__(self, what: str, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{what}: {reason}")
        self.what = what
        """What was tried, in the field's words: "restart of demo-app"."""
        self.reason = reason
        self.retry_after = retry_after
        """How long the other side asked us to wait; None where it did not say."""


class Busy(Temporary):
    """Another operation holds the site or its webspace; nothing is wrong and nothing was changed."""


class Deploying(Busy):
    """What holds it is a deployment of code, or the auto swap that follows one."""


class Throttled(Temporary):
    """Too much was asked of Azure, or would have been; nothing was changed."""


class Permanent(PulleyError):
    """It will not work however often it is tried, until somebody changes something."""

    def __init__(self, what: str, reason: str, fix: str | None = None) -> None:
        super().__init__(f"{what}: {reason}")
        self.what = what
        self.reason = reason
        self.fix = fix
        """What a person has to do, where we know it."""


class Unauthenticated(Permanent):
    """The other side did not accept who we are (401)."""


class Forbidden(Permanent):
    """The operator's own identity lacks a right (403)."""

    def __init__(
        self, what: str, reason: str, fix: str | None = None, *, action: str | None = None, scope: str | None = None
    ) -> None:
        super().__init__(what, reason, fix)
        self.action = action
        """The missing right: "Microsoft.Web/sites/restart/action"; None where the answer did not name it."""
        self.scope = scope


class Misled(Permanent):
    """An answer leads to a place that must not get our token."""


class Conflict(Permanent):
    """What is there already does not go with what was asked (409), and waiting does not change it."""

    def __init__(self, what: str, reason: str, fix: str | None = None, *, code: str | None = None) -> None:
        super().__init__(what, reason, fix)
        self.code = code
        """Azure's word for it: "RoleAssignmentExists"."""


class NotFound(Permanent):
    """What was asked about is not there, or not for us (404)."""
