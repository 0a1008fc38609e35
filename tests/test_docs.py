"""Does the documentation say what the code does?"""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from operators.core.inventory import OPT_IN_TAG
from operators.core.recovery import RECOVER_TAG
from operators.core.references import POLICY_TAG
from operators.core.strategies import STRATEGY_TAG
from operators.settings import Settings

_DOCS = Path(__file__).parents[1] / "docs"
_ROW = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<second>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a field of the settings."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{Settings.model_config['env_prefix']}{name.upper()}"


def shown(default: object) -> str:
    """A default as the table writes it."""
    return "none" if default in (None, ()) else f"`{default}`"


VARIABLES = {variable(name, field): field for name, field in Settings.model_fields.items()}
_SETTINGS, _RESOURCE_TAGS = (_DOCS / "settings.md").read_text().split("\n## Resource tags on apps\n")
TABLE = {row["name"]: row for row in _ROW.finditer(_SETTINGS)}


def test_every_setting_is_documented_and_no_other() -> None:
    """A field without a row, or a row without a field, is an error."""
    assert set(TABLE) == set(VARIABLES)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_the_documented_default_is_the_real_one(name: str) -> None:
    """The table's default is the field's, and the meaning says something."""
    assert TABLE[name]["second"] == shown(VARIABLES[name].default)
    assert len(TABLE[name]["meaning"]) > 20


def test_every_resource_tag_is_documented_and_no_other() -> None:
    """The tags that the code reads from apps are those of the table."""
    assert {row["name"] for row in _ROW.finditer(_RESOURCE_TAGS)} == {
        OPT_IN_TAG,
        STRATEGY_TAG,
        POLICY_TAG,
        RECOVER_TAG,
    }
