"""What a model makes of a request: limits, filters, then an answer."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sandbox.dataplane import chat, chat_answer, embeddings, errors, latency, limiter, sse
from sandbox.dataplane.account import Account, Deployment
from sandbox.dataplane.completion import Answer, answer
from sandbox.dataplane.content_filter import Finding, findings, judge
from sandbox.dataplane.limiter import Load
from sandbox.dataplane.tokens import Tokenizer, of_chat, tokenizer

SAID_BEFORE_STOPPED: Final = 8
"""Tokens that a filtered answer still shows."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that may be asked of a model."""

    name: str
    """As Azure's texts and logs have it."""
    capability: str
    data_action: str
    path: str


_ACTION: Final = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/{}/action"
_PATH: Final = "POST /openai/deployments/{{deployment-id}}/{}"

CHAT: Final = Operation(
    name="ChatCompletions_Create",
    capability="chatCompletion",
    data_action=_ACTION.format("chat/completions"),
    path=_PATH.format("chat/completions"),
)
COMPLETIONS: Final = Operation(
    name="Completions_Create",
    capability="completion",
    data_action=_ACTION.format("completions"),
    path=_PATH.format("completions"),
)
EMBEDDINGS: Final = Operation(
    name="Embeddings_Create",
    capability="embeddings",
    data_action=_ACTION.format("embeddings"),
    path=_PATH.format("embeddings"),
)


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
    delay: latency.Delay = latency.NONE
    filtered: bool = False
    cost: float = 0.0
    utilisation: float = 0.0


class Models:
    """Answers requests. The state of all deployments' limits lives here, in memory."""

    def __init__(self) -> None:
        self._limiters: dict[str, limiter.Limiter] = {}

    def serve(self, asked: Asked) -> Served:
        """The answer of one deployment.

        Raises:
            Refusal: 400 for what the model does not take or the filter stops; 429.
        """
        embeds = asked.operation.capability == "embeddings"
        if embeds != asked.deployment.embeds or asked.operation.capability == "completion":
            raise errors.operation_not_supported(asked.operation.capability, asked.deployment.model)
        return self._embed(asked) if embeds else self._chat(asked)

    def _chat(self, asked: Asked) -> Served:
        deployment, request = asked.deployment, chat.parsed(asked.body)
        reasoning = deployment.kind == "reasoning"
        if wrong := chat.unsupported(request, reasoning=reasoning):
            raise wrong
        tokens = tokenizer(deployment.model)
        prompt = of_chat(request.messages, tokens)
        fits = chat.context_tokens(deployment.model, provisioned=deployment.provisioned)
        if prompt + (request.limit or 0) > fits:
            raise errors.context_exceeded(fits, prompt)
        expected = Load(
            prompt=prompt,
            completion=(request.limit or limiter.DEFAULT_COMPLETION) * request.choices,
        )
        gate = self._limiter(asked)
        admitted = self._admitted(asked, gate, expected)
        text = request.text
        found = findings(text)
        on_prompt = judge(deployment.policy, "Prompt", text, found)
        if on_prompt.blocked:
            admitted.correct(Load(prompt=prompt, completion=0), asked.now)
            raise errors.prompt_filtered(on_prompt.results)
        completion = chat_answer.Completion(
            id=chat_answer.new_id(),
            created=int(asked.now),
            model=deployment.model,
            version=deployment.version,
            choices=_choices(request, deployment, tokens, found),
            prompt_results=on_prompt.results,
            prompt_tokens=prompt,
        )
        used = Load(prompt=prompt, completion=completion.completion_tokens)
        options = request.stream_options
        with_usage = bool(options and options.include_usage)
        return Served(
            deployment=deployment,
            body=chat_answer.events(completion, deployment.policy, include_usage=with_usage)
            if request.stream
            else sse.dumps(chat_answer.body(completion)),
            headers=gate.headers(asked.now),
            used=used,
            finish=lambda now: admitted.correct(used, now),
            delay=_delay(asked, prompt, gate),
            filtered=any(
                each.answer.finish_reason == "content_filter" for each in completion.choices
            ),
            cost=expected.prompt + expected.completion,
            utilisation=gate.utilisation(asked.now),
        )

    def _embed(self, asked: Asked) -> Served:
        deployment, request = asked.deployment, embeddings.parsed(asked.body)
        dimensions = request.dimensions or deployment.dimensions
        if dimensions > deployment.dimensions:
            raise errors.wrong_request(
                f"Invalid value for 'dimensions' = {dimensions}. Must be less than or equal to "
                f"{deployment.dimensions}.",
                "dimensions",
                "invalid_value",
            )
        tokens = tokenizer(deployment.model)
        counts = [
            tokens.count(each) if isinstance(each, str) else len(each) for each in request.inputs
        ]
        if max(counts) > embeddings.INPUT_TOKENS:
            raise errors.context_exceeded(embeddings.INPUT_TOKENS, max(counts))
        gate = self._limiter(asked)
        used = Load(prompt=sum(counts), completion=0)
        admitted = self._admitted(asked, gate, used)
        text = "\n".join(each for each in request.inputs if isinstance(each, str))
        verdict = judge(deployment.policy, "Prompt", text, findings(text))
        if verdict.blocked:
            raise errors.prompt_filtered(verdict.results)
        vectors = [
            embeddings.vector(deployment.model, str(each), deployment.dimensions, dimensions)
            for each in request.inputs
        ]
        answered = embeddings.body(deployment.model, vectors, request.encoding_format, used.prompt)
        return Served(
            deployment=deployment,
            body=sse.dumps(answered),
            headers=gate.headers(asked.now),
            used=used,
            finish=lambda now: admitted.correct(used, now),
            delay=_delay(asked, used.prompt, gate),
            cost=used.prompt,
            utilisation=gate.utilisation(asked.now),
        )

    def _limiter(self, asked: Asked) -> limiter.Limiter:
        """The deployment's own; a change of capacity keeps what was taken already."""
        key = f"{asked.account.id}/{asked.deployment.name}".lower()
        found = limiter.for_limits(asked.deployment.limits, self._limiters.get(key))
        self._limiters[key] = found
        return found

    def _admitted(self, asked: Asked, gate: limiter.Limiter, expected: Load) -> limiter.Admitted:
        decision = gate.admit(expected, asked.now)
        if isinstance(decision, limiter.Admitted):
            return decision
        deployment = asked.deployment
        if decision.limit == "provisioned":
            raise errors.provisioned_full(deployment.name, decision.seconds)
        raise errors.rate_limited(
            decision.limit,
            decision.seconds,
            deployment=deployment.name,
            model=deployment.model,
            region=asked.account.region,
            kind=asked.account.kind,
            operation=asked.operation.name,
            api_version=asked.api_version,
        )


