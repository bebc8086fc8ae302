"""What a route must carry in its busiest minute, and who says so."""

from dataclasses import dataclass

from policies.throughput import Demand


class NoDemand(Exception):
    """Nobody said what a route must carry; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Peak:
    """A busiest minute."""

    requests: float
    prompt_tokens: float
    """A request's, on average."""
    declared_output: float
    """max_completion_tokens as callers send it: admission counts it, used or not."""
    observed_output: float | None = None
    """What answers really hold, on average: billed, and what throughput units work off."""
    cache_share: float = 0.0
    """Of the prompt tokens."""
    source: str
    """Where these come from, for a person."""

    @property
    def output(self) -> float:
        """What an answer holds as far as anybody knows."""
        return self.declared_output if self.observed_output is None else self.observed_output

    def declared(self, headroom: float) -> Demand:
        """As admission counts it."""
        return self._demand(self.declared_output, headroom)

    def observed(self, headroom: float) -> Demand:
        """As answers turn out."""
        return self._demand(self.output, headroom)

    def grown(self, factor: float) -> "Peak":
        """The same callers, more of them."""
        return Peak(
            requests=self.requests * factor,
            prompt_tokens=self.prompt_tokens,
            declared_output=self.declared_output,
            observed_output=self.observed_output,
            cache_share=self.cache_share,
            source=self.source,
        )

    def _demand(self, output: float, headroom: float) -> Demand:
        return Demand(
            requests=self.requests * headroom,
            prompt_tokens=self.prompt_tokens,
            output_tokens=output,
            cache_share=self.cache_share,
        )
