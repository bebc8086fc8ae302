"""What became of one call to a model, by what Azure answered."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from openai import APIError

Outcome = Literal[
    "ok",
    "server",
    "timeout",
    "connection",
    "cut",
    "request",
    "throttled_quota",
    "throttled_capacity",
    "throttled_temporary",
    "filtered",
]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

ERRORS: Final[frozenset[Outcome]] = frozenset({"server", "timeout", "connection", "cut", "request"})
"""What counts as an error of the service. A throttled or a filtered call has a share of its own."""

THROTTLED: Final[frozenset[Outcome]] = frozenset(
    each for each in OUTCOMES if each.startswith("throttled_")
)

UTILISATION: Final = "azure-openai-deployment-utilization"
"""A provisioned deployment's load, as in `89.3%`."""

SPILLED_FROM: Final = "x-ms-spillover-from-deployment"
"""Names the deployment that was full, where another one answered for it."""


def of_status(
    status: int, headers: Mapping[str, str], body: Any, *, tokens_per_minute: int | None = None
) -> Outcome:
    """What an answer with this status means. Names of headers in lower case; body: as parsed.

    tokens_per_minute: what the deployment was declared with. A lower limit in the answer is a cut
    that Azure makes for a while, not the deployment's own quota.
    """
    match status:
        case 429:
            return _throttled(headers, _error(body), tokens_per_minute)
        case 408:
            return "timeout"
        case 400 if _error(body).get("code") == "content_filter":
            return "filtered"
    if status < 400:
        return "ok"
    return "server" if status >= 500 else "request"


def of_ending(finish_reason: str | None) -> Outcome:
    """What an answer means that ended like this."""
    if finish_reason is None:
        return "cut"
    return "filtered" if finish_reason == "content_filter" else "ok"


def of_error(error: "APIError") -> Outcome:
    """What an exception of the openai SDK means."""
    # Here, not above: the SDK takes a second to import, and not all who count outcomes call.
    import openai

    match error:
        case openai.APIStatusError():  # its body is what stood under `error`
            headers, body = error.response.headers, {"error": error.body}
            return of_status(error.status_code, headers, body)
        case openai.APITimeoutError():
            return "timeout"
        case openai.APIConnectionError():
            return "connection"
    return "server"  # told in the middle of a stream, or not what the API promises


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long a server asks to wait, if it does."""
    for name, a_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            return max(0.0, float(headers[name]) / a_second)
        except (KeyError, ValueError):
            continue
    try:  # HTTP allows a date as well, which is one of the server's own clock
        until, now = (parsedate_to_datetime(headers[name]) for name in ("retry-after", "date"))
        return max(0.0, (until - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def _throttled(
    headers: Mapping[str, str], error: Mapping[str, Any], tokens_per_minute: int | None
) -> Outcome:
    limit = headers.get("x-ratelimit-limit-tokens", "")
    if tokens_per_minute and limit.isdecimal() and int(limit) < tokens_per_minute:
        return "throttled_temporary"
    said = str(error.get("message", "")).lower()
    if UTILISATION in headers or "high demand" in said:
        return "throttled_capacity"
    return "throttled_quota"


def _error(body: Any) -> Mapping[str, Any]:
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}
