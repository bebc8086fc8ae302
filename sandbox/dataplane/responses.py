"""Responses: what may be asked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.dataplane import chat, errors
from sandbox.dataplane import messages as message_shape
from sandbox.dataplane.account import Deployment
from sandbox.dataplane.completion import Message, Question
from sandbox.dataplane.quality import Mind
from sandbox.dataplane.tokens import text_of

ROLES: Final = ("assistant", "system", "developer", "user")

ITEMS: Final = ("message", "function_call", "function_call_output", "reasoning", "item_reference")

FORMAT: Final = "text.format"

NOT_EMULATED: Final = {
    "background": "answers no request in the background",
    "conversation": "keeps no conversations but those that responses form",
    "prompt": "has no prompt templates",
}

Item = dict[str, Any]


class Reasoning(BaseModel):
    model_config = ConfigDict(extra="allow")

    effort: str | None = None


class Text(BaseModel):
    model_config = ConfigDict(extra="allow")

    format: dict[str, Any] | None = None


class ResponsesRequest(BaseModel):
    """The body, as far as the sandbox acts on it. Anything else is let through, as Azure does."""

    model_config = ConfigDict(extra="allow")

    model: str | None = None
    input: str | list[Item]
    instructions: str | None = None
    previous_response_id: str | None = None
    stream: bool | None = False
    store: bool | None = True
    background: bool | None = False
    conversation: Any = None
    prompt: Any = None
    max_output_tokens: int | None = Field(None, ge=16)
    temperature: float | None = None
    top_p: float | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    text: Text | None = None
    reasoning: Reasoning | None = None
    metadata: dict[str, str] | None = None

    @property
    def items(self) -> Sequence[Item]:
        """The input as a list, whichever way it came."""
        if isinstance(self.input, list):
            return self.input
        return [{"type": "message", "role": "user", "content": self.input}]


def parsed(body: bytes) -> ResponsesRequest:
    """The request.

    Raises:
        Refusal: 400 with OpenAI's words for the first thing that is wrong.
    """
    try:
        request = ResponsesRequest.model_validate_json(body)
    except ValidationError as error:
        raise chat.refusal(error) from None
    for index, item in enumerate(request.items):
        kind = item.get("type") or "message"
        if kind not in ITEMS:
            raise _invalid(f"input[{index}].type", kind, ITEMS)
        if kind == "message" and item.get("role") not in ROLES:
            raise _invalid(f"input[{index}].role", item.get("role"), ROLES)
        if message := _message(item):
            message_shape.check(message, f"input[{index}]")
    for name, why in NOT_EMULATED.items():
        if getattr(request, name):
            raise errors.wrong_request(
                f"The sandbox {why}. Leave '{name}' out.", name, "unsupported_value"
            )
    for index, tool in enumerate(request.tools or ()):
        if tool.get("type") != "function":
            raise _invalid(f"tools[{index}].type", tool.get("type"), ("function",))
    message_shape.check_tools(request.tools or (), "tools[{}]")
    form = request.text.format if request.text else None
    if form and form.get("type") == "json_schema" and (wrong := chat.wrong_schema(form, FORMAT)):
        raise wrong
    return request


def _invalid(param: str, value: Any, supported: Sequence[str]) -> errors.Refusal:
    *others, last = (f"'{each}'" for each in supported)
    names = f"{', '.join(others)}, and {last}" if others else last
    return errors.wrong_request(
        f"Invalid value: '{value}'. Supported values are: {names}.",
        param,
        "invalid_value",
    )


def unsupported(request: ResponsesRequest, *, reasoning: bool) -> errors.Refusal | None:
    """What the model does not take, if anything."""
    if not reasoning:
        if request.reasoning and request.reasoning.effort:
            return errors.unsupported_by_model("reasoning.effort")
        return None
    for name in ("temperature", "top_p"):
        if getattr(request, name) is not None:
            return errors.unsupported_by_model(name)
    return None


def instructions(request: ResponsesRequest) -> list[Message]:
    """What goes before the conversation this time; the next response does not inherit it."""
    if not request.instructions:
        return []
    return [{"role": "system", "content": request.instructions}]


def messages(request: ResponsesRequest) -> list[Message]:
    """The input in the form of a chat."""
    told = (_message(item) for item in request.items)
    return [each for each in told if each]


def _message(item: Item) -> Message:
    kind = item.get("type") or "message"
    if kind == "message":
        return {"role": item["role"], "content": item.get("content")}
    if kind == "function_call":
        function = {"name": item.get("name", ""), "arguments": item.get("arguments", "")}
        call = {"id": item.get("call_id"), "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    if kind == "function_call_output":
        output = item.get("output")
        return {"role": "tool", "tool_call_id": item.get("call_id"), "content": output}
    return {}


def texts(messages: Iterable[Message]) -> list[str]:
    return [text_of(each.get("content")) for each in messages]


def question(
    request: ResponsesRequest, heard: Sequence[Message], deployment: Deployment, mind: Mind
) -> Question:
    return Question(
        model=deployment.model,
        version=deployment.version,
        messages=heard,
        response_format=_response_format(request.text),
        tools=_tools(request.tools or ()),
        tool_choice=_choice(request.tool_choice),
        reasoning=deployment.kind == "reasoning",
        effort=request.reasoning.effort if request.reasoning else None,
        mind=mind,
    )


def _response_format(text: Text | None) -> Mapping[str, Any] | None:
    """Chat nests the schema once more."""
    form = text.format if text else None
    if form and form.get("type") == "json_schema":
        return {"type": "json_schema", "json_schema": form}
    return form


def _tools(tools: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Functions only: the sandbox searches no web and no files."""
    return [{"type": "function", "function": each} for each in tools]


def _choice(choice: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
    return {"function": {"name": choice.get("name")}} if isinstance(choice, dict) else choice
