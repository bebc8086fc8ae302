"""What calls cost, by the price list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from components.catalog import PROVISIONED_SKUS

if TYPE_CHECKING:
    from components.prices import Price, PriceList
    from scripts.stack_outputs import AccountOutputs, DeploymentOutputs

MILLION: Final = 1_000_000


class NoPrice(Exception):
    """The price list does not know what something costs; the message says what."""


@dataclass(frozen=True)
class Money:
    amount: float
    currency: str

    def plus(self, other: "Money") -> "Money":
        """Both together.

        Raises:
            NoPrice: they are in two currencies.
        """
        if other.currency != self.currency:
            raise NoPrice(
                f"the price list has {self.currency} and {other.currency}, which do not add up. "
                "Fix: one currency"
            )
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class Used:
    """Tokens that were used."""

    prompt: float = 0
    """With those from the cache."""
    cached: float = 0
    output: float = 0
    """With the reasoning's."""

    def plus(self, other: "Used") -> "Used":
        return Used(
            prompt=self.prompt + other.prompt,
            cached=self.cached + other.cached,
            output=self.output + other.output,
        )


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What is sold to a deployment: what its price depends on."""

    model: str
    """As deployed: a fine-tuned model by its own name."""
    version: str
    sku: str
    location: str
    provider: str = "Azure"

    @classmethod
    def to(cls, account: "AccountOutputs", deployment: "DeploymentOutputs") -> "Sold":
        """What a deployed deployment is sold."""
        return cls(
            model=deployment.model,
            version=deployment.version,
            sku=deployment.sku,
            location=account.location,
        )

    def __str__(self) -> str:
        return f"{self.model} {self.version} on {self.sku} in {self.location}"


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What something costs, as far as that is known."""

    by_token: Money
    by_hour: Money
    """For standing there."""
    unpriced: Sequence[str]
    """What nobody knows the price of."""

    @property
    def whole(self) -> Money:
        return self.by_token.plus(self.by_hour)


def call_cost(
    sold: Sold, used: Used, *, at: datetime | None = None, prices: "PriceList | None" = None
) -> Money:
    """What tokens cost. Provisioned throughput is paid by the hour, so its tokens are free.

    A call that spilled over is sold by the deployment that answered it.
    at: when, for prices that change with the day or the hour; now if left out.

    Raises:
        NoPrice: the list has no price for it.
        ValueError: more tokens from the cache than there were.
    """
    if not 0 <= used.cached <= used.prompt:
        raise ValueError(f"{used.cached:g} cached of {used.prompt:g} prompt tokens")
    price, currency = token_price(sold, at=at, prices=prices)
    fresh = used.prompt - used.cached
    amount = fresh * price.input + used.cached * price.cached_input + used.output * price.output
    return Money(amount / MILLION, currency)


def token_price(
    sold: Sold, *, at: datetime | None = None, prices: "PriceList | None" = None
) -> "tuple[Price, str]":
    """Price and currency of a million tokens.

    Raises:
        NoPrice: the list has no price for it.
    """
    from components.prices import Price, price_list

    held = prices or price_list()
    moment = at or datetime.now(UTC)
    if sold.sku in PROVISIONED_SKUS:
        return Price(input=0, cached_input=0, output=0), _hourly_currency(sold, held)
    row = held.find(sold.model, sold.version, sold.sku, sold.location, moment.date(), sold.provider)
    if row is None:
        raise NoPrice(
            f"no price is known for {sold}. "
            "Fix: add its row to components/prices.yaml, with where you read it"
        )
    return row.at(moment), row.currency


def hourly_cost(
    sold: Sold, capacity: float, *, fine_tuned: bool, prices: "PriceList | None" = None
) -> Money:
    """What a deployment costs each hour that it stands, whatever it is asked.

    Raises:
        NoPrice: the list does not say.
    """
    from components.prices import price_list

    held = prices or price_list()
    if sold.sku in PROVISIONED_SKUS:
        return Money(held.provisioned[sold.sku].hour * capacity, _hourly_currency(sold, held))
    if not fine_tuned:
        return Money(0.0, token_price(sold, prices=held)[1])
    row = held.hosting.get(sold.sku)
    if row is None:
        raise NoPrice(
            f"nobody knows what hosting {sold} costs. Fix: add {sold.sku} to `hosting` in "
            "components/prices.yaml"
        )
    return Money(row.hour, row.currency)


def priced(
    sold: Sold,
    used: Used,
    hours: float,
    capacity: float,
    *,
    fine_tuned: bool,
    prices: "PriceList",
    at: datetime | None = None,
) -> "Priced":
    """What tokens and hours cost. What nobody used needs no price."""
    nothing = Money(0.0, prices.currency)
    by_token, by_hour, unpriced = nothing, nothing, []
    try:
        if used != Used():
            by_token = call_cost(sold, used, at=at, prices=prices)
    except NoPrice as error:
        unpriced.append(str(error))
    try:
        if hours:
            an_hour = hourly_cost(sold, capacity, fine_tuned=fine_tuned, prices=prices)
            by_hour = Money(hours * an_hour.amount, an_hour.currency)
    except NoPrice as error:
        unpriced.append(str(error))
    return Priced(by_token=by_token, by_hour=by_hour, unpriced=unpriced)


def _hourly_currency(sold: Sold, prices: "PriceList") -> str:
    row = prices.provisioned.get(sold.sku)
    if row is None:
        raise NoPrice(
            f"no price is known for an hour of {sold.sku}. Fix: add it to `provisioned` in "
            "components/prices.yaml"
        )
    return row.currency
