"""Why an app cannot be served here; each text names the file, function or setting to change."""


class HostError(Exception):
    """The base of every reason that ends the host before it serves."""


class ConfigurationError(HostError):
    """host.json, local.settings.json, a schedule, a route or a connection says something that cannot be used."""


class UnsupportedFunctionError(HostError):
    """A function uses a trigger, a binding or a policy that this host does not have, though Azure may."""

    def __init__(self, function: str, what: str) -> None:
        super().__init__(f"function {function!r}: {what}")
        self.function = function
        self.what = what


class IndexingError(HostError):
    """Importing function_app.py or reading its functions failed; the cause carries the traceback."""