def _choices(
    request: chat.ChatRequest,
    deployment: Deployment,
    tokens: Tokenizer,
    found: Sequence[Finding],
) -> list[chat_answer.Choice]:
    question = chat.question(
        request,
        deployment.model,
        deployment.version,
        reasoning=deployment.kind == "reasoning",
    )
    choices = []
    for index in range(request.choices):
        said = answer(question, tokens, choice=index, stop=request.stops, limit=request.limit)
        verdict = judge(deployment.policy, "Completion", said.text, found)
        if verdict.blocked:
            said = stopped(said, tokens)
        choices.append(chat_answer.Choice(answer=said, results=verdict.results))
    return choices


def stopped(said: Answer, tokens: Tokenizer) -> Answer:
    """An answer that the filter broke off after a few words."""
    return replace(
        said,
        text=tokens.head(said.text, SAID_BEFORE_STOPPED),
        finish_reason="content_filter",
        tokens=min(said.tokens, said.reasoning_tokens + SAID_BEFORE_STOPPED),
        tool_calls=(),
    )


def _delay(asked: Asked, prompt: int, gate: limiter.Limiter) -> latency.Delay:
    if not asked.latency_scale:
        return latency.NONE
    utilisation = gate.utilisation(asked.now)
    return latency.delay(
        asked.deployment.model, prompt, utilisation, asked.latency_scale, random.Random()
    )


def spills(deployment: Deployment, headers: Mapping[str, str], refusal: errors.Refusal) -> str:
    """The deployment that takes over after such a refusal; nothing where none does."""
    if not deployment.provisioned:
        return ""
    code = (refusal.body.get("error") or {}).get("code")
    if refusal.status in (429, 500, 503) or code == "context_length_exceeded":
        return deployment.spills_to or headers.get("x-ms-spillover-deployment", "")
    return ""
