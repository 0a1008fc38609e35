"""Where is everything of the environment that runs here? `up` saves it, `push` reads it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

REPOSITORY = Path(__file__).resolve().parents[1]
RUN_DIR = REPOSITORY / ".local" / "run"


class NothingIsUpError(Exception):
    """No environment runs here; the text says how to start one."""


class Addresses(BaseModel):
    """Every URL and key of a running environment; the line that `up` prints and saves."""

    model_config = ConfigDict(frozen=True)

    admin: str
    """The admin API, up to and with /api; send `key` as x-functions-key."""
    key: str
    master_key: str
    host: str
    """The Functions host itself: /admin/functions/{name} with `master_key` runs a function now."""
    events: str
    """Where Event Grid delivers, with its key."""
    control: str
    """The simulated Azure's own API: pushes, role assignments, what really runs."""
    proxy: str
    ca: str
    """The file with the certificate authority that a client of `proxy` must trust."""
    identity_endpoint: str
    identity_header: str
    storage: str
    """Azurite's connection string."""
    subscriptions: tuple[str, ...]


def write_secret(file: Path, text: str) -> None:
    """Write a file that only this user may read."""
    file.touch(mode=0o600)
    file.write_text(text + "\n")


def state_file(run_dir: Path) -> Path:
    """Answer where an environment saves its addresses."""
    return run_dir / "state.json"


def saved(run_dir: Path = RUN_DIR) -> Addresses:
    """Answer the addresses of the environment that runs. Raises NothingIsUpError."""
    file = state_file(run_dir)
    try:
        return Addresses.model_validate_json(file.read_text())
    except FileNotFoundError:
        raise NothingIsUpError(f"nothing is up here ({file} is missing); start it with: make up") from None
    except ValidationError as error:
        raise NothingIsUpError(f"{file} is not what `up` saves: {error}") from error
