"""A route: the stable name that an application calls, whatever answers behind it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from .flag import REFRESH_S, Choice, Flag, from_store
from .target import Entra, Target, Token, azure_url

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Way:
    """What a route has for one caller."""

    targets: Sequence[Target]
    """Whom to ask, one after another."""
    choice: Choice | None = None
    """Why the first of them; None: no flag told."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Who may answer."""

    name: str
    fallback: Sequence[Target]
    """Who answers while no flag can be read, and then, in this order, whenever one cannot."""
    accounts: Mapping[str, Target] = field(default_factory=dict)
    """Where the flag's variants may lead: a target of each account by the account's key."""
    flag: Flag | None = None

    def __post_init__(self) -> None:
        if not self.fallback:
            raise ValueError(f"route {self.name} leads nowhere without a flag. Fix: fallback")

    def way(self, user: str | None) -> Way:
        """Whom to ask for this user. A candidate of a rollout stands first or not at all."""
        choice = self.flag.choose(user) if self.flag else None
        first = self._target(choice.value) if choice else None
        if choice is None or first is None:
            return Way(targets=self.fallback)
        candidate = self._target(choice.candidate) if choice.candidate else None
        others = [each for each in self.fallback if each not in (first, candidate)]
        return Way(targets=[first, *others], choice=choice)

    def _target(self, value: Mapping[str, Any]) -> Target | None:
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
        refresh_s: int = REFRESH_S,
        fallback: str = "",
    ) -> Self:
        """A route as a stack tells it: `pulumi stack output --json`.

        credential: reads the flag; by default DefaultAzureCredential.
        refresh_s: at least so long between two looks at it.
        fallback: `account/deployment`, more after commas. If given, these answer and the flag is
        not read: the way out when the store is down and what it said last is wrong.

        Raises:
            ValueError: there is no such route, account or deployment.
        """
        token = token or Entra()
        held, told = outputs["accounts"], _of(outputs["routes"], name, "route")
        accounts = {
            key: Target(base_url=azure_url(each["endpoint"]), model="", token=token)
            for key, each in held.items()
        }

        def target(path: str) -> Target:
            account, _, model = path.strip().partition("/")
            deployments = _of(held, account, "account")["deployments"]
            family = _of(deployments, model, "deployment")["model"]
            return accounts[account].serving(model, family, f"{account}/{model}")

        if fallback:
            return cls(name=name, fallback=[target(each) for each in fallback.split(",")])
        routing = outputs["routing"]
        load = from_store(
            routing["endpoint"], told["flag"], routing["label"], credential, refresh_s
        )
        return cls(
            name=name,
            fallback=[target(each) for each in (told["stable"], *told["fallback"])],
            accounts=accounts,
            flag=Flag(told["flag"], load),
        )


def _of(told: Mapping[str, Any], key: str, what: str) -> Any:
    if key not in told:
        there = ", ".join(sorted(told)) or "none"
        raise ValueError(f"the stack has no {what} {key!r}. Fix: one of {there}")
    return told[key]
