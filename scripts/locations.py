"""From a finding to the line of the stack file that a person has to change."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from components import catalog
from components.stack_file import PROJECT, Place, StackFile
from policies.report import Location
from policies.world import Finding, Resource, World

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
    catalog.ROLE_ASSIGNMENT: [
        ("roleDefinitionId", ("roles",)),
        ("principalId", ("principal_id",)),
        ("principalType", ("principal_type",)),
        ("scope", ("account",)),
    ],
    catalog.PROJECT: [],
    catalog.RAI_POLICY: [("properties.contentFilters", ("adjust",))],
}
"""Type -> wire path -> what the setting is called inside its entry of the stack file."""


def locator(file: StackFile, world: World) -> Callable[[Finding], Location]:
    """Where findings on the resources of one world stand in the file of that stack."""

    def locate(finding: Finding) -> Location:
        place: Place = ()
        resource = finding.resource
        if resource is not None:
            place = _entry(file.config, world, resource)
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


def _entry(config: Mapping[str, Any], world: World, resource: Resource) -> Place:
    """The map entry that a resource was made from; () if nobody knows."""
    match resource.type:
        case catalog.ACCOUNT:
            return _account(config, resource.inputs.get("accountName"))
        case catalog.DEPLOYMENT:
            return _part(config, resource, "deployments", "deploymentName")
        case catalog.PROJECT:
            return _part(config, resource, "projects", "projectName")
        case catalog.RAI_POLICY:
            return _named(config, "content_filters", resource.inputs.get("raiPolicyName"))
        case catalog.ROLE_ASSIGNMENT:
            principal = resource.inputs.get("principalId")
            for key, access in _map(config, "access").items():
                if isinstance(access, dict) and access.get("principal_id") == principal:
                    return ("access", key)
            return ("access",)
        case catalog.CONFIGURATION_STORE | catalog.KEY_VALUE:
            return ("routes",)
        case catalog.BUDGET:
            return ("budget",)
        case catalog.WORKSPACE | catalog.APP_INSIGHTS | catalog.ACTION_GROUP:
            return ("observability",)
    return ()


def _part(config: Mapping[str, Any], resource: Resource, part: str, key: str) -> Place:
    account = _account(config, resource.inputs.get("accountName"))
    name = resource.inputs.get(key)
    return (*account, part, name) if account and isinstance(name, str) else account


def _account(config: Mapping[str, Any], name: object) -> Place:
    for key, account in _map(config, "accounts").items():
        if isinstance(account, dict) and account.get("subdomain") == name:
            return ("accounts", key)
    return ("accounts",)


def _named(config: Mapping[str, Any], section: str, name: object) -> Place:
    return (section, name) if isinstance(name, str) else (section,)


def _map(config: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    held = config.get(f"{PROJECT}:{section}")
    return held if isinstance(held, dict) else {}
