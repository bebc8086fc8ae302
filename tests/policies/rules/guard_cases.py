"""What the guard lets pass, and what it refuses."""

from policies.values import UNKNOWN
from policies.world import World

GUARD = "preview-values-known"
UPGRADE = "properties.versionUpgradeOption"


def unseen(world):
    return World(world.resources, unseen=world.by_urn)


PASSED = [(GUARD, "prod", []), (GUARD, "dev", [("chat", UPGRADE, UNKNOWN)])]

REFUSED = [
    (GUARD, "prod", [("chat", UPGRADE, UNKNOWN)], f"could not read {UPGRADE} of 'chat'"),
    (GUARD, "prod", [unseen], "nobody showed the gate"),
]

NEEDED = []

NOT_READ = []
