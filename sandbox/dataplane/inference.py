"""What a model makes of a request: limits, filters, then an answer."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sandbox.dataplane import chat_answer, errors, latency, limiter, throttling
from sandbox.dataplane.account import Account, Deployment
from sandbox.dataplane.chat import context_tokens
from sandbox.dataplane.completion import Answer, Question, answer
from sandbox.dataplane.content_filter import Results, findings, gravest, judge
from sandbox.dataplane.limiter import Load
from sandbox.dataplane.operations import Operation
from sandbox.dataplane.quality import ORDINARY, Mind
from sandbox.dataplane.tokens import Tokenizer, tokenizer
from sandbox.dataplane.variants import AS_AZURE_IS, Variants

SAID_BEFORE_STOPPED: Final = 8
"""Tokens that a filtered answer still shows."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, once it is known who is asked, and for what."""

    account: Account
    deployment: Deployment
    operation: Operation
    body: bytes
    api_version: str | None
    now: float
    """Seconds on the sandbox clock."""
    latency_scale: float
    mind: Mind = ORDINARY
    variants: Variants = AS_AZURE_IS
    enqueued: bool = False
    """Whether it comes out of a batch, which no limit by the minute holds up."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """What goes back, and what it took."""

    deployment: Deployment
    body: bytes | Iterator[bytes]
    """In one piece, or event by event."""
    headers: dict[str, str]
    used: Load
    finish: Callable[[float], None]
    """Call at the end, with the time: what was reserved too much is given back."""
    stop: Callable[[float, int], Load] | None = None
    """Call instead if the caller hung up, with the tokens that came by then: what it took.

    None where it makes no difference to the work who listens.
    """
    lead: int = 0
    """Events that come with the first token."""
    delay: latency.Delay = latency.NONE
    stopped_by: Mapping[str, str] = field(default_factory=dict)
    """The filter that stopped an answer, and the severity that it found."""
    cost: float = 0.0
    utilisation: float = 0.0

    @property
    def filtered(self) -> bool:
        return bool(self.stopped_by)


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What is to be said something to, whatever the operation."""

    questions: Sequence[Question]
    text: str
    """All that the filters see."""
    tokens: int
    limit: int | None = None
    """The most tokens that a choice may have."""
    choices: int = 1
    """For each question."""
    stops: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Generated:
    """What was said, and what the filters found on the way."""

    choices: Sequence[chat_answer.Choice]
    prompt_results: Results
    prompt_tokens: int
    admitted: limiter.Admitted
    gate: limiter.Limiter
    cost: float

    @property
    def used(self) -> Load:
        completion = sum(choice.answer.tokens for choice in self.choices)
        return Load(prompt=self.prompt_tokens, completion=completion)

    @property
    def stopped_by(self) -> dict[str, str]:
        return gravest(choice.results for choice in self.choices)


def admitted(asked: Asked, gate: limiter.Limiter, expected: Load) -> limiter.Admitted:
    """Leave to go on.

    Raises:
        Refusal: 429.
    """
    decision = gate.admit(expected, asked.now)
    if isinstance(decision, limiter.Admitted):
        return decision
    deployment = asked.deployment
    if decision.limit == "provisioned":
        refusal = throttling.provisioned_full(decision.seconds)
        refusal.headers |= utilisation_header(asked, gate)
        raise refusal
    raise throttling.rate_limited(
        decision.limit,
        decision.seconds,
        deployment=deployment.name,
        model=deployment.model,
        region=asked.account.region,
        kind=asked.account.kind,
        operation=asked.operation.name,
        api_version=asked.api_version,
        wording=asked.variants.rate_limit_answer,
    )


def generated(asked: Asked, gate: limiter.Limiter, prompt: Prompt) -> Generated:
    """What the model says.

    Raises:
        Refusal: 400 for what does not fit or the filter stops; 429.
    """
    deployment = asked.deployment
    fits = context_tokens(deployment.model, provisioned=deployment.provisioned)
    if prompt.tokens + (prompt.limit or 0) > fits:
        raise errors.context_exceeded(fits, prompt.tokens)
    count = prompt.choices * len(prompt.questions)
    expected = Load(
        prompt=prompt.tokens, completion=(prompt.limit or limiter.DEFAULT_COMPLETION) * count
    )
    leave = admitted(asked, gate, expected)
    found = findings(prompt.text)
    on_prompt = judge(deployment.policy, "Prompt", prompt.text, found)
    if on_prompt.blocked:
        leave.correct(Load(prompt=prompt.tokens, completion=0), asked.now)
        raise errors.prompt_filtered(on_prompt.results, asked.variants.filter_error)
    tokens = tokenizer(deployment.model)
    choices = []
    for question in prompt.questions:
        for index in range(prompt.choices):
            said = answer(question, tokens, choice=index, stop=prompt.stops, limit=prompt.limit)
            verdict = judge(deployment.policy, "Completion", said.text, found)
            if verdict.blocked:
                said = stopped(said, tokens)
            choices.append(chat_answer.Choice(answer=said, results=verdict.results))
    return Generated(
        choices=choices,
        prompt_results=on_prompt.results,
        prompt_tokens=prompt.tokens,
        admitted=leave,
        gate=gate,
        cost=expected.prompt + expected.completion,
    )


def served(
    asked: Asked,
    said: Generated,
    body: bytes | Iterator[bytes],
    *,
    lead: int = 0,
) -> Served:
    """An answer on its way out, with all that is known of it."""
    used = said.used

    def stop(now: float, told: int) -> Load:
        part = replace(used, completion=min(used.completion, told))
        said.admitted.correct(part, now)
        return part

    return Served(
        deployment=asked.deployment,
        body=body,
        headers=said.gate.headers(asked.now) | utilisation_header(asked, said.gate),
        used=used,
        finish=lambda now: said.admitted.correct(used, now),
        stop=stop,
        lead=lead,
        delay=delay(asked, said.prompt_tokens, said.gate),
        stopped_by=said.stopped_by,
        cost=said.cost,
        utilisation=said.gate.utilisation(asked.now),
    )


def stopped(said: Answer, tokens: Tokenizer) -> Answer:
    """An answer that the filter broke off after a few words."""
    return replace(
        said,
        text=tokens.head(said.text, SAID_BEFORE_STOPPED),
        finish_reason="content_filter",
        tokens=min(said.tokens, said.reasoning_tokens + SAID_BEFORE_STOPPED),
        tool_calls=(),
    )


def utilisation_header(asked: Asked, gate: limiter.Limiter) -> dict[str, str]:
    """Azure withdrew it; some clients still read it."""
    if not (asked.variants.utilisation_header and asked.deployment.provisioned):
        return {}
    return {"azure-openai-deployment-utilization": f"{100 * gate.utilisation(asked.now):.1f}%"}


def delay(asked: Asked, prompt: int, gate: limiter.Limiter) -> latency.Delay:
    if not asked.latency_scale:
        return latency.NONE
    utilisation = gate.utilisation(asked.now)
    return latency.delay(
        asked.deployment.model,
        prompt,
        utilisation,
        asked.latency_scale,
        random.Random(),
        asked.deployment.sku,
    )


def spills(deployment: Deployment, headers: Mapping[str, str], refusal: errors.Refusal) -> str:
    """The deployment that takes over after such a refusal; nothing where none does."""
    if not deployment.provisioned:
        return ""
    code = (refusal.body.get("error") or {}).get("code")
    if refusal.status in (429, 500, 503) or code == "context_length_exceeded":
        return deployment.spills_to or headers.get("x-ms-spillover-deployment", "")
    return ""
