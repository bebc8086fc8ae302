"""What a run found out, row by row: the verdict is made from these alone, now or years later."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scripts.client.outcome import Outcome

Kind = Literal[
    "warm-up", "chat", "stream", "schema", "embeddings", "style", "filter", "variant", "spillover"
]
"""What a call was for."""


class Fact(BaseModel):
    """A row of facts.jsonl."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call(Fact):
    """One question to a model and what came of it. Nothing is asked twice without saying so."""

    fact: Literal["call"] = "call"
    subject: str
    """Whose check it is: `account/deployment` or `route NAME`."""
    target: str
    """`account/deployment` that was asked."""
    kind: Kind
    label: str = ""
    """Which of its kind: a style's question, a filter's probe, a flag's variant."""
    at: float
    """Seconds since 1970."""
    outcome: Outcome
    status: int | None = None
    said: str = ""
    """Azure's words, where it refused."""
    code: str = ""
    """Azure's error code, where it refused."""
    model: str = ""
    """As it names itself: <model>-<version>."""
    text: str = ""
    finish_reason: str | None = None
    dimensions: int | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    latency_ms: float | None = None
    first_text_ms: float | None = None
    """Of a stream."""
    filters: dict[str, dict[str, Any]] | None = None
    """What the content filter found in prompt and answer, by category; None: it said nothing."""
    annotated: bool = False
    """Whether the content filter spoke of both prompt and answer."""
    headers: dict[str, str] = {}
    """Those of Azure's that tell who answered, and how full it was."""
    waited_s: float = 0.0
    """Before it was asked once more, since Azure said when: 429."""


class Reach(Fact):
    """Where an account's name leads from here."""

    fact: Literal["reach"] = "reach"
    account: str
    host: str
    addresses: list[str] = []
    tls: str = ""
    """The version that was agreed on; empty: no handshake."""
    error: str = ""


class State(Fact):
    """How an account stands by Azure's management API."""

    fact: Literal["state"] = "state"
    account: str
    local_auth_disabled: bool | None = None
    public_network_access: str = ""
    default_action: str = ""
    """Of its network rules, for the public endpoint."""
    endpoints_approved: int = 0
    """Private endpoints whose connection is approved."""
    error: str = ""


class KeyAnswer(Fact):
    """What an account answers to a key."""

    fact: Literal["key"] = "key"
    account: str
    real: bool
    """One of the account's own; otherwise made up here."""
    status: int | None = None
    code: str = ""
    error: str = ""
    """Why there is no answer, or no key to ask with."""


class Token(Fact):
    """Whether whoever runs this is given a token."""

    fact: Literal["token"] = "token"
    error: str = ""


class Flag(Fact):
    """A route's feature flag as the store has it."""

    fact: Literal["flag"] = "flag"
    route: str
    value: Any = None
    error: str = ""
    forbidden: bool = False
    missing: bool = False
    """The store answers, and has no such flag."""


class Evaluated(Fact):
    """Which variant a caller of a route is given, by the library that applications use."""

    fact: Literal["evaluated"] = "evaluated"
    route: str
    user: str
    variant: str = ""
    target: str = ""
    """`account/deployment`; empty: none."""
    error: str = ""


class Listed(Fact):
    """The deployments that an account has by Azure's management API, looked up after a 404."""

    fact: Literal["listed"] = "listed"
    account: str
    deployments: list[str] = []
    error: str = ""


class Sent(Fact):
    """Whether Application Insights took what was sent to it."""

    fact: Literal["sent"] = "sent"
    what: Literal["span", "evaluation"]
    nothing: bool = False
    """Nobody called, so there was nothing to send."""
    error: str = ""
    role: str = ""
    """That is missing, where that is why."""


class Rows(Fact):
    """What a query for that run found in the logs, at last."""

    fact: Literal["rows"] = "rows"
    what: Literal["span", "evaluation"]
    count: int = 0
    item_count: int = 0
    """The most that one row stands for: over 1, a sampler has dropped others."""
    waited_s: float = 0.0
    error: str = ""
    forbidden: bool = False


class Ended(Fact):
    """The last row of a run."""

    fact: Literal["ended"] = "ended"
    cut_off: str = ""
    """By what, if it was."""


AnyFact = Annotated[
    Call | Reach | State | KeyAnswer | Token | Flag | Evaluated | Listed | Sent | Rows | Ended,
    Field(discriminator="fact"),
]
ROW: TypeAdapter[AnyFact] = TypeAdapter(AnyFact)
