"""One call of a load run, as it was meant and as it went."""

from dataclasses import dataclass

from scripts.client.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """As the answer's `usage` counts them; cached are among prompt, reasoning among answer."""

    prompt: int = 0
    cached: int = 0
    answer: int = 0
    reasoning: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back. Times in seconds of the run's clock."""

    outcome: Outcome
    status: int | None = None
    first_text_s: float | None = None
    """Of a stream: when the first text was there."""
    chunks: int = 0
    """Of a stream: pieces of text."""
    tokens: Tokens = Tokens()
    retry_after_ms: float | None = None
    utilisation: float | None = None
    """Of provisioned throughput, as a share."""
    limit_tokens: int | None = None
    """Tokens a minute that the deployment has, as this answer tells; below what was declared while
    Azure cuts it."""
    region: str = ""
    request_id: str = ""
    """By which Azure's support finds the call."""
    spilled: bool = False
    """Another deployment answered, since this one was full."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """Times in seconds since the first arrival could have been."""

    number: int
    """Of the run's arrivals, from 0."""
    intended_s: float
    """When its caller would have called, whatever the others did."""
    sent_s: float | None
    """None: dropped, since more calls were under way than allowed."""
    ended_s: float | None
    """None: dropped, or cut off with the run."""
    answer: Answer | None

    @property
    def latency_ms(self) -> float | None:
        """From when it was meant, not from when it was sent: a caller waits from then on."""
        return None if self.ended_s is None else 1000 * (self.ended_s - self.intended_s)

    @property
    def late_ms(self) -> float:
        """How much later than meant it was sent: what the generator itself adds."""
        return 0.0 if self.sent_s is None else 1000 * (self.sent_s - self.intended_s)
