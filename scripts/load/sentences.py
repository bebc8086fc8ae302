"""What is worth a line of a report only where there is something to tell."""

from scripts.load.report import Report
from scripts.load.summary import Summary


def sentences(report: Report) -> list[str]:
    """About waits, limits, utilisation, failures and cost."""
    summary, run = report.summary, report.run
    said = []
    if waits := summary.waits_ms:
        said.append(
            f"refused callers were told to wait {waits['p50'].value / 1000:.1f} s "
            f"(p50; p95 {waits['p95'].value / 1000:.1f} s), "
            f"{summary.waits_sum_ms / 1000:,.0f} s in all"
        )
    if cut := _cut(summary, run.tokens_per_minute):
        said.append(cut)
    if summary.utilisation_mean is not None and summary.utilisation_most is not None:
        said.append(
            f"provisioned throughput was used to {summary.utilisation_mean:.0%} on the mean, "
            f"{summary.utilisation_most:.0%} at most"
        )
    elif run.price and run.price.an_hour:
        said.append(
            "how full it was is not in the answers. Azure Monitor has it: Provisioned-managed "
            "Utilization V2"
        )
    if summary.spilled:
        said.append(f"answered by the deployment that it spills to: {summary.spilled}")
    for outcome, request_id in summary.examples.items():
        said.append(f"one that ended with {outcome}, for Azure's support: {request_id}")
    if run.price is None:
        said.append("what it cost is not known: no price for this deployment")
    elif summary.cost is not None:
        hourly = (
            f", and {run.price.an_hour:,.2f} an hour, asked or not" if run.price.an_hour else ""
        )
        said.append(f"its calls cost {summary.cost:.2f} {run.price.currency}{hourly}")
    return said


def _cut(summary: Summary, declared: int | None) -> str:
    least = summary.least_limit_tokens
    if least is None or declared is None or least >= declared:
        return ""
    return (
        f"Azure allowed {least:,} tokens a minute at times, and {declared:,} are declared: "
        f"a limit for a while, of which {summary.outcomes.get('throttled_temporary', 0)} calls "
        "were refused"
    )
