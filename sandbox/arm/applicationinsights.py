"""Microsoft.Insights: components and workbooks."""

import uuid

from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Kind, Situation, properties
from sandbox.arm.operationalinsights import WORKSPACE
from sandbox.clock import stamp
from sandbox.directory import TENANT_ID
from sandbox.store import Body

COMPONENT = "Microsoft.Insights/components"
WORKBOOK = "Microsoft.Insights/workbooks"


def put_component(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """The component as Azure would store it. Its telemetry goes to the sandbox, nowhere else.

    Raises:
        ArmError: 400, it has no kind or no such workspace (texts unverified).
    """
    asked, before = properties(wanted), properties(stored)
    if not wanted.get("kind"):
        raise bad_request("The kind of the component is not provided.")
    workspace = asked.get("WorkspaceResourceId")
    found = situation.store.get(workspace) if workspace else None
    if workspace and (found is None or found.type != WORKSPACE):
        raise ArmError(
            400,
            "InvalidWorkspaceResourceId",
            f"The workspace '{workspace}' of component '{situation.id.name}' was not found.",
        )
    key = before.get("InstrumentationKey", str(uuid.uuid4()))
    app = before.get("AppId", str(uuid.uuid4()))
    ingestion = f"{situation.arm}/appinsights/"
    return {
        "kind": wanted["kind"],
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            "Application_Type": "web",
            "DisableIpMasking": False,
            "DisableLocalAuth": False,
            "Flow_Type": "Bluefield",
            "ForceCustomerStorageForProfiler": False,
            "HockeyAppId": None,
            "HockeyAppToken": None,
            "ImmediatePurgeDataOn30Days": False,
            "IngestionMode": "LogAnalytics" if workspace else "ApplicationInsights",
            "LaMigrationDate": None,
            "PrivateLinkScopedResources": [],
            "Request_Source": "rest",
            "RetentionInDays": 90,
            "SamplingPercentage": None,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
            **asked,
            "AppId": app,
            "ApplicationId": situation.id.name,
            "ConnectionString": f"InstrumentationKey={key};IngestionEndpoint={ingestion};"
            f"LiveEndpoint={ingestion};ApplicationId={app}",
            "CreationDate": before.get("CreationDate", stamp(situation.now)),
            "InstrumentationKey": key,
            "Name": situation.id.name,
            "TenantId": TENANT_ID,
            "provisioningState": "Succeeded",
        },
    }


def put_workbook(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    """The workbook; its name is a UUID, and what people see is displayName.

    Raises:
        ArmError: 400, the name is none, or something that is needed is missing.
    """
    asked = properties(wanted)
    try:
        uuid.UUID(situation.id.name)
    except ValueError:
        raise bad_request(f"The workbook name '{situation.id.name}' must be a GUID.") from None
    for needed in ("displayName", "serializedData", "category"):
        if not asked.get(needed):
            raise bad_request(f"The {needed} of the workbook is not provided.")
    kept = {key: wanted[key] for key in ("identity",) if wanted.get(key)}
    return {
        **kept,
        "kind": wanted.get("kind") or "shared",
        "location": wanted["location"],
        "tags": wanted.get("tags") or {},
        "properties": {
            "version": "Notebook/1.0",
            "sourceId": "azure monitor",
            "storageUri": None,
            "description": None,
            **asked,
            "timeModified": stamp(situation.now),
            "userId": situation.caller.oid,
            "revision": uuid.uuid4().hex,
        },
    }


KINDS = (
    Kind(type=COMPONENT, put=put_component, created=200, etag="etag", tracked=True),
    Kind(type=WORKBOOK, put=put_workbook, etag="etag", system_data=True, tracked=True),
)
