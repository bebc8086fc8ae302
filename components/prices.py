"""What Azure charges, as data: prices.yaml beside this file, and how to look something up in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from components.catalog import base_model

FILE: Final = Path(__file__).with_name("prices.yaml")

PRICED_AS: Final[Mapping[str, str]] = {"DeveloperTier": "GlobalStandard"}
"""A SKU whose tokens cost what another's do."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """Money per million tokens."""

    input: float
    cached_input: float
    output: float

    def times(self, factor: float) -> "Price":
        return Price(
            input=self.input * factor,
            cached_input=self.cached_input * factor,
            output=self.output * factor,
        )


@dataclass(frozen=True, kw_only=True)
class Window:
    """Hours of the day, UTC, in which a price is another; they may span midnight."""

    begins: time
    ends: time
    factor: float

    def holds(self, at: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where prices were read."""

    address: str
    retrieved: str
    """ISO date."""
    sha256: str = ""
    """Of the answer they were read from, where a program read it."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What tokens of one model cost on one SKU."""

    provider: str
    model: str
    versions: frozenset[str]
    """Empty: every version."""
    sku: str
    regions: frozenset[str]
    """Empty: the same everywhere."""
    price: Price
    currency: str
    valid_from: date
    windows: tuple[Window, ...]
    meters: Mapping[str, str]
    """input, cached_input, output -> the line of Azure's list; none where it is not known."""
    source: str

    def at(self, moment: datetime) -> Price:
        """The price at a time of day."""
        factors = (each.factor for each in self.windows if each.holds(moment.time()))
        return self.price.times(next(factors, 1.0))


@dataclass(frozen=True, kw_only=True)
class Hourly:
    """What stands costs by the hour, used or not: a throughput unit, or a fine-tuned model."""

    sku: str
    hour: float
    month: float | None
    """A reservation's whole term; None where its price is not known."""
    year: float | None
    currency: str
    meter: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PriceList:
    currency: str
    """That of rows which name no other."""
    sources: Mapping[str, Source]
    tokens: Sequence[Tokens]
    provisioned: Mapping[str, Hourly]
    """By SKU."""
    hosting: Mapping[str, Hourly]
    """Of fine-tuned models, by SKU."""

    def find(
        self,
        model: str,
        version: str,
        sku: str,
        location: str,
        on: date,
        provider: str = "Azure",
    ) -> Tokens | None:
        """What tokens of a deployment cost on a day; None if nobody knows.

        A fine-tuned model's cost what its base's do.
        """
        base = base_model(model)
        name, of = (base.name, base.version) if base else (model, version)
        fitting = [
            each
            for each in self.tokens
            if (each.provider, each.model, each.sku) == (provider, name, PRICED_AS.get(sku, sku))
            and (not each.versions or of in each.versions)
            and (not each.regions or location in each.regions)
            and each.valid_from <= on
        ]
        return max(fitting, key=lambda each: each.valid_from, default=None)


def sha256_of(content: bytes) -> str:
    """Of a price list, so that a forecast says which one it was made with."""
    return sha256(content).hexdigest()


@cache
def price_list() -> PriceList:
    """The prices that Plumbline ships."""
    return parse(FILE.read_text(encoding="utf-8"))


def parse(text: str) -> PriceList:
    """A price list from its YAML.

    Raises:
        ValueError: it is none, or a row has an unknown source, or two hold at once.
    """
    # Here: most who import this module need no price.
    import yaml

    try:
        return _parsed(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no price list: {error} is missing, or is something else") from None


def _parsed(facts: Mapping[str, Any]) -> PriceList:
    sources = {name: Source(**row) for name, row in facts["sources"].items()}
    found = PriceList(
        currency=facts["currency"],
        sources=sources,
        tokens=tuple(_tokens(row, facts) for row in facts["tokens"]),
        provisioned={row["sku"]: _hourly(row, facts) for row in facts["provisioned"]},
        hosting={row["sku"]: _hourly(row, facts) for row in facts["hosting"]},
    )
    named = {each.source for each in found.tokens}
    named |= {each.source for each in (*found.provisioned.values(), *found.hosting.values())}
    if unknown := named - sources.keys():
        raise ValueError(f"no source of the price list: {', '.join(sorted(unknown))}")
    _each_once(found.tokens)
    return found


def _each_once(rows: Sequence[Tokens]) -> None:
    for number, row in enumerate(rows):
        for other in rows[number + 1 :]:
            if _same(row, other):
                raise ValueError(f"{row.model} on {row.sku} has two prices at once")


def _same(row: Tokens, other: Tokens) -> bool:
    def key(each: Tokens) -> tuple[Any, ...]:
        return each.provider, each.model, each.sku, each.valid_from

    def meet(one: frozenset[str], two: frozenset[str]) -> bool:
        return not one or not two or bool(one & two)

    return (
        key(row) == key(other)
        and meet(row.versions, other.versions)
        and meet(row.regions, other.regions)
    )


def _tokens(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Tokens:
    return Tokens(
        provider=row.get("provider", facts["provider"]),
        model=row["model"],
        versions=frozenset(row.get("versions", ())),
        sku=row["sku"],
        regions=frozenset(_flat(row.get("regions", ()))),
        price=Price(input=row["input"], cached_input=row["cached_input"], output=row["output"]),
        currency=row.get("currency", facts["currency"]),
        valid_from=date.fromisoformat(row.get("valid_from", facts["valid_from"])),
        windows=tuple(
            Window(
                begins=time.fromisoformat(each["from"]),
                ends=time.fromisoformat(each["until"]),
                factor=each["factor"],
            )
            for each in row.get("windows", ())
        ),
        meters=row.get("meters", {}),
        source=row["source"],
    )


def _hourly(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Hourly:
    return Hourly(
        sku=row["sku"],
        hour=row["hour"],
        month=row.get("month"),
        year=row.get("year"),
        currency=row.get("currency", facts["currency"]),
        meter=row.get("meter", ""),
        source=row["source"],
    )


def _flat(regions: Iterable[Any]) -> Iterator[str]:
    for region in regions:
        if isinstance(region, list):
            yield from _flat(region)
        else:
            yield region
