"""What the storage services refuse, with their own codes."""


class Refused(Exception):
    """The service says no, and nothing was changed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class RefusedAt(Exception):
    """One of several writes was refused, and none was done."""

    def __init__(self, index: int, refused: Refused) -> None:
        super().__init__(f"write {index}: {refused}")
        self.refused = refused
        self.in_batch = Refused(refused.status, refused.code, f"{index}:{refused.message}")
        """As an entity group transaction words it."""
