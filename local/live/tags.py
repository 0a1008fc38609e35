"""Which digest does the registry show under a tag? What Event Grid's event would have named."""

from local.live.events import Pushed
from local.live.management import ManagementError
from local.live.resources import TAG, Names
from operators.cloud.registry_content import RegistryContent
from operators.errors import PulleyError


class Tags:
    """The tags of one registry, read as the operator reads them."""

    def __init__(self, content: RegistryContent, names: Names) -> None:
        self._content = content
        self._names = names

    async def shown(self, repository: str) -> Pushed:
        """Answer what the followed tag of a repository shows now. Raises ManagementError."""
        try:
            tag = await self._content.tag(self._names.login_server, repository, TAG)
        except PulleyError as error:
            raise ManagementError(str(error)) from error
        if tag is None:
            raise ManagementError(f"the registry does not show {repository}:{TAG}, which was imported")
        return Pushed(
            registry_id=self._names.registry_id,
            login_server=self._names.login_server,
            location=self._names.location,
            repository=repository,
            tag=TAG,
            digest=tag.digest,
        )
