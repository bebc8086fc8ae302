"""Which environment a stack is judged as."""

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
    named = next((profile for profile in PROFILES if profile == stack), None)
    if declared is None:
        return named or "prod"
    profile = next((profile for profile in PROFILES if profile == declared), None)
    if profile is None:
        raise WrongProfile(
            f"{KEY} of stack {stack} is none of {', '.join(PROFILES)}. Fix: use one of these."
        )
    if named and PROFILES.index(profile) < PROFILES.index(named):
        raise WrongProfile(
            f"stack {stack} may not be judged as {profile}. "
            f"Fix: remove {KEY}, or give the stack another name."
        )
    return profile
