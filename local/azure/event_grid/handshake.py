"""May events be sent to an address? What it is asked, and what its answer means. Pure.

azure-docs: event-grid/end-point-validation-event-grid-events-schema, end-point-validation-cloud-events-schema;
CloudEvents HTTP webhook 1.0, section 4.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from local.azure.event_grid.calls import Answer, Outcome
from local.azure.event_grid.requests import ORIGIN, Message
from local.azure.scenario import EventSchema
from local.azure.world.names import iso7, stable_guid


@dataclass(frozen=True)
class Question:
    """What a subscriber is asked."""

    schema: EventSchema
    url: str
    subscription: str
    topic: str
    code: str
    validation_url: str
    at: datetime


@dataclass(frozen=True)
class Verdict:
    """What the event subscription becomes, and why."""

    provisioning_state: Literal["Succeeded", "AwaitingManualAction", "Failed"]
    reason: str


def asked(question: Question) -> Message:
    """Write the request: OPTIONS for CloudEvents, else an event in an array of one."""
    if question.schema == "CloudEventSchemaV1_0":
        headers = {"WebHook-Request-Origin": ORIGIN, "WebHook-Request-Callback": question.validation_url}
        return Message("OPTIONS", question.url, headers)
    event = {
        "id": stable_guid("validation event", question.code),
        "topic": question.topic,
        "subject": "",
        "data": {"validationCode": question.code, "validationUrl": question.validation_url},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": iso7(question.at),
        "metadataVersion": "1",
        "dataVersion": "1",
    }
    headers = {
        "content-type": "application/json; charset=utf-8",
        "aeg-event-type": "SubscriptionValidation",
        "aeg-subscription-name": question.subscription.upper(),
        "aeg-delivery-count": "0",
        "aeg-data-version": "1",
        "aeg-metadata-version": "1",
    }
    return Message("POST", question.url, headers, json.dumps([event]).encode())


def verdict_on(question: Question, answer: Answer) -> Verdict:
    """Say what an answer means; one that neither agrees nor refuses leaves it to whoever calls the validation URL."""
    if answer.status is None:
        return Verdict("Failed", f"no answer: {answer.outcome}")
    if question.schema == "CloudEventSchemaV1_0":
        return _on_options(answer)
    # 202 is not recognized here
    if answer.status != 200:
        return Verdict("Failed", f"the answer is {answer.status}, not 200")
    given = _validation_response(answer.body)
    if given is None:
        return Verdict("AwaitingManualAction", "the answer has no validationResponse")
    if given != question.code:
        return Verdict("Failed", "the validationResponse is another one")
    return Verdict("Succeeded", "the validation code came back")


def _on_options(answer: Answer) -> Verdict:
    if answer.outcome is not Outcome.DELIVERED:
        return Verdict("Failed", f"the answer is {answer.status}")
    allowed = answer.headers.get("webhook-allowed-origin")
    if allowed is None:
        return Verdict("AwaitingManualAction", "the answer has no WebHook-Allowed-Origin")
    if allowed not in ("*", ORIGIN):
        return Verdict("Failed", f"only {allowed} is allowed")
    return Verdict("Succeeded", f"{allowed} is allowed")


def _validation_response(body: bytes) -> object:
    """Find the code that was given back; names of properties are compared without case, as .NET reads them."""
    try:
        answered = json.loads(body)
    except ValueError:
        return None
    if not isinstance(answered, dict):
        return None
    return next((value for name, value in answered.items() if name.lower() == "validationresponse"), None)
