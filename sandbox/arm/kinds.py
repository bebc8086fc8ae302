"""The table of resource types."""

from sandbox.arm.cognitiveservices import accounts, blocklists, deployments, rai_policies
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
    )
}
"""By type in lower case."""
