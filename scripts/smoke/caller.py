"""A route as applications call it: the flag decides who answers, telemetry hears of it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import openai
from azure.appconfiguration import AzureAppConfigurationClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)

from components.catalog import FEATURE_FLAG_PREFIX
from scripts.client.call import FAILURES
from scripts.client.flag import Flag as ClientFlag
from scripts.client.flag import from_store
from scripts.client.outcome import of_ending
from scripts.client.reply import Cut, Reply
from scripts.client.retry import Patience
from scripts.client.route import Route as ClientRoute
from scripts.client.router import Router
from scripts.client.spans import Spans
from scripts.client.target import Target as ClientTarget
from scripts.smoke import wire
from scripts.smoke.control import FORBIDDEN
from scripts.smoke.facts import Call, Evaluated, Flag, Kind
from scripts.smoke.finding import STACK
from scripts.smoke.plan import (
    CAPITAL,
    MOST_TOKENS,
    TIMED,
    Plan,
    Question,
    Route,
    Target,
    says,
)
from scripts.smoke.wire import Wire

STORE_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Reads flags, and asks through them."""

    plan: Plan
    credential: TokenCredential
    accounts: Mapping[str, ClientTarget]
    wires: Mapping[str, Wire]
    spans: Spans = field(default_factory=Spans)
    publish: Callable[[Any], None] | None = None
    """What hears of each evaluation."""
    today: Callable[[], float] = time.time
    wait: Callable[[float], None] = field(default=time.sleep)

    def flag(self, route: Route) -> Flag:
        """What the store says."""
        key = f"{FEATURE_FLAG_PREFIX}{route.flag}"
        try:
            with AzureAppConfigurationClient(
                self.plan.store,
                self.credential,
                retry_total=1,
                connection_timeout=STORE_TIMEOUT_S,
                read_timeout=STORE_TIMEOUT_S,
            ) as store:
                found = store.get_configuration_setting(key=key, label=self.plan.label)
        except ResourceNotFoundError:
            return Flag(route=route.name, missing=True)
        except HttpResponseError as error:
            forbidden = error.status_code in FORBIDDEN
            return Flag(route=route.name, error=_flat(error), forbidden=forbidden)
        except AzureError as error:
            return Flag(route=route.name, error=_flat(error))
        return Flag(route=route.name, value=_value(getattr(found, "value", None)))

    def calls(self, route: Route, left_s: Callable[[], float]) -> Iterator[Evaluated | Call]:
        """As several users, each given a variant by the flag and answered by what it names."""
        load = from_store(self.plan.store, route.flag, self.plan.label, self.credential)
        flag = ClientFlag(route.flag, load, publish=self.publish)
        flag.refresh()
        stable = [self._target(route.stable)]
        through = self._router(
            ClientRoute(name=route.name, fallback=stable, accounts=self.accounts, flag=flag),
            left_s(),
        )
        for number, user in enumerate(users(self.plan, route)):
            given = flag.choose(user)
            if given is None:
                why = "the library that applications use gives no variant"
                yield Evaluated(route=route.name, user=user, error=why)
                return
            target = f"{given.value.get('account')}/{given.value.get('deployment')}"
            yield Evaluated(route=route.name, user=user, variant=given.variant or "", target=target)
            known = {each.subject: each for each in self.plan.targets}
            if target not in known or left_s() <= 0:
                return
            if known[target].kind == "embeddings":  # the client is for conversations
                yield self._embed(route.subject, known[target], user, left_s, warm_up=not number)
                continue
            kind: Kind = "chat" if number else "warm-up"
            yield wire.patiently(
                partial(
                    self._ask,
                    through,
                    subject=route.subject,
                    target=target,
                    kind=kind,
                    user=user,
                ),
                left_s,
                self.wait,
            )

    def _embed(
        self,
        subject: str,
        target: Target,
        user: str,
        left_s: Callable[[], float],
        *,
        warm_up: bool,
    ) -> Call:
        kind: Kind = "warm-up" if warm_up else "embeddings"
        question = Question(kind=kind, label=user, messages=says(CAPITAL))
        return self.wires[target.account].ask(subject, target, question, left_s=left_s)

    def without_a_route(self, target: str, left_s: float) -> Call:
        """One call to a deployment, for its span."""
        through = self._router(ClientRoute(name="", fallback=[self._target(target)]), left_s)
        return self._ask(through, subject=STACK, target=target, kind="warm-up", user="")

    def _target(self, name: str) -> ClientTarget:
        account, _, deployment = name.partition("/")
        family = self.plan.target(name).declared.model
        return self.accounts[account].serving(deployment, family, name)

    def _router(self, route: ClientRoute, left_s: float) -> Router:
        """One client for all calls, so that the first alone opens the connection."""
        once = Patience(retries=0, deadline_s=left_s, read_s=left_s)
        return Router(route=route, patience=once, spans=self.spans)

    def _ask(self, through: Router, *, subject: str, target: str, kind: Kind, user: str) -> Call:
        known: dict[str, Any] = {
            "subject": subject,
            "target": target,
            "kind": kind,
            "label": user,
            "at": self.today(),
        }
        try:
            reply = through.ask(CAPITAL, user=user or None, max_tokens=MOST_TOKENS)
        except (openai.APIError, ClientAuthenticationError) as error:
            return Call(**known, **wire.refusal(error))
        except FAILURES as error:
            text = error.text if isinstance(error, Cut) else ""
            return Call(**known, outcome="cut", said=_flat(error), text=text)
        return Call(**known | _answer(reply))


def users(plan: Plan, route: Route) -> list[str]:
    """Who calls a route in a run: names that no other run has, so that their rows are its own."""
    return [f"{plan.run_id}/{route.name}/{number + 1}" for number in range(1 + TIMED)]


def _answer(reply: Reply) -> dict[str, Any]:
    extra = reply.completion.model_extra if reply.completion else None
    choices = reply.completion.choices if reply.completion else ()
    return {
        "target": str(reply.target),
        "outcome": of_ending(reply.finish_reason),
        "status": 200,
        "model": reply.model,
        "text": reply.text,
        "finish_reason": reply.finish_reason,
        "latency_ms": round(reply.latency_ms, 1),
        "prompt_tokens": reply.usage.prompt if reply.usage else None,
        "answer_tokens": reply.usage.answer if reply.usage else None,
        **wire.annotations([extra], [each.model_extra for each in choices]),
    }


def _value(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return text


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())
