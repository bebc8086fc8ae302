"""One request to a configuration store, and what it asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request

from sandbox.dataplane.errors import Refusal
from sandbox.dataplane.key_values import NO_LABEL, matches, misplaced
from sandbox.dataplane.store_access import problem


@dataclass(frozen=True, kw_only=True)
class Call:
    """As it stands once it is known to be allowed."""

    request: Request
    store_id: str
    body: bytes

    @property
    def key(self) -> str:
        return str(self.request.path_params["key"])

    @property
    def label(self) -> str:
        asked = self.request.query_params.get("label", "")
        return "" if asked == NO_LABEL else asked

    @property
    def moment(self) -> datetime | None:
        """The moment at which a caller wants to see the store; None for now.

        Raises:
            Refusal: 400.
        """
        told = self.request.headers.get("accept-datetime")
        if told is None:
            return None
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                found = read(told)
            except ValueError:
                continue
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        raise problem(
            400,
            "invalid-argument",
            "Invalid request parameter 'Accept-Datetime'",
            "Accept-Datetime",
        )

    @property
    def memento(self) -> dict[str, str]:
        """The header that says of when an answer is."""
        moment = self.moment
        return {"memento-datetime": http_date(moment)} if moment else {}

    def filter(self, name: str) -> Callable[[str], bool]:
        """What a query asks of a key, a label or a name.

        Raises:
            Refusal: 400.
        """
        pattern = self.queried(name) or "*"
        if at := misplaced(pattern):
            raise invalid(name, at)
        return matches(pattern)

    def condition(self, name: str) -> str | None:
        return self.request.headers.get(name)

    def queried(self, name: str) -> str | None:
        """A query parameter; names are in any casing."""
        for key, value in self.request.query_params.items():
            if key.lower() == name:
                return value
        return None

    @property
    def selected(self) -> Sequence[str]:
        return [each for each in (self.queried("$select") or "").lower().split(",") if each]


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def invalid(name: str, at: int) -> Refusal:
    """What Azure says of a character that cannot stand in a filter; of a key it is unverified."""
    return problem(
        400,
        "invalid-argument",
        f"Invalid request parameter '{name}'",
        name,
        f"{name}({at}): Invalid character",
    )
