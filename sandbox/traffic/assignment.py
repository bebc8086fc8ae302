"""Which variant of a feature flag a user is given, as FeatureManagement reckons it."""

import hashlib
from collections.abc import Mapping
from typing import Any


def variant(flag: Mapping[str, Any], user: str) -> str:
    """The variant's name; nothing where the flag gives none."""
    allocation = flag.get("allocation") or {}
    if not flag.get("enabled"):
        return str(allocation.get("default_when_disabled") or "")
    named = [each for each in allocation.get("user") or () if user in each.get("users", ())]
    if user and named:
        return str(named[-1]["variant"])
    at = box(user, str(allocation.get("seed") or f"allocation\n{flag.get('id')}"))
    for each in allocation.get("percentile") or ():
        low, high = float(each["from"]), float(each["to"])
        if low <= at < high or at == high == 100:
            return str(each["variant"])
    return str(allocation.get("default_when_enabled") or "")


def box(user: str, seed: str) -> float:
    """Where a user stands among all, from 0 to 100."""
    digest = hashlib.sha256(f"{user}\n{seed}".encode()).digest()
    return int.from_bytes(digest[:4], "little") / (2**32 - 1) * 100
