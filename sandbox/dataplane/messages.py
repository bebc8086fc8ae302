"""What a message and a tool have to look like, whichever operation they come by."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.dataplane import errors


def check(message: Mapping[str, Any], where: str) -> None:
    """Refuse a message that no model could read.

    Raises:
        Refusal: 400.
    """
    content = message.get("content")
    if not (content is None or isinstance(content, str) or _are_objects(content)):
        raise errors.wrong_type(f"{where}.content", "a string or array of objects", content)
    name = message.get("name")
    if not (name is None or isinstance(name, str)):
        raise errors.wrong_type(f"{where}.name", "a string", name)
    calls = message.get("tool_calls")
    if calls is None:
        return
    if not _are_objects(calls):
        raise errors.wrong_type(f"{where}.tool_calls", "an array of objects", calls)
    for index, call in enumerate(calls):
        if not isinstance(call.get("function"), dict):
            place = f"{where}.tool_calls[{index}].function"
            raise errors.wrong_type(place, "an object", call.get("function"))


def check_tools(functions: Iterable[Any], where: str) -> None:
    """Refuse a function without a name, or with parameters that are no schema.

    Raises:
        Refusal: 400.
    """
    for index, function in enumerate(functions):
        place = where.format(index)
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise errors.wrong_request(
                f"Missing required parameter: '{place}.name'.",
                f"{place}.name",
                "missing_required_parameter",
            )
        parameters = function.get("parameters")
        if not (parameters is None or isinstance(parameters, dict)):
            raise errors.wrong_type(f"{place}.parameters", "an object", parameters)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)
