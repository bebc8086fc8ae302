"""What a fault is aimed at, in words that a person knows."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

Face = Literal["arm", "account", "deployment", "appconfig", "identity"]
FACES: tuple[Face, ...] = get_args(Face)

CHOICES = (
    "arm, arm:<type or id>, account:<subdomain>, deployment:<account>/<name>, appconfig, identity"
)
"""How a target is written. What is in <> may hold * and ?."""

GROUP = "microsoft.resources/resourcegroups"
ACCOUNT_PATH = re.compile(r"/acct/([^/]+)/")
STORE_PATH = re.compile(r"/appconfig/([^/]+)/")


class WrongTarget(ValueError):
    """What is written is no target; the text lists those there are."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One face of the sandbox, and which part of it."""

    face: Face
    pattern: str = "*"
    """Of a type, an id, a subdomain or a store; in lower case."""
    deployment: str = ""

    def __str__(self) -> str:
        part = self.pattern + (f"/{self.deployment}" if self.deployment else "")
        return self.face if part == "*" else f"{self.face}:{part}"

    def meets(self, path: str, deployment: str = "") -> bool:
        """Whether a request to this face is aimed at."""
        if self.face == "arm":
            return _is_for(self.pattern, path)
        if self.face == "identity":
            return True
        found = (STORE_PATH if self.face == "appconfig" else ACCOUNT_PATH).match(path)
        if found is None or not fnmatchcase(found[1].lower(), self.pattern):
            return False
        return not self.deployment or fnmatchcase(deployment.lower(), self.deployment)


def parse(text: str) -> Target:
    """A target as it is written.

    Raises:
        WrongTarget: no such face, or a part that is missing or too much.
    """
    word, colon, part = text.strip().lower().partition(":")
    face = next((each for each in FACES if each == word), None)
    if face is None or bool(colon) != bool(part) or (part and face == "identity"):
        raise WrongTarget(f"{text!r} is no target. Fix: {CHOICES}")
    if face == "deployment":
        account, _, name = part.partition("/")
        if not account or not name or "/" in name:
            raise WrongTarget(f"{text!r} names no deployment. Fix: deployment:<account>/<name>")
        return Target(face=face, pattern=account, deployment=name)
    if face == "account" and (not part or "/" in part):
        raise WrongTarget(f"{text!r} names no account. Fix: account:<subdomain>")
    return Target(face=face, pattern=part or "*")


def type_of(path: str) -> str:
    """The type that a path of ARM is about, in lower case: one resource, or a list of them."""
    parts = path.lower().strip("/").split("/")
    if "providers" not in parts:
        return GROUP if "resourcegroups" in parts[2:3] else ""
    at = len(parts) - 1 - parts[::-1].index("providers")
    return "/".join((*parts[at + 1 : at + 2], *parts[at + 2 :: 2]))


def is_of_type(pattern: str, type: str) -> bool:
    """Whether a pattern names a type, in whole or by its end: accounts/deployments."""
    return fnmatchcase(type, pattern) or fnmatchcase(type, f"*/{pattern}")


def _is_for(pattern: str, path: str) -> bool:
    if pattern.startswith(("/", "*")):
        return fnmatchcase(path.lower(), pattern)
    return is_of_type(pattern, type_of(path))
