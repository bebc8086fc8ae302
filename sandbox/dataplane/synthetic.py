"""Requests that nobody sends: real limits, filters, faults and rows, without a text or a wait."""

import json
import random
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.crash import struck
from sandbox.dataplane import errors, latency
from sandbox.dataplane.account import Account, Accounts, Deployment, ready
from sandbox.dataplane.content_filter import findings, judge
from sandbox.dataplane.entrance import ANSWERED, ordered
from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.events import Event, Events
from sandbox.dataplane.inference import Asked, admitted, spills
from sandbox.dataplane.limiter import Load
from sandbox.dataplane.limits import Limits
from sandbox.dataplane.operations import CHAT, EMBEDDINGS, Operation
from sandbox.dataplane.reading import Reading
from sandbox.dataplane.variants import variants
from sandbox.faults import Faults

Trouble = Literal["", "server", "request", "filtered"]
HARM: Final = "[[hate:high]]"
"""What a prompt says that is to be filtered."""


@dataclass(frozen=True, kw_only=True)
class Thought:
    """One request as somebody thought it up."""

    account: Account
    deployment: str
    at: datetime
    prompt: int
    completion: int
    trouble: Trouble = ""
    principal: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one, as its caller would see it."""

    status: int
    code: str = ""
    deployment: str
    """Who answered, or refused."""
    embeds: bool = False
    """Whether it was asked for a vector, and not for words."""
    model: str = ""
    version: str = ""
    prompt: int = 0
    completion: int = 0
    ttft_ms: float = 0.0
    ttlt_ms: float = 0.0
    spilled_from: str = ""
    provisioned: bool = False
    cut: bool = False
    """The answer broke off, or never arrived."""


class Synthetic:
    """Asks the deployments of the sandbox."""

    def __init__(
        self,
        around: Around,
        reading: Reading,
        accounts: Accounts,
        limits: Limits,
        events: Events,
    ) -> None:
        self.accounts = accounts
        self._around = around
        self._reading = reading
        self._limits = limits
        self._events = events
        self._faults = Faults(around.store)

    def ask(self, thought: Thought, dice: random.Random) -> Outcome:
        """What becomes of a request; who spills over is asked as well."""
        self._reading.renew()
        first, refusal = self._one(thought, thought.deployment, dice, spilled_from="")
        found = self.accounts.deployment(thought.account, thought.deployment)
        target = spills(found, {}, refusal) if found and refusal else ""
        if not target:
            return first
        second, _ = self._one(thought, target, dice, spilled_from=thought.deployment)
        return second

    def _one(
        self, thought: Thought, name: str, dice: random.Random, *, spilled_from: str
    ) -> tuple[Outcome, Refusal | None]:
        try:
            deployment = self._ready(thought, name)
        except Refusal as refusal:
            # Nobody was there to count it: no row, as with a real one.
            return _refused(refusal, name, None, spilled_from), refusal
        operation = EMBEDDINGS if deployment.kind == "embeddings" else CHAT
        fault = self._faults.take(
            "data",
            "POST",
            f"/acct/{thought.account.subdomain}/openai/deployments/{name}/{_path(operation)}",
            principal=thought.principal,
            deployment=name,
        )
        action = fault.action if fault else ""
        asked = self._asked(thought, deployment, operation)
        try:
            if fault and action in ANSWERED:
                raise ordered(fault)
            if action == "retired":
                raise errors.model_retired(deployment.model, deployment.version)
            with struck(self._around.store, fault):
                event = self._answered(thought, asked, dice)
        except Refusal as refusal:
            self._events.add(_row(asked, thought, refusal, spilled_from))
            return _refused(refusal, name, deployment, spilled_from), refusal
        if fault and action == "delay":
            late = fault.seconds * 1000
            event = event._replace(ttft_ms=event.ttft_ms + late, ttlt_ms=event.ttlt_ms + late)
        event = event._replace(is_spillover=bool(spilled_from))
        self._events.add(event)
        return (
            Outcome(
                status=200,
                deployment=name,
                embeds=operation is EMBEDDINGS,
                model=deployment.model,
                version=deployment.version,
                prompt=event.prompt_tokens,
                completion=event.completion_tokens,
                ttft_ms=event.ttft_ms,
                ttlt_ms=event.ttlt_ms,
                spilled_from=spilled_from,
                provisioned=deployment.provisioned,
                cut=action in ("cut_stream", "drop"),
            ),
            None,
        )

    def _ready(self, thought: Thought, name: str) -> Deployment:
        found = self.accounts.deployment(thought.account, name)
        profile = self._around.settings.profile
        delay = profile.deployment_seconds + profile.deploy_delay_seconds
        if found is None or not ready(found, thought.at, delay):
            raise errors.deployment_not_found()
        if found.retires and thought.at >= found.retires:
            raise errors.model_retired(found.model, found.version)
        return found

    def _asked(self, thought: Thought, deployment: Deployment, operation: Operation) -> Asked:
        return Asked(
            account=thought.account,
            deployment=deployment,
            operation=operation,
            body=b"",
            api_version=None,
            now=thought.at.timestamp(),
            latency_scale=1,
            variants=self._reading.of("variants", lambda: variants(self._around.settings)),
        )

    def _answered(self, thought: Thought, asked: Asked, dice: random.Random) -> Event:
        """The row of an answer.

        Raises:
            Refusal: 429, a filtered prompt, or the trouble that was wanted.
        """
        deployment = asked.deployment
        if thought.trouble == "server":
            raise Refusal(500, {"error": {"code": "InternalServerError", "message": "Synthetic."}})
        if thought.trouble == "request":
            raise errors.wrong_request("Synthetic: the request was to be wrong.")
        completion = 0 if asked.operation is EMBEDDINGS else thought.completion
        load = Load(prompt=thought.prompt, completion=completion)
        gate = self._limits.of(asked)
        leave = admitted(asked, gate, load)
        if thought.trouble == "filtered":
            verdict = judge(deployment.policy, "Prompt", HARM, findings(HARM))
            if verdict.blocked:
                leave.correct(Load(prompt=thought.prompt, completion=0), asked.now)
                raise errors.prompt_filtered(verdict.results)
        full = gate.utilisation(asked.now)
        pace = latency.delay(deployment.model, thought.prompt, full, 1, dice, deployment.sku)
        first = pace.first_seconds * 1000
        return Event(
            at=stamp(thought.at),
            account_lc=thought.account.id.lower(),
            deployment=deployment.name,
            model=deployment.model,
            version=deployment.version,
            operation=asked.operation.name,
            status=200,
            stream=False,
            prompt_tokens=thought.prompt,
            completion_tokens=completion,
            ttft_ms=first,
            ttlt_ms=first + pace.gap_seconds * completion * 1000,
            rate_cost=thought.prompt + completion,
            utilisation=full,
            principal=thought.principal,
            correlation_id=str(uuid.UUID(int=dice.getrandbits(128))),
        )


def _row(asked: Asked, thought: Thought, refusal: Refusal, spilled_from: str) -> Event:
    code = (refusal.body.get("error") or {}).get("code")
    return Event(
        at=stamp(thought.at),
        account_lc=thought.account.id.lower(),
        deployment=asked.deployment.name,
        model=asked.deployment.model,
        version=asked.deployment.version,
        operation=asked.operation.name,
        status=refusal.status,
        stream=False,
        is_spillover=bool(spilled_from),
        filtered=code == "content_filter",
        principal=thought.principal,
        details=json.dumps(errors.stopped_by(refusal)),
    )


def _refused(
    refusal: Refusal, name: str, deployment: Deployment | None, spilled_from: str
) -> Outcome:
    return Outcome(
        status=refusal.status,
        code=str((refusal.body.get("error") or {}).get("code") or ""),
        deployment=name,
        embeds=bool(deployment and deployment.kind == "embeddings"),
        spilled_from=spilled_from,
        provisioned=bool(deployment and deployment.provisioned),
    )


def _path(operation: Operation) -> str:
    return "embeddings" if operation is EMBEDDINGS else "chat/completions"
