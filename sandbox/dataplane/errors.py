"""What the data plane says when it refuses: Azure's texts, unless marked as unverified."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.dataplane.content_filter import gravest
from sandbox.dataplane.variants import FilterError

Body = Mapping[str, Any]

AUDIENCE = "https://cognitiveservices.azure.com"


class Refusal(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, body: Body, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def azure_error(status: int, code: str, message: str, **more: Any) -> Refusal:
    """In the form of Azure's own gateway."""
    return Refusal(status, {"error": {"code": code, "message": message, **more}})


def public_access_disabled() -> Refusal:
    return azure_error(403, "403", "Public access is disabled. Please configure private endpoint.")


def address_not_allowed() -> Refusal:
    return azure_error(403, "403", "Access denied due to Virtual Network/Firewall rules.")


def keys_disabled() -> Refusal:
    return azure_error(
        403,
        "AuthenticationTypeDisabled",
        "Key based authentication is disabled for this resource.",
    )


def wrong_key() -> Refusal:
    return azure_error(
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide"
        " a valid key for an active subscription and use a correct regional API endpoint for your"
        " resource.",
    )


def wrong_token() -> Refusal:
    """In a form of its own (as 567-labs/instructor's documentation quotes it)."""
    return Refusal(
        401,
        {
            "statusCode": 401,
            "message": "Unauthorized. Access token is missing, invalid, audience is incorrect "
            f"({AUDIENCE}), or have expired.",
        },
    )


def no_data_action(oid: str, action: str, operation: str) -> Refusal:
    """401, where one would expect 403: so it is in Azure."""
    return azure_error(
        401,
        "PermissionDenied",
        f"The principal `{oid}` lacks the required data action `{action}` to perform "
        f"`{operation}` operation.",
    )


def resource_not_found() -> Refusal:
    """A path that Azure does not have, or an api-version that is missing."""
    return azure_error(404, "404", "Resource not found")


def deployment_not_found() -> Refusal:
    return azure_error(
        404,
        "DeploymentNotFound",
        "The API deployment for this resource does not exist. If you created the deployment "
        "within the last 5 minutes, please wait a moment and try again.",
    )


def operation_not_supported(operation: str, model: str) -> Refusal:
    return azure_error(
        400,
        "OperationNotSupported",
        f"The {operation} operation does not work with the specified model, {model}. Please "
        "choose different model and try again. You can learn more about which models can be used "
        "with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993.",
    )


def only_in_batches(operation: str, sku: str) -> Refusal:
    """The text is unverified."""
    return azure_error(
        400,
        "OperationNotSupported",
        f"The {operation} operation does not work with the deployment type {sku}. Send the "
        "requests as a batch.",
    )


def model_retired(model: str, version: str) -> Refusal:
    """410, as Microsoft announces it; code and text are unverified.

    In 2025 a deployment of a retired model was seen to answer 404 Resource not found
    (litellm#11116), and 400 as for an operation that the model does not have (litellm#11505).
    """
    return azure_error(
        410,
        "ModelDeprecated",
        f"The model '{model}' version '{version}' has been retired and can no longer be called.",
    )


def too_large(most: int) -> Refusal:
    """Code and text are unverified."""
    return azure_error(
        413,
        "RequestEntityTooLarge",
        f"The request body is too large. The largest that is taken has {most} bytes.",
    )


def wrong_request(message: str, param: str | None = None, code: str | None = None) -> Refusal:
    """What the model itself refuses; the form is OpenAI's."""
    return Refusal(
        400,
        {
            "error": {
                "message": message,
                "type": "invalid_request_error",
                "param": param,
                "code": code,
            }
        },
    )


def wrong_type(param: str, expected: str, found: Any) -> Refusal:
    kinds = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    got = kinds.get(type(found), "null")
    return wrong_request(
        f"Invalid type for '{param}': expected {expected}, but got {got} instead.",
        param,
        "invalid_type",
    )


