"""A route: the stable name that an application calls, whatever answers behind it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from .flag import Choice, Flag, from_store
from .target import Entra, Target, Token, azure_url

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Route:
    """Who may answer."""

    name: str
    fallback: Sequence[Target]
    """Who answers while no flag can be read, and then, in this order, whenever one cannot."""
    accounts: Mapping[str, Target] = field(default_factory=dict)
    """Where the flag's variants may lead: a target of each account by the account's key."""
    flag: Flag | None = None

    def targets(self, choice: Choice | None) -> list[Target]:
        """Whom to ask, in this order. The candidate of a rollout stands first or not at all."""
        if choice is None:
            return list(self.fallback)
        first, candidate = self._target(choice.value), self._target(choice.candidate)
        others = [each for each in self.fallback if each not in (first, candidate)]
        return [first, *others] if first else others

    def _target(self, value: Mapping[str, Any] | None) -> Target | None:
        if value is None:
            return None
        try:
            account, model = value["account"], value["deployment"]
            family = str(value.get("model", ""))
            return self.accounts[account].serving(model, family, f"{account}/{model}")
        except (KeyError, TypeError, AttributeError) as error:
            LOG.error("route %s: the flag leads nowhere: no %s. Fix: accounts", self.name, error)
            return None

    @classmethod
    def of_stack(
        cls,
        outputs: Mapping[str, Any],
        name: str,
        *,
        token: Token | None = None,
        credential: Any = None,
        fallback: str = "",
    ) -> Self:
        """A route as a stack tells it: `pulumi stack output --json`.

        credential: reads the flag; by default DefaultAzureCredential.
        fallback: `account/deployment`, more after commas. If given, these answer and the flag is
        not read: the way out when the store is down and what it said last is wrong.
        """
        token = token or Entra()
        accounts = {
            key: Target(base_url=azure_url(each["endpoint"]), model="", token=token)
            for key, each in outputs["accounts"].items()
        }

        def target(path: str) -> Target:
            account, _, deployment = path.strip().partition("/")
            family = outputs["accounts"][account]["deployments"][deployment]["model"]
            return accounts[account].serving(deployment, family, f"{account}/{deployment}")

        told = outputs["routes"][name]
        if fallback:
            return cls(name=name, fallback=[target(each) for each in fallback.split(",")])
        routing = outputs["routing"]
        load = from_store(routing["endpoint"], told["flag"], routing["label"], credential)
        return cls(
            name=name,
            fallback=[target(each) for each in (told["stable"], *told["fallback"])],
            accounts=accounts,
            flag=Flag(told["flag"], load),
        )
