"""Azure's public price list, held against ours.

Names of meters are free text. They are read by a closed dictionary, the meters of our own list;
what it does not hold is named, never guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.catalog import PROVISIONED_SKUS
from components.prices import PriceList, Tokens
from scripts.cost.budget import Reason
from scripts.cost.price import Sold
from scripts.exit import Exit

HOST: Final = "prices.azure.com"
ADDRESS: Final = f"https://{HOST}/api/retail/prices"
API_VERSION: Final = "2023-01-01-preview"
SERVICE: Final = "Foundry Models"
MOST_PAGES: Final = 100
MILLION: Final = 1_000_000

UNITS: Final[Mapping[str, float]] = {
    "1K": 1_000,
    "1K Tokens": 1_000,
    "1M": MILLION,
    "1M Tokens": MILLION,
}
"""Tokens in what a row is the price of."""
HOUR: Final = "1/Hour"
TERMS: Final[Mapping[str | None, str]] = {None: "hour", "1 Month": "month", "1 Year": "year"}
"""A reservation's price is its whole term's, though its row says 1/Hour."""


class NotRead(Exception):
    """The list cannot be had or read; the message says why."""


class NotReached(Exception):
    """Nobody answers; the message says what was asked."""


class Row(BaseModel):
    """A row of the list. What a later version adds is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    meter: str = Field(alias="meterName")
    product: str = Field(alias="productName")
    region: str = Field(alias="armRegionName")
    price: float = Field(alias="retailPrice", ge=0)
    currency: str = Field(alias="currencyCode")
    unit: str = Field(alias="unitOfMeasure")
    type: str = Field(alias="type", default="Consumption")
    term: str | None = Field(alias="reservationTerm", default=None)


