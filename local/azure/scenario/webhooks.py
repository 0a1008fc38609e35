"""The webhooks of a scenario's registries."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from local.azure.scenario.parts import Part

WebhookName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{5,50}$")]


class Webhook(Part):
    """A classic webhook of a registry."""

    name: WebhookName
    status: Literal["enabled", "disabled"] = "enabled"
    scope: str = ""
    """`repository:tag`, `repository:*`, `repository` for its tag latest; empty for everything."""
    actions: tuple[Literal["push", "delete", "quarantine", "chart_push", "chart_delete"], ...] = ("push",)
    app: str | None = None
    """A site or `site/slot` whose continuous deployment it calls, with the right address and password."""
    service_uri: str | None = None
    """Any other address: another path of an app's deployment site, or http on loopback."""
    custom_headers: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _calls_one_thing(self) -> Self:
        if (self.app is None) is (self.service_uri is None):
            raise ValueError("give either app or service_uri")
        return self
