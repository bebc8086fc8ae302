"""Where Azure has been seen to answer in more than one way, a setting says in which."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from sandbox.around import Settings

FilterError = Literal["innererror", "inner_error"]
RateLimitAnswer = Literal["newer", "older", "high_demand", "reset_only"]

FILTER_ERROR: Final = "filter_error"
RATE_LIMIT_ANSWER: Final = "rate_limit_answer"
UTILISATION_HEADER: Final = "utilisation_header"
RATE_LIMITS: Final = "rate_limits"


@dataclass(frozen=True, kw_only=True)
class Variants:
    filter_error: FilterError = "innererror"
    """`innererror.content_filter_result`, or `inner_error.content_filter_results`."""
    rate_limit_answer: RateLimitAnswer = "newer"
    """The wording of a 429; high_demand is load shedding, reset_only leaves Retry-After out."""
    utilisation_header: bool = False
    """Whether a PTU deployment still sends azure-openai-deployment-utilization, now withdrawn."""
    rate_limits: bool = True
    """False lets every request in."""


AS_AZURE_IS: Final = Variants()


def variants(settings: Settings) -> Variants:
    filter_error = settings.get(FILTER_ERROR)
    answer = settings.get(RATE_LIMIT_ANSWER)
    return Variants(
        filter_error=filter_error if filter_error in get_args(FilterError) else "innererror",
        rate_limit_answer=answer if answer in get_args(RateLimitAnswer) else "newer",
        rate_limits=settings.get(RATE_LIMITS) is not False,
        utilisation_header=bool(settings.get(UTILISATION_HEADER, False)),
    )
