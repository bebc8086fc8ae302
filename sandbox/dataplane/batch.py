"""A batch: how far it is at a moment, by what has been done and by what is due."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Self

from sandbox.store import Body

WINDOW: Final = "24h"
WINDOW_SECONDS: Final = 86_400

Status = Literal["validating", "in_progress", "completed", "failed", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A row of the table; the answers themselves stand in its files."""

    id: str
    request: dict[str, Any]
    principal: str
    """Who sent it."""
    created: float
    """Seconds on the sandbox clock."""
    ends: float
    """When the last answer is due."""
    validated: bool = False
    deployment: str = ""
    tokens: int = 0
    total: int = 0
    """Requests."""
    answered: int = 0
    good: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    cancelled: float | None = None
    output: str | None = None
    """Id of a file, once there is something to stand in it."""
    error: str | None = None

    @classmethod
    def of(cls, row: Body) -> Self:
        return cls(**row)

    @property
    def row(self) -> Body:
        return asdict(self)

    @property
    def status(self) -> Status:
        if self.cancelled is not None:
            return "cancelled"
        if self.problems:
            return "failed"
        if not self.validated:
            return "validating"
        return "in_progress" if self.answered < self.total else "completed"

    @property
    def is_open(self) -> bool:
        """Whether there is anything left to do for it."""
        return self.status in ("validating", "in_progress")

    def due(self, now: float) -> int:
        """How many requests should have been answered by now."""
        if now >= self.ends:
            return self.total
        share = (now - self.created) / (self.ends - self.created)
        return max(0, int(self.total * share))

    def answered_at(self, number: int) -> float:
        """When the so-manieth request was due."""
        return self.created + (self.ends - self.created) * number / self.total


def shown(batch: Batch, *, status: str = "") -> dict[str, Any]:
    """The batch as GET answers it."""
    status = status or batch.status
    created, ends = int(batch.created), int(batch.ends)
    ended = status in ("completed", "cancelled")
    cancelled = None if batch.cancelled is None else int(batch.cancelled)
    return {
        "id": batch.id,
        "object": "batch",
        **batch.request,
        "status": status,
        "errors": {"object": "list", "data": batch.problems} if status == "failed" else None,
        "created_at": created,
        "expires_at": created + WINDOW_SECONDS,
        "in_progress_at": created if batch.validated and not batch.problems else None,
        "finalizing_at": ends if status == "completed" else None,
        "completed_at": ends if status == "completed" else None,
        "failed_at": created if status == "failed" else None,
        "expired_at": None,
        "cancelling_at": cancelled,
        "cancelled_at": cancelled if status == "cancelled" else None,
        "output_file_id": batch.output if ended else None,
        "error_file_id": batch.error if ended else None,
        "request_counts": {
            "total": batch.total,
            "completed": batch.good,
            "failed": batch.answered - batch.good,
        },
    }
