"""What a run is going to ask, and what it holds the answers against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from scripts.smoke.facts import Kind
from scripts.smoke.probe import Probe
from scripts.stack_outputs import DeploymentOutputs
from scripts.style import Style, Wanted

TIMED: Final = 3
"""Calls that latency is judged by, after the warm-up."""
TYPICAL_SHARE: Final = 2 / 3
"""Of the objective: how fast the middle call is to be, so that 3 s for p95 means 2 s."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(Part):
    role: Literal["system", "user"]
    content: str


class AccountPlan(Part):
    name: str
    """The key in the stack file."""
    id: str = ""
    """ARM's; empty: the outputs do not tell."""
    endpoint: str
    private: bool
    """Declared with a private endpoint."""
    public: bool
    """Declared as reachable from the internet."""
    allowed_ips: list[str] = []


class Target(Part):
    """One deployment."""

    subject: str
    account: str
    deployment: str
    declared: DeploymentOutputs
    kind: Literal["chat", "embeddings"]
    dimensions: int | None = None
    """Of its embeddings; None: not known."""
    style: Style | None = None
    styled: list[list[Message]] = []
    """The style's questions as callers ask them: by their prompt template."""
    probes: list[Probe] = []


class Route(Part):
    name: str
    flag: str
    stable: str
    candidate: str | None = None

    @property
    def subject(self) -> str:
        return f"route {self.name}"

    @property
    def account(self) -> str:
        """Where its stable deployment stands."""
        return self.stable.partition("/")[0]


class Limits(Part):
    typical_ms: float
    """Over it, the middle call is a warning."""
    most_ms: float
    """Over it, any call is a no."""


class Plan(Part):
    run_id: str
    began_at: str
    """UTC."""
    stack: str
    store: str = ""
    label: str = ""
    workspace: str = ""
    """The GUID that log queries take."""
    app_insights: str = ""
    """ARM id."""
    accounts: list[AccountPlan]
    targets: list[Target]
    routes: list[Route]
    limits: Limits
    traces: bool
    spillover: bool
    outside: bool
    """Whoever asks stands outside the network: what is private must refuse them."""
    only: list[str] = []
    """Subjects; empty: all."""
    not_deployed: list[str]

    @property
    def asked_targets(self) -> list[Target]:
        return [each for each in self.targets if not self.only or each.subject in self.only]

    @property
    def asked_routes(self) -> list[Route]:
        return [each for each in self.routes if not self.only or each.subject in self.only]

    @property
    def asked_accounts(self) -> list[AccountPlan]:
        asked = {each.account for each in self.asked_targets}
        asked |= {each.account for each in self.asked_routes}
        return [each for each in self.accounts if each.name in asked]

    @property
    def subscription(self) -> str:
        """The GUID in the accounts' ids; empty where the outputs do not tell them."""
        parts = self.accounts[0].id.split("/") if self.accounts else []
        return parts[2] if len(parts) > 2 else ""

    def account(self, name: str) -> AccountPlan:
        return next(each for each in self.accounts if each.name == name)

    def is_closed(self, account: str) -> bool:
        """Whether an account must refuse whoever asks from where this runs."""
        return self.outside and not self.account(account).public

    def target(self, subject: str) -> Target:
        return next(each for each in self.targets if each.subject == subject)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One call to come."""

    kind: Kind
    label: str = ""
    messages: Sequence[Message]
    wanted: Wanted = "answer"
    """In whose style the answer is to be."""


CAPITAL: Final = "Name the capital of France in one word."
MOST_TOKENS: Final = 500
"""Of an answer: a reasoning model thinks out of the same purse."""
AS_JSON: Final = "Name the capital of France and its country. Answer in JSON."


def says(text: str) -> list[Message]:
    return [Message(role="user", content=text)]


def questions(target: Target) -> Iterator[Question]:
    """What a deployment is asked, in this order."""
    if target.kind == "embeddings":
        yield Question(kind="warm-up", messages=says(CAPITAL))
        for number in range(TIMED):
            yield Question(kind="embeddings", label=str(number + 1), messages=says(CAPITAL))
        return
    yield Question(kind="warm-up", messages=says(CAPITAL))
    for number in range(TIMED):
        yield Question(kind="chat", label=str(number + 1), messages=says(CAPITAL))
    yield Question(kind="stream", messages=says(CAPITAL))
    yield Question(kind="schema", messages=says(AS_JSON))
    wanted = target.style.questions if target.style else ()
    for number, (each, asked) in enumerate(zip(wanted, target.styled, strict=True)):
        yield Question(kind="style", label=str(number + 1), messages=asked, wanted=each.wanted)
    for probe in target.probes:
        yield Question(kind="filter", label=probe.name, messages=says(probe.text))
