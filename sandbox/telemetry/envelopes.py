"""What an application's exporter sends, as rows of the App tables.

The format is Breeze's, version 2: envelopes of {name, time, sampleRate, iKey, tags, data}.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

DURATION: Final = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
OLDEST: Final = timedelta(hours=48)
NEWEST: Final = timedelta(hours=2)
SEVERITIES: Final = {"Verbose": 0, "Information": 1, "Warning": 2, "Error": 3, "Critical": 4}


class Data(BaseModel):
    base_type: str = Field(alias="baseType")
    base_data: dict[str, Any] = Field(alias="baseData")


class Envelope(BaseModel):
    """Other members are ignored, as the service ignores them."""

    model_config = ConfigDict(extra="ignore")

    time: datetime
    key: str = Field(alias="iKey")
    rate: float = Field(alias="sampleRate", default=100.0, gt=0, le=100)
    tags: dict[str, str] = {}
    data: Data

    @property
    def at(self) -> datetime:
        return self.time if self.time.tzinfo else self.time.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    table: str
    at: datetime
    body: dict[str, Any]


class Unreadable(Exception):
    """An envelope that is none; the text says why."""


def envelope(wire: object, now: datetime) -> Envelope:
    """One envelope, held against the sender's clock.

    Raises:
        Unreadable: it is of another shape, too old, or from the future.
    """
    try:
        # What cannot be said in UTF-8 could be kept, and then break each query that finds it.
        json.dumps(wire, allow_nan=False, ensure_ascii=False).encode()
        read = Envelope.model_validate(wire)
    except UnicodeEncodeError:
        raise Unreadable("a text in it is no Unicode") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"Field '{where}': {first['msg']}") from None
    except (ValueError, RecursionError):
        raise Unreadable("a number in it is none, or it is nested too deeply") from None
    if read.at < now - OLDEST:
        raise Unreadable("Field 'time' on type 'Envelope' is older than the allowed min date")
    if read.at > now + NEWEST:
        raise Unreadable("Field 'time' on type 'Envelope' is newer than the allowed max date")
    return read


def rows(sent: Envelope) -> Iterator[Row]:
    """The rows of one envelope: one, or one for each metric in it.

    Raises:
        Unreadable: a type of telemetry that there is no table for.
    """
    kind = sent.data.base_type
    if kind not in TABLES:
        raise Unreadable(f"telemetry of type '{kind}' has no table in the sandbox")
    table, made = TABLES[kind]
    try:
        for body in made(sent.data.base_data):
            yield Row(table=table, at=sent.at, body={**_common(sent), **body})
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unreadable(f"Field 'baseData' on type '{kind}': {error}") from None


def _common(sent: Envelope) -> dict[str, Any]:
    data, tags = sent.data.base_data, sent.tags
    return {
        "Properties": data.get("properties") or {},
        "Measurements": data.get("measurements") or {},
        "OperationName": tags.get("ai.operation.name", ""),
        "OperationId": tags.get("ai.operation.id", ""),
        "ParentId": tags.get("ai.operation.parentId", ""),
        "SyntheticSource": tags.get("ai.operation.syntheticSource", ""),
        "SessionId": tags.get("ai.session.id", ""),
        "UserId": tags.get("ai.user.id", ""),
        "UserAuthenticatedId": tags.get("ai.user.authUserId", ""),
        "UserAccountId": tags.get("ai.user.accountId", ""),
        "AppVersion": tags.get("ai.application.ver", ""),
        "AppRoleName": tags.get("ai.cloud.role", ""),
        "AppRoleInstance": tags.get("ai.cloud.roleInstance", ""),
        "ClientType": "PC",
        "ClientIP": "0.0.0.0",  # Azure masks it, too
        "IKey": sent.key,
        "SDKVersion": tags.get("ai.internal.sdkVersion", ""),
        "ItemCount": max(1, round(100 / sent.rate)),
    }


def _dependency(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        "Id": _text(data, "id"),
        "Target": _text(data, "target"),
        "DependencyType": _text(data, "type"),
        "Name": _text(data, "name"),
        "Data": _text(data, "data"),
        "Success": bool(data.get("success", True)),
        "ResultCode": _text(data, "resultCode"),
        "DurationMs": milliseconds(_text(data, "duration")),
    }


def _request(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        "Id": _text(data, "id"),
        "Source": _text(data, "source"),
        "Name": _text(data, "name"),
        "Url": _text(data, "url"),
        "Success": bool(data.get("success", True)),
        "ResultCode": _text(data, "responseCode"),
        "DurationMs": milliseconds(_text(data, "duration")),
    }


def _event(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"Name": _text(data, "name")}


def _message(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"Message": _text(data, "message"), "SeverityLevel": _severity(data)}


def _exception(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    details = data.get("exceptions") or [{}]
    first = details[0] if isinstance(details[0], dict) else {}
    yield {
        "ProblemId": _text(data, "problemId") or _text(first, "typeName"),
        "ExceptionType": _text(first, "typeName"),
        "OuterMessage": _text(first, "message"),
        "Details": details,
        "SeverityLevel": _severity(data),
    }


def _metrics(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in data.get("metrics") or ():
        value = each.get("value")
        yield {
            "Name": _text(each, "name"),
            "Sum": value,
            "Min": each.get("min", value),
            "Max": each.get("max", value),
            "ItemCount": int(each.get("count") or 1),
        }


TABLES: Final[dict[str, tuple[str, Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]]]]] = {
    "RemoteDependencyData": ("AppDependencies", _dependency),
    "RequestData": ("AppRequests", _request),
    "EventData": ("AppEvents", _event),
    "MessageData": ("AppTraces", _message),
    "ExceptionData": ("AppExceptions", _exception),
    "MetricData": ("AppMetrics", _metrics),
}


def milliseconds(duration: str) -> float | None:
    """0.00:00:01.234 as 1234; nothing where it is no duration."""
    match = DURATION.fullmatch(duration)
    if match is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000, 6)


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return "" if value is None else str(value)


def _severity(data: Mapping[str, Any]) -> int | None:
    level = data.get("severityLevel")
    return level if isinstance(level, int) else SEVERITIES.get(str(level))
