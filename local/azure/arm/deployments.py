"""deploymentStatus and the deployments list at ARM: deployments of code, which containers have nothing to do with."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, web_body
from local.azure.arm.site_bodies import etag
from local.azure.scenario import Deployment
from local.azure.world.names import iso7, same
from local.azure.world.sites import Site

_OVER = ("RuntimeSuccessful", "RuntimeFailed", "BuildFailed", "BuildAborted", "TimedOut", "BuildSuccessful")


_BUILDING, _FAILED, _SUCCESS = 1, 3, 4
"""Of the deployment site's own numbers (projectkudu/kudu, DeployStatus)."""


def list_rows(call: ArmCall) -> Response:
    """List what the deployment site keeps of deployments; one that is under way has no end."""
    site = call.site()
    deployment = site.told.deployment
    return call.page([_row(site, deployment)] if deployment and deployment.started else [])


def list_deployments(call: ArmCall) -> Response:
    """List the deployment that the platform keeps a status of, if there is one."""
    site = call.site()
    deployment = site.told.deployment
    return call.page([_body(site, deployment)] if deployment else [])


def get_deployment(call: ArmCall) -> Response:
    """Get the status of a deployment: 202 while it is under way, 404 for any but the latest."""
    site = call.site()
    deployment = site.told.deployment
    if deployment is None or not same(deployment.id, call.place["deployment"]):
        name, template = call.place["deployment"], "The operation {0} is not found."
        raise ArmError(404, web_body("NotFound", template.format(name), "01025", template, name))
    headers = {"etag": etag(site)}
    if deployment.status in _OVER:
        return JSONResponse(_body(site, deployment), headers=headers)
    here = f"https://management.azure.com{call.path}?api-version={call.query['api-version']}"
    return JSONResponse(_body(site, deployment), 202, headers | {"location": here, "retry-after": "15"})


def _body(site: Site, deployment: Deployment) -> dict[str, Any]:
    return {
        "id": f"{site.id}/deploymentStatus/{deployment.id}",
        "name": deployment.id,
        "type": f"{site.type}/deploymentStatus",
        "location": site.location,
        "properties": {
            "deploymentId": deployment.id,
            "status": deployment.status,
            "numberOfInstancesInProgress": deployment.instances_in_progress,
            "numberOfInstancesSuccessful": deployment.instances_successful,
            "numberOfInstancesFailed": deployment.instances_failed,
            "failedInstancesLogs": None,
            "errors": None,
        },
    }


def _row(site: Site, deployment: Deployment) -> dict[str, Any]:
    assert deployment.started is not None
    over = deployment.status in _OVER
    good = deployment.status in ("RuntimeSuccessful", "BuildSuccessful")
    started = iso7(deployment.started)
    return {
        "id": f"{site.id}/deployments/{deployment.id}",
        "name": deployment.id,
        "type": f"{site.type}/deployments",
        "location": site.location,
        "properties": {
            "status": (_SUCCESS if good else _FAILED) if over else _BUILDING,
            "author_email": "N/A",
            "author": "N/A",
            "deployer": "OneDeploy",
            "message": "OneDeploy",
            "start_time": started,
            "end_time": started if over else None,
            "active": good,
        },
    }
