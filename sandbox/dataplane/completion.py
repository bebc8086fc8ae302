"""What a model says: made from the question alone, so the same question has the same answer."""

import hashlib
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sandbox.dataplane import grounding, judging, persona, quality, structure
from sandbox.dataplane.quality import ORDINARY, Mind
from sandbox.dataplane.tokens import Tokenizer, text_of

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
Message = Mapping[str, Any]

OPENINGS: Final = (
    "Thank you for asking about {topic}.",
    "Here is what I can tell you about {topic}.",
    "Good question about {topic}.",
    "Let us look at {topic} together.",
    "I am happy to help you with {topic}.",
    "About {topic}, in short:",
)
MIDDLES: Final = (
    "Most orders leave our warehouse within one working day.",
    "You can return an unused item within thirty days of delivery.",
    "The details depend on where you live and how you paid.",
    "Your account page shows the current state at any time.",
    "A confirmation goes to the address you gave us.",
    "If something looks wrong, a colleague can look into it with you.",
    "Two things matter here: what you ordered, and when.",
    "The price you see includes tax.",
    "There is no charge for changing it before it ships.",
    "You will find the same answer on our help pages, under {topic}.",
)
CLOSINGS: Final = (
    "Is there anything else I can do for you?",
    "Tell me your order number and I will check.",
    "I hope that helps.",
    "Let me know if you need more detail.",
)
DULL: Final = frozenset(
    {"about", "after", "again", "answer", "could", "every", "from", "have", "name", "other"}
    | {"please", "reply", "should", "tell", "that", "their", "there", "these", "this", "those"}
    | {"what", "when", "where", "which", "while", "with", "word", "words", "would", "your"}
)
"""Words that are nobody's topic."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """All that an answer depends on."""

    model: str
    version: str
    messages: Sequence[Message]
    seed: int | None = None
    response_format: Mapping[str, Any] | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    reasoning: bool = False
    effort: str | None = None
    mind: Mind = ORDINARY

    @property
    def asked(self) -> str:
        """The last message of the user."""
        told = (text_of(m.get("content")) for m in reversed(self.messages) if m["role"] == "user")
        return next(told, "")

    @property
    def form(self) -> str:
        """text, json_object or json_schema."""
        return str((self.response_format or {}).get("type") or "text")


@dataclass(frozen=True, kw_only=True)
class Answer:
    text: str
    finish_reason: FinishReason
    tokens: int
    """All that were generated, the reasoning included."""
    reasoning_tokens: int = 0
    tool_calls: tuple[dict[str, Any], ...] = ()
    refused: bool = False
    """Whether the text says no in the place of a structured answer."""


def fingerprint(model: str, version: str) -> str:
    """Another version, another fingerprint; the same one promises the same bytes."""
    return "fp_" + hashlib.sha256(f"{model}\n{version}".encode()).hexdigest()[:10]


def draw(question: Question, choice: int) -> random.Random:
    """The dice of one choice of an answer, loaded by the question."""
    told = json.dumps(
        [question.seed, question.model, question.version, choice, question.messages],
        sort_keys=True,
        default=str,
    )
    return random.Random(hashlib.sha256(told.encode()).digest())


def answer(
    question: Question,
    tokens: Tokenizer,
    *,
    choice: int = 0,
    stop: Sequence[str] = (),
    limit: int | None = None,
) -> Answer:
    """What the model says, cut at a stop word or at the limit of tokens."""
    dice = draw(question, choice)
    thought = reasoning_tokens(question.effort, dice) if question.reasoning else 0
    if limit is not None and thought >= limit:
        return Answer(text="", finish_reason="length", tokens=limit, reasoning_tokens=limit)
    seed = f"{question.seed}/{choice}" if choice else question.seed
    # Before what it knows: what is judged may be a question that it knows.
    verdict = None if question.mind.entry(question.asked) else judged(question, dice)
    verdict = verdict or question.mind.verdict(question.asked, seed)
    if verdict is None and (call := tool_call(question, dice)):
        function = call["function"]
        spent = tokens.count(function["name"]) + tokens.count(function["arguments"])
        return Answer(
            text="",
            finish_reason="tool_calls",
            tokens=thought + spent,
            reasoning_tokens=thought,
            tool_calls=(call,),
        )
    if verdict is None and (given := grounding.context(question.messages)):
        keeps = question.mind.keeps_to_context(question.asked, seed)
        verdict = grounding.grounded(question.asked, given) if keeps else grounding.invented(dice)
    verdict = verdict or persona.said(question.messages, question.asked)
    refuses = question.mind.refuses(question.asked, seed)
    text = quality.REFUSAL if refuses else said(question, verdict, dice)
    if question.form != "text" and question.mind.breaks_json(question.asked, seed):
        text = text[: 2 * len(text) // 3]
    if question.form == "text" and not refuses and question.mind.strays(question.asked, seed):
        text = rambling(text)
    for word in stop:
        text = text.partition(word)[0] if word else text
    spent = tokens.count(text)
    refused = refuses and question.form == "json_schema"
    too_long = limit is not None and thought + spent > limit
    if limit is not None and too_long:
        text, spent = tokens.head(text, limit - thought), limit - thought
    return Answer(
        text=text,
        finish_reason="length" if too_long else "stop",
        tokens=thought + spent,
        reasoning_tokens=thought,
        refused=refused,
    )


def judged(question: Question, dice: random.Random) -> str | None:
    """What it says as a judge; None if it is not asked to be one."""
    if question.form == "json_schema":
        found = judging.by_schema(question.asked, structure.instance(_schema(question), dice))
        if found is not None:
            return structure.dumps(found)
    return judging.judgement(question.asked)


def said(question: Question, verdict: str | None, dice: random.Random) -> str:
    """The whole text, in the form that was asked for; a verdict takes the place of small talk."""
    if question.form == "text" or (verdict and verdict.lstrip().startswith("{")):
        return paragraph(topic(question.asked), dice) if verdict is None else verdict
    if question.form == "json_schema":
        instance = structure.instance(_schema(question), dice)
        return structure.dumps(_with_answer(instance, verdict))
    prose = paragraph(topic(question.asked), dice) if verdict is None else verdict
    return structure.dumps({"answer": prose, "confidence": round(dice.uniform(0.6, 1), 2)})


def _schema(question: Question) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (question.response_format or {})["json_schema"].get("schema", {})
    return found


def _with_answer(instance: Any, verdict: str | None) -> Any:
    """A schema's own field for the answer holds it, where there is one for text."""
    if verdict is None or not isinstance(instance, dict):
        return instance
    if not isinstance(instance.get("answer"), str):
        return instance
    return {**instance, "answer": verdict}


