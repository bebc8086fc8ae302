"""One question to one deployment, and whether the answer is good."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import openai

from components.catalog import model_behind
from scripts.exit import Exit
from scripts.stack_outputs import DeploymentOutputs

if TYPE_CHECKING:
    from azure.core.exceptions import ClientAuthenticationError

Kind = Literal["chat", "stream", "embeddings"]

QUESTION: Final = "Name the capital of France in one word."
MOST_TOKENS: Final = 500  # a reasoning model thinks out of the same purse
PATIENCE_S: Final = 30.0
REQUEST_TIMEOUT: Final = 408
SERVER_ERRORS: Final = 500
SIGN_IN: Final = 'az login; or, for the sandbox: plumb sandbox up; eval "$(plumb sandbox env)"'


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What is asked, and of whom."""

    subject: str
    """`account/deployment`, or `route NAME` for the deployment that it leads to."""
    kind: Kind
    account: str
    deployment: str
    declared: DeploymentOutputs


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, in our words."""

    model: str
    """As Azure names it: <model>-<version>."""
    content: int
    """Characters of text, or dimensions of an embedding."""
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: float
    first_token_ms: float | None
    """Of a stream: until the first text."""
    filter_annotations: bool
    """Whether the content filter said what it found in prompt and answer."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """A probe with its answer, or with what stood in the way."""

    probe: Probe
    answer: Answer | None
    problems: tuple[str, ...]
    code: Exit


def kinds(declared: DeploymentOutputs) -> tuple[Kind, ...]:
    """What a model can be asked."""
    model = model_behind(declared.model, declared.version, declared.format)
    return ("embeddings",) if model and model.kind == "embeddings" else ("chat", "stream")


def complaints(probe: Probe, answer: Answer) -> Iterator[str]:
    """What is wrong with an answer, and what to do about it."""
    declared = probe.declared
    dated = len(declared.version) == len("2026-03-05")
    expected = f"{declared.model}-{declared.version}" if dated else declared.model
    if not answer.model.startswith(expected):
        yield f"answers as {answer.model!r}, declared is {expected}. Fix: pulumi up --refresh"
    if not answer.content:
        yield "the answer is empty. Fix: look at the model's state in the portal"
    if probe.kind == "embeddings":
        return
    if answer.finish_reason is None:
        yield "the answer was cut off: no finish_reason. Fix: ask again; see Azure's status page"
    elif answer.finish_reason != "stop":
        yield f"the answer ended with {answer.finish_reason!r}, not stop"
    if answer.completion_tokens is None:
        yield "no token usage came with the answer"
    if not answer.filter_annotations:
        yield (
            "no content filter annotations. "
            f"Fix: check that {declared.content_filter!r} is bound to the deployment"
        )


def patiently(
    ask: Callable[[Probe], Answer], wait: Callable[[float], None] = time.sleep
) -> Callable[[Probe], Answer]:
    """Asks once more, when Azure says how soon: three questions at once fill a small deployment."""

    def answer(probe: Probe) -> Answer:
        try:
            return ask(probe)
        except openai.RateLimitError as error:
            told = error.response.headers.get("retry-after", "")
            if not told.isdecimal() or float(told) > PATIENCE_S:
                raise
        wait(float(told))
        return ask(probe)

    return answer


def judge(probe: Probe, ask: Callable[[Probe], Answer]) -> Result:
    """Asks, and says what it means. An error is a result, so that the others are asked too."""
    from azure.core.exceptions import ClientAuthenticationError

    def failed(code: Exit, problem: str) -> Result:
        return Result(probe=probe, answer=None, problems=(problem,), code=code)

    try:
        answer = ask(probe)
    except openai.RateLimitError as error:
        return failed(Exit.CANNOT_TELL, f"throttled: {said(error)} Fix: ask again later")
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        return failed(Exit.NOT_REACHED, f"refused ({error.status_code}): {said(error)}")
    except openai.NotFoundError as error:
        return failed(Exit.NO, f"{said(error)} Fix: pulumi up --refresh")
    except openai.APIStatusError as error:
        if error.status_code == REQUEST_TIMEOUT or error.status_code >= SERVER_ERRORS:
            return failed(Exit.NOT_REACHED, f"Azure fails ({error.status_code}): {said(error)}")
        return failed(Exit.NO, f"refused ({error.status_code}): {said(error)}")
    except openai.APIConnectionError as error:
        cause = error.__cause__ or error
        return failed(Exit.NOT_REACHED, f"not reached: {cause}. Fix: network, DNS, or sandbox")
    except ClientAuthenticationError as error:
        return failed(Exit.NOT_REACHED, no_token(error))
    problems = tuple(complaints(probe, answer))
    return Result(
        probe=probe, answer=answer, problems=problems, code=Exit.NO if problems else Exit.YES
    )


def no_token(error: "ClientAuthenticationError") -> str:
    """Why a credential gives none, without azure-identity's advice, and how to get one."""
    why = " ".join(error.message.partition("To mitigate")[0].split())
    return f"no token: {why.rstrip('.')}. Fix: {SIGN_IN}"


