"""Azure as a run reaches it: models, stores, logs and the management API, as who is signed in."""

import logging
from collections.abc import Callable, Iterator
from typing import Final

import openai
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.monitor.query import LogsQueryClient

from scripts.client.spans import Spans
from scripts.client.target import AZURE, Entra, azure_url
from scripts.client.target import Target as ClientTarget
from scripts.smoke import door, telemetry
from scripts.smoke.caller import Caller, users
from scripts.smoke.control import FORBIDDEN, Control, NotTold
from scripts.smoke.facts import AnyFact, Call, Flag, Listed, Sent, Token
from scripts.smoke.flags import targets
from scripts.smoke.logs import Logs, evaluation_query, span_query
from scripts.smoke.plan import CAPITAL, AccountPlan, Plan, Question, Route, says
from scripts.smoke.traces import What
from scripts.smoke.wire import Wire
from scripts.subscription.arm import Arm
from scripts.tokens import no_token

READER: Final = "Monitoring Reader on the resource group"
"""Who is told where telemetry goes."""


class Azure:
    """The ways of one run."""

    def __init__(self, plan: Plan, arm: Arm, trace_within_s: float) -> None:
        # What went wrong is in the facts; by itself it would be told once more for every question.
        for name in ("azure", "featuremanagement", "scripts.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._plan = plan
        self._credential: TokenCredential = arm.credential
        self._trace_within_s = trace_within_s
        self._token = Entra(credential=lambda: arm.credential)
        self._control = Control(arm)
        self._heard = telemetry.Heard(plan.run_id)
        self._wires = {
            each.name: Wire(
                client=openai.OpenAI(
                    base_url=azure_url(each.endpoint), api_key=self._token, max_retries=0
                )
            )
            for each in plan.accounts
        }
        self._caller = Caller(
            plan=plan,
            credential=arm.credential,
            accounts={
                each.name: ClientTarget(
                    base_url=azure_url(each.endpoint), model="", token=self._token, provider=AZURE
                )
                for each in plan.accounts
            },
            wires=self._wires,
            spans=Spans(self._heard.tracer),
        )

    def token(self) -> Token:
        try:
            self._token()
        except ClientAuthenticationError as error:
            return Token(error=no_token(error))
        return Token()

    def account(self, account: AccountPlan, deployment: str) -> Iterator[AnyFact]:
        yield door.reach(account)
        yield self._control.state(account)
        if not self._plan.is_closed(account.name):
            yield from door.keys(account, deployment, self._control)

    def wire(self, account: str) -> Wire:
        return self._wires[account]

    def listed(self, account: AccountPlan) -> Listed:
        return self._control.listed(account)

    def route(self, route: Route, left_s: Callable[[], float]) -> Iterator[AnyFact]:
        flag = self._caller.flag(route)
        yield flag
        if flag.error or flag.missing or self._plan.is_closed(route.account):
            return
        yield from self._variants(route, flag, left_s)
        yield from self._caller.calls(route, left_s)

    def _variants(self, route: Route, flag: Flag, left_s: Callable[[], float]) -> Iterator[Call]:
        """One call to each, since a candidate without a share is called by nobody yet."""
        there = {each.subject: each for each in self._plan.targets}
        for variant, name in targets(flag.value):
            if name in there:
                question = Question(kind="variant", label=variant, messages=says(CAPITAL))
                wire = self._wires[there[name].account]
                yield wire.ask(route.subject, there[name], question, left_s=left_s)

    def traces(self, left_s: Callable[[], float]) -> Iterator[AnyFact]:
        plan = self._plan
        if all(plan.target(each.stable).kind != "chat" for each in plan.asked_routes):
            # nobody has called by way of the client yet
            target = next(each for each in plan.asked_targets if each.kind == "chat")
            yield self._caller.without_a_route(target.subject, left_s())
        wanted: list[What] = ["span", "evaluation"] if plan.asked_routes else ["span"]
        try:
            where = self._control.connection_string(plan.app_insights)
            endpoint = self._control.logs()
        except NotTold as error:
            role = READER if error.status in FORBIDDEN else ""
            for what in wanted:
                yield Sent(what=what, error=f"its address is not told: {error}", role=role)
            return
        taken = []
        for sent in telemetry.send(
            self._heard, where, self._credential, with_evaluations="evaluation" in wanted
        ):
            yield sent
            if not (sent.error or sent.nothing):
                taken.append(sent.what)
        callers = [user for route in plan.asked_routes for user in users(plan, route)]
        queries: dict[What, str] = {
            "span": span_query(plan.run_id),
            "evaluation": evaluation_query(callers),
        }
        with LogsQueryClient(self._credential, endpoint=endpoint) as client:
            logs = Logs(client=client, workspace=plan.workspace)
            until_s = logs.clock() + min(self._trace_within_s, left_s())
            for what in taken:
                yield logs.look(what, queries[what], until_s)
