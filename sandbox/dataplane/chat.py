"""Chat completions: what may be asked."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.dataplane import errors, messages
from sandbox.dataplane.account import Deployment
from sandbox.dataplane.completion import Question
from sandbox.dataplane.quality import Mind
from sandbox.dataplane.tokens import text_of

ROLES: Final = ("system", "assistant", "user", "function", "tool", "developer")

CONTEXT_TOKENS: Final = (
    ("gpt-5", 400_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("o", 200_000),
)
"""Tokens that fit into a model, by the beginning of its name; 128,000 for the rest."""

PROVISIONED_CONTEXT_TOKENS: Final = 128_000
"""Provisioned gpt-4.1 takes no longer prompt; a longer one is what spills over with a 400."""

ONLY_DEFAULT: Final = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}
"""What reasoning models take nothing else for."""


EXPECTED: Final = {
    "bool_type": "a boolean",
    "int_type": "an integer",
    "float_type": "a decimal",
    "string_type": "a string",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
"""Pydantic's words for a type, and OpenAI's."""


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """The body, as far as the sandbox acts on it. Anything else is let through, as Azure does."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: str | None = None
    messages: list[dict[str, Any]]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: int | None = Field(1, ge=1, le=128)
    stop: str | list[str] | None = None
    seed: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_format: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    reasoning_effort: str | None = None

    @property
    def limit(self) -> int | None:
        """The most tokens that a choice may have."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def choices(self) -> int:
        return self.n or 1

    @property
    def stops(self) -> Sequence[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop or ()

    @property
    def text(self) -> str:
        """All that the filters see of the prompt."""
        return "\n".join(text_of(each.get("content")) for each in self.messages)


def parsed(body: bytes) -> ChatRequest:
    """The request.

    Raises:
        Refusal: 400 with OpenAI's words for the first thing that is wrong.
    """
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        raise refusal(error) from None
    if not request.messages:
        raise errors.wrong_request(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an "
            "empty array instead.",
            "messages",
            "empty_array",
        )
    for index, message in enumerate(request.messages):
        if message.get("role") not in ROLES:
            raise errors.wrong_request(
                f"Invalid value: '{message.get('role')}'. Supported values are: "
                "'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
                f"messages[{index}].role",
                "invalid_value",
            )
        messages.check(message, f"messages[{index}]")
    functions = [tool.get("function") for tool in request.tools or ()]
    messages.check_tools(functions, "tools[{}].function")
    return request


def refusal(error: ValidationError) -> errors.Refusal:
    """The first complaint about a body, in OpenAI's words."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid" or not first["loc"]:
        return errors.not_json()
    head, *rest = first["loc"]
    name = f"{head}" + "".join(f"[{part}]" for part in rest if isinstance(part, int))
    if first["type"] == "missing":
        return errors.wrong_request(
            f"Missing required parameter: '{name}'.", name, "missing_required_parameter"
        )
    if first["type"] == "greater_than_equal":
        return errors.wrong_request(
            f"Invalid '{name}': integer below minimum value. Expected a value >= "
            f"{first['ctx']['ge']}, but got {first['input']} instead.",
            name,
            "integer_below_min_value",
        )
    if expected := EXPECTED.get(first["type"]):
        return errors.wrong_type(name, expected, first["input"])
    return errors.wrong_request(f"Invalid '{name}': {first['msg']}.", name, "invalid_type")


def unsupported(request: ChatRequest, *, reasoning: bool) -> errors.Refusal | None:
    """What the model does not take, if anything."""
    if reasoning:
        if request.max_tokens is not None:
            return errors.unsupported_parameter("max_tokens", "max_completion_tokens")
        for name, default in ONLY_DEFAULT.items():
            value = getattr(request, name)
            if value is not None and value != default:
                return errors.unsupported_value(name, f"{value:g}", default)
    elif request.max_tokens is not None and request.max_completion_tokens is not None:
        return errors.wrong_request(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            "max_completion_tokens",
            "invalid_parameter_combination",
        )
    if request.stream_options and not request.stream:
        return errors.wrong_request(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    return _wrong_format(request)


def _wrong_format(request: ChatRequest) -> errors.Refusal | None:
    form = request.response_format or {}
    if form.get("type") == "json_object" and "json" not in request.text.lower():
        return errors.wrong_request(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            "messages",
        )
    if form.get("type") == "json_schema":
        return wrong_schema(form.get("json_schema"), "response_format.json_schema")
    return None


def wrong_schema(named: Any, where: str) -> errors.Refusal | None:
    """What a named schema lacks, if anything."""
    for key, kind in (("name", str), ("schema", dict)):
        told = named.get(key) if isinstance(named, dict) else None
        if not isinstance(told, kind):
            return errors.wrong_request(
                f"Missing required parameter: '{where}.{key}'.",
                f"{where}.{key}",
                "missing_required_parameter",
            )
    return None


def context_tokens(model: str, *, provisioned: bool) -> int:
    """How many tokens a prompt and its answer may have together."""
    known = (size for start, size in CONTEXT_TOKENS if model.startswith(start))
    size = next(known, 128_000)
    is_long = provisioned and model.startswith("gpt-4.1")
    return PROVISIONED_CONTEXT_TOKENS if is_long else size


def question(request: ChatRequest, deployment: Deployment, mind: Mind) -> Question:
    return Question(
        model=deployment.model,
        version=deployment.version,
        messages=request.messages,
        seed=request.seed,
        response_format=request.response_format,
        tools=request.tools or (),
        tool_choice=request.tool_choice,
        reasoning=deployment.kind == "reasoning",
        effort=request.reasoning_effort,
        mind=mind,
    )
