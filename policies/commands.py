"""What findings tell people to type, as `plumb` takes it. What they must fill in is in capitals."""

import re
from math import ceil
from typing import Final

from components.profiles import Profile

NAME: Final = re.compile(r"[a-z][\w-]{0,39}", re.ASCII)
TARGET: Final = re.compile(r"[\w.-]{1,90}(/[\w.-]{1,90})?", re.ASCII)


def evaluate(target: str, stack: str, profile: Profile) -> str:
    """Measures how well a deployment answers."""
    asked = f"plumb evaluate DATASET --target {_deployment(target)} --judge DEPLOYMENT"
    return f"{asked} {_measured(stack, profile)}"


def review(stack: str) -> str:
    """Has people read the answers of an evaluation, and counts how often they agree with it."""
    return (
        f"plumb review export RUN, then plumb review import RUN --ratings FILE --record-for {stack}"
    )


def load(target: str, stack: str, profile: Profile, calls_per_second: float = 0.0) -> str:
    """Measures how a deployment bears its peak; zero calls a second: nobody knows the peak yet."""
    # Rounded up: a little below the peak is not the peak.
    rate = f" --rps {ceil(round(calls_per_second * 1000, 6)) / 1000:g}" if calls_per_second else ""
    asked = f"plumb load SCENARIO --target {_deployment(target)}{rate}"
    return f"{asked} {_measured(stack, profile)}"


def record_demand(stack: str, route: str | None) -> str:
    """Says what a route must carry, and whether it will."""
    sizes = "--rpm RPM --prompt TOKENS --max-output TOKENS"
    return f"plumb capacity plan --stack {stack} --route {_route(route)} {sizes} --record"


def record_plan(stack: str) -> str:
    """Says where the reviewed capacity plan is kept."""
    return f"plumb capacity plan --stack {stack} --plan-url URL --reviewed-by NAME --record"


def record_cost(stack: str, currency: str | None = None) -> str:
    """Forecasts what a month will cost; prices are in dollars, and budgets may be in others."""
    rate = f" --exchange-rate USD={currency}:RATE" if currency not in (None, "USD") else ""
    return f"plumb cost --stack {stack} --forecast{rate} --record"


def record_rollback(stack: str, route: str | None) -> str:
    """Records a rehearsal, from a file of whoever had the watch in hand."""
    return f"plumb readiness record rollback --stack {stack} --route {_route(route)} --from FILE"


def approve(role: str, stack: str) -> str:
    """Approves for a role; product also says by what success is known."""
    metrics = " --metrics FILE" if role == "product" else ""
    return f"plumb readiness approve --stack {stack} --role {role} --ticket TICKET{metrics}"


def _measured(stack: str, profile: Profile) -> str:
    """Where it is measured, and whose evidence that is: of prod, before anything is in prod."""
    if profile == "prod":
        return f"--stack staging --record-for {stack}"
    return f"--stack {stack} --record"


def _deployment(target: str) -> str:
    return target if TARGET.fullmatch(target) else "ACCOUNT/DEPLOYMENT"


def _route(route: str | None) -> str:
    return route if route and NAME.fullmatch(route) else "ROUTE"
