"""Faults as people order them: a target, a kind, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from math import ceil
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox import targets
from sandbox.arm.kinds import KINDS
from sandbox.clock import stamp
from sandbox.dataplane.account import ACCOUNT, subdomain_of
from sandbox.faults import Action, Dimension, Fault
from sandbox.store import Store
from sandbox.targets import Face, Target

WRITES = "PUT|PATCH|DELETE"
MODELS: tuple[Face, ...] = ("account", "deployment")
EVERYWHERE: tuple[Face, ...] = targets.FACES

RetryHeader = Literal["both", "seconds", "milliseconds", "reset", "none"]


@dataclass(frozen=True)
class Known:
    """One kind of fault: what it does, and to whom it can be done."""

    action: Action
    faces: tuple[Face, ...]


ORDERS: Mapping[str, Known] = {
    "throttle": Known("answer", EVERYWHERE),
    "conflict": Known("answer", ("arm",)),
    "server-error": Known("answer", EVERYWHERE),
    "slow": Known("delay", EVERYWHERE),
    "cut": Known("cut_stream", MODELS),
    "lost": Known("drop", EVERYWHERE),
    "expired-tokens": Known("expired", EVERYWHERE),
    "quota-cut": Known("quota", ("arm",)),
    "model-retired": Known("retired", ("arm", *MODELS)),
    "worse-quality": Known("worse", MODELS),
    "operation-failed": Known("operation_failed", ("arm", "account")),
    "crash": Known("crash", ("arm", "account", "appconfig")),
}

ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "delay": ("slow",),
    "retry_after": ("throttle", "server-error"),
    "retry_header": ("throttle", "server-error"),
    "status": ("server-error",),
    "share": ("quota-cut", "worse-quality"),
    "dimensions": ("worse-quality",),
    "when": ("crash",),
}
"""What is said of one kind means nothing to another."""

SHARES = {"quota-cut": 0.0, "worse-quality": 0.5}


OVER_THE_LIMIT = (
    "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 "
    "have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after "
    "{seconds} seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to "
    "further increase the default rate limit."
)

THROTTLED: Mapping[Face, tuple[str, str]] = {
    "arm": (
        "SubscriptionRequestsThrottled",
        "Number of requests for the subscription exceeded the limit for its time interval. "
        "Please try again later.",
    ),
    "appconfig": ("too-many-requests", "The request rate limit has been exceeded."),
    "identity": ("too_many_requests", "Too many requests"),
}


class WrongOrder(ValueError):
    """What is ordered cannot be done; the text says what can."""


class Order(BaseModel):
    """What `plumb sandbox fault add` asks for. Spans are in seconds on the sandbox clock."""

    model_config = ConfigDict(extra="forbid")

    target: str
    kind: str
    count: int | None = Field(default=None, ge=1)
    rate: float = Field(default=1, gt=0, le=1)
    seed: int = 0
    for_seconds: float | None = Field(default=None, ge=1, le=10 * 365 * 86_400)
    after: int = Field(default=0, ge=0)
    method: Literal["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"] | None = None
    delay: float = Field(default=5, ge=0, le=3600)
    """Seconds of the wall: clients wait for real."""
    retry_after: float | None = Field(default=None, gt=0, le=86_400)
    retry_header: RetryHeader = "both"
    status: Literal[500, 503] = 500
    share: float | None = Field(default=None, ge=0, le=1)
    dimensions: list[Dimension] = Field(default=["accuracy"], min_length=1)
    when: Literal["before", "after"] = "after"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = ORDERS.get(self.kind)
        if known is None:
            raise WrongOrder(f"there is no kind {self.kind!r}. Fix: {', '.join(ORDERS)}")
        face = targets.parse(self.target).face
        if face not in known.faces:
            faces = ", ".join(known.faces)
            raise WrongOrder(f"{self.kind} cannot be done to {face}. Fix: --target {faces}")
        for field in sorted(self.model_fields_set & ONLY_FOR.keys()):
            if self.kind not in ONLY_FOR[field]:
                kinds = " or ".join(ONLY_FOR[field])
                raise WrongOrder(
                    f"{self.kind} has no {field.replace('_', '-')}. Fix: --kind {kinds}"
                )
        if (
            self.kind == "quota-cut"
            and {"count", "rate", "after", "method"} & self.model_fields_set
        ):
            raise WrongOrder(
                "quota-cut is a state, which nobody can count. Fix: --for, or no limit"
            )
        if self.kind == "quota-cut" and targets.parse(self.target).pattern != "*":
            raise WrongOrder("quota-cut is for the whole subscription. Fix: --target arm")
        return self

    def fault(self, now: datetime) -> Fault:
        """The instruction that does it."""
        target = targets.parse(self.target)
        status, code, message = self._answer(target)
        until = None
        if self.for_seconds is not None:
            until = stamp(now + timedelta(seconds=self.for_seconds))
        plane: dict[str, Any] = {"arm": "arm", "identity": "identity"}
        return Fault(
            plane=plane.get(target.face, "data"),
            target=str(target),
            kind=self.kind,
            method=self.method or self._methods(target),
            path="/deployments/[^/]+$" if self._is_about_models(target) else ".*",
            action=ORDERS[self.kind].action,
            status=status,
            code=code,
            message=message,
            headers=self._headers(),
            seconds=self.delay,
            when=self.when,
            share=SHARES.get(self.kind, 0) if self.share is None else self.share,
            dimensions=self.dimensions,
            times=1 if self.kind == "crash" and self.count is None else self.count,
            after=self.after,
            until=until,
            probability=self.rate,
            seed=self.seed,
        )

    def _methods(self, target: Target) -> str | None:
        """What only a write can meet; a read that is lost or refused so teaches nobody anything."""
        if self._is_about_models(target):
            return "PUT|PATCH"
        if self.kind == "crash":
            return f"{WRITES}|POST" if target.face == "account" else WRITES
        if target.face == "account" and self.kind == "operation-failed":
            return "POST"
        if target.face == "arm" and self.kind in ("conflict", "operation-failed", "lost"):
            return WRITES
        return None

    def _is_about_models(self, target: Target) -> bool:
        return self.kind == "model-retired" and target.face == "arm"

    def _headers(self) -> dict[str, str]:
        default = 1 if self.kind == "throttle" else None
        seconds = self.retry_after or default
        if seconds is None or self.kind not in ("throttle", "server-error"):
            return {}
        whole, exact = str(ceil(seconds)), str(ceil(seconds * 1000))
        forms: dict[RetryHeader, dict[str, str]] = {
            "both": {"retry-after": whole, "retry-after-ms": exact},
            "seconds": {"retry-after": whole},
            "milliseconds": {"retry-after-ms": exact},
            "reset": {"x-ratelimit-reset-tokens": whole},
            "none": {},
        }
        return forms[self.retry_header]

    def _answer(self, target: Target) -> tuple[int, str, str]:
        """Status, code and text, as the service that is aimed at would say it."""
        if self.kind == "throttle" and target.face in MODELS:
            seconds = ceil(self.retry_after or 1)
            return 429, "429", OVER_THE_LIMIT.format(seconds=seconds)
        if self.kind == "throttle":
            return 429, *THROTTLED[target.face]
        if self.kind == "conflict":
            return (
                409,
                "RequestConflict",
                "Another operation is being performed on the parent resource '{parent}'. Please "
                "try again later.",
            )
        if self.kind == "server-error" and self.status == 503:
            return 503, "ServiceUnavailable", "The service is temporarily unavailable."
        code = "InternalServerError"
        return 500, code, "The server encountered an internal error. Please retry the request."


def instruction(body: Mapping[str, Any], store: Store) -> Fault:
    """What is to be done wrong: as people order it, or as the control API spells it in full.

    Raises:
        ValueError: it cannot be done, or would never be met.
    """
    if "kind" not in body and "target" not in body:
        return Fault.model_validate(body)
    order = Order.model_validate(body)
    if why := unmet(targets.parse(order.target), store):
        raise WrongOrder(why)
    return order.fault(store.clock.now())


def unmet(target: Target, store: Store) -> str:
    """What is wrong with a target that nothing in the sandbox could ever meet; else nothing."""
    if target.face == "arm":
        return _no_type(target)
    if target.face not in MODELS:
        return ""
    standing = [
        (subdomain_of(account.body), str(each.body["name"]))
        for account in store.of_type(ACCOUNT)
        for each in store.children(account.id, f"{ACCOUNT}/deployments")
    ]
    subdomains = sorted({subdomain_of(account.body) for account in store.of_type(ACCOUNT)})
    wanted = Target(face="account", pattern=target.pattern)
    if not any(wanted.meets(f"/acct/{each}/") for each in subdomains):
        offered = ", ".join(subdomains) or "make one first: make up"
        return f"no account answers as {target.pattern}. Fix: {offered}"
    if target.deployment and not any(target.meets(f"/acct/{a}/", d) for a, d in standing):
        offered = ", ".join(f"{a}/{d}" for a, d in standing) or "make one first: make up"
        return f"there is no deployment {target.pattern}/{target.deployment}. Fix: {offered}"
    return ""


def _no_type(target: Target) -> str:
    pattern = target.pattern
    if pattern.startswith(("/", "*")) or any(targets.is_of_type(pattern, each) for each in KINDS):
        return ""
    short = sorted(kind.type.partition("/")[2] for kind in KINDS.values())
    lower = {each.lower(): each for each in short}
    near = [lower[each] for each in get_close_matches(pattern, lower, n=5, cutoff=0.4)]
    return f"{pattern} is no type of resource here. Fix: {', '.join(near or short)}"
