"""What every answer of the admin API is: camelCase, lists as in the Azure REST API guidelines (`value`, `nextLink`)."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """A frozen answer; null fields are left out of its JSON."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    def json_text(self) -> str:
        """The JSON that is sent."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class Page[Item: Answer](Answer):
    """One page of a list."""

    value: tuple[Item, ...]
    next_link: str | None = None
