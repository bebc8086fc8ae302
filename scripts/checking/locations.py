"""From a finding to the line of the stack file that a person has to change."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from components import catalog
from components.stack_file import PROJECT, Place, StackFile
from policies import proof, serving
from policies.report import Location
from policies.rules.business import budget
from policies.world import Finding, Resource

SETTINGS: Final[dict[str, list[tuple[str, Place]]]] = {
    catalog.ACCOUNT: [
        ("properties.customSubDomainName", ("subdomain",)),
        ("properties.publicNetworkAccess", ("network", "public")),
        ("properties.networkAcls", ("network", "allowed_ips")),
        ("properties.allowedFqdnList", ("network", "outbound_hosts")),
        ("properties.restrictOutboundNetworkAccess", ("network", "outbound_hosts")),
        ("location", ("location",)),
    ],
    catalog.DEPLOYMENT: [
        ("properties.model.version", ("version",)),
        ("properties.model.name", ("model",)),
        ("properties.model.format", ("format",)),
        ("properties.raiPolicyName", ("content_filter",)),
        ("properties.spilloverDeploymentName", ("spillover",)),
        ("sku.name", ("sku",)),
        ("sku.capacity", ("capacity",)),
    ],
    catalog.RAI_POLICY: [("properties.contentFilters", ("adjust",))],
    catalog.WORKSPACE: [("retentionInDays", ("log_retention_days",))],
    catalog.ACTION_GROUP: [("emailReceivers", ("on_call",))],
    catalog.SCHEDULED_QUERY_RULE: [("criteria", ("objectives", "p95_latency_ms"))],
    catalog.BUDGET: [("amount", ("monthly",)), ("notifications", ("contacts",))],
    budget.DECLARED: [("currency", ("currency",))],
    proof.EVIDENCE: [
        ("operations.runbookUrl", ("runbook",)),
        ("operations.onCall.rotation", ("rotation",)),
    ],
}
"""Type -> wire path -> what the setting is called inside its entry of the stack file."""


def locator(file: StackFile) -> Callable[[Finding], Location]:
    """Where the findings on one stack stand in its file."""

    def locate(finding: Finding) -> Location:
        place: Place = ()
        resource = finding.resource
        if resource is not None:
            place = _entry(file.config, resource, finding.path)
            settings = SETTINGS.get(resource.type, [])
            place += next(
                (
                    setting
                    for path, setting in settings
                    if place and (finding.path + ".").startswith((path + ".", path + "["))
                ),
                (),
            )
        position = file.position(place)
        return Location(file.name, position.line, position.column)

    return locate


def _entry(config: Mapping[str, Any], resource: Resource, path: str) -> Place:
    """The map entry that a resource was made from; () if nobody knows."""
    match resource.type:
        case catalog.ACCOUNT:
            return _account(config, resource.inputs.get("accountName"))
        case catalog.DEPLOYMENT:
            return _part(config, resource, "deployments", "deploymentName")
        case catalog.PROJECT:
            return _part(config, resource, "projects", "projectName")
        case catalog.RAI_POLICY:
            return _content_filter(resource.inputs.get("raiPolicyName"))
        case catalog.ROLE_ASSIGNMENT:
            return _access(config, resource)
        case catalog.CONFIGURATION_STORE | catalog.KEY_VALUE:
            return ("routes",)
        case serving.ROUTING:
            return tuple(path.split("."))  # routes.chat.rollback, as in the file
        case catalog.BUDGET | budget.DECLARED:
            return ("budget",)
        case catalog.WORKSPACE | catalog.APP_INSIGHTS | catalog.ACTION_GROUP:
            return ("observability",)
        case catalog.METRIC_ALERT | catalog.SCHEDULED_QUERY_RULE:
            return ("observability",)
        case proof.EVIDENCE:
            return _proven(resource)
    return ()


def _proven(evidence: Resource) -> Place:
    """The deployment that evidence speaks of; of the stack's own, the section on readiness."""
    subject = evidence.fields.peek("subject")
    held = subject if isinstance(subject, Mapping) else {}
    account, deployment = held.get("account"), held.get("deployment")
    if isinstance(account, str) and isinstance(deployment, str):
        return ("accounts", account, "deployments", deployment)
    return ("readiness",)


def _part(config: Mapping[str, Any], resource: Resource, part: str, key: str) -> Place:
    account = _account(config, resource.inputs.get("accountName"))
    name = resource.inputs.get(key)
    return (*account, part, name) if account and isinstance(name, str) else account


def _account(config: Mapping[str, Any], name: object) -> Place:
    for key, account in _map(config, "accounts").items():
        if account.get("subdomain") == name:
            return ("accounts", key)
    return ("accounts",)


def _access(config: Mapping[str, Any], assignment: Resource) -> Place:
    """The role in the list of whom it is given to."""
    guid = (assignment.fields.text("roleDefinitionId") or "").rpartition("/")[2]
    for key, access in _map(config, "access").items():
        if access.get("principal_id") == assignment.inputs.get("principalId"):
            given = [catalog.ROLES.get(role) for role in access.get("roles", ())]
            return ("access", key, "roles", given.index(guid)) if guid in given else ("access", key)
    return ("access",)


def _content_filter(name: object) -> Place:
    return ("content_filters", name) if isinstance(name, str) else ("content_filters",)


def _map(config: Mapping[str, Any], section: str) -> dict[str, dict[str, Any]]:
    """A section's entries. The file may be of a program that is not ours: whatever fits."""
    held = config.get(f"{PROJECT}:{section}")
    entries = held.items() if isinstance(held, dict) else ()
    return {key: entry for key, entry in entries if isinstance(entry, dict)}
