"""Responses: what may be asked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.dataplane import chat, errors, response_items
from sandbox.dataplane import messages as message_shape
from sandbox.dataplane.account import Deployment
from sandbox.dataplane.completion import Message, Question
from sandbox.dataplane.quality import Mind
from sandbox.dataplane.response_items import Item

FORMAT: Final = "text.format"

HOSTED: Final = (
    *("file_search", "web_search", "web_search_preview", "code_interpreter", "image_generation"),
    *("mcp", "computer_use_preview", "computer", "local_shell", "shell", "custom", "apply_patch"),
)
"""Tools that run at the service. The sandbox has none of them."""

TOOLS: Final = ("function", *HOSTED)

MOST_METADATA: Final = 16
"""Pairs."""


class Reasoning(BaseModel):
    model_config = ConfigDict(extra="allow")

    effort: str | None = None


class Text(BaseModel):
    model_config = ConfigDict(extra="allow")

    format: dict[str, Any] | None = None


class Named(BaseModel):
    """What is kept elsewhere: a conversation, or a prompt."""

    model_config = ConfigDict(extra="allow")

    id: str


class ResponsesRequest(BaseModel):
    """The body, as far as the sandbox acts on it. Anything else is let through, as Azure does."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: str | None = None
    input: str | list[Item]
    instructions: str | None = None
    previous_response_id: str | None = None
    stream: bool | None = False
    store: bool | None = True
    background: bool | None = False
    conversation: str | Named | None = None
    prompt: Named | None = None
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

    @property
    def conversation_id(self) -> str:
        """Empty for none."""
        named = self.conversation
        return named.id if isinstance(named, Named) else named or ""

    @property
    def is_stored(self) -> bool:
        return self.store is not False


def parsed(body: bytes) -> ResponsesRequest:
    """The request.

    Raises:
        Refusal: 400 with OpenAI's words for the first thing that is wrong.
    """
    try:
        request = ResponsesRequest.model_validate_json(body)
    except ValidationError as error:
        raise chat.refusal(error) from None
    response_items.check(request.items, "input")
    if wrong := _wrong_state(request):
        raise wrong
    functions = []
    for index, tool in enumerate(request.tools or ()):
        if tool.get("type") not in TOOLS:
            raise errors.invalid_value(f"tools[{index}].type", tool.get("type"), TOOLS)
        if tool["type"] == "function":
            functions.append(tool)
    message_shape.check_tools(functions, "tools[{}]")
    form = request.text.format if request.text else None
    if form and form.get("type") == "json_schema" and (wrong := chat.wrong_schema(form, FORMAT)):
        raise wrong
    return request


def _wrong_state(request: ResponsesRequest) -> errors.Refusal | None:
    """What is wrong with what a response wants to remember, if anything."""
    if request.background and not request.is_stored:
        return errors.wrong_request(
            "Background mode requires 'store' to be true.", "background", "unsupported_parameter"
        )
    if request.previous_response_id and request.conversation_id:
        return errors.wrong_request(
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you "
            "are only providing one of them.",
            None,
            "mutually_exclusive_parameters",
        )
    if request.prompt:  # there is nowhere in the sandbox to make one
        return errors.not_found("Prompt", request.prompt.id)
    if len(request.metadata or {}) > MOST_METADATA:
        return errors.too_much_metadata(len(request.metadata or {}), MOST_METADATA)
    return None


def unsupported(request: ResponsesRequest, named: str, *, reasoning: bool) -> errors.Refusal | None:
    """What the model does not take, if anything."""
    for tool in request.tools or ():
        if tool["type"] in HOSTED:
            return errors.hosted_tool(tool["type"], named)
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
