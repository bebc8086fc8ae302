"""Which environment a stack is judged as."""

import re
from typing import Final, Literal, get_args

Profile = Literal["dev", "staging", "prod"]
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)
"""From the loosest to the strictest."""

KEY: Final = "plumbline:profile"


class WrongProfile(ValueError):
    """The message says what the stack asked for and what it may ask for."""


def resolve(stack: str, declared: str | None) -> Profile:
    """What the stack declares, else what it is called, else prod.

    Raises:
        WrongProfile: there is no such profile, or it is looser than the stack's name promises.
    """
    if declared is None:
        return next((profile for profile in PROFILES if profile == stack), "prod")
    profile = next((profile for profile in PROFILES if profile == declared), None)
    if profile is None:
        raise WrongProfile(
            f"{KEY} of stack {stack} is none of {', '.join(PROFILES)}. Fix: use one of these."
        )
    if is_looser(profile, stack):
        raise WrongProfile(
            f"stack {stack} may not be judged as {profile}. "
            f"Fix: remove {KEY}, or give the stack another name."
        )
    return profile


def is_looser(profile: Profile, stack: str) -> bool:
    """Whether the stack's name promises more: "prod-westeurope" and "Production" do, as "prod"."""
    words = re.split(r"[\W_]+", stack.lower().replace("production", "prod"))
    promised = max((PROFILES.index(word) for word in words if word in PROFILES), default=0)
    return PROFILES.index(profile) < promised