def said(error: openai.APIStatusError) -> str:
    """Azure's own words as a sentence, without the SDK's wrapping."""
    body: Any = error.body
    inner = body.get("error", body) if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    return " ".join(str(message or error).split()).rstrip(".") + "."


def ask(
    client: openai.OpenAI, probe: Probe, clock: Callable[[], float] = time.perf_counter
) -> Answer:
    """Asks for real."""
    match probe.kind:
        case "chat":
            return _chat(client, probe, clock)
        case "stream":
            return _stream(client, probe, clock)
        case "embeddings":
            return _embeddings(client, probe, clock)


def _ms(since: float, until: float) -> float:
    return round(1000 * (until - since), 1)


def _chat(client: openai.OpenAI, probe: Probe, clock: Callable[[], float]) -> Answer:
    start = clock()
    reply = client.chat.completions.create(
        model=probe.deployment,
        messages=[{"role": "user", "content": QUESTION}],
        max_completion_tokens=MOST_TOKENS,
    )
    end = clock()
    choice = reply.choices[0]
    extra, of_choice = reply.model_extra or {}, choice.model_extra or {}
    return Answer(
        model=reply.model,
        content=len(choice.message.content or ""),
        finish_reason=choice.finish_reason,
        prompt_tokens=reply.usage.prompt_tokens if reply.usage else None,
        completion_tokens=reply.usage.completion_tokens if reply.usage else None,
        latency_ms=_ms(start, end),
        first_token_ms=None,
        filter_annotations=bool(
            extra.get("prompt_filter_results") and of_choice.get("content_filter_results")
        ),
    )


def _stream(client: openai.OpenAI, probe: Probe, clock: Callable[[], float]) -> Answer:
    start = clock()
    first: float | None = None
    model, text, finish, usage = "", "", None, None
    of_prompt = of_answer = False
    stream = client.chat.completions.create(
        model=probe.deployment,
        messages=[{"role": "user", "content": QUESTION}],
        max_completion_tokens=MOST_TOKENS,
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        model = chunk.model or model
        usage = chunk.usage or usage
        of_prompt |= bool((chunk.model_extra or {}).get("prompt_filter_results"))
        for choice in chunk.choices:  # the first and the last chunk have none
            if choice.delta.content:
                first = first or clock()
                text += choice.delta.content
            finish = choice.finish_reason or finish
            of_answer |= bool((choice.model_extra or {}).get("content_filter_results"))
    end = clock()
    return Answer(
        model=model,
        content=len(text),
        finish_reason=finish,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        latency_ms=_ms(start, end),
        first_token_ms=_ms(start, first) if first else None,
        filter_annotations=of_prompt and of_answer,
    )


def _embeddings(client: openai.OpenAI, probe: Probe, clock: Callable[[], float]) -> Answer:
    start = clock()
    reply = client.embeddings.create(model=probe.deployment, input=QUESTION)
    end = clock()
    return Answer(
        model=reply.model,
        content=len(reply.data[0].embedding),
        finish_reason=None,
        prompt_tokens=reply.usage.prompt_tokens,
        completion_tokens=0,
        latency_ms=_ms(start, end),
        first_token_ms=None,
        filter_annotations=False,
    )
