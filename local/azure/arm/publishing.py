"""The publishing credentials of a site at ARM: secrets that Kudu takes, and whether it takes them."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import web_not_found
from local.azure.world.kudu import password_of
from local.azure.world.sites import Site

_FTP_HOST = "waws-prod-local-001.ftp.azurewebsites.windows.net"
_KIND = "basicPublishingCredentialsPolicies"


def credentials(call: ArmCall) -> Response:
    """Tell user name and password of the deployment site; 200 at once (recorded in 2015)."""
    site = call.site()
    user, password = site.publishing_user, password_of(site)
    properties = {
        "name": None,
        "publishingUserName": user,
        "publishingPassword": password,
        "publishingPasswordHash": None,
        "publishingPasswordHashSalt": None,
        "metadata": None,
        "isDeleted": False,
        "scmUri": f"https://{user}:{password}@{site.scm_host}",
    }
    return JSONResponse(_body(site, f"publishingcredentials/{user}", site.name, "publishingcredentials", properties))


def profiles(call: ArmCall) -> Response:
    """Write the publish profiles: Web Deploy, FTP and ReadOnly - FTP."""
    site = call.site()
    root = Element("publishData")
    ways = {
        "Web Deploy": ("MSDeploy", f"{site.scm_host}:443"),
        "FTP": ("FTP", f"ftps://{_FTP_HOST}/site/wwwroot"),
        "ReadOnly - FTP": ("FTP", f"ftps://dr.{_FTP_HOST}/site/wwwroot"),
    }
    for name, (method, url) in ways.items():
        user = site.publishing_user if method == "MSDeploy" else f"{site.host_label}\\{site.publishing_user}"
        attributes = {
            "profileName": f"{site.host_label} - {name}",
            "publishMethod": method,
            "publishUrl": url,
            **({"msdeploySite": site.host_label} if method == "MSDeploy" else {"ftpPassiveMode": "True"}),
            "userName": user,
            "userPWD": password_of(site),
            "destinationAppUrl": f"http://{site.host}",
            "SQLServerDBConnectionString": "",
            "mySQLDBConnectionString": "",
            "hostingProviderForumLink": "",
            "controlPanelLink": "http://windows.azure.com",
            "webSystem": "WebSites",
        }
        SubElement(SubElement(root, "publishProfile", attributes), "databases")
    indent(root)
    return Response(tostring(root), media_type="application/xml")


def list_policies(call: ArmCall) -> Response:
    """Tell for FTP and for the deployment site whether they take the credentials."""
    site = call.site()
    return call.page([_policy(site, "ftp"), _policy(site, "scm")])


def get_policy(call: ArmCall) -> Response:
    """Tell it for one of them."""
    return JSONResponse(_policy(call.site(), _which(call)))


def put_policy(call: ArmCall) -> Response:
    """Let one of them take the credentials, or not."""
    site, which = call.site(), _which(call)
    allow = bool(((call.body or {}).get("properties") or {}).get("allow"))
    if which == "scm":
        site.change(call.world.now(), {"scm_basic_auth": allow})
    else:
        site.ftp_basic_auth = allow
    return JSONResponse(_policy(site, which))


def _which(call: ArmCall) -> str:
    policy = call.place["policy"].lower()
    if policy not in ("ftp", "scm"):
        raise web_not_found("BasicPublishingCredentialsPolicy", call.place["policy"])
    return policy


def _policy(site: Site, which: str) -> dict[str, Any]:
    allow = site.told.scm_basic_auth if which == "scm" else site.ftp_basic_auth
    return _body(site, f"{_KIND}/{which}", which, _KIND, {"allow": allow})


def _body(site: Site, tail: str, name: str, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{site.id}/{tail}",
        "name": name,
        "type": f"{site.type}/{kind}",
        "location": site.location,
        "properties": properties,
    }
