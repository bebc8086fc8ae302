"""What became of one call to a model, by what Azure answered."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

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

THROTTLED: Final = frozenset(each for each in OUTCOMES if each.startswith("throttled_"))

UTILISATION: Final = "azure-openai-deployment-utilization"
"""A provisioned deployment's load, as in `89.3%`."""


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