def not_json() -> Refusal:
    return wrong_request(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't "
        "using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was "
        "sent was not valid JSON.)"
    )


def unsupported_parameter(name: str, instead: str) -> Refusal:
    return wrong_request(
        f"Unsupported parameter: '{name}' is not supported with this model. Use '{instead}' "
        "instead.",
        name,
        "unsupported_parameter",
    )


def unsupported_by_model(name: str) -> Refusal:
    return wrong_request(
        f"Unsupported parameter: '{name}' is not supported with this model.",
        name,
        "unsupported_parameter",
    )


def unsupported_value(name: str, value: Any, default: Any) -> Refusal:
    return wrong_request(
        f"Unsupported value: '{name}' does not support {value} with this model. Only the default "
        f"({default}) value is supported.",
        name,
        "unsupported_value",
    )


def context_exceeded(limit: int, prompt: int) -> Refusal:
    return wrong_request(
        f"This model's maximum context length is {limit} tokens. However, your messages resulted "
        f"in {prompt} tokens. Please reduce the length of the messages.",
        "messages",
        "context_length_exceeded",
    )


def prompt_filtered(results: Body, spelling: FilterError = "innererror") -> Refusal:
    """What stopped a prompt, with the details in one of the two spellings that are about."""
    found = "content_filter_result" if spelling == "innererror" else "content_filter_results"
    return Refusal(
        400,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's "
                "content management policy. Please modify your prompt and retry. To learn more "
                "about our content filtering policies please read our documentation: "
                "https://go.microsoft.com/fwlink/?linkid=2198766",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                spelling: {"code": "ResponsibleAIPolicyViolation", found: results},
            }
        },
    )


def stopped_by(refusal: Refusal) -> dict[str, str]:
    """The filter that stopped a prompt, if one did."""
    error = refusal.body.get("error") or {}
    inner = error.get("innererror") or error.get("inner_error") or {}
    found = inner.get("content_filter_result") or inner.get("content_filter_results")
    return gravest([found]) if found else {}


def authoring(status: int, code: str, message: str) -> Refusal:
    """What files, fine-tuning and batches refuse; the codes are those of the API's specification.

    The texts are unverified.
    """
    return azure_error(status, code, message)


def gone(kind: str, id: str) -> Refusal:
    return authoring(404, "notFound", f"The {kind} '{id}' was not found.")


def not_found(kind: str, id: str) -> Refusal:
    """Of a response, a conversation or a prompt; the words are OpenAI's."""
    return Refusal(
        404,
        {
            "error": {
                "message": f"{kind} with id '{id}' not found.",
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }
        },
    )


def item_not_found(id: str) -> Refusal:
    refusal = not_found("Item", id)
    refusal.body["error"]["message"] += (
        " Items are not persisted when `store` is set to false. Try again with `store` set to "
        "true, or remove this item from your input."
    )
    return refusal


def invalid_value(param: str, value: Any, supported: Sequence[str]) -> Refusal:
    *others, last = (f"'{each}'" for each in supported)
    names = f"{', '.join(others)}, and {last}" if others else last
    return wrong_request(
        f"Invalid value: '{value}'. Supported values are: {names}.", param, "invalid_value"
    )


def hosted_tool(tool: str, model: str) -> Refusal:
    """As Azure says it of a tool that a model does not have (text seen in big-AGI's source)."""
    return wrong_request(f"Hosted tool '{tool}' is not supported with {model}.", "tools")


def too_much_metadata(found: int, most: int) -> Refusal:
    return wrong_request(
        f"Invalid 'metadata': too many properties. Expected an object with at most {most} "
        f"properties, but got an object with {found} properties instead.",
        "metadata",
        "object_above_max_properties",
    )


def conversation_locked() -> Refusal:
    """A response to a conversation is still being made."""
    return wrong_request(
        "Another process is currently operating on this conversation. Please retry in a few "
        "seconds.",
        None,
        "conversation_locked",
    )
