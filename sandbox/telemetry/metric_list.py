"""The platform metrics of an account: what each one measures of a request.

Names and dimensions after Microsoft's page of 2026-07-31. Those that it says not to use for Azure
OpenAI (TotalCalls, SuccessRate, Latency and their like) are left out.
"""

from dataclasses import dataclass
from typing import Final

OK: Final = "status = 200"
PROVISIONED: Final = "deployment IN (SELECT value FROM json_each(:provisioned))"

DIMENSIONS: Final = {
    "ApiName": "operation",
    "OperationName": "operation",
    "Region": ":region",
    "StreamType": "CASE WHEN stream THEN 'Streaming' ELSE 'Non-Streaming' END",
    "ModelDeploymentName": "deployment",
    "ModelName": "model",
    "ModelVersion": "version",
    "StatusCode": "CAST(status AS TEXT)",
    "IsSpillover": "CASE WHEN is_spillover THEN 'True' ELSE 'False' END",
    "ServiceTierRequest": "'default'",
    "ServiceTierResponse": "'default'",
    "FeatureName": "''",
    "Category": "COALESCE(json_extract(details, '$.filter'), '')",
    "Severity": "COALESCE(json_extract(details, '$.severity'), '')",
}
"""SQL of each dimension over one event. What ApiName and FeatureName hold is unverified."""

COMMON: Final = (
    "ApiName",
    "OperationName",
    "Region",
    "StreamType",
    "ModelDeploymentName",
    "ModelName",
    "ModelVersion",
)
REQUEST: Final = (
    *COMMON,
    "StatusCode",
    "IsSpillover",
    "ServiceTierRequest",
    "ServiceTierResponse",
)
TOKENS: Final = (*COMMON, "FeatureName")
SUMMED: Final = ("Total", "Average", "Minimum", "Maximum", "Count")
LEVELS: Final = ("Average", "Minimum", "Maximum")


@dataclass(frozen=True, kw_only=True)
class Metric:
    name: str
    title: str
    value: str
    """SQL of what one event contributes; null contributes nothing."""
    unit: str = "Count"
    where: str = "1"
    dimensions: tuple[str, ...] = REQUEST
    aggregations: tuple[str, ...] = SUMMED
    exported: bool = True
    """Whether a diagnostic setting can send it to a workspace."""

    @property
    def primary(self) -> str:
        return self.aggregations[0]


def _level(name: str, title: str, value: str, unit: str, where: str = OK) -> Metric:
    return Metric(
        name=name,
        title=title,
        value=value,
        unit=unit,
        where=where,
        dimensions=COMMON,
        aggregations=LEVELS,
    )


def _tokens(name: str, title: str, value: str, where: str = OK) -> Metric:
    return Metric(name=name, title=title, value=value, where=where, dimensions=TOKENS)


def _share(name: str, title: str, value: str, where: str = "1") -> Metric:
    return Metric(
        name=name,
        title=title,
        value=value,
        unit="Percent",
        where=where,
        dimensions=COMMON,
        aggregations=LEVELS,
        exported=False,
    )


def _safety(name: str, title: str, where: str, *more: str) -> Metric:
    return Metric(name=name, title=title, value="1", where=where, dimensions=(*COMMON, *more))


AVAILABLE: Final = "CASE WHEN status < 500 THEN 100.0 ELSE 0.0 END"
BETWEEN_TOKENS: Final = "(ttlt_ms - ttft_ms) / NULLIF(completion_tokens - 1, 0)"
A_SECOND: Final = "1000.0 * completion_tokens / NULLIF(ttlt_ms - ttft_ms, 0)"
UTILISATION: Final = "100.0 * utilisation"
ALL_TOKENS: Final = "prompt_tokens + completion_tokens"

METRICS: Final = (
    Metric(name="AzureOpenAIRequests", title="Azure OpenAI Requests", value="1"),
    _share(
        "AzureOpenAIAvailabilityRate", "Azure OpenAI AvailabilityRate", AVAILABLE
    ),  # 5xx only: Azure counts a 429 as available
    _level(
        "AzureOpenAITimeToResponse",
        "Azure OpenAI Time to Response",
        "ttft_ms",
        "MilliSeconds",
    ),
    _level(
        "AzureOpenAINormalizedTTFTInMS",
        "Azure OpenAI Normalized Time to First Byte",
        "ttft_ms / NULLIF(prompt_tokens, 0)",
        "MilliSeconds",
    ),
    _level(
        "AzureOpenAINormalizedTBTInMS",
        "Azure OpenAI Normalized Time Between Tokens",
        BETWEEN_TOKENS,
        "MilliSeconds",
    ),
    _level("AzureOpenAITTLTInMS", "Azure OpenAI Time to Last Byte", "ttlt_ms", "MilliSeconds"),
    _level(
        "AzureOpenAITokenPerSecond",
        "Azure OpenAI Tokens Per Second",
        A_SECOND,
        "Count",
        f"{OK} AND stream",
    ),
    _tokens("ProcessedPromptTokens", "Processed Prompt Tokens", "prompt_tokens"),
    _tokens("GeneratedTokens", "Generated Completion Tokens", "completion_tokens"),
    _tokens("TokenTransaction", "Processed Inference Tokens", ALL_TOKENS),
    _tokens(
        "ActiveTokens",
        "Active Tokens",
        "prompt_tokens - cached_tokens + completion_tokens",
        f"{OK} AND {PROVISIONED}",
    ),
    _share(
        "AzureOpenAIContextTokensCacheMatchRate",
        "Prompt Token Cache Match Rate",
        "100.0 * cached_tokens / NULLIF(prompt_tokens, 0)",
        OK,
    ),
    _share(
        "AzureOpenAIProvisionedManagedUtilizationV2",
        "Provisioned-managed Utilization V2",
        UTILISATION,
        f"{OK} AND {PROVISIONED}",
    ),
    _safety("RAITotalRequests", "Total Requests", "status IN (200, 400)"),
    _safety("RAIHarmfulRequests", "Harmful Volume Detected", "filtered", "Category", "Severity"),
    _safety("RAIRejectedRequests", "Blocked Volume", "filtered"),
    Metric(name="ModelRequests", title="Model Requests", value="1"),
    _share("ModelAvailabilityRate", "Model Availability Rate", AVAILABLE),
    _level("TimeToResponse", "Time to Response", "ttft_ms", "MilliSeconds"),
    _tokens("InputTokens", "Input Tokens", "prompt_tokens"),
    _tokens("OutputTokens", "Output Tokens", "completion_tokens"),
    _tokens("TotalTokens", "Total Tokens", ALL_TOKENS),
    _share(
        "ProvisionedUtilization",
        "Provisioned Utilization",
        UTILISATION,
        f"{OK} AND {PROVISIONED}",
    ),
)


def named(name: str) -> Metric | None:
    """A metric by its name, in any casing."""
    return next((each for each in METRICS if each.name.lower() == name.lower()), None)
