"""What the calls of a run cost."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from scripts.load.call import Answer, Tokens
from scripts.opened import Opened

if TYPE_CHECKING:
    from components.prices import Price as TokenPrice

MILLION = 1_000_000


class Rates(BaseModel):
    """Money per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float
    cached_input: float
    output: float

    @classmethod
    def of_list(cls, price: "TokenPrice") -> "Rates":
        return cls(input=price.input, cached_input=price.cached_input, output=price.output)

    def of(self, tokens: Tokens) -> float:
        fresh = tokens.prompt - tokens.cached
        cost = fresh * self.input + tokens.cached * self.cached_input + tokens.answer * self.output
        return cost / MILLION


class Price(BaseModel):
    """What a deployment's calls cost when the run began. Kept with the run: lists change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str
    rates: Rates
    """Nothing, where it is paid by the hour."""
    spilled: Rates | None = None
    """Of calls that the deployment it spills to has answered."""
    an_hour: float = 0.0
    """Of provisioned throughput, asked or not."""

    def of(self, answer: Answer) -> float:
        """A refused call costs nothing: it has used no tokens."""
        rates = self.spilled if answer.spilled and self.spilled else self.rates
        return rates.of(answer.tokens)


def price_of(opened: Opened, target: str) -> Price:
    """Of `account/deployment`, by the price list.

    Raises:
        NoPrice: the list does not know it.
    """
    from components.catalog import PROVISIONED_SKUS
    from scripts.cost.price import Sold, hourly_cost, token_price

    account, deployment = opened.held(target)
    sold = Sold.to(account, deployment)
    tokens, currency = token_price(sold)
    other = account.deployments.get(deployment.spillover)
    provisioned = deployment.sku in PROVISIONED_SKUS
    return Price(
        currency=currency,
        rates=Rates.of_list(tokens),
        spilled=Rates.of_list(token_price(Sold.to(account, other))[0]) if other else None,
        an_hour=hourly_cost(sold, deployment.capacity, fine_tuned=False).amount
        if provisioned
        else 0.0,
    )
