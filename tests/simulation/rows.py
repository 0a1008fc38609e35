"""The engine's row of an app, as it is stored."""

from dataclasses import dataclass
from typing import Self

from local.storage.tables import Entity
from operators.cloud.row_texts import text_of
from operators.core.active import Active
from operators.core.claims import Claim


@dataclass(frozen=True)
class EngineRow:
    """Row `active`."""

    active: Active
    claim: Claim | None
    data: str

    @classmethod
    def of(cls, entity: Entity | None) -> Self | None:
        """Read it; None where there is none."""
        if entity is None:
            return None
        data, claim = text_of(entity.properties), entity.properties.get("claim")
        return cls(Active.model_validate_json(data), Claim.model_validate_json(claim) if claim else None, data)