def rambling(text: str) -> str:
    """The same, as nobody wants to read it."""
    return f"As an AI language model, I would put it like this. {text} In other words: {text}"


def paragraph(about: str, dice: random.Random) -> str:
    middles = dice.sample(MIDDLES, dice.randint(1, 3))
    sentences = (dice.choice(OPENINGS), *middles, dice.choice(CLOSINGS))
    return " ".join(sentences).format(topic=about)


def topic(asked: str) -> str:
    """Up to three telling words of the last question."""
    text = re.sub(r"\[\[.*?\]\]|[{}]", " ", asked)
    words = [word for word in re.findall(r"[^\W\d_]{4,}", text) if word.lower() not in DULL]
    return " ".join(dict.fromkeys(words[-3:])) or "your question"


def reasoning_tokens(effort: str | None, dice: random.Random) -> int:
    """What was thought before the first word; Azure counts it in steps of 64."""
    most = {"none": 0, "minimal": 0, "low": 1, "medium": 2, "high": 6}.get(effort or "medium", 2)
    return 64 * dice.randint(min(1, most), most)


def tool_call(question: Question, dice: random.Random) -> dict[str, Any] | None:
    """The call made instead of an answer: if it must be, or if the question names the tool."""
    tool = chosen_tool(question)
    if tool is None:
        return None
    arguments = structure.instance(tool.get("parameters") or {"type": "object"}, dice)
    return {
        "id": f"call_{dice.getrandbits(96):024x}",
        "type": "function",
        "function": {"name": tool["name"], "arguments": structure.dumps(arguments)},
    }


def chosen_tool(question: Question) -> Mapping[str, Any] | None:
    functions: list[Mapping[str, Any]] = [
        tool["function"] for tool in question.tools if "function" in tool
    ]
    choice = question.tool_choice
    if not functions or choice == "none":
        return None
    if isinstance(choice, Mapping):
        wanted = choice.get("function", {}).get("name")
        return next((each for each in functions if each["name"] == wanted), functions[0])
    if choice == "required":
        return functions[0]
    last = question.messages[-1]
    if last["role"] != "user":
        return None
    text = text_of(last.get("content")).lower()
    for each in functions:
        words = [word for word in re.split(r"[_\W]+", each["name"].lower()) if len(word) > 3]
        if any(word in text for word in words):
            return each
    return None
