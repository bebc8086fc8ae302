"""What a run came to: one pass over its calls."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.load.call import Call, Tokens
from scripts.measure.percentiles import Percentile, percentile
from scripts.client.outcome import ERRORS, OUTCOMES, THROTTLED


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Of the calls that were meant after the warm-up. Shares are of all those that were sent and
    were not cut off with the run."""

    seconds: float
    offered: int
    """Calls that were due."""
    dropped: int
    """Not sent, since more were under way than allowed."""
    unfinished: int
    """Cut off with the run."""
    outcomes: dict[str, int]
    """Every kind of outcome that occurred."""
    latency_ms: dict[str, Percentile]
    """p50, p95, p99 of the good answers; none without one."""
    first_text_ms: dict[str, Percentile]
    between_chunks_ms: Percentile | None
    """Median pause between two pieces of a stream, a call each."""
    late_ms_p99: float
    """How late the generator itself was."""
    tokens: Tokens
    """Sums."""
    slow: int
    """Good answers over the objective."""
    spilled: int
    longest_wait_ms: float | None
    """Largest retry-after."""
    utilisation_mean: float | None
    utilisation_most: float | None

    @property
    def ended(self) -> int:
        return sum(self.outcomes.values())

    @property
    def good(self) -> int:
        return self.outcomes.get("ok", 0)

    @property
    def errors(self) -> int:
        return sum(self.outcomes.get(each, 0) for each in ERRORS)

    @property
    def throttled(self) -> int:
        return sum(self.outcomes.get(each, 0) for each in THROTTLED)

    @property
    def achieved_a_second(self) -> float:
        return self.good / self.seconds if self.seconds else 0.0

    @property
    def tokens_per_minute(self) -> float:
        return 60 * (self.tokens.prompt + self.tokens.answer) / self.seconds if self.seconds else 0


def summarise(
    calls: Sequence[Call], *, from_s: float, until_s: float, objective_ms: float
) -> Summary:
    """What the calls that were meant between two times came to.

    objective_ms: the latency over which an answer is slow.
    """
    meant = [call for call in calls if from_s <= call.intended_s < until_s]
    ended = [(call, call.answer) for call in meant if call.answer is not None]
    good = [(call, answer) for call, answer in ended if answer.outcome == "ok"]
    outcomes = Counter(answer.outcome for _, answer in ended)
    latencies = [call.latency_ms for call, _ in good if call.latency_ms is not None]
    first_texts = [
        1000 * (answer.first_text_s - call.intended_s)
        for call, answer in good
        if answer.first_text_s is not None
    ]
    pauses = [
        1000 * (call.ended_s - answer.first_text_s) / (answer.chunks - 1)
        for call, answer in good
        if answer.first_text_s is not None and call.ended_s is not None and answer.chunks > 1
    ]
    late = [call.late_ms for call in meant if call.sent_s is not None]
    loads = [answer.utilisation for _, answer in ended if answer.utilisation is not None]
    waits = [answer.retry_after_ms for _, answer in ended if answer.retry_after_ms is not None]
    return Summary(
        seconds=until_s - from_s,
        offered=len(meant),
        dropped=sum(call.sent_s is None for call in meant),
        unfinished=sum(call.sent_s is not None and call.answer is None for call in meant),
        outcomes={each: outcomes[each] for each in OUTCOMES if outcomes[each]},
        latency_ms=_percentiles(latencies),
        first_text_ms=_percentiles(first_texts),
        between_chunks_ms=percentile(pauses, 0.5) if pauses else None,
        late_ms_p99=percentile(late, 0.99).value if late else 0.0,
        tokens=Tokens(
            prompt=sum(answer.tokens.prompt for _, answer in ended),
            cached=sum(answer.tokens.cached for _, answer in ended),
            answer=sum(answer.tokens.answer for _, answer in ended),
            reasoning=sum(answer.tokens.reasoning for _, answer in ended),
        ),
        slow=sum(latency > objective_ms for latency in latencies),
        spilled=sum(answer.spilled for _, answer in ended),
        longest_wait_ms=max(waits, default=None),
        utilisation_mean=sum(loads) / len(loads) if loads else None,
        utilisation_most=max(loads, default=None),
    )


def _percentiles(sample: Sequence[float]) -> dict[str, Percentile]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: percentile(sample, share) for name, share in shares.items()} if sample else {}
