"""How does the README get its picture? Parts of the story are put on tape as a wide terminal shows them, and drawn."""

import re
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType

COLUMNS = 100
_FONTS = re.compile(r"@font-face {{.*?}}\s*", re.DOTALL)  # fetched from elsewhere; any font of fixed width will do


class Tape:
    """What was put on it, in its order."""

    def __init__(self) -> None:
        self._console = Console(
            record=True, file=StringIO(), width=COLUMNS, force_terminal=True, color_system="truecolor", highlight=False
        )

    def put(self, what: RenderableType) -> None:
        """Add it at the end."""
        self._console.print(what)

    def save(self, file: Path, title: str) -> None:
        """Draw everything as one picture."""
        file.write_text(self._console.export_svg(title=title, code_format=_FONTS.sub("", CONSOLE_SVG_FORMAT)))
