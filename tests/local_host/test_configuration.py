"""Are host.json, the settings and the connections read as Azure reads them?"""

from datetime import timedelta
from pathlib import Path

import pytest

from local.azurite import at_ports
from local.host.configuration import read_host_json, read_settings, resolve
from local.host.connections import connection_string
from local.host.errors import ConfigurationError
from local.host.keys import load_or_create
from local.host.time_spans import parse_time_span


def test_an_empty_host_json_means_azures_defaults(tmp_path: Path) -> None:
    """The documented defaults hold for what is not said."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    read = read_host_json(tmp_path)
    queues = read.extensions.queues
    assert read.function_timeout == timedelta(minutes=30)
    assert read.extensions.http.route_prefix == "api"
    assert (queues.batch_size, queues.refill_below, queues.max_dequeue_count) == (16, 8, 5)
    assert (queues.visibility_timeout, queues.max_polling_interval) == (timedelta(0), timedelta(minutes=1))
    assert queues.message_encoding == "base64"


def test_a_function_timeout_of_minus_one_has_no_end(tmp_path: Path) -> None:
    """`-1` is unbounded."""
    (tmp_path / "host.json").write_text('{"functionTimeout": "-1"}')
    assert read_host_json(tmp_path).function_timeout is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="no JSON"),
        pytest.param('{"functionTimeout": "soon"}', id="no time span"),
        pytest.param('{"extensions": {"queues": {"batchSize": 33}}}', id="a batch over 32"),
        pytest.param('{"extensions": {"queues": {"messageEncoding": "utf-16"}}}', id="unknown encoding"),
    ],
)
def test_a_wrong_host_json_is_refused(tmp_path: Path, text: str) -> None:
    """The error names the file."""
    (tmp_path / "host.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"host\.json"):
        read_host_json(tmp_path)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:01", 1), ("00:05:00", 300), ("01:30", 5400), ("2.03:00:00", 183600), ("00:00:00.25", 0.25)],
)
def test_a_time_span_is_dotnets(text: str, seconds: float) -> None:
    """Days, hours, minutes, seconds and parts of them."""
    assert parse_time_span(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["5", "00:61:00", "24:00:00", "-00:01:00", "", None, 5])
def test_what_is_no_time_span_is_refused(text: object) -> None:
    """A bare number too: .NET reads it as days."""
    with pytest.raises(ValueError, match="no time span"):
        parse_time_span(text)


def test_settings_are_the_values_and_may_be_missing(tmp_path: Path) -> None:
    """Only `Values` counts; no file means no settings; an encrypted one is an error."""
    path = tmp_path / "local.settings.json"
    assert read_settings(path) == {}
    path.write_text('{"IsEncrypted": false, "Values": {"A": "1"}, "Host": {"CORS": "*"}}')
    assert read_settings(path) == {"A": "1"}
    path.write_text('{"IsEncrypted": true, "Values": {"A": "1"}}')
    with pytest.raises(ConfigurationError, match="encrypted"):
        read_settings(path)


def test_settings_are_resolved_between_percent_signs() -> None:
    """Every %NAME% is replaced; one that does not exist is an error that names it."""
    assert resolve("%A%-%B.C%", {"A": "1", "B.C": "2"}) == "1-2"
    with pytest.raises(ConfigurationError, match="'MISSING'"):
        resolve("%MISSING%", {})


@pytest.mark.parametrize(
    ("setting", "settings", "expected"),
    [
        pytest.param("", {"AzureWebJobsStorage": "given"}, "given", id="default"),
        pytest.param("Jobs", {"Jobs": "given"}, "given", id="by name"),
        pytest.param("Jobs", {"AzureWebJobsJobs": "given"}, "given", id="by prefixed name"),
        pytest.param(
            "", {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}, at_ports().connection_string, id="Azurite"
        ),
    ],
)
def test_a_connection_is_a_setting(setting: str, settings: dict[str, str], expected: str) -> None:
    """The setting's value is the connection string, the short form for Azurite spelled out."""
    assert connection_string(setting, settings) == expected


@pytest.mark.parametrize(
    ("settings", "reason"), [({}, "is missing"), ({"AzureWebJobsStorage__accountName": "a"}, "identity-based")]
)
def test_a_missing_connection_says_what_to_set(settings: dict[str, str], reason: str) -> None:
    """No connection string, or one by identity, is an error at the start."""
    with pytest.raises(ConfigurationError, match=reason):
        connection_string("", settings)


def test_keys_are_created_once_for_their_owner_alone(tmp_path: Path) -> None:
    """The second start reads what the first wrote; nobody else may read the file; a broken file is an error."""
    path = tmp_path / "new" / "keys.json"
    first = load_or_create(path)
    assert load_or_create(path) == first
    assert path.stat().st_mode & 0o077 == 0
    assert load_or_create(None) != first
    path.write_text("{}")
    with pytest.raises(ConfigurationError, match=r"keys\.json"):
        load_or_create(path)
