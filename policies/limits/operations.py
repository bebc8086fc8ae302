"""What may change a deployment, and how long what was rehearsed counts."""

from typing import Final

from policies.rule import Param

UPGRADE_OPTIONS: Final[Param[frozenset[str]]] = Param(
    "upgradeOptions",
    "What versionUpgradeOption may say.",
    dev=frozenset({"NoAutoUpgrade", "OnceCurrentVersionExpired"}),
    staging=frozenset({"NoAutoUpgrade", "OnceCurrentVersionExpired"}),
    prod=frozenset({"NoAutoUpgrade"}),
    choices=("NoAutoUpgrade", "OnceCurrentVersionExpired", "OnceNewDefaultVersionAvailable"),
)
