"""What the sandbox was told to do wrong, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FaultOn:
    number: int
    does: str
    where: str
    left: str


def fault(body: Mapping[str, Any]) -> FaultOn:
    """An instruction in words."""
    return FaultOn(
        number=int(body.get("number") or 0),
        does=_does(body),
        where=", ".join(_where(body)),
        left=", ".join(_left(body)),
    )


def _does(body: Mapping[str, Any]) -> str:
    action, code = str(body.get("action") or "answer"), str(body.get("code") or "")
    code = "" if code == str(body.get("status")) else code
    percent = f"{100 * float(body.get('share') or 0):g} %"
    return {
        "answer": f"answers {body.get('status')} {code}".rstrip(),
        "delay": f"waits {body.get('seconds', 0):g} s",
        "drop": "does the work, loses the answer",
        "cut_stream": "cuts the stream",
        "operation_failed": f"accepts, then fails with {code}".rstrip(),
        "crash": f"ends the sandbox {body.get('when', 'after')} the write is kept",
        "expired": "takes each token for expired",
        "retired": "takes the model for retired",
        "worse": f"answers worse: {percent} right",
        "quota": f"leaves {percent} of the quota",
    }.get(action, action.replace("_", " "))


def _where(body: Mapping[str, Any]) -> Iterator[str]:
    plane = {"arm": "ARM", "data": "models", "identity": "identity"}.get(str(body.get("plane")))
    yield str(body.get("target") or plane or "everywhere")
    if body.get("method"):
        yield str(body["method"]).upper()
    if body.get("deployment"):
        yield f"deployment {body['deployment']}"
    if body.get("path") not in (None, "", ".*"):
        yield f"path ~ {body['path']}"
    if body.get("principal"):
        yield f"caller {body['principal']}"


def _left(body: Mapping[str, Any]) -> Iterator[str]:
    if body.get("after"):
        yield f"after {body['after']} more"
    if body.get("times"):
        yield f"{body['times']} times"
    if body.get("until"):
        yield f"until {str(body['until'])[:19].replace('T', ' ')}"
    if not body.get("times") and not body.get("until"):
        yield "until removed"
    if body.get("probability", 1) != 1:
        yield f"{100 * body['probability']:g} % of the time"
    if body.get("hits"):
        yield f"{body['hits']} hit so far"
