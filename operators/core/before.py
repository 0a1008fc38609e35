"""The instances as they were before an act: as much of them as tells afterwards whether they have started anew.

It is stored with every step, twice once a measure was begun, and an app has up to a hundred instances (azure-docs:
azure-resource-manager/management/azure-subscription-service-limits). So only what is compared is kept.
"""

import hashlib
from collections.abc import Iterable

from pydantic import TypeAdapter, model_validator

from operators.core.instances import InstanceStatus
from operators.core.model import Instant, Model

_ID_LENGTH = 16
"""The first characters tell an app's instances apart: their ids are hashes, or short names of machines."""
_STATUSES = TypeAdapter(tuple[InstanceStatus, ...])


class Before(Model):
    """What is compared of the instances."""

    started: tuple[tuple[str, Instant], ...]
    """Which of them ran a container, and since when."""
    said: tuple[tuple[str, str], ...]
    """Of the others, a fingerprint of all that they said."""

    @classmethod
    def of(cls, statuses: Iterable[InstanceStatus]) -> "Before":
        """From the instances just before the act."""
        every = tuple(statuses)
        return cls(
            started=tuple((_short(one), one.started_at) for one in every if one.started_at is not None),
            said=tuple((_short(one), _fingerprint(one)) for one in every if one.started_at is None),
        )

    @model_validator(mode="before")
    @classmethod
    def _of_an_older_row(cls, stored: object) -> object:
        """The history has rows that hold the instances' whole statuses."""
        if not isinstance(stored, list):
            return stored
        return cls.of(_STATUSES.validate_python(stored)).model_dump(mode="json")

    def told(self, status: InstanceStatus) -> bool:
        """Whether this instance told the same before the act: the same start or, without one, the same words."""
        if status.started_at is None:
            return (_short(status), _fingerprint(status)) in self.said
        return (_short(status), status.started_at) in self.started


def _short(status: InstanceStatus) -> str:
    return status.instance_id[:_ID_LENGTH]


def _fingerprint(status: InstanceStatus) -> str:
    return hashlib.sha256(status.model_dump_json().encode()).hexdigest()[:8]
