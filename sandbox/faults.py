"""What the sandbox is told to do wrong."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sandbox import targets
from sandbox.clock import stamp
from sandbox.store import Store

Action = Literal[
    "answer",
    "delay",
    "drop",
    "cut_stream",
    "operation_failed",
    "crash",
    "expired",
    "retired",
    "worse",
    "quota",
]

Dimension = Literal["accuracy", "groundedness", "style", "format", "refusal"]
"""In which respect answers are worse."""


class Fault(BaseModel):
    """One instruction; the first that matches a request is followed."""

    model_config = ConfigDict(extra="forbid")

    plane: Literal["arm", "data", "identity", "any"] = "any"
    method: str | None = None
    """One method, or some with | between them."""
    path: str = ".*"
    """A regular expression, found anywhere in the path."""
    target: str | None = None
    """As people write it, e.g. deployment:ai-dev/chat; beside all that else narrows it down."""
    kind: str | None = None
    """What was ordered; only for whoever reads the list."""
    deployment: str | None = None
    principal: str | None = None
    """An object id."""
    action: Action = "answer"
    status: int = Field(default=500, ge=400, le=599)
    code: str = "InternalServerError"
    message: str = "The server encountered an internal error. Please retry the request."
    """{parent} stands for the id of the top resource that a request to ARM is about."""
    headers: dict[str, str] = {}
    seconds: float = Field(default=0, ge=0, le=3600)
    """How long a delay is."""
    when: Literal["before", "after"] = "after"
    """Whether a crash comes before or after the write is committed."""
    share: float = Field(default=0, ge=0, le=1)
    """What is left: of the quota, or of good answers."""
    dimensions: list[Dimension] = ["accuracy"]
    """What worse answers lack."""
    times: int | None = Field(default=None, ge=1)
    after: int = Field(default=0, ge=0)
    """How many matching requests pass first."""
    until: str | None = None
    """A stamp on the sandbox clock."""
    probability: float = Field(default=1, ge=0, le=1)
    seed: int = 0
    """Decides, with the number of requests met so far, which of them are hit."""
    met: int = Field(default=0, ge=0)
    hits: int = Field(default=0, ge=0)

    @field_validator("path")
    @classmethod
    def _is_an_expression(cls, path: str) -> str:
        try:
            re.compile(path)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return path

    @field_validator("target")
    @classmethod
    def _is_a_target(cls, target: str | None) -> str | None:
        return None if target is None else str(targets.parse(target))


@dataclass(frozen=True)
class Failure:
    """How an accepted operation will end."""

    error: dict[str, Any]


class Faults:
    """Kept in the store, the dice as well: a restart changes nothing about what comes next."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fault: Fault) -> int:
        self._store.execute("INSERT INTO faults (body) VALUES (?)", (fault.model_dump_json(),))
        return int(self._store.execute("SELECT max(number) FROM faults")[0][0])

    def clear(self, number: int | None = None) -> int:
        """Forget one fault, or all; how many were on."""
        gone = [each for each, _ in self._on() if number in (None, each)]
        if number is None:
            self._store.execute("DELETE FROM faults")
        else:
            self._store.execute("DELETE FROM faults WHERE number = ?", (number,))
        return len(gone)

    def all(self) -> list[dict[str, Any]]:
        """Those that are on, with what is left of each."""
        return [{"number": number, **_left(fault)} for number, fault in self._on()]

    def take(
        self, plane: str, method: str, path: str, *, principal: str = "", deployment: str = ""
    ) -> Fault | None:
        """The fault that this request meets, counted off."""
        if not self._store.execute("SELECT 1 FROM faults LIMIT 1"):
            return None
        with self._store.transaction():
            for number, fault in self._on():
                if not meets(fault, plane, method, path, principal, deployment):
                    continue
                hit = strikes(fault)
                self._write(number, counted(fault, hit))
                if hit:
                    return fault
        return None

    def quota(self) -> float:
        """The share that is left of every quota."""
        return min((fault.share for _, fault in self._on() if fault.action == "quota"), default=1)

    def _on(self) -> list[tuple[int, Fault]]:
        """Those that are not over, the oldest first."""
        now = stamp(self._store.clock.now())
        rows = self._store.execute("SELECT number, body FROM faults ORDER BY number")
        kept = [(int(row["number"]), Fault.model_validate_json(row["body"])) for row in rows]
        return [(number, each) for number, each in kept if each.until is None or now < each.until]

    def _write(self, number: int, fault: Fault | None) -> None:
        if fault is None:
            self._store.execute("DELETE FROM faults WHERE number = ?", (number,))
        else:
            self._store.execute(
                "UPDATE faults SET body = ? WHERE number = ?", (fault.model_dump_json(), number)
            )


def _left(fault: Fault) -> dict[str, Any]:
    times = None if fault.times is None else fault.times - fault.hits
    return {**fault.model_dump(), "times": times, "after": max(0, fault.after - fault.met)}


def meets(
    fault: Fault, plane: str, method: str, path: str, principal: str, deployment: str
) -> bool:
    """Whether a fault is for a request."""
    return (
        fault.action != "quota"  # nothing that a request meets
        and fault.plane in ("any", plane)
        and (not fault.method or method in fault.method.upper().split("|"))
        and (not fault.principal or fault.principal == principal)
        and (not fault.deployment or fault.deployment == deployment)
        and (fault.target is None or targets.parse(fault.target).meets(path, deployment))
        and re.search(fault.path, path, re.IGNORECASE) is not None
    )


def strikes(fault: Fault) -> bool:
    """Whether a fault hits the request that it meets now."""
    return fault.met >= fault.after and luck(fault) < fault.probability


def counted(fault: Fault, hit: bool) -> Fault | None:
    """A fault after a request; None once it is used up."""
    after = fault.model_copy(update={"met": fault.met + 1, "hits": fault.hits + hit})
    return None if after.times is not None and after.hits >= after.times else after


def luck(fault: Fault) -> float:
    """From 0 to 1 for the request at hand; the same seed has the same luck each time."""
    digest = hashlib.sha256(f"{fault.seed}/{fault.met}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
