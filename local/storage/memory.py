"""One storage account in memory."""

from local.azure.world.clock import Clock
from local.in_process import InProcessTransport
from local.storage.queue_service import QueueService
from local.storage.queues import Queues
from local.storage.table_service import TableService
from local.storage.tables import Tables

ACCOUNT = "devstoreaccount1"
_KEY = "bm90IGEgc2VjcmV0OiBzaWduYXR1cmVzIGFyZSBub3QgY2hlY2tlZA=="
_URL = f"http://memory.invalid/{ACCOUNT}"


class MemoryStorage:
    """Tables and queues that go by the given clock."""

    connection_string = (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={_KEY};"
        f"TableEndpoint={_URL};QueueEndpoint={_URL};"
    )
    """What the clients are made from; the transports decide what it reaches."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tables = Tables(clock)
        self.queues = Queues(clock)
        self.table_service = TableService(self.tables, clock)
        self.queue_service = QueueService(self.queues, clock)

    def table_transport(self) -> InProcessTransport:
        """A transport to the tables, for azure-data-tables."""
        return InProcessTransport(self.table_service.answer, self._clock.sleep)

    def queue_transport(self) -> InProcessTransport:
        """A transport to the queues, for azure-storage-queue."""
        return InProcessTransport(self.queue_service.answer, self._clock.sleep)
