"""The proof that no key opens an account.

403 AuthenticationTypeDisabled is what Azure answers to any key, made up or real, where local
authentication is off: it looks at the key only afterwards. 401 says that this key is wrong and
nothing of the next one, so there a real key is needed. Azure gives none out where they are off:
listKeys is 400 there ("Failed to list key. disableLocalAuth is set to be true").
"""

from collections.abc import Sequence
from typing import Final

from scripts.smoke.facts import KeyAnswer, State
from scripts.smoke.finding import Finding, Level

DISABLED: Final = "AuthenticationTypeDisabled"
WRONG_KEY: Final = 401


def proves_nothing(answer: KeyAnswer) -> bool:
    """Whether a real key has to be tried as well."""
    return not answer.error and answer.status == WRONG_KEY


def finding(account: str, answers: Sequence[KeyAnswer], state: State | None) -> Finding:
    def found(level: Level, text: str) -> Finding:
        return Finding(check="key", subject=account, level=level, text=text)

    if not answers:
        return found("unknown", "no key was tried: no time was left. Fix: a longer --deadline")
    answer = answers[-1]  # a real one comes after the made-up one
    which = "a real key" if answer.real else "a made-up key"
    if answer.status == 403 and answer.code == DISABLED:
        return found("ok", f"{which} is refused because keys are off ({DISABLED})")
    if answer.status is not None and answer.status < 400:
        return found("no", f"{which} opens it. Fix: disableLocalAuth: true; pulumi up --refresh")
    if state and state.local_auth_disabled is False:
        return found("no", "keys are on, says its configuration. Fix: pulumi up --refresh")
    if answer.real and answer.error:
        off = (
            ", though its configuration says that keys are off" if state and not state.error else ""
        )
        return found(
            "unknown",
            f"a made-up key is wrong (401), which proves nothing{off}; no real one to try: "
            f"{answer.error}. Fix: ask again once the change has reached the data plane",
        )
    if answer.error:
        return found("unreached", f"no answer to a key: {answer.error}. Fix: network, or sandbox")
    if answer.status == WRONG_KEY:
        return found("unknown", f"{which} is wrong (401), which proves nothing. Fix: ask again")
    return found(
        "unreached", f"{which} was refused for something else ({answer.status} {answer.code})"
    )
