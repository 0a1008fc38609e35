"""Event Grid between the registries and their subscribers: at least once, in no order, with retries and dead letters.

    events.py        what an event is, and how it is written in either schema
    destinations.py  where an event goes
    requests.py      how a delivery looks on the wire
    calls.py         what comes of one call to a subscriber
    retries.py       whether it is tried again, and when
    deliveries.py    one event on its way to one subscriber, and the dead letter that it may end as
    delivering.py    how one delivery goes, from the first attempt to its end
    handshake.py     whether events may be sent to an address at all
    validations.py   what handshakes, and people who call a validation URL, make of event subscriptions
    grid.py          all of it together

Sources: azure-docs, event-grid: delivery-and-retry (as of February 2026), event-schema, cloud-event-schema,
end-point-validation-event-grid-events-schema, end-point-validation-cloud-events-schema.
"""

from local.azure.event_grid.deliveries import Delivery
from local.azure.event_grid.events import Event, event_of
from local.azure.event_grid.grid import EventGrid

__all__ = ["Delivery", "Event", "EventGrid", "event_of"]
