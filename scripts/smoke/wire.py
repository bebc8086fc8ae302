"""One question over the wire, and what came back of it: a fact, whatever it was."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import openai
from azure.core.exceptions import ClientAuthenticationError
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion

from scripts.client.outcome import Outcome, of_ending, of_error, retry_after_s
from scripts.smoke.facts import Call
from scripts.smoke.plan import MOST_TOKENS, Question, Target
from scripts.tokens import no_token

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

LONGEST_WAIT_S: Final = 30.0
"""For one answer; a 429 that asks for more is the answer."""
CONNECT_S: Final = 5.0
SHORTEST_WAIT_S: Final = 0.5
"""Whoever says zero is asked again no sooner."""
NO_ANSWER: Final = "what came is no answer of a model."
KEPT: Final = ("x-ms-", "x-ratelimit-", "azure-openai-", "apim-request-id", "retry-after")
"""How the headers begin that say who answered and how full it was."""
SCHEMA: Final[dict[str, Any]] = {
    "name": "capital",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"capital": {"type": "string"}, "country": {"type": "string"}},
        "required": ["capital", "country"],
        "additionalProperties": False,
    },
}

Waits = Callable[[float], None]
LeftS = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Wire:
    """The way to the models of one account."""

    client: openai.OpenAI
    clock: Callable[[], float] = time.perf_counter
    """Seconds, for what is timed."""
    today: Callable[[], float] = time.time
    wait: Waits = field(default=time.sleep)

    def ask(
        self,
        subject: str,
        target: Target,
        question: Question,
        *,
        left_s: LeftS,
        answer_tokens: int = MOST_TOKENS,
    ) -> Call:
        """Asks, and again where Azure is full and says for how long; never past `left_s`."""
        return patiently(
            lambda: self._once(subject, target, question, left_s, answer_tokens),
            left_s,
            self.wait,
        )

    def _once(
        self,
        subject: str,
        target: Target,
        question: Question,
        left_s: LeftS,
        answer_tokens: int,
    ) -> Call:
        known: dict[str, Any] = {
            "subject": subject,
            "target": target.subject,
            "kind": question.kind,
            "label": question.label,
            "at": self.today(),
        }
        allowed_s = left_s()
        if allowed_s <= 0:
            return Call(**known, outcome="timeout", said="no time was left to ask.")
        timeout = openai.Timeout(allowed_s, connect=min(CONNECT_S, allowed_s))
        client = self.client.with_options(timeout=timeout)
        try:
            if target.kind == "embeddings":
                return Call(**known, **self._embed(client, target, question))
            if question.kind == "stream":
                return Call(
                    **known, **self._stream(client, target, question, answer_tokens, left_s)
                )
            return Call(**known, **self._chat(client, target, question, answer_tokens))
        except (openai.APIError, ClientAuthenticationError) as error:
            return Call(**known, **refusal(error))
        except ValueError as error:  # an answer that is no JSON, whatever it says it is
            return Call(**known, outcome="cut", status=200, said=" ".join(str(error).split()))

    def _chat(
        self, client: openai.OpenAI, target: Target, question: Question, answer_tokens: int
    ) -> dict[str, Any]:
        begun = self.clock()
        raw = client.chat.completions.with_raw_response.create(
            model=target.deployment,
            messages=messages(question),
            max_completion_tokens=answer_tokens,
            **form(target, question),
        )
        reply = raw.parse()
        took = _ms(begun, self.clock())
        # The SDK hands on as text what does not say that it is JSON.
        if not isinstance(reply, ChatCompletion) or not reply.choices:
            raise ValueError(NO_ANSWER)
        choice = reply.choices[0]
        return {
            **_of(raw.headers, took),
            "outcome": of_ending(choice.finish_reason),
            "model": reply.model,
            "text": choice.message.content or choice.message.refusal or "",
            "finish_reason": choice.finish_reason,
            "prompt_tokens": reply.usage.prompt_tokens if reply.usage else None,
            "answer_tokens": reply.usage.completion_tokens if reply.usage else None,
            **annotations([reply.model_extra], [choice.model_extra]),
        }

    def _stream(
        self,
        client: openai.OpenAI,
        target: Target,
        question: Question,
        answer_tokens: int,
        left_s: LeftS,
    ) -> dict[str, Any]:
        begun = self.clock()
        first: float | None = None
        model, text, finish, usage = "", "", None, None
        of_prompt: list[Mapping[str, Any] | None] = []
        of_answer: list[Mapping[str, Any] | None] = []
        raw = client.chat.completions.with_raw_response.create(
            model=target.deployment,
            messages=messages(question),
            max_completion_tokens=answer_tokens,
            stream=True,
            stream_options={"include_usage": True},
        )
        outcome: Outcome | None = None
        try:
            for chunk in raw.parse():
                if left_s() <= 0:  # each chunk in time, and all of them too late
                    outcome = "timeout"
                    break
                model, usage = chunk.model or model, chunk.usage or usage
                of_prompt.append(chunk.model_extra)
                for choice in chunk.choices:  # the first and the last chunk have none
                    if choice.delta.content:
                        first = first or self.clock()
                        text += choice.delta.content
                    finish = choice.finish_reason or finish
                    of_answer.append(choice.model_extra)
        except openai.APITimeoutError:
            outcome = "timeout"
        except openai.APIConnectionError:
            outcome = "cut"
        ended = of_ending(finish)
        return {
            **_of(raw.headers, _ms(begun, self.clock())),
            "outcome": outcome or ("cut" if ended == "ok" and usage is None else ended),
            "model": model,
            "text": text,
            "finish_reason": finish,
            "prompt_tokens": usage.prompt_tokens if usage else None,
            "answer_tokens": usage.completion_tokens if usage else None,
            "first_text_ms": _ms(begun, first) if first else None,
            **annotations(of_prompt, of_answer),
        }

    def _embed(self, client: openai.OpenAI, target: Target, question: Question) -> dict[str, Any]:
        begun = self.clock()
        raw = client.embeddings.with_raw_response.create(
            model=target.deployment, input=question.messages[-1].content
        )
        reply = raw.parse()
        if not isinstance(reply, CreateEmbeddingResponse):
            raise ValueError(NO_ANSWER)
        return {
            **_of(raw.headers, _ms(begun, self.clock())),
            "outcome": "ok",
            "model": reply.model,
            "dimensions": len(reply.data[0].embedding) if reply.data else 0,
            "prompt_tokens": reply.usage.prompt_tokens,
        }


def patiently(ask: Callable[[], Call], left_s: LeftS, wait: Waits) -> Call:
    """The answer, or a 429 once the waits that Azure asks for are too long in all."""
    waited_s = 0.0
    while True:
        call = ask().model_copy(update={"waited_s": waited_s})
        asked_s = retry_after_s(call.headers)
        if call.status != 429 or asked_s is None:
            return call
        pause_s = max(asked_s, SHORTEST_WAIT_S)
        if pause_s > min(LONGEST_WAIT_S - waited_s, left_s()):
            return call
        wait(pause_s)
        waited_s += pause_s


def messages(question: Question) -> "list[ChatCompletionMessageParam]":
    return [
        {"role": "system", "content": each.content}
        if each.role == "system"
        else {"role": "user", "content": each.content}
        for each in question.messages
    ]


def form(target: Target, question: Question) -> dict[str, Any]:
    """What shape the answer is to have: a schema where the publisher is known to keep one."""
    if question.kind == "schema" and target.declared.format == "OpenAI":
        return {"response_format": {"type": "json_schema", "json_schema": SCHEMA}}
    if question.kind == "schema" or question.wanted == "json":
        return {"response_format": {"type": "json_object"}}
    return {}


def refusal(error: openai.APIError | ClientAuthenticationError) -> dict[str, Any]:
    """An error of an SDK as part of a fact."""
    if isinstance(error, ClientAuthenticationError):
        return {"outcome": "request", "status": 401, "said": no_token(error)}
    known: dict[str, Any] = {"outcome": of_error(error), "said": said(error)}
    if not isinstance(error, openai.APIStatusError):
        return known
    body = error.body if isinstance(error.body, Mapping) else {}
    return known | {
        "status": error.status_code,
        "code": str(body.get("code") or ""),
        "headers": _kept(error.response.headers),
        "filters": _blocked_by(body),
    }


def said(error: openai.APIError) -> str:
    """Azure's own words as a sentence, without the SDK's wrapping."""
    body: Any = error.body
    inner = body.get("error", body) if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else None
    return " ".join(str(message or cause or error).split()).rstrip(".") + "."


def annotations(
    of_prompt: list[Mapping[str, Any] | None], of_answer: list[Mapping[str, Any] | None]
) -> dict[str, Any]:
    """What the filter says it found, by category, and whether it spoke of both sides."""
    in_prompt: dict[str, dict[str, Any]] = {}
    in_answer: dict[str, dict[str, Any]] = {}
    for extra in of_prompt:
        for each in (extra or {}).get("prompt_filter_results") or ():
            in_prompt.update(each.get("content_filter_results") or {})
    for extra in of_answer:
        in_answer.update((extra or {}).get("content_filter_results") or {})
    return {
        "filters": {**in_answer, **in_prompt} or None,
        "annotated": bool(in_prompt and in_answer),
    }


def _blocked_by(body: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
    """Azure has been seen to spell it in two ways."""
    for outer, inner in (
        ("innererror", "content_filter_result"),
        ("inner_error", "content_filter_results"),
    ):
        found = (body.get(outer) or {}).get(inner)
        if isinstance(found, dict):
            return found
    return None


def _of(headers: Mapping[str, str], latency_ms: float) -> dict[str, Any]:
    return {"status": 200, "headers": _kept(headers), "latency_ms": latency_ms}


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith(KEPT)}


def _ms(since: float, until: float) -> float:
    return round(1000 * (until - since), 1)
