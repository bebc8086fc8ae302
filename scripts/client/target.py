"""Whom to ask, and as whom: any endpoint that speaks OpenAI's API."""

import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, Self

AZURE: Final = "azure.ai.openai"
"""The provider's name in the GenAI conventions of OpenTelemetry."""

SCOPE: Final = "https://cognitiveservices.azure.com/.default"

REASONING: Final = re.compile(r"^(o\d|gpt-5)(?!.*-chat)")
"""Models that think before they answer: o1, o4-mini, gpt-5.4, but not gpt-5-chat."""

NOT_FOR_REASONING: Final = frozenset(
    {
        "temperature",
        "top_p",
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "logit_bias",
    }
)


class Token(Protocol):
    """What a call is allowed by. Asked for once per attempt, so it caches."""

    def __call__(self) -> str: ...

    def renew(self) -> None:
        """The last one was refused: the next is to be another."""


class Entra:
    """Tokens of whoever runs this; azure-identity keeps each until it is nearly over."""

    def __init__(self, scope: str = SCOPE, credential: Callable[[], Any] | None = None) -> None:
        self._scope = scope
        self._make = credential or default_credential
        self._lock = threading.Lock()
        self._given: Callable[[], str] | None = None

    def __call__(self) -> str:
        from azure.identity import get_bearer_token_provider

        with self._lock:
            if self._given is None:
                self._given = get_bearer_token_provider(self._make(), self._scope)
            given = self._given
        return given()

    def renew(self) -> None:
        """Another credential: each has its own cache, and none can be told to forget."""
        with self._lock:
            self._given = None


def default_credential() -> Any:
    """A managed identity in Azure, `az login` at a desk."""
    # Here, not above: an application that uses keys alone need not have azure-identity.
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


@dataclass(frozen=True)
class Key:
    """A key from an environment variable, for providers that know no better."""

    variable: str

    def __call__(self) -> str:
        return os.environ[self.variable]

    def renew(self) -> None:
        """Nothing to do: the variable is read again for each attempt."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One model somewhere. Two are the same if they are asked for the same at the same place."""

    base_url: str
    """`{endpoint}openai/v1/` of an Azure account, or another provider's."""
    model: str
    """As it is called: the deployment's name in Azure."""
    token: Token = field(repr=False, compare=False)
    family: str = field(default="", compare=False)
    """The model behind a deployment, e.g. `gpt-5.4`. It decides which parameters are sent."""
    provider: str = field(default=AZURE, compare=False)
    name: str = field(default="", compare=False)
    """What it is called in logs: `account/deployment`."""

    def serving(self, model: str, family: str = "", name: str = "") -> Self:
        """Another model of the same endpoint."""
        return replace(self, model=model, family=family, name=name)

    def __str__(self) -> str:
        return self.name or f"{self.model} at {self.base_url}"


def azure_url(endpoint: str) -> str:
    """Where an Azure account speaks OpenAI's API."""
    return f"{endpoint.rstrip('/')}/openai/v1/"


def fitting(target: Target, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as this model takes them, so that a route can lead to either kind.

    A reasoning model refuses a temperature and its like: they are left out. It refuses `max_tokens`
    too, and calls it `max_completion_tokens`, as not every provider does.
    """
    if not REASONING.match(target.family or target.model):
        return dict(options)
    fit = {name: value for name, value in options.items() if name not in NOT_FOR_REASONING}
    if "max_tokens" in fit:
        fit["max_completion_tokens"] = fit.pop("max_tokens")
    return fit
