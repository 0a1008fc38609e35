"""The doctor's check on the way of a push to Pulley."""

import pytest

from operators.core.doctor.checks import Code, Status
from operators.core.doctor.events import check_events
from operators.core.doctor.facts import AppFacts, WebAddress
from tests.core.doctor_samples import (
    DENIED,
    IMAGE,
    SUBSCRIPTION,
    but,
    healthy,
    hook,
    hooked,
    registry,
    said,
    subscribed,
)

SUBSCRIBE = "az eventgrid event-subscription create"
NONE = registry(event_subscriptions=())
OURS = hook("pulley.azurewebsites.net", "/api/events")


def sent_to(host: str, path: str) -> AppFacts:
    """The registry's events are sent to a web address."""
    return subscribed(endpoint_type="WebHook", function_id=None, address=WebAddress(host=host, path=path))


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "by Event Grid", "", id="our function"),
        pytest.param(sent_to("pulley.azurewebsites.net", "/api/events"), "ok", "", "", id="our address"),
        pytest.param(
            sent_to("pulley-c3b2.westeurope-01.azurewebsites.net", "/runtime/webhooks/EventGrid"),
            "ok",
            "",
            "",
            id="our address with a hash",
        ),
        pytest.param(sent_to("events.contoso.com", "/api/events"), "ok", "", "", id="our address under another name"),
        pytest.param(
            sent_to("pulley2.azurewebsites.net", "/api/events"),
            "problem",
            "No push to contoso",
            SUBSCRIBE,
            id="another's",
        ),
        pytest.param(
            sent_to("pulley.azurewebsites.net", "/api/other"),
            "problem",
            "No push to contoso",
            SUBSCRIBE,
            id="another path",
        ),
        pytest.param(
            subscribed(function_id=(SUBSCRIPTION.function_id or "").replace("Pulley", "other")),
            "problem",
            "No push to contoso",
            SUBSCRIBE,
            id="another function app",
        ),
        pytest.param(
            subscribed(function_id=(SUBSCRIPTION.function_id or "").replace("image_pushed", "other")),
            "problem",
            "No push to contoso",
            SUBSCRIBE,
            id="another function",
        ),
        pytest.param(
            healthy().model_copy(update={"operator_site": None}),
            "unknown",
            "WEBSITE_SITE_NAME",
            "",
            id="who we are is not told",
        ),
        pytest.param(
            subscribed(endpoint_type="StorageQueue", function_id=None),
            "problem",
            "No push to contoso",
            SUBSCRIBE,
            id="a queue",
        ),
        pytest.param(but(registry=NONE), "problem", "No push to contoso", SUBSCRIBE, id="none"),
        pytest.param(
            subscribed(provisioning_state="AwaitingManualAction"),
            "problem",
            "AwaitingManualAction",
            "az resource delete --ids",
            id="never confirmed",
        ),
        pytest.param(
            subscribed(event_types=("Microsoft.ContainerRegistry.ImageDeleted",)),
            "problem",
            "does not include",
            SUBSCRIBE,
            id="other events",
        ),
        pytest.param(subscribed(event_types=None), "ok", "", "", id="every event"),
        pytest.param(subscribed(subject_begins_with="Team/"), "ok", "", "", id="subjects that ours is among"),
        pytest.param(
            subscribed(subject_begins_with="other/"), "problem", "begin with other/", SUBSCRIBE, id="other subjects"
        ),
        pytest.param(
            subscribed(subject_ends_with=":release"), "problem", "end with :release", SUBSCRIBE, id="other tags"
        ),
        pytest.param(
            subscribed(subject_ends_with=":release").model_copy(update={"image": IMAGE.at("sha256:" + "a" * 64)}),
            "ok",
            "",
            "",
            id="a pinned image has no tag to filter by",
        ),
        pytest.param(subscribed(advanced_filters=True), "warning", "advanced filters", "", id="advanced filters"),
        pytest.param(
            hooked(OURS, event_subscriptions=()), "warning", "by webhook (webappshop)", SUBSCRIBE, id="a webhook to us"
        ),
        pytest.param(
            hooked(OURS.model_copy(update={"scope": "other"}), event_subscriptions=()),
            "problem",
            "No push to contoso",
            SUBSCRIBE,
            id="a webhook to us for another repository",
        ),
        pytest.param(
            hooked(hook(address=DENIED), event_subscriptions=()),
            "unknown",
            "needs X/read",
            "",
            id="none, and a webhook that may be ours",
        ),
        pytest.param(
            but(registry=registry(event_subscriptions=(), webhooks=DENIED)),
            "unknown",
            "needs X/read",
            "",
            id="none, and webhooks not to be read",
        ),
        pytest.param(
            but(registry=registry(event_subscriptions=(), topic_subscriptions=(SUBSCRIPTION,))),
            "ok",
            "by Event Grid",
            "",
            id="made at the system topic",
        ),
        pytest.param(but(registry=registry(topic_subscriptions=DENIED)), "ok", "", "", id="one is enough"),
        pytest.param(
            but(registry=registry(event_subscriptions=(), topic_subscriptions=DENIED)),
            "unknown",
            "needs X/read",
            "",
            id="none, and system topics not to be read",
        ),
        pytest.param(
            but(registry=registry(event_subscriptions=DENIED, webhooks=(OURS,))),
            "warning",
            "by webhook",
            SUBSCRIBE,
            id="subscriptions not to be read, and a webhook to us",
        ),
    ],
)
def test_events(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """A push reaches us only by what surely ends here and lets pushes of this image through."""
    said(check_events(facts), Code.EVENTS, status, part, fix)
