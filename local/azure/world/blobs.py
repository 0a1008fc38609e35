"""The blobs of a registry: layers and configurations by digest. A repository shows those that came into it."""

from local.azure.world.images import digest_of


class Blobs:
    """What a registry stores once, however many repositories show it."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}
        self._shown: dict[str, set[str]] = {}
        """Repository → digests."""

    def put(self, repository: str, content: bytes) -> str:
        """Take in a blob and answer its digest."""
        digest = digest_of(content)
        self._content[digest] = content
        self._shown.setdefault(repository, set()).add(digest)
        return digest

    def mount(self, digest: str, source: str, target: str) -> bool:
        """Show a blob of one repository in another as well; answers whether the first one has it."""
        content = self.get(source, digest)
        if content is None:
            return False
        self.put(target, content)
        return True

    def get(self, repository: str, digest: str) -> bytes | None:
        """Answer a blob that a repository shows, or None."""
        return self._content[digest] if digest in self._shown.get(repository, ()) else None

    def stored(self, digest: str) -> bytes | None:
        """Answer a blob of any repository, as the registry's storage account has it."""
        return self._content.get(digest)

    def remove(self, repository: str, digest: str) -> bool:
        """Show a blob no longer; answers whether it was shown."""
        if digest not in self._shown.get(repository, ()):
            return False
        self._shown[repository].remove(digest)
        return True

    @property
    def size(self) -> int:
        """Answer how many bytes are stored."""
        return sum(map(len, self._content.values()))
