"""The last requests: to models, and to ARM."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from sandbox.clock import moment
from sandbox.dataplane.call import HUNG_UP
from sandbox.ids import parse

Tone = Literal["good", "moved", "wrong", "bad"]

REASONS: Final = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    408: "Timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    429: "Too Many Requests",
    HUNG_UP: "Client Closed Request",
    500: "Internal Server Error",
    503: "Unavailable",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request."""

    at: datetime
    plane: Literal["model", "ARM"]
    what: str
    """The operation, or the method."""
    target: str
    id: str
    """Of the resource it was about; nothing for a list or a question about none."""
    status: int
    code: str
    who: str
    milliseconds: float
    detail: str
    times: int = 1
    """How many alike this one stands for."""

    @property
    def tone(self) -> Tone:
        return tone(self.status)


def tone(status: int) -> Tone:
    """How a status is coloured: 5xx and 429 are what one looks for at night."""
    if status >= 500 or status == 429:
        return "bad"
    if status >= 400:
        return "wrong"
    return "moved" if status >= 300 else "good"


def of_models(rows: Iterable[Mapping[str, Any]], people: Mapping[str, str]) -> list[Asked]:
    """Rows of events, as they come."""
    return [_of_model(row, people) for row in rows]


def _of_model(row: Mapping[str, Any], people: Mapping[str, str]) -> Asked:
    account = row["account_lc"].rpartition("/")[2]
    deployment = row["deployment"]  # none for what was refused on the way to one
    said = []
    if row["status"] in (200, HUNG_UP):
        said.append(_tokens(row["prompt_tokens"], row["completion_tokens"]))
    if row["stream"]:
        said.append("streamed")
    if row["is_spillover"]:
        said.append("spilled over")
    if row["filtered"]:
        said.append("content filter")
    return Asked(
        at=moment(row["at"]),
        plane="model",
        what=row["operation"].partition("_")[0],
        target=f"{account}/{deployment}" if deployment else account,
        id=row["account_lc"] + (f"/deployments/{deployment}" if deployment else ""),
        status=row["status"],
        code="content_filter" if row["filtered"] and row["status"] == 400 else "",
        who=people.get(row["principal"], row["principal"]),
        milliseconds=row["ttlt_ms"],
        detail=", ".join(said),
    )


def _tokens(prompt: int, completion: int) -> str:
    return f"{prompt:,} + {completion:,} tokens" if completion else f"{prompt:,} tokens"


def of_arm(journal: Iterable[Mapping[str, Any]], people: Mapping[str, str]) -> list[Asked]:
    """Entries of the journal, as they come. Its times are the machine's."""
    return [_of_arm(entry, people) for entry in journal]


def _of_arm(entry: Mapping[str, Any], people: Mapping[str, str]) -> Asked:
    began, ended = datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"])
    return Asked(
        at=began,
        plane="ARM",
        what=entry["method"],
        target=short(entry["id"]),
        id=entry["id"] if _is_resource(entry["id"]) else "",
        status=entry["status"],
        code=entry.get("code") or "",
        who=people.get(entry["principal"], entry["principal"]),
        milliseconds=(ended - began).total_seconds() * 1000,
        detail="",
    )


def short(path: str) -> str:
    """A path of ARM without what is the same in all: the type's last part and the names."""
    above, _, last = path.rpartition("/")
    if parsed := parse(path):
        return f"{parsed.types[-1]} {'/'.join(parsed.names)}"
    if parsed := parse(above):
        return f"{last} of {'/'.join(parsed.names)}"
    parts = path.strip("/").split("/")
    inner = parts[2:] if parts[0].lower() == "subscriptions" else parts
    if inner and inner[0].lower() == "resourcegroups" and len(inner) > 2:
        return f"{last} in {inner[1]}"
    return "/".join(inner) or path


def _is_resource(path: str) -> bool:
    parts = path.lower().strip("/").split("/")
    return parse(path) is not None or (len(parts) == 4 and parts[2] == "resourcegroups")


def runs(asked: Iterable[Asked]) -> list[Asked]:
    """Refusals alike that follow one another as one: at night they come by the hundred."""
    found: list[Asked] = []
    for each in asked:
        last = found[-1] if found else None
        if last and each.status >= 400 and _alike(last) == _alike(each):
            found[-1] = replace(last, times=last.times + 1)
        else:
            found.append(each)
    return found


def _alike(each: Asked) -> tuple[object, ...]:
    return each.what, each.id.lower(), each.status, each.code, each.who, each.detail


def notable(asked: Iterable[Asked]) -> list[Asked]:
    """Writes and refusals: who reads what is there changes nothing."""
    return [each for each in asked if each.what not in ("GET", "HEAD") or each.status >= 400]


def refused(asked: Iterable[Asked], statuses: Collection[str]) -> list[Asked]:
    """Those whose status is wanted, by class (4xx) or number (429); all if none is named."""
    return [
        each
        for each in asked
        if not statuses or {str(each.status), f"{each.status // 100}xx"} & set(statuses)
    ]