class Page(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    rows: Sequence[Row] = Field(alias="Items")
    next: str | None = Field(alias="NextPageLink", default=None)


@dataclass(frozen=True, kw_only=True)
class Quote:
    """One price as both lists have it."""

    what: str
    """gpt-5.4 on GlobalStandard, input."""
    meter: str
    ours: float | None
    """None: our list knows the meter, and not this price."""
    theirs: float

    @property
    def differs(self) -> bool:
        return self.ours is None or abs(self.ours - self.theirs) > 0.005 * max(self.theirs, 1e-9)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    region: str
    quotes: Sequence[Quote]
    unread: Sequence[str]
    """Meters that our list does not hold."""
    missing: Sequence[str]
    """Meters of ours that the list does not hold for the region."""


def rows(answer: Any) -> Page:
    """One page of the list.

    Raises:
        NotRead: it is none.
    """
    try:
        return Page.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NotRead(f"no page of the price list: {place}: {first['msg']}") from None


def compare(found: Iterable[Row], prices: PriceList, region: str) -> Comparison:
    """What the list says of our meters in a region.

    Raises:
        NotRead: a meter of ours is sold by a unit that we cannot read, or in another currency.
    """
    known = _dictionary(prices, region)
    quotes: dict[tuple[str, str], Quote] = {}
    unread: set[str] = set()
    for row in found:
        terms = known.get(row.meter.casefold())
        if terms is None:
            unread.add(row.meter)
            continue
        term = _term(row)
        what, ours = terms.get(term, (f"{row.meter}, {term}", None))
        if row.currency != prices.currency:
            raise NotRead(f"{row.meter} is in {row.currency}, our list in {prices.currency}")
        quotes[row.meter.casefold(), term] = Quote(
            what=what, meter=row.meter, ours=ours, theirs=_price(row, term)
        )
    told = {meter for meter, _ in quotes}
    return Comparison(
        region=region,
        quotes=sorted(quotes.values(), key=lambda each: each.what),
        unread=sorted(unread),
        missing=sorted(
            next(iter(terms.values()))[0] for meter, terms in known.items() if meter not in told
        ),
    )


def judge(compared: Comparison, billed: Iterable[Sold], prices: PriceList) -> Iterator[Reason]:
    """Whether what a stack's deployments are billed by still holds in their region."""
    quoted = {each.what: each for each in compared.quotes}
    for what in sorted({each for sold in billed for each in _billed_by(sold, prices)}):
        quote = quoted.get(what)
        if quote is None:
            yield Reason(
                code=Exit.CANNOT_TELL,
                text=f"{compared.region}: Azure's list has no price of {what} by a meter that we "
                "know. Fix: find its meter, and write it to components/prices.yaml",
            )
        elif quote.differs:
            yield Reason(
                code=Exit.NO,
                text=f"{compared.region}: {what} is {quote.theirs:g} by {quote.meter}, ours is "
                f"{quote.ours:g}. Fix: components/prices.yaml, with the day"
                if quote.ours is not None
                else f"{compared.region}: {what} is {quote.theirs:g} by {quote.meter}, and ours "
                "is not known. Fix: components/prices.yaml, with the day",
            )
        else:
            yield Reason(
                code=Exit.YES,
                text=f"{compared.region}: {what} is {quote.theirs:g} by {quote.meter}",
            )


def _billed_by(sold: Sold, prices: PriceList) -> Iterator[str]:
    if sold.sku in PROVISIONED_SKUS:
        yield f"a unit of {sold.sku}, hour"
        return
    row = prices.find(sold.model, sold.version, sold.sku, sold.location, date.max)
    if row is None:
        yield f"{sold.model} on {sold.sku}"
        return
    for part in ("input", "cached_input", "output"):
        if part == "input" or part in row.meters:
            yield _what(row, part)


def _what(row: Tokens, part: str) -> str:
    return f"{row.model} on {row.sku}, {part.replace('_', ' ')}"


def _term(row: Row) -> str:
    if row.unit in UNITS:
        return "tokens"
    if row.unit == HOUR and row.term in TERMS:
        return TERMS[row.term]
    raise NotRead(
        f"{row.meter} is sold by {row.unit}{f' for {row.term}' if row.term else ''}, which nobody "
        "here can read. Fix: look at it, and teach scripts/cost/retail.py"
    )


def _price(row: Row, term: str) -> float:
    return row.price * MILLION / UNITS[row.unit] if term == "tokens" else row.price


def _dictionary(prices: PriceList, region: str) -> dict[str, dict[str, tuple[str, float | None]]]:
    """Meter in small letters -> by term: what it is the price of, and our price."""
    found: dict[str, dict[str, tuple[str, float | None]]] = {}
    for each in prices.tokens:
        if each.provider != "Azure" or (each.regions and region not in each.regions):
            continue
        for part, meter in each.meters.items():
            found[meter.casefold()] = {"tokens": (_what(each, part), getattr(each.price, part))}
    for sku, hourly in prices.provisioned.items():
        found[hourly.meter.casefold()] = {
            term: (f"a unit of {sku}, {term}", getattr(hourly, term)) for term in TERMS.values()
        }
    return found


def ask(client: httpx2.Client, region: str, currency: str) -> Iterator[Row]:
    """Every row of a region, page by page. Nobody has to sign in.

    Raises:
        NotReached: nobody answers, or refuses.
        NotRead: what it answers is no price list.
    """
    query = {
        "api-version": API_VERSION,
        "currencyCode": f"'{currency}'",
        "$filter": f"serviceName eq '{SERVICE}' and armRegionName eq '{region}'",
    }
    address = str(httpx2.URL(ADDRESS, params=query))
    for _ in range(MOST_PAGES):
        page = rows(_get(client, address))
        yield from page.rows
        if not page.next:
            return
        if httpx2.URL(page.next).host != HOST:
            raise NotRead(f"its next page is on {httpx2.URL(page.next).host}, not on {HOST}")
        address = page.next
    raise NotRead(f"the price list has more than {MOST_PAGES} pages. Fix: see what changed in it")


def _get(client: httpx2.Client, address: str) -> Any:
    try:
        answer = client.get(address)
        answer.raise_for_status()
        return answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise NotReached(f"{HOST}: {said}. Fix: ask again later, or go on with ours") from None
