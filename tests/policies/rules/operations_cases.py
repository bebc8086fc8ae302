"""What the rules on operations let pass, and what they refuse."""

from tests.policies.worlds import MISSING

PINNED = "model-version-pinned"

UPGRADE = "properties.versionUpgradeOption"

PASSED = [
    (PINNED, "prod", []),
    (PINNED, "staging", [("chat", UPGRADE, "OnceCurrentVersionExpired")]),
]

REFUSED = [
    (PINNED, "dev", [("chat", "properties.model.version", MISSING)], "Azure's default today"),
    (PINNED, "dev", [("chat", UPGRADE, MISSING)], "versionUpgradeOption is unset"),
    (PINNED, "prod", [("chat", UPGRADE, "OnceCurrentVersionExpired")], "NoAutoUpgrade"),
]

NEEDED = [
    (PINNED, "chat", "properties.model.version"),
    (PINNED, "chat", UPGRADE),
]

NOT_READ = []
