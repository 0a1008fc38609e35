"""`az` commands as text for a POSIX shell, which takes each apart into exactly the words that it was made of.

An id may hold what a shell takes for its own: the name of a resource group may have parentheses in it
(azure-docs: azure-resource-manager/management/resource-name-rules).
"""

import shlex
from dataclasses import dataclass

from operators.core.apps import AppId

WEB_API_VERSION = "2025-05-01"
"""Of Microsoft.Web, for commands that go to ARM past `az webapp`."""


@dataclass(frozen=True)
class Filled:
    """A word that the shell fills in when the command is run: "$VNET_ID", "$(az …)/functions/image_pushed"."""

    text: str


def az(*words: str | Filled) -> str:
    """The command. What is no `Filled` reaches `az` as it is."""
    return " ".join(("az", *(f'"{word.text}"' if isinstance(word, Filled) else shlex.quote(word) for word in words)))


def of_app(app: AppId) -> tuple[str, ...]:
    """The options that say which site or slot a command is about."""
    slot = ("--slot", app.slot) if app.slot else ()
    return ("--subscription", app.subscription, "--resource-group", app.resource_group, "--name", app.site, *slot)


def to_identity(object_id: str | Filled) -> tuple[str | Filled, ...]:
    """The options that say whom a role is given to.

    By object id and type, so that neither has to be looked up in the directory: a new identity is not there yet.
    """
    return ("--assignee-object-id", object_id, "--assignee-principal-type", "ServicePrincipal")


def of_subscription(resource_id: str) -> tuple[str, str]:
    """The option that says where to look for a resource by its name."""
    return ("--subscription", resource_id.split("/")[2])
