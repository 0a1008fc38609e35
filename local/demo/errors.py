"""Why does the story end early?"""


class DemoError(Exception):
    """The story cannot go on; the text says what was expected and what was seen."""
