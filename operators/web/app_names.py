"""Which app the `{app}` of a path is."""

from operators.cloud.inventory import InventoryTable
from operators.core.apps import AppId
from operators.core.inventory import Entry
from operators.errors import BadInput, NotFound


async def find_app(inventory: InventoryTable, name: str) -> Entry:
    """An app by its key, or by `site` or `site:slot` where only one app is called so. Raises operators.errors."""
    wanted = name.lower()
    try:
        entry = await inventory.get(AppId.from_key(wanted))
        if entry is not None:
            return entry
    except ValueError:
        pass
    called = [entry async for entry in inventory.entries() if entry.site.id.name == wanted]
    if len(called) > 1:
        keys = ", ".join(entry.site.id.key for entry in called)
        raise BadInput("app", f"{name} is the name of several apps; say which: {keys}")
    if not called:
        raise NotFound(f"app {name}", "no app of this name is in the inventory", "POST /api/drift/check refreshes it")
    return called[0]
