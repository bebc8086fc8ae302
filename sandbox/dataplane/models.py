"""One handler for each thing that may be asked of a model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sandbox.dataplane import (
    background,
    chat,
    chat_answer,
    embeddings,
    errors,
    latency,
    response_items,
    responses,
    responses_answer,
    sse,
    text_completions,
)
from sandbox.dataplane.content_filter import findings, judge
from sandbox.dataplane.inference import (
    Asked,
    Prompt,
    Served,
    admitted,
    delay,
    generated,
    served,
    utilisation_header,
)
from sandbox.dataplane.limiter import Load
from sandbox.dataplane.limits import Limits
from sandbox.dataplane.memory import Memory, Recalled
from sandbox.dataplane.operations import CHAT, COMPLETIONS, EMBEDDINGS, RESPONSES
from sandbox.dataplane.responses import ResponsesRequest
from sandbox.dataplane.tokens import of_chat, tokenizer

CHAT_LEAD: Final = 2
"""Events that come with the first token: the one on the prompt and the one with the role."""

LONG_RATE_LIMITS: Final = {
    "x-ratelimit-limit-tokens": "-1",
    "x-ratelimit-remaining-tokens": "-1",
    "x-ratelimit-reset-tokens": "0",
}
"""What Responses tell of limits (openai-dotnet#838)."""


class Models:
    """Answers requests."""

    def __init__(self, memory: Memory, limits: Limits) -> None:
        self._limits = limits
        self._memory = memory
        self._by_operation = {
            CHAT.name: self._chat,
            COMPLETIONS.name: self._complete,
            EMBEDDINGS.name: self._embed,
            RESPONSES.name: self._respond,
        }

    def serve(self, asked: Asked) -> Served:
        """The answer of one deployment.

        Raises:
            Refusal: 400 for what the model does not take or the filter stops; 429.
        """
        deployment = asked.deployment
        if asked.operation.capability not in deployment.capabilities:
            raise errors.operation_not_supported(asked.operation.capability, deployment.model)
        if deployment.batch and not asked.enqueued:
            raise errors.only_in_batches(asked.operation.capability, deployment.sku)
        return self._by_operation[asked.operation.name](asked)

    def _chat(self, asked: Asked) -> Served:
        deployment, request = asked.deployment, chat.parsed(asked.body)
        reasoning = deployment.kind == "reasoning"
        if wrong := chat.unsupported(request, reasoning=reasoning):
            raise wrong
        question = chat.question(request, deployment, asked.mind)
        said = generated(
            asked,
            self._limits.of(asked),
            Prompt(
                questions=[question],
                text=request.text,
                tokens=of_chat(request.messages, tokenizer(deployment.model)),
                limit=request.limit,
                choices=request.choices,
                stops=request.stops,
            ),
        )
        completion = chat_answer.Completion(
            id=chat_answer.new_id(),
            created=int(asked.now),
            model=deployment.model,
            version=deployment.version,
            choices=said.choices,
            prompt_results=said.prompt_results,
            prompt_tokens=said.prompt_tokens,
        )
        if not request.stream:
            return served(asked, said, sse.dumps(chat_answer.body(completion)))
        options = request.stream_options
        with_usage = bool(options and options.include_usage)
        events = chat_answer.events(completion, deployment.policy, include_usage=with_usage)
        return served(asked, said, events, lead=CHAT_LEAD)

    def _complete(self, asked: Asked) -> Served:
        deployment, request = asked.deployment, text_completions.parsed(asked.body)
        tokens = tokenizer(deployment.model)
        said = generated(
            asked,
            self._limits.of(asked),
            Prompt(
                questions=text_completions.questions(request, deployment, asked.mind),
                text="\n".join(request.prompts),
                tokens=sum(tokens.count(each) for each in request.prompts),
                limit=request.limit,
                choices=request.n or 1,
                stops=request.stops,
            ),
        )
        completion = text_completions.TextCompletion(
            created=int(asked.now),
            model=deployment.model,
            prompts=request.prompts if request.echo else (),
            choices=said.choices,
            prompt_results=said.prompt_results,
            prompt_tokens=said.prompt_tokens,
        )
        if not request.stream:
            return served(asked, said, sse.dumps(text_completions.body(completion)))
        return served(asked, said, text_completions.events(completion))

    def _respond(self, asked: Asked) -> Served:
        deployment, request = asked.deployment, responses.parsed(asked.body)
        named, reasoning = (
            f"{deployment.model}-{deployment.version}",
            deployment.kind == "reasoning",
        )
        if wrong := responses.unsupported(request, named, reasoning=reasoning):
            raise wrong
        account_id = asked.account.id
        recalled = self._memory.recall(account_id, request)
        heard = [*responses.instructions(request), *response_items.messages(recalled.all)]
        said = generated(
            asked,
            self._limits.of(asked),
            Prompt(
                questions=[responses.question(request, heard, deployment, asked.mind)],
                text="\n".join(response_items.texts(heard)),
                tokens=of_chat(heard, tokenizer(deployment.model)),
                limit=request.max_output_tokens,
            ),
        )
        whole = responses_answer.body(
            responses_answer.Response(
                request=request,
                created=int(asked.now),
                model=deployment.name,
                choice=said.choices[0],
                prompt_results=said.prompt_results,
                prompt_tokens=said.prompt_tokens,
            )
        )
        out = served(asked, said, sse.dumps(whole))
        if not deployment.provisioned:
            out.headers.clear()
            out.headers.update(LONG_RATE_LIMITS)
        if request.background:
            return self._in_background(asked, out, request, recalled, whole)

        def finish(now: float) -> None:
            out.finish(now)
            if request.is_stored:
                self._memory.keep(account_id, whole, recalled, None, now)

        def stop(now: float, told: int) -> Load:
            if request.is_stored:
                cancelled = responses_answer.begun(whole, "cancelled")
                self._memory.keep(account_id, cancelled, recalled, None, now)
            return out.stop(now, told) if out.stop else out.used

        if not request.stream:
            return replace(out, finish=finish)
        events = map(responses_answer.encoded, responses_answer.events(whole))
        lead = responses_answer.LEAD
        return replace(out, finish=finish, stop=stop, body=events, lead=lead)

    def _in_background(
        self,
        asked: Asked,
        out: Served,
        request: ResponsesRequest,
        recalled: Recalled,
        whole: dict[str, Any],
    ) -> Served:
        """Kept at once: whether anybody listens makes no difference to it."""
        account_id, id = asked.account.id, whole["id"]
        streamed = bool(request.stream)
        plan = background.plan(
            out.delay, out.used.completion, asked.now, asked.latency_scale, streamed=streamed
        )
        if whole["completed_at"]:
            whole["completed_at"] = int(plan.ends)
        self._memory.keep(account_id, whole, recalled, plan, asked.now)
        if not streamed:
            queued = sse.dumps(responses_answer.begun(whole, "queued"))
            return replace(out, body=queued, delay=latency.NONE, stop=None)
        events = background.until_cancelled(
            whole, lambda number: self._memory.responses.is_cancelled(account_id, id)
        )
        lead = responses_answer.LEAD + 1
        return replace(out, body=map(responses_answer.encoded, events), lead=lead, stop=None)

    def _embed(self, asked: Asked) -> Served:
        deployment, request = asked.deployment, embeddings.parsed(asked.body)
        dimensions = embeddings.dimensions(request, deployment.dimensions)
        counts = _counts(request.inputs, deployment.model)
        if max(counts) > embeddings.INPUT_TOKENS:
            raise errors.context_exceeded(embeddings.INPUT_TOKENS, max(counts))
        gate = self._limits.of(asked)
        used = Load(prompt=sum(counts), completion=0)
        leave = admitted(asked, gate, used)
        text = "\n".join(each for each in request.inputs if isinstance(each, str))
        verdict = judge(deployment.policy, "Prompt", text, findings(text))
        if verdict.blocked:
            raise errors.prompt_filtered(verdict.results, asked.variants.filter_error)
        vectors = [
            embeddings.vector(deployment.model, str(each), deployment.dimensions, dimensions)
            for each in request.inputs
        ]
        answered = embeddings.body(deployment.model, vectors, request.encoding_format, used.prompt)
        return Served(
            deployment=deployment,
            body=sse.dumps(answered),
            headers=gate.headers(asked.now) | utilisation_header(asked, gate),
            used=used,
            finish=lambda now: leave.correct(used, now),
            delay=delay(asked, used.prompt, gate),
            cost=used.prompt,
            utilisation=gate.utilisation(asked.now),
        )


def _counts(inputs: Sequence[str | Sequence[int]], model: str) -> list[int]:
    tokens = tokenizer(model)
    return [tokens.count(each) if isinstance(each, str) else len(each) for each in inputs]
