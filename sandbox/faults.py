"""What the sandbox is told to do wrong."""

import json
import random
import re
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sandbox.store import Store


class Fault(BaseModel):
    """One instruction; the first that matches a request is followed."""

    model_config = ConfigDict(extra="forbid")

    plane: Literal["arm", "data", "any"] = "any"
    method: str | None = None
    path: str = ".*"
    """A regular expression, found anywhere in the path."""
    deployment: str | None = None
    principal: str | None = None
    """An object id."""
    action: Literal["answer", "delay", "drop", "cut_stream", "operation_failed"] = "answer"
    status: int = Field(default=500, ge=400, le=599)
    code: str = "InternalServerError"
    message: str = "The server encountered an internal error. Please retry the request."
    headers: dict[str, str] = {}
    seconds: float = Field(default=0, ge=0, le=3600)
    """How long a delay is."""
    times: int | None = Field(default=None, ge=1)
    after: int = Field(default=0, ge=0)
    """How many matching requests pass first."""
    probability: float = Field(default=1, ge=0, le=1)

    @field_validator("path")
    @classmethod
    def _is_an_expression(cls, path: str) -> str:
        try:
            re.compile(path)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return path


@dataclass(frozen=True)
class Failure:
    """How an accepted operation will end."""

    error: dict[str, Any]


class Faults:
    """Kept in the store. The dice are seeded, so that a run can be repeated."""

    def __init__(self, store: Store, seed: int = 0) -> None:
        self._store = store
        self._dice = random.Random(seed)

    def add(self, fault: Fault) -> int:
        self._store.execute("INSERT INTO faults (body) VALUES (?)", (fault.model_dump_json(),))
        return int(self._store.execute("SELECT max(number) FROM faults")[0][0])

    def clear(self) -> None:
        self._store.execute("DELETE FROM faults")

    def all(self) -> list[dict[str, Any]]:
        rows = self._store.execute("SELECT number, body FROM faults ORDER BY number")
        return [{"number": row["number"], **json.loads(row["body"])} for row in rows]

    def take(
        self, plane: str, method: str, path: str, *, principal: str = "", deployment: str = ""
    ) -> Fault | None:
        """The fault that this request meets, counted off."""
        for row in self._store.execute("SELECT number, body FROM faults ORDER BY number"):
            fault = Fault.model_validate_json(row["body"])
            if (
                fault.plane not in ("any", plane)
                or (fault.method and fault.method.upper() != method)
                or (fault.principal and fault.principal != principal)
                or (fault.deployment and fault.deployment != deployment)
                or not re.search(fault.path, path, re.IGNORECASE)
            ):
                continue
            if fault.after:
                self._write(row["number"], fault.model_copy(update={"after": fault.after - 1}))
                continue
            if self._dice.random() >= fault.probability:
                continue
            if fault.times is not None:
                self._count_off(row["number"], fault, fault.times - 1)
            return fault
        return None

    def _count_off(self, number: int, fault: Fault, left: int) -> None:
        if left:
            self._write(number, fault.model_copy(update={"times": left}))
        else:
            self._store.execute("DELETE FROM faults WHERE number = ?", (number,))

    def _write(self, number: int, fault: Fault) -> None:
        self._store.execute(
            "UPDATE faults SET body = ? WHERE number = ?", (fault.model_dump_json(), number)
        )
