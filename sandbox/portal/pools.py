"""Quota as it stands: each pool that something draws on, by region."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sandbox.arm.cognitiveservices import quota
from sandbox.portal.bars import Bar


@dataclass(frozen=True, kw_only=True)
class Pool:
    location: str
    name: str
    """As Azure writes it to people."""
    usage: str
    """As Azure's interface names it."""
    bar: Bar


def pools(
    held: Mapping[str, Mapping[str, int]], limit: Callable[[str, str, str], int]
) -> list[Pool]:
    """By region; the fullest first. `held` is capacity by region and pool."""
    found = [
        Pool(
            location=location,
            name=quota.label(usage),
            usage=usage,
            bar=Bar(used=used, limit=limit(location, usage, sku(usage)), unit=unit(usage)),
        )
        for location, by_pool in held.items()
        for usage, used in by_pool.items()
    ]
    return sorted(found, key=lambda each: (each.location, -each.bar.share, each.name))


def regions(accounts: Iterable[Mapping[str, object]]) -> list[str]:
    return sorted({str(each["location"]) for each in accounts})


def sku(usage: str) -> str:
    """The SKU in a pool's name: OpenAI.GlobalStandard.gpt-5.4."""
    return usage.split(".")[1] if usage.count(".") else ""


def unit(usage: str) -> str:
    if "Provisioned" in sku(usage):
        return "PTU"
    return "k tokens" if "Batch" in sku(usage) else "k TPM"
