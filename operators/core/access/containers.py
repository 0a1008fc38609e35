"""May a sidecar-enabled site pull? The verdicts on its containers, and what they come to for the site.

A site is no better than its worst container: whether one runs without its sidecars is not documented.
"""

from operators.core.access import Access, ContainerAccess, Verdict
from operators.core.access.parts import WEIGHT
from operators.core.apps import SiteContainer
from operators.core.images import ImageReference
from operators.core.model import Unknown


def image_of(container: SiteContainer) -> ImageReference | Unknown:
    """What a container runs; Unknown where that is no image reference."""
    try:
        return ImageReference.parse(container.image.removeprefix("https://"))
    except ValueError as error:
        return Unknown(what=f"image of container {container.name}", reason=str(error))


def of_all(containers: tuple[ContainerAccess, ...]) -> Access:
    """The worst of at least one verdict, of the main container where several are alike; the others are warnings."""
    worst = max(containers, key=lambda one: (WEIGHT[one.access.verdict], one.container.is_main)).access
    alike = [one.access for one in containers if one.access.verdict is worst.verdict]
    every = [one.access for one in containers]
    others = (one.sentence for one in every if one is not worst and one.verdict is not Verdict.ALLOWED)
    return worst.model_copy(
        update={
            "evidence": tuple(dict.fromkeys(seen for one in every for seen in one.evidence)),
            "fix": tuple(dict.fromkeys(command for one in alike for command in one.fix)),
            "warnings": tuple(dict.fromkeys((*others, *(said for one in every for said in one.warnings)))),
            "until": max((one.until for one in alike if one.until), default=None),
            "failed_reads": tuple(dict.fromkeys(read for one in alike for read in one.failed_reads)),
            "containers": containers,
        }
    )
