"""How long a model thinks. Sandbox defaults; Azure publishes no such figures."""

import math
import random
from dataclasses import dataclass
from typing import Final

MEDIANS_MS: Final = (
    ("gpt-4.1-mini", 300.0, 10.0),
    ("gpt-4.1-nano", 220.0, 7.0),
    ("gpt-4.1", 450.0, 18.0),
    ("gpt-4o-mini", 300.0, 10.0),
    ("gpt-4o", 400.0, 15.0),
    ("gpt-5.4-mini", 500.0, 11.0),
    ("gpt-5.4-nano", 380.0, 8.0),
    ("gpt-5-mini", 600.0, 12.0),
    ("gpt-5-nano", 450.0, 8.0),
    ("gpt-5", 900.0, 20.0),
    ("text-embedding", 60.0, 0.0),
    ("o", 2500.0, 16.0),
)
"""Beginning of the name, time to first token, gap between tokens; 400 and 15 for the rest."""

SKU_FACTORS: Final = {
    "ProvisionedManaged": 0.7,
    "DataZoneProvisionedManaged": 0.75,
    "GlobalProvisionedManaged": 0.75,
    "Standard": 0.9,
    "DeveloperTier": 1.4,
}
"""How long a SKU takes, GlobalStandard being 1: what is reserved or near answers sooner."""

PER_PROMPT_TOKEN_MS: Final = 0.02
FIRST_SIGMA: Final = 0.35
GAP_SIGMA: Final = 0.25


@dataclass(frozen=True)
class Delay:
    first_seconds: float
    """Until the first token."""
    gap_seconds: float
    """From each token to the next."""


NONE: Final = Delay(0.0, 0.0)


def delay(
    model: str,
    prompt_tokens: int,
    utilisation: float,
    scale: float,
    dice: random.Random,
    sku: str = "GlobalStandard",
) -> Delay:
    """How late one answer is; a full deployment is four times as slow as an idle one."""
    if not scale:
        return NONE
    known = ((first, gap) for start, first, gap in MEDIANS_MS if model.startswith(start))
    first, gap = next(known, (400.0, 15.0))
    load = SKU_FACTORS.get(sku, 1.0) * scale * (1 + 3 * min(1.0, utilisation) ** 4) / 1000
    to_first = dice.lognormvariate(math.log(first), FIRST_SIGMA)
    between = dice.lognormvariate(math.log(gap), GAP_SIGMA) if gap else 0.0
    return Delay((to_first + PER_PROMPT_TOKEN_MS * prompt_tokens) * load, between * load)
