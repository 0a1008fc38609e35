"""Checks on how the app is set up to start, to stay up, and to be understood when it does not.

Source: azure-docs, app-service/reference-app-settings, app-service/monitor-instances-health-check.
"""

from operators.core.access import Evidence
from operators.core.access.evidence import config_seen, setting_seen
from operators.core.app_settings import is_port, is_reference
from operators.core.asked_ports import told_ports
from operators.core.doctor.checks import Check, Code, ok, problem, unknown, unread, warning
from operators.core.doctor.commands import (
    delete_settings,
    keep_logs,
    set_always_on,
    set_health_check_path,
    set_setting,
)
from operators.core.doctor.containers import check_target_port
from operators.core.doctor.facts import AppFacts
from operators.core.model import Unknown
from operators.core.start_limits import DEFAULT_START_LIMIT, LONGEST_START_LIMIT, START_LIMIT

_SHORT = 60
"""Seconds. Less than this leaves a pull on a new instance hardly any time."""


def check_port(facts: AppFacts) -> Check:
    """Whether WEBSITES_PORT, or PORT, is a port, and the two are the same."""
    code, settings = Code.PORT, facts.settings
    if facts.containers is not None:
        return check_target_port(facts, facts.containers)
    if isinstance(settings, Unknown):
        return unread(code, settings)
    given = told_ports(settings)
    seen = tuple(setting_seen(facts.app, name, value) for name, value in given.items())
    if not given:
        return ok(code, f"No port is told for {facts.app.name}: the platform tries 80 and 8080.")
    if any(is_reference(value) for value in given.values()):
        return unknown(code, f"The port of {facts.app.name} comes from a reference, which is not resolved here.", *seen)
    for name, value in given.items():
        if not is_port(value):
            fix = (set_setting(facts.app, name, "80"),)
            return problem(code, f"{name} of {facts.app.name} is no port: {value!r}.", *seen, fix=fix)
    if len(set(map(int, given.values()))) > 1:
        sentence = f"{facts.app.name} is told two ports; the platform asks the one in WEBSITES_PORT."
        return warning(code, sentence, *seen, fix=(delete_settings(facts.app, "PORT"),))
    return ok(code, f"The platform asks {facts.app.name} at port {next(iter(given.values()))}.", *seen)


def check_start_time_limit(facts: AppFacts) -> Check:
    """Whether the time that a start may take is one that the platform accepts."""
    code, settings = Code.START_TIME_LIMIT, facts.settings
    if isinstance(settings, Unknown):
        return unread(code, settings)
    value = settings.values.get(START_LIMIT)
    if value is None:
        return ok(
            code, f"A start of {facts.app.name} may take {DEFAULT_START_LIMIT} s, as long as nothing else is set."
        )
    seen = setting_seen(facts.app, START_LIMIT, value)
    fix = (set_setting(facts.app, START_LIMIT, str(DEFAULT_START_LIMIT)),)
    if is_reference(value):
        return unknown(
            code, f"{START_LIMIT} of {facts.app.name} comes from a reference, which is not resolved here.", seen
        )
    if not value.strip().isdecimal() or int(value) == 0:
        return problem(code, f"{START_LIMIT} of {facts.app.name} is no number of seconds: {value!r}.", seen, fix=fix)
    seconds = int(value)
    if seconds > LONGEST_START_LIMIT:
        fix = (set_setting(facts.app, START_LIMIT, str(LONGEST_START_LIMIT)),)
        sentence = (
            f"{START_LIMIT} of {facts.app.name} is {seconds} s; the platform allows at most {LONGEST_START_LIMIT} s."
        )
        return warning(code, sentence, seen, fix=fix)
    if seconds < _SHORT:
        sentence = f"A start of {facts.app.name} may take {seconds} s only: it fails where the container needs longer."
        return warning(code, sentence, seen, fix=fix)
    return ok(code, f"A start of {facts.app.name} may take {seconds} s.", seen)


def check_always_on(facts: AppFacts) -> Check:
    """Whether the app stays loaded; without it, what was pushed starts at the first request only."""
    code, config = Code.ALWAYS_ON, facts.config
    if isinstance(config, Unknown):
        return unread(code, config)
    seen = config_seen(facts.app, "alwaysOn", str(config.always_on).lower())
    if config.always_on:
        return ok(code, f"{facts.app.name} stays loaded.", seen)
    sentence = f"{facts.app.name} is unloaded when nobody asks for it; a new image is started by the next request only."
    return warning(code, sentence, seen, fix=(set_always_on(facts.app),))


def check_health_check(facts: AppFacts) -> Check:
    """Whether there is a health path: the platform's, and the last proof that a rollout asks for."""
    code, config = Code.HEALTH_CHECK, facts.config
    if isinstance(config, Unknown):
        return unread(code, config)
    seen = config_seen(facts.app, "healthCheckPath", config.health_check_path or "(none)")
    if config.health_check_path:
        return ok(code, f"{facts.app.name} is asked for its health at {config.health_check_path}.", seen)
    sentence = f"{facts.app.name} has no health path: a container that answers only errors is taken for well."
    return warning(code, sentence, seen, fix=(set_health_check_path(facts.app),))


def check_logs(facts: AppFacts) -> Check:
    """Whether App Service Logs keep what the container writes; the platform's own log is always on."""
    code, logs = Code.LOGS, facts.logs
    if isinstance(logs, Unknown):
        return unread(code, logs)
    source = f"{facts.app.resource_id}/config/logs"
    seen = Evidence(fact="httpLogs.fileSystem.enabled", value=str(logs.http_file_system).lower(), source=source)
    if logs.http_file_system:
        return ok(code, f"What the container of {facts.app.name} writes is kept.", seen)
    sentence = f"What the container of {facts.app.name} writes is not kept: a crash leaves no word of its own."
    return warning(code, sentence, seen, fix=(keep_logs(facts.app),))
