"""Whatever arrives damaged is answered with the field that is wrong: nothing is raised, and no other push made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.core.deliveries import read_delivery, validation_code
from operators.core.pushes import Malformed, NotAPush, Push
from tests.core.push_samples import CE_PUSH, EG_PUSH, HELLO, WEBHOOK_PUSH, changed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param([], "$", id="empty array"),
        pytest.param(None, "$", id="null"),
        pytest.param("push", "$", id="string"),
        pytest.param({}, "$", id="empty object"),
        pytest.param({"hello": "world"}, "$", id="none of the three schemas"),
        pytest.param([7], "[0]", id="number in an array"),
        pytest.param([{"hello": "world"}], "[0]", id="no schema in an array"),
        pytest.param([changed(EG_PUSH, "id")], "[0].id", id="EG, no id"),
        pytest.param([changed(EG_PUSH, "data")], "[0].data", id="EG, no data"),
        pytest.param([changed(EG_PUSH, "data", to="{}")], "[0].data", id="EG, data as text"),
        pytest.param([changed(EG_PUSH, "data", "target")], "[0].data.target", id="EG, no target"),
        pytest.param([changed(EG_PUSH, "data", "target", "digest")], "[0].data.target.digest", id="EG, no digest"),
        pytest.param(
            [changed(EG_PUSH, "data", "target", "digest", to="sha256:91ef6")], "[0].data.target.digest", id="EG, short"
        ),
        pytest.param(
            [changed(EG_PUSH, "data", "target", "repository", to="../x")], "[0].data.target.repository", id="EG, path"
        ),
        pytest.param([changed(EG_PUSH, "data", "target", "tag", to="a/b")], "[0].data.target.tag", id="EG, tag with /"),
        pytest.param([changed(EG_PUSH, "data", "target", "tag", to=5)], "[0].data.target.tag", id="EG, tag a number"),
        pytest.param([changed(EG_PUSH, "data", "timestamp")], "[0].data.timestamp", id="EG, no timestamp"),
        pytest.param(
            [changed(EG_PUSH, "data", "timestamp", to="2018-04-25T21:39:47")],
            "[0].data.timestamp",
            id="EG, no time zone",
        ),
        pytest.param([changed(EG_PUSH, "eventType", to=1)], "[0].eventType", id="EG, type a number"),
        pytest.param(
            [changed(EG_PUSH, "data", "request", "host", to="https://x/")], "[0].data.request.host", id="EG, host a URL"
        ),
        pytest.param(
            [changed(changed(EG_PUSH, "data", "request"), "topic")],
            "[0].data.request.host",
            id="EG, nothing says where",
        ),
        pytest.param(changed(CE_PUSH, "type"), "type", id="CloudEvents, no type"),
        pytest.param(changed(CE_PUSH, "data", "target", "digest"), "data.target.digest", id="CloudEvents, no digest"),
        pytest.param(changed(WEBHOOK_PUSH, "target", "digest"), "target.digest", id="webhook, no digest"),
        pytest.param(changed(WEBHOOK_PUSH, "id", to="x" * 1025), "id", id="webhook, endless id"),
        pytest.param(changed(WEBHOOK_PUSH, "request"), "request.host", id="webhook, no request"),
        pytest.param(
            [changed(WEBHOOK_PUSH, "request", "host")], "[0].request.host", id="webhook, no host, in an array"
        ),
    ],
)
def test_malformed_names_the_field(body: object, field: str) -> None:
    """What cannot be used names the field at fault by its path in the body that was sent."""
    (reading,) = read_delivery(body)
    assert isinstance(reading, Malformed)
    assert reading.field == field
    assert reading.problem


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_TARGET = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("mediaType", "digest", "repository", "tag"), _JSON | st.sampled_from(["v1", HELLO.digest])),
)
_DATA = st.fixed_dictionaries(
    {},
    optional={"timestamp": _JSON, "target": _JSON | _TARGET, "request": _JSON, "connectedRegistry": _JSON, "id": _JSON},
)
_KINDS = st.sampled_from(["ImagePushed", "push", "ping", "ImageDeleted", "Microsoft.ContainerRegistry.ImagePushed"])
_ALMOST_EVENTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("eventType", "type", "action", "specversion"), _JSON | _KINDS),
        **dict.fromkeys(("id", "topic", "source", "subject", "target", "timestamp"), _JSON),
        "data": _JSON | _DATA,
    },
)


@given(_JSON | _ALMOST_EVENTS | st.lists(_ALMOST_EVENTS))
def test_never_raises(body: object) -> None:
    """Whatever JSON arrives, there is one reading for each event and at least one, and no exception."""
    expected = len(body) if isinstance(body, list) and body else 1
    assert len(read_delivery(body)) == expected
    validation_code(body, "SubscriptionValidation")


@given(st.data())
def test_damage_never_makes_another_push(data: st.DataObject) -> None:
    """A push in which one value is replaced is still a push, or is refused by a path inside that event."""
    path = data.draw(
        st.sampled_from([("id",), ("topic",), ("data", "timestamp"), ("data", "target", "digest"), ("data",)])
    )
    value = data.draw(_JSON.filter(lambda value: value is not None))
    (reading,) = read_delivery([changed(EG_PUSH, *path, to=value)])
    match reading:
        case Push():
            assert reading.repository == HELLO.repository
        case Malformed():
            assert reading.field.startswith("[0]." + ".".join(path))
        case NotAPush():
            pytest.fail("a push turned into something else")
