"""The table of resource types."""

from sandbox.arm import (
    appconfiguration,
    applicationinsights,
    authorization,
    consumption,
    key_values,
    managedidentity,
    monitor,
    network,
    operationalinsights,
    private_endpoints,
    privatedns,
    tags,
)
from sandbox.arm.cognitiveservices import (
    accounts,
    blocklists,
    deployments,
    projects,
    rai_policies,
)
from sandbox.arm.kind import Kind

GROUP_KIND = Kind(type="Microsoft.Resources/resourceGroups", put=None)

KINDS: dict[str, Kind] = {
    kind.type.lower(): kind
    for kind in (
        GROUP_KIND,
        *accounts.KINDS,
        *blocklists.KINDS,
        *rai_policies.KINDS,
        *deployments.KINDS,
        *projects.KINDS,
        *network.KINDS,
        *private_endpoints.KINDS,
        *privatedns.KINDS,
        *authorization.KINDS,
        *operationalinsights.KINDS,
        *applicationinsights.KINDS,
        *monitor.KINDS,
        *consumption.KINDS,
        *appconfiguration.KINDS,
        *key_values.KINDS,
        *managedidentity.KINDS,
        *tags.KINDS,
    )
}
"""By type in lower case."""
