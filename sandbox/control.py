"""The control API: what a test or `plumb sandbox` asks of the sandbox itself."""

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox import passing, seed
from sandbox.around import PROFILES, Around
from sandbox.clock import stamp
from sandbox.dataplane import quality
from sandbox.dataplane.quality import Entry, KnobsWanted
from sandbox.dataplane.variants import FilterError, RateLimitAnswer
from sandbox.directory import NAMES, Principal
from sandbox.faults import Faults
from sandbox.offers import CHANGES
from sandbox.orders import instruction
from sandbox.telemetry import inbox

SECRET_HEADER = "x-plumb-secret"
SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""As far as the clock goes. Beyond the year 9999 nothing could answer any more."""

Handler = Callable[[Any], Any]


class Wanted(BaseModel):
    """A body of the control API. A misspelled key is an error."""

    model_config = ConfigDict(extra="forbid")


class ClockWanted(Wanted):
    """Exactly one of the three."""

    advance: str | None = None
    """A span such as 90s, 5m, 48h, 2d, or some in a row."""
    freeze: bool | None = None
    rate: float | None = Field(default=None, ge=0, le=86_400, allow_inf_nan=False)


class ProfileWanted(Wanted):
    profile: str


class PrincipalWanted(Wanted):
    name: str = Field(min_length=1)
    kind: str = "ServicePrincipal"
    groups: list[str] = []


class ResetWanted(Wanted):
    dry_run: bool = False


class SettingsWanted(Wanted):
    """What has no endpoint of its own, e.g. quota_limits or page_size."""

    quota_limits: dict[str, dict[str, int]] | None = None
    model_capacity: dict[str, dict[str, int]] | None = None
    page_size: int | None = Field(default=None, ge=1)
    accept_unknown_rai_policy: bool | None = None
    fine_tuned_needs_job: bool | None = None
    """Whether only what a job here has made can be deployed as a fine-tuned model."""
    filter_error: FilterError | None = None
    rate_limit_answer: RateLimitAnswer | None = None
    utilisation_header: bool | None = None
    rate_limits: bool | None = None
    """False lets every request in."""


class Wrong(Exception):
    """What the body should have said."""


def span(text: str) -> timedelta:
    """5m, 48h, 1h30m as a span of time."""
    found = SPAN.findall(text)
    if not found or "".join(number + unit for number, unit in found) != text.replace(" ", ""):
        raise Wrong(f"{text!r} is no span of time; write 90s, 5m, 48h or 2d")
    try:
        return sum((timedelta(**{UNITS[unit]: float(n)}) for n, unit in found), timedelta())
    except OverflowError:
        raise Wrong(f"{text!r} is too long") from None


@dataclass(frozen=True, kw_only=True)
class Order:
    """One more thing that the control API can be asked."""

    path: str
    methods: tuple[str, ...]
    handler: Handler


def routes(around: Around, faults: Faults, secret: str, orders: Sequence[Order] = ()) -> Mount:
    """All under /_plumb, each behind the secret."""

    async def health(request: Request) -> Any:
        return {
            "status": "ok",
            "now": stamp(around.clock.now()),
            "profile": around.settings.profile.name,
            "resources": around.store.execute(
                "SELECT count(*) FROM resources WHERE deleted_at IS NULL"
            )[0][0],
            "deleted": around.store.execute(
                "SELECT count(*) FROM resources WHERE deleted_at IS NOT NULL"
            )[0][0],
            "operations": around.store.execute(
                "SELECT count(*) FROM operations WHERE status = 'InProgress'"
            )[0][0],
        }

    async def requests(request: Request) -> Any:
        if request.method == "DELETE":
            around.journal.clear()
        return {"value": list(around.journal)}

    async def conflicts(request: Request) -> Any:
        return {"value": [each for each in around.journal if each["status"] == 409]}

    async def clock(request: Request) -> Any:
        if request.method == "GET":
            return passing.shown(around.clock)
        before = passing.standing(around.store)
        wanted = ClockWanted.model_validate(await body_of(request))
        if wanted.advance:
            by = span(wanted.advance)
            if by > LATEST - around.clock.now():
                raise Wrong(f"the clock goes no further than {LATEST:%Y}")
            around.clock.advance(by)
        if wanted.freeze is not None:
            around.clock.run(0 if wanted.freeze else 1)
        if wanted.rate is not None:
            around.clock.run(wanted.rate)
        await passing.happen(around)
        due = passing.between(before, passing.standing(around.store))
        return {**passing.shown(around.clock), "fell_due": due}

    async def alerts(request: Request) -> Any:
        return inbox.shown(around.store)

    async def profile(request: Request) -> Any:
        wanted = ProfileWanted.model_validate(await body_of(request))
        if wanted.profile not in PROFILES:
            raise Wrong(f"there is no profile {wanted.profile!r}; {' or '.join(PROFILES)}")
        around.settings.set("profile", wanted.profile)
        return {"profile": wanted.profile}

    async def settings(request: Request) -> Any:
        wanted = SettingsWanted.model_validate(await body_of(request))
        changed = wanted.model_dump(exclude_unset=True)
        for key, value in changed.items():
            if value is None:
                around.settings.unset(key)
            else:
                around.settings.set(key, value)
        return changed

    async def principals(request: Request) -> Any:
        if request.method == "POST":
            wanted = PrincipalWanted.model_validate(await body_of(request))
            if around.directory.by_name(wanted.name):
                raise Wrong(f"there already is a principal {wanted.name!r}")
            groups = frozenset(wanted.groups)
            return _principal(around.directory.add(wanted.name, wanted.kind, groups=groups))
        return {each.name: _principal(each) for each in around.directory.everyone()}

    async def ticket(request: Request) -> Any:
        return {"ticket": around.sessions.ticket()}

    async def fault(request: Request) -> Any:
        if request.method == "POST":
            added = faults.add(instruction(await body_of(request), around.store))
            return next(each for each in faults.all() if each["number"] == added)
        if request.method == "DELETE":
            number = request.path_params.get("number")
            if not faults.clear(number) and number is not None:
                on = ", ".join(str(each["number"]) for each in faults.all())
                raise Wrong(f"no fault {number} is on. Fix: {on or 'nothing, none is on'}")
        return {"value": faults.all()}

    async def graded(request: Request) -> Any:
        if request.method == "POST":
            quality.turn(around.settings, KnobsWanted.model_validate(await body_of(request)))
        if request.method == "DELETE":
            around.settings.unset(quality.QUALITY)
        return {"value": around.settings.get(quality.QUALITY, {})}

    async def answers(request: Request) -> Any:
        if request.method == "POST":
            quality.write(around.settings, Entry.model_validate(await body_of(request)))
        if request.method == "DELETE":
            around.settings.unset(quality.ANSWERS)
        return {"value": around.settings.get(quality.ANSWERS, [])}

    async def reset(request: Request) -> Any:
        wanted = ResetWanted.model_validate(await body_of(request))
        counted = around.store.execute(
            "SELECT type, count(*) AS number FROM resources GROUP BY type ORDER BY type"
        )
        if not wanted.dry_run:
            around.flush()  # or what waits in memory would be written afterwards
            around.store.forget()
            for forget in around.after_reset:
                forget()
            for key in (*SettingsWanted.model_fields, CHANGES, quality.QUALITY, quality.ANSWERS):
                around.settings.unset(key)
            seed.plant(around)
            around.clock.restore({"offset_seconds": 0, "rate": 1})
            around.store.set_setting(passing.CLOCK_SETTING, around.clock.state())
            around.journal.clear()
        return {"forgotten": {row["type"]: row["number"] for row in counted}}

    def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            given = request.headers.get(SECRET_HEADER, "")
            if not secrets.compare_digest(given.encode(), secret.encode()):
                return _error(403, "X-Plumb-Secret is missing or wrong")
            try:
                return JSONResponse(await handler(request))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                said = first["msg"].removeprefix("Value error, ")
                return _error(400, f"{where}: {said}" if where else said)
            except (Wrong, ValueError) as error:
                return _error(400, str(error))

        return answer

    return Mount(
        "/_plumb",
        routes=[
            Route("/health", guarded(health)),
            Route("/requests", guarded(requests), methods=["GET", "DELETE"]),
            Route("/conflicts", guarded(conflicts)),
            Route("/clock", guarded(clock), methods=["GET", "POST"]),
            Route("/alerts", guarded(alerts)),
            Route("/profile", guarded(profile), methods=["POST"]),
            Route("/settings", guarded(settings), methods=["POST"]),
            Route("/principals", guarded(principals), methods=["GET", "POST"]),
            Route("/portal", guarded(ticket), methods=["POST"]),
            Route("/faults", guarded(fault), methods=["GET", "POST", "DELETE"]),
            Route("/faults/{number:int}", guarded(fault), methods=["DELETE"]),
            Route("/quality", guarded(graded), methods=["GET", "POST", "DELETE"]),
            Route("/answers", guarded(answers), methods=["GET", "POST", "DELETE"]),
            Route("/reset", guarded(reset), methods=["POST"]),
            *(Route(each.path, guarded(each.handler), methods=each.methods) for each in orders),
        ],
    )


def known(around: Around) -> dict[str, dict[str, str]]:
    """The principals that every sandbox has, with their secrets, for sandbox.json."""
    found = {name: around.directory.by_name(name) for name in NAMES}
    return {name: _principal(each) for name, each in found.items() if each}


def _principal(principal: Principal) -> dict[str, str]:
    return {
        "oid": principal.oid,
        "client_id": principal.client_id,
        "client_secret": principal.client_secret,
        "inside_header": principal.inside_header,
        "outside_header": principal.outside_header,
    }


async def body_of(request: Request) -> Any:
    """What a request says; nothing is an empty object."""
    try:
        return await request.json() if await request.body() else {}
    except RecursionError:
        raise Wrong("the body is nested too deeply") from None


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status)
