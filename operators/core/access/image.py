"""The part of the verdict that is about the image: is it there, out of quarantine, and for App Service?"""

from operators.core.access import AccessFacts, Reason
from operators.core.access import commands as az
from operators.core.access.evidence import manifest_evidence
from operators.core.access.parts import Part, read_failed
from operators.core.model import Unknown
from operators.core.registries import NotThere, Registry

_PLATFORM = "linux/amd64"
_PASSED = "passed"


def image_part(facts: AccessFacts, registry: Registry) -> Part:
    """What the registry says about the image. Nothing where nobody asked it."""
    manifest, image = facts.manifest, facts.image
    if manifest is None:
        return Part()
    if isinstance(manifest, Unknown):
        return read_failed(manifest)
    evidence = manifest_evidence(registry, image, manifest)
    if isinstance(manifest, NotThere):
        # quarantined images are hidden from all who may only pull, and so perhaps from us
        reason = Reason.IMAGE_QUARANTINED if registry.quarantine_enabled else Reason.IMAGE_NOT_FOUND
        return Part(reason=reason, evidence=evidence, fix=(az.show_tags(registry, image.repository),))
    if registry.quarantine_enabled and (manifest.quarantine_state or _PASSED).lower() != _PASSED:
        fix = (az.show_manifests(registry, image.repository),)
        return Part(reason=Reason.IMAGE_QUARANTINED, evidence=evidence, fix=fix)
    if manifest.platforms is not None and _PLATFORM not in manifest.platforms:
        platforms = {"platforms": ", ".join(manifest.platforms) or "nothing"}
        fix = (az.build(registry, image.repository, image.tag, _PLATFORM),)
        return Part(reason=Reason.PLATFORM_MISSING, words=platforms, evidence=evidence, fix=fix)
    return Part(evidence=evidence)
