"""POST /api/events: the handshake, or a receipt per event; answered so that only what may help is sent again."""

import json
from collections.abc import Sequence
from http import HTTPStatus

from operators.core.deliveries import read_delivery, validation_code
from operators.core.pushes import Malformed
from operators.errors import BadInput
from operators.flows.intake import Intake, Receipt, Received
from operators.web.answer import Answer
from operators.web.operator_answers import ReceiptAnswer
from operators.web.problems import Problem


class ValidationAnswer(Answer):
    """The answer that Event Grid's handshake wants."""

    validation_response: str


class ReceiptsAnswer(Answer):
    """One receipt per event, in order."""

    value: tuple[ReceiptAnswer, ...]


async def receive_events(intake: Intake, body: bytes, aeg_event_type: str | None) -> Answer:
    """Take a delivery. A 400 is not sent again by Event Grid, a 503 is.

    Source: azure-docs, event-grid/delivery-and-retry. Raises BadInput where nothing in the body is an event.
    """
    try:
        delivery = json.loads(body)
    except (ValueError, RecursionError) as error:  # the latter where it is nested without end
        return _answer(await intake.receive((Malformed(field="$", problem=f"the body is no JSON: {error}"),)))
    code = validation_code(delivery, aeg_event_type)
    if code is not None:
        return ValidationAnswer(validation_response=code)
    return _answer(await intake.receive(read_delivery(delivery)))


def _answer(receipts: Sequence[Receipt]) -> Answer:
    failed = [receipt for receipt in receipts if receipt.result is Received.FAILED]
    if failed:
        return Problem(
            title=HTTPStatus.SERVICE_UNAVAILABLE.phrase,
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            detail=failed[0].detail,
            retry_after=10,
        )
    malformed = [receipt for receipt in receipts if receipt.result is Received.MALFORMED]
    if malformed and len(malformed) == len(receipts):
        raise BadInput(malformed[0].field or "$", malformed[0].detail)
    return ReceiptsAnswer(
        value=tuple(
            ReceiptAnswer(result=one.result, detail=one.detail, field=one.field, apps=one.apps) for one in receipts
        )
    )
