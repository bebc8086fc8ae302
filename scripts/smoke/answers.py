"""Whether a deployment answers, and as what was declared: text, stream, JSON, vectors, version."""

import json
from collections.abc import Iterator, Sequence

from scripts.smoke.facts import Call
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import MOST_TOKENS, Target, questions
from scripts.smoke.trouble import not_asked, trouble


def findings(
    target: Target, calls: Sequence[Call], there: Sequence[str] | None
) -> Iterator[Finding]:
    """One of each check that a deployment of its kind has; `calls` are its own."""
    asked = {(each.kind, each.label): each for each in calls}
    wanted = list(questions(target))
    answers = "embeddings" if target.kind == "embeddings" else "chat"
    for check in (answers, *(() if target.kind == "embeddings" else ("stream", "schema"))):
        for_check = [each for each in wanted if each.kind == check]
        missing = not_asked(calls, target, there)
        yield _one(target, check, [asked.get((q.kind, q.label)) for q in for_check], there, missing)
    yield _version(target, calls)


def _one(
    target: Target,
    check: str,
    calls: Sequence[Call | None],
    there: Sequence[str] | None,
    missing: tuple[Level, str],
) -> Finding:
    """The first thing that is wrong with the calls of a check."""

    def found(level: Level, text: str) -> Finding:
        return Finding(check=check, subject=target.subject, level=level, text=text)

    for call in calls:
        if call is None:
            return found(*missing)
        if problem := trouble(call, target, there):
            return found(*problem)
        for complaint in complaints(target, call):
            return found("no", complaint)
    return found("ok", f"{len(calls)} good answers" if len(calls) > 1 else "a good answer")


def complaints(target: Target, call: Call) -> Iterator[str]:
    """What is wrong with an answer, and what to do about it."""
    if target.kind == "embeddings":
        if target.dimensions and call.dimensions != target.dimensions:
            model = target.declared.model
            yield f"a vector has {call.dimensions} numbers, {model} makes {target.dimensions}"
        elif not call.dimensions:
            yield "the vector is empty. Fix: look at the model's state in the portal"
        return
    if call.finish_reason == "length":
        yield f"the answer, thoughts included, is longer than {MOST_TOKENS} tokens. Fix: ask again"
    elif call.finish_reason != "stop":
        yield f"the answer ended with {call.finish_reason!r}, not stop. Fix: ask again"
    elif not call.text.strip():
        yield "the answer is empty. Fix: look at the model's state in the portal"
    elif call.answer_tokens is None:
        yield "no token usage came with the answer. Fix: ask again"
    elif call.kind == "stream" and call.first_text_ms is None:
        yield "no text came in the stream. Fix: ask again"
    elif call.kind == "schema":
        yield from _of_json(target, call)
    elif not call.annotated:
        yield (
            "no content filter annotations. "
            f"Fix: check that {target.declared.content_filter!r} is bound to the deployment"
        )


def _of_json(target: Target, call: Call) -> Iterator[str]:
    try:
        found = json.loads(call.text)
    except ValueError as error:
        yield f"JSON was asked for, and the answer is none: {error}. Fix: callers must expect this"
        return
    if not isinstance(found, dict):
        yield "JSON was asked for, and no object came. Fix: callers must expect this"
        return
    keeps_schema = target.declared.format == "OpenAI"
    for key in ("capital", "country") if keeps_schema else ():
        if not isinstance(found.get(key), str):
            yield f"the schema is not kept: no text in {key!r}. Fix: a model with strict schemas"
            return


def _version(target: Target, calls: Sequence[Call]) -> Finding:
    """Whether every answer names the declared version: a silent upgrade shows here."""

    def found(level: Level, text: str) -> Finding:
        return Finding(check="version", subject=target.subject, level=level, text=text)

    declared = target.declared
    dated = len(declared.version) == len("2026-03-05")
    expected = f"{declared.model}-{declared.version}" if dated else declared.model
    named = sorted({each.model for each in calls if each.model})
    if not named:
        return found("unknown", "no answer says which model gave it. Fix: as for the others")
    if others := [each for each in named if not each.startswith(expected)]:
        return found(
            "no",
            f"answers as {', '.join(others)}; declared is {expected}. "
            "Fix: pulumi up --refresh, or declare what is there",
        )
    return found("ok", f"answers as {', '.join(named)}")
