"""Whether a name is free, as Microsoft.Web answers before a site is made."""

import re

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.world.names import same

_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,58}[a-zA-Z0-9])")


def check_name(call: ArmCall) -> Response:
    """Tell whether a site of a name can be made; addresses are the same for the whole world."""
    name = str((call.body or {}).get("name") or "")
    reason, message = "", ""
    if not _NAME.fullmatch(name):
        reason, message = "Invalid", f"The name {name} is invalid."
    elif any(same(one.host_label, name) for one in call.world.sites):
        reason, message = "AlreadyExists", f"Hostname '{name}' already exists. Please select a different name."
    return JSONResponse({"nameAvailable": not reason, "reason": reason, "message": message})
