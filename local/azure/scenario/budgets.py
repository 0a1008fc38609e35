"""How many calls ARM takes, as a scenario tells it."""

from typing import Annotated

from pydantic import Field

from local.azure.scenario.parts import Part, Seconds


class Bucket(Part):
    """A token bucket: so many calls at once, and so many more each second."""

    size: Annotated[int, Field(ge=1)]
    refill: Annotated[float, Field(ge=0)]


class Budgets(Part):
    """What one principal may ask of one subscription; everybody together may ask 15 times that.

    Source: azure-docs, azure-resource-manager/management/request-limits-and-throttling.
    """

    reads: Bucket = Bucket(size=250, refill=25)
    writes: Bucket = Bucket(size=200, refill=10)
    deletes: Bucket = Bucket(size=200, refill=10)
    retry_after: Seconds = 10
    """What a 429 asks to wait; whoever comes sooner is refused again and waits anew."""
