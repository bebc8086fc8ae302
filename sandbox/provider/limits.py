"""How long a name may be and of what: the part of Azure's specification that the SDK leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PLAIN = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$"


@dataclass(frozen=True)
class Limit:
    """Of one text."""

    shortest: int = 0
    longest: int = 0
    """0 for as long as it likes."""
    pattern: str = ""


# By the input's name: no two types that the sandbox knows mean different things by one.
LIMITS: Mapping[str, Limit] = {
    "accountName": Limit(2, 64, _PLAIN),
    "configStoreName": Limit(5, 50, r"^[a-zA-Z0-9_-]*$"),
    "connectionName": Limit(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$"),
    "groupShortName": Limit(longest=12),
    "projectName": Limit(2, 64, _PLAIN),
    "raiBlocklistItemName": Limit(pattern=_PLAIN),
    "raiBlocklistName": Limit(pattern=_PLAIN),
    "raiPolicyName": Limit(pattern=_PLAIN),
    "replicaName": Limit(1, 50, r"^[a-zA-Z0-9]*$"),
    "resourceGroupName": Limit(1, 90),
    "workspaceName": Limit(4, 63, r"^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$"),
}


def excesses(name: str, text: str) -> Iterator[str]:
    """What is wrong with the text of this input, in azure-native's words."""
    limit = LIMITS.get(name, Limit())
    length = len(text.encode())
    if length < limit.shortest:
        need = f"at least {limit.shortest} characters required"
        yield f"'{name}' is too short ({length}): {need}"
    if limit.longest and length > limit.longest:
        yield f"'{name}' is too long ({length}): at most {limit.longest} characters allowed"
    if limit.pattern and not re.search(limit.pattern, text):
        yield f"'{name}' does not match expression '{limit.pattern}'"
