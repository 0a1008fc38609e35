"""Checks on a sidecar-enabled site, made for each of its containers: as whom, is the image there, at which port.

Source: azure-docs, app-service/configure-sidecar; azure-rest-api, web, SiteContainerProperties.
"""

from collections.abc import Callable

from operators.core.access import Access, Evidence, Principal, Reason
from operators.core.access import commands as az
from operators.core.access.credential import Nobody, RegistryUser, container_credential
from operators.core.access.evidence import principal_evidence
from operators.core.app_settings import is_port
from operators.core.apps import AppId, SiteContainer
from operators.core.doctor.checks import Check, Code, ok, problem, unknown, unread, warning, worst
from operators.core.doctor.facts import AppFacts, ContainerFacts
from operators.core.model import Unknown

type Containers = tuple[ContainerFacts, ...] | Unknown
_NO_IDENTITY = {
    Reason.IDENTITY_MISSING: "the site's system-assigned identity, and it has none",
    Reason.USER_ASSIGNED_IDENTITY_MISSING: "a user-assigned identity that is not on the site",
    Reason.CLIENT_ID_IS_RESOURCE_ID: "what userManagedIdentityClientId names: a resource id instead of a client id",
}


def check_identity_of_each(facts: AppFacts, containers: Containers) -> Check:
    """Whether every container is pulled with a managed identity that is on the site."""
    return _each(Code.IDENTITY, facts, containers, _check_identity)


def check_image_of_each(facts: AppFacts, containers: Containers) -> Check:
    """Whether the registries have the images of all containers."""
    return _each(Code.IMAGE, facts, containers, _check_image)


def check_target_port(facts: AppFacts, containers: Containers) -> Check:
    """Whether the main container, which gets the traffic, says at which port. WEBSITES_PORT does not count here."""
    code, app = Code.PORT, facts.app
    if isinstance(containers, Unknown):
        return unread(code, containers)
    main = next((one.container for one in containers if one.container.is_main), None)
    if main is None:
        return problem(code, f"None of the containers of {app.name} is the main one, which gets the traffic.")
    seen = _seen(app, main, "targetPort", main.target_port or "(empty)")
    if main.target_port is None:
        return unknown(
            code, f"{main.name_in(app)} is told no port, and which one the platform asks is not known.", seen
        )
    if not is_port(main.target_port):
        return problem(code, f"targetPort of {main.name_in(app)} is no port: {main.target_port!r}.", seen)
    return ok(code, f"The platform asks {main.name_in(app)} at port {main.target_port}.", seen)


def _each(
    code: Code, facts: AppFacts, containers: Containers, check: Callable[[AppFacts, ContainerFacts], Check]
) -> Check:
    """One check of them all: as bad as the worst, in the words of those that are as bad."""
    if isinstance(containers, Unknown):
        return unread(code, containers)
    if not containers:
        return unknown(code, f"{facts.app.name} is a sidecar-enabled site without a container.")
    checks = [check(facts, one) for one in containers]
    status = worst(checks)
    said = [one for one in checks if one.status is status]
    return Check(
        code=code,
        status=status,
        sentence=" ".join(one.sentence for one in said),
        evidence=tuple(seen for one in checks for seen in one.evidence),
        fix=tuple(dict.fromkeys(command for one in said for command in one.fix)),
    )


def _check_identity(facts: AppFacts, one: ContainerFacts) -> Check:
    code, app, container = Code.IDENTITY, facts.app, one.container
    seen = _seen(app, container, "authType", container.auth_type or "(empty: Anonymous)")
    name, access = container.name_in(app), _access_of(facts, container)
    fix = access.fix_of_app if access else ()
    match container_credential(container, facts.identity):
        case Unknown() as failed:
            return unread(code, failed)
        case Principal() as principal:
            pulls = principal_evidence(app, principal)
            return ok(code, f"{name} is pulled with the site's {principal}.", seen, pulls)
        case RegistryUser():
            return warning(code, f"{name} is pulled with a user name and password, not an identity.", seen, fix=fix)
        case Nobody() if access and access.reason is Reason.CREDENTIALS_MISSING:
            return problem(code, f"{name} is pulled as nobody, which its registry does not allow.", seen, fix=fix)
        case Nobody():
            return ok(code, f"{name} is pulled as nobody.", seen)
        case reason:
            why = _NO_IDENTITY.get(reason, f"an identity that cannot be used ({reason})")
            return problem(code, f"{name} is to be pulled with {why}.", seen, fix=fix)


def _check_image(facts: AppFacts, one: ContainerFacts) -> Check:
    code, app, container, image = Code.IMAGE, facts.app, one.container, one.image
    seen = _seen(app, container, "image", container.image)
    if isinstance(image, Unknown):
        return unread(code, image)
    if isinstance(one.registry, Unknown):
        return unread(code, one.registry)
    if one.registry is None:
        name = container.name_in(app)
        return unknown(code, f"{image.registry}, of {name}, is none of the registries that can be read here.", seen)
    if isinstance(one.there, Unknown):
        return unread(code, one.there)
    if one.there:
        return ok(code, f"{image.registry} has {image.repository}, as {container.name_in(app)} names it.", seen)
    sentence = f"The registry has no {image}, which {container.name_in(app)} names: the next start fails."
    return problem(code, sentence, seen, fix=(az.show_tags(one.registry, image.repository),))


def _access_of(facts: AppFacts, container: SiteContainer) -> Access | None:
    if facts.access is None:
        return None
    return next((one.access for one in facts.access.containers if one.container.name == container.name), None)


def _seen(app: AppId, container: SiteContainer, fact: str, value: str) -> Evidence:
    return Evidence(fact=fact, value=value, source=container.resource_id_in(app))
