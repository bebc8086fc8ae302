"""What everything is called in Azure: recommended abbreviation, workload, stack, key.

What people type or call (subdomain, deployment, content filter, route) is named in the stack file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import NAMESPACE_URL, uuid5

Kind = Literal[
    "resource group",
    "account",
    "deployment",
    "content filter",
    "blocklist",
    "project",
    "connection",
    "workspace",
    "application insights",
    "action group",
    "action group short name",
    "alert rule",
    "budget",
    "configuration store",
    "private endpoint",
    "virtual network",
    "diagnostic setting",
    "lock",
]

Audience = Literal["on-call", "finance"]
"""Whom an action group reaches."""


@dataclass(frozen=True)
class Rule:
    """What Azure takes as the name of one kind of resource."""

    shortest: int
    longest: int
    pattern: re.Pattern[str]
    characters: str
    """The pattern, in words."""


_WORD: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_IN_WORDS: Final = "letters, digits, '_', '.' and '-', the first a letter or digit"
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_FREE: Final = re.compile(r"[^*#&+:<>?@%{}\\/]*[^*#&+:<>?@%{}\\/. ]")
_FREE_IN_WORDS: Final = "anything but * # & + : < > ? @ % { } \\ /, no space or '.' at the end"

# Microsoft Learn, "Naming rules and restrictions for Azure resources"; Cognitive Services names
# from the parameter patterns of its published API specification 2025-06-01.
RULES: Final[dict[Kind, Rule]] = {
    "resource group": Rule(
        1,
        90,
        re.compile(r"[\w().-]*[\w()-]"),
        "letters, digits, '_', '-', '.', parentheses, no '.' at the end",
    ),
    "account": Rule(2, 64, _HOST, "lower-case letters, digits and '-', none at the ends"),
    "deployment": Rule(2, 64, _WORD, _IN_WORDS),
    "content filter": Rule(2, 64, _WORD, _IN_WORDS),
    "blocklist": Rule(2, 64, _WORD, _IN_WORDS),
    "project": Rule(2, 64, _WORD, _IN_WORDS),
    "connection": Rule(
        3, 33, re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*"), "letters, digits, '_' and '-'"
    ),
    "workspace": Rule(
        4, 63, re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"), "letters, digits and '-'"
    ),
    "application insights": Rule(1, 260, _FREE, _FREE_IN_WORDS),
    "action group": Rule(1, 260, _FREE, _FREE_IN_WORDS),
    "action group short name": Rule(
        1, 12, re.compile(r"[\w -]+"), "letters, digits, '_', '-' and spaces"
    ),
    "alert rule": Rule(1, 260, _FREE, _FREE_IN_WORDS),
    "budget": Rule(1, 63, re.compile(r"[\w-]+"), "letters, digits, '_' and '-'"),
    "configuration store": Rule(
        5, 50, re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"), "letters, digits and '-'"
    ),
    "private endpoint": Rule(
        2, 64, re.compile(r"[a-zA-Z0-9][\w.-]*\w"), "letters, digits, '_', '.' and '-'"
    ),
    "virtual network": Rule(
        2, 64, re.compile(r"[a-zA-Z0-9][\w.-]*\w"), "letters, digits, '_', '.' and '-'"
    ),
    "diagnostic setting": Rule(1, 260, _FREE, _FREE_IN_WORDS),
    "lock": Rule(1, 90, re.compile(r"[\w().-]*[\w()-]"), "letters, digits, '_', '-', '.', ()"),
}


def refusal(kind: Kind, name: str) -> str | None:
    """What Azure would say to a name, and what to do; None if it takes it."""
    rule = RULES[kind]
    if not rule.shortest <= len(name) <= rule.longest:
        return (
            f"the {kind} would be called {name!r}, {len(name)} characters. "
            f"Fix: {rule.shortest} to {rule.longest}"
        )
    if not rule.pattern.fullmatch(name):
        return f"the {kind} would be called {name!r}. Fix: only {rule.characters}"
    return None


@dataclass(frozen=True)
class Names:
    """The physical names of one stack."""

    workload: str
    stack: str

    def _named(self, abbreviation: str, *keys: str) -> str:
        return "-".join((abbreviation, self.workload, self.stack, *keys))

    @property
    def resource_group(self) -> str:
        return self._named("rg")

    @property
    def workspace(self) -> str:
        return self._named("log")

    @property
    def app_insights(self) -> str:
        return self._named("appi")

    @property
    def configuration_store(self) -> str:
        return self._named("appcs")

    @property
    def budget(self) -> str:
        return self._named("budget")

    @property
    def connection(self) -> str:
        return "application-insights"

    def action_group(self, audience: Audience) -> str:
        return self._named("ag", audience)

    def action_group_short_name(self, audience: Audience) -> str:
        """What text messages say it is from."""
        return f"ai-{audience}"

    def alert(self, what: str) -> str:
        return self._named("alert", what)

    def private_endpoint(self, account: str) -> str:
        return self._named("pep", account)

    def virtual_network(self, account: str) -> str:
        return self._named("vnet", account)

    def diagnostic_setting(self, account: str) -> str:
        return self._named("diag", account)

    def lock(self, account: str) -> str:
        return self._named("lock", account)

    def guid(self, *parts: str) -> str:
        """A GUID that is the same in every run: for role assignments and workbooks."""
        return str(uuid5(NAMESPACE_URL, "/".join((self.workload, self.stack, *parts))))

    def stack_wide(self) -> Iterator[tuple[Kind, str]]:
        """Names that hang on nothing but workload and stack."""
        yield "resource group", self.resource_group
        yield "workspace", self.workspace
        yield "application insights", self.app_insights
        yield "configuration store", self.configuration_store
        yield "budget", self.budget
        yield "connection", self.connection
        for audience in get_args(Audience):
            yield "action group", self.action_group(audience)
            yield "action group short name", self.action_group_short_name(audience)

    def of_account(self, account: str) -> Iterator[tuple[Kind, str]]:
        """Names that hang on an account's key."""
        yield "private endpoint", self.private_endpoint(account)
        yield "virtual network", self.virtual_network(account)
        yield "diagnostic setting", self.diagnostic_setting(account)
        yield "lock", self.lock(account)
        yield "alert rule", self.alert(f"throttling-{account}")
