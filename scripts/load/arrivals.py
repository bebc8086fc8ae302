"""When calls arrive: drawn before the first is sent, so that no slow answer delays the next."""

import itertools
import random
from collections.abc import Callable, Sequence
from typing import Literal

Process = Literal["poisson", "constant", "replay"]


def poisson(a_second: float, duration_s: float, chance: random.Random) -> list[float]:
    """Seconds from the start at which independent callers call, in order.

    As many as were asked for: of a Poisson process whose count is known, each arrival is anywhere.
    Left to chance, the count of a quiet route's run would be off by more than is let pass.
    """
    return sorted(chance.uniform(0, duration_s) for _ in range(round(a_second * duration_s)))


def constant(a_second: float, duration_s: float) -> list[float]:
    """Seconds from the start of calls at even distances."""
    return [number / a_second for number in range(round(a_second * duration_s))]


def replay(recorded: Sequence[float], a_second: float, duration_s: float) -> list[float]:
    """A recorded pattern at another rate: its own gaps, stretched, and begun again at its end.

    Raises:
        ValueError: fewer than two calls were recorded, or they do not rise.
    """
    gaps = [later - earlier for earlier, later in itertools.pairwise(recorded)]
    if not gaps or min(gaps) < 0 or not sum(gaps):
        raise ValueError("a pattern is two or more rising times in seconds")
    stretch = len(gaps) / sum(gaps) / a_second
    at, times, number = 0.0, list[float](), 0
    while at < duration_s:
        times.append(at)
        at += gaps[number % len(gaps)] * stretch
        number += 1
    return times


def drawn(
    process: Process,
    a_second: float,
    duration_s: float,
    seed: int,
    recorded: Sequence[float] = (),
) -> list[float]:
    """The arrivals of one run; the same seed gives the same ones."""
    draw: dict[Process, Callable[[], list[float]]] = {
        "poisson": lambda: poisson(a_second, duration_s, random.Random(seed)),
        "constant": lambda: constant(a_second, duration_s),
        "replay": lambda: replay(recorded, a_second, duration_s),
    }
    return draw[process]()
