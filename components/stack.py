"""What the components of one stack have in common."""

from dataclasses import dataclass
from typing import Final

import pulumi

from components.naming import Names
from components.profiles import Profile
from components.sections import Settings


@dataclass(frozen=True, kw_only=True)
class Protection:
    """How hard it is to lose what cannot be made again."""

    protect: bool
    """Pulumi refuses to delete accounts, logs and routes."""
    lock: bool
    """Azure refuses to delete an account or anything in it, whoever asks."""
    retain_logs: bool
    """The log workspace outlives the stack."""


PROTECTION: Final[dict[Profile, Protection]] = {
    "dev": Protection(protect=False, lock=False, retain_logs=False),
    "staging": Protection(protect=False, lock=False, retain_logs=False),
    "prod": Protection(protect=True, lock=True, retain_logs=True),
}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack's identity: handed to every component, decided once."""

    name: str
    profile: Profile
    names: Names
    location: str
    """Where what serves the whole stack stands."""
    tags: dict[str, str]
    resource_group_name: pulumi.Input[str]
    subscription_id: pulumi.Input[str]

    @property
    def protection(self) -> Protection:
        return PROTECTION[self.profile]


def tags(settings: Settings, profile: Profile) -> dict[str, str]:
    """Who pays, who answers, which environment, how secret: on everything that takes tags."""
    platform = settings.platform
    return {
        "owner": platform.owner,
        "costCenter": platform.cost_center,
        "environment": profile,
        "dataClassification": platform.data_classification,
        "workload": platform.workload,
    }
