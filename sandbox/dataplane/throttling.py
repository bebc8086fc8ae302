"""429: what a deployment says when it has let in enough, in Azure's words."""

import math
from typing import Final

from sandbox.dataplane.errors import Refusal, azure_error
from sandbox.dataplane.variants import RateLimitAnswer

QUOTA_INCREASE: Final = "https://aka.ms/oai/quotaincrease"


def retry_headers(seconds: float) -> dict[str, str]:
    return {
        "retry-after": str(max(1, math.ceil(seconds))),
        "retry-after-ms": str(max(1, math.ceil(seconds * 1000))),
    }


def rate_limited(
    limit: str,
    seconds: float,
    *,
    deployment: str,
    model: str,
    region: str,
    kind: str,
    operation: str,
    api_version: str | None,
    wording: RateLimitAnswer = "newer",
) -> Refusal:
    """429 of a standard deployment, in one of the wordings that Azure has had for it."""
    under = (
        f"Azure OpenAI API version {api_version}"
        if api_version
        else "OpenAI Language Model Instance API"
    )
    wait = max(1, math.ceil(seconds))
    again = f"Please retry after {wait} second{'s' if wait > 1 else ''}."
    increase = f"To increase your default rate limit, visit: {QUOTA_INCREASE}."
    if wording == "high_demand":
        return high_demand()
    if wording == "older":
        refusal = azure_error(
            429,
            "429",
            f"Requests to the {operation} Operation under {under} have exceeded {limit} rate limit "
            f"of your current {kind} S0 pricing tier. {again} {increase}",
        )
    else:
        refusal = azure_error(
            429,
            "RateLimitReached",
            f"Your requests to {deployment} for {model} in {region} have exceeded the {limit} rate "
            f"limit for your current {kind} S0 pricing tier. This request was for {operation} "
            f"under {under}. {again} {increase}",
        )
    if wording == "reset_only":  # openai-python#937
        what = "requests" if limit == "call" else "tokens"
        refusal.headers = {f"x-ratelimit-reset-{what}": str(wait)}
    else:
        refusal.headers = retry_headers(seconds)
    return refusal


def high_demand() -> Refusal:
    """Load shedding: a 429 although the quota is not used up."""
    refusal = azure_error(
        429,
        "429",
        "The system is currently experiencing high demand and cannot process your request. Your "
        "request exceeds the maximum usage size allowed during peak load. For improved capacity "
        "reliability, consider switching to Provisioned Throughput.",
    )
    refusal.headers = retry_headers(1)
    return refusal


def provisioned_full(seconds: float) -> Refusal:
    """429 of provisioned throughput, in the words that callers quote (e.g. openclaw#113478)."""
    refusal = azure_error(
        429,
        "rate_limit_reached",
        "Requests have exceeded the throughput limit on your Provisioned-Managed deployment. If "
        "you continue to exceed your limit, consider increasing the number of provisioned "
        "throughput units deployed.",
        type="too_many_requests",
        param=None,
    )
    refusal.headers = retry_headers(seconds)
    return refusal
