"""What is asked of the logs: the questions behind alerts and the workbook, in KQL.

Spans are the callers' own (Application Insights' AppDependencies), attributes after
OpenTelemetry's GenAI conventions; ItemCount carries sampling. `dep` is the deployment.
"""

from collections.abc import Mapping
from typing import Final

from components.prices import Price

CALLS: Final = """AppDependencies
| where Properties["gen_ai.provider.name"] == "azure.ai.openai"
| extend dep = tostring(Properties["gen_ai.request.model"])"""

ENOUGH_CALLS: Final = 60
"""Below it a share says nothing, and an alert would be noise."""

ERRORS: Final = f"""{CALLS}
| summarize n = sum(ItemCount), bad = sumif(ItemCount, Success == false) by dep
| where n >= {ENOUGH_CALLS}
| extend errPct = 100.0 * bad / n"""

LATENCY: Final = f"""{CALLS}
| summarize n = sum(ItemCount), p95 = percentilew(DurationMs, ItemCount, 95) by dep
| where n >= {ENOUGH_CALLS}"""

FILTERED: Final = f"""{CALLS}
| extend blocked = tostring(Properties["plumb.error_class"]) == "filtered"
| summarize n = sum(ItemCount), bad = sumif(ItemCount, blocked) by dep
| where n >= {ENOUGH_CALLS}
| extend filteredPct = 100.0 * bad / n"""

GROUNDEDNESS: Final = """AppEvents
| where Name == "gen_ai.evaluation.result"
| where Properties["gen_ai.evaluation.name"] == "groundedness"
| extend dep = tostring(Properties["gen_ai.request.model"])
| extend s = todouble(Properties["gen_ai.evaluation.score.value"])
| summarize total = count(), judged = countif(isfinite(s)), score = avgif(s, isfinite(s)) by dep
| where total >= 30
| extend verdict = iff(judged < 0.95 * total, 0.0, score)"""


def cost_of_the_day(prices: Mapping[str, Price], usd_per_hour: float) -> str:
    """What today cost so far, in USD; `unpriced` counts calls without a price."""
    rows = ", ".join(
        f'"{name}", {price.input}, {price.cached_input}, {price.output}'
        for name, price in sorted(prices.items())
    )
    tokens = {"i": "input_tokens", "o": "output_tokens", "c": "cache_read.input_tokens"}
    columns = "\n".join(
        f'| extend {column} = coalesce(todouble(Properties["gen_ai.usage.{name}"]), 0.0)'
        for column, name in tokens.items()
    )
    return f"""let P = datatable(dep:string, pin:real, pc:real, pout:real)[{rows}];
{CALLS}
| where TimeGenerated >= startofday(now())
{columns}
| lookup kind=leftouter P on dep
| summarize usd = sum(ItemCount * ((i - c) * pin + c * pc + o * pout) / 1e6),
    unpriced = countif(isnull(pin))
| extend usd = usd + {usd_per_hour} * ((now() - startofday(now())) / 1h)"""
