"""Does docs/access.md say what the code does?"""

from operators.core.access import Reason
from operators.core.access.catalogue import CATALOGUE
from tests.core.access_page import PAGE, generated, in_page


def test_the_page_shows_the_catalogue() -> None:
    """Reasons, sentences, links and commands on the page are those of the code; else: make them anew, as it says."""
    assert in_page(PAGE.read_text()) == generated(), "run: python -m tests.core.access_page"


def test_every_reason_is_in_the_catalogue() -> None:
    """A reason without an entry, or one that is said in no words, is an error."""
    assert set(CATALOGUE) == set(Reason)
    for entry in CATALOGUE.values():
        assert entry.sentence.endswith((".", "{condition}", "{reads}", "{platforms}."))
        assert len(entry.what_to_do) >= len("Nothing.")
        assert entry.documentation.startswith(("https://learn.microsoft.com/azure/", "https://github.com/Azure/"))
