"""What a run came to: one pass over its calls."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scripts.client.outcome import ERRORS, OUTCOMES, THROTTLED
from scripts.load.call import Answer, Call, Tokens
from scripts.load.cost import Price
from scripts.measure.percentiles import Percentile, percentile

NOT_ALLOWED = frozenset({401, 403})


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
    examples: dict[str, str]
    """By kind of error, the `apim-request-id` of its first call that has one."""
    refused_unseen: int
    """Calls that never reached a model: no connection, or whoever asked may not."""
    waits_ms: dict[str, Percentile]
    """p50, p95, p99 of the retry-after that refused callers were told; none without one."""
    waits_sum_ms: float
    longest_wait_ms: float | None
    least_limit_tokens: int | None
    """The smallest limit in tokens a minute that an answer told of."""
    utilisation_mean: float | None
    utilisation_most: float | None
    cost: float | None
    """In the currency of the run's price; None if nobody knows it."""

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
        return self.a_minute(self.tokens.prompt + self.tokens.answer)

    def a_minute(self, count: float) -> float:
        return 60 * count / self.seconds if self.seconds else 0.0


def summarise(
    calls: Sequence[Call],
    *,
    from_s: float,
    until_s: float,
    objective_ms: float,
    price: Price | None = None,
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
    limits = [answer.limit_tokens for _, answer in ended if answer.limit_tokens is not None]
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
        examples=_examples(answer for _, answer in ended),
        refused_unseen=sum(
            answer.outcome == "connection" or answer.status in NOT_ALLOWED for _, answer in ended
        ),
        waits_ms=_percentiles(waits),
        waits_sum_ms=math.fsum(waits),
        longest_wait_ms=max(waits, default=None),
        least_limit_tokens=min(limits, default=None),
        utilisation_mean=math.fsum(loads) / len(loads) if loads else None,
        utilisation_most=max(loads, default=None),
        # Of all calls, the warm-up's as well: they are paid for too.
        cost=math.fsum(price.of(call.answer) for call in calls if call.answer) if price else None,
    )


def _examples(answers: Iterable[Answer]) -> dict[str, str]:
    found: dict[str, str] = {}
    for answer in answers:
        if answer.outcome in ERRORS and answer.request_id:
            found.setdefault(answer.outcome, answer.request_id)
    return found


def _percentiles(sample: Sequence[float]) -> dict[str, Percentile]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: percentile(sample, share) for name, share in shares.items()} if sample else {}
