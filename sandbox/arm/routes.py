"""Requests that are about no single stored resource, by path."""

from sandbox.arm import resources
from sandbox.arm.cognitiveservices import locations
from sandbox.arm.kind import Route
from sandbox.telemetry import alert_states, cost_query

ROUTES: tuple[Route, ...] = (
    *resources.ROUTES,
    *locations.ROUTES,
    *alert_states.ROUTES,
    *cost_query.ROUTES,
)


def match(method: str, parts: list[str]) -> tuple[Route, dict[str, str]] | None:
    """The route of a path, and what its {names} stand for."""
    for route in ROUTES:
        if route.method != method:
            continue
        wanted = route.path.strip("/").split("/")
        if len(wanted) != len(parts):
            continue
        names = {
            pattern[1:-1]: part
            for pattern, part in zip(wanted, parts, strict=True)
            if pattern.startswith("{")
        }
        fits = all(
            pattern.startswith("{") or pattern.lower() == part.lower()
            for pattern, part in zip(wanted, parts, strict=True)
        )
        if fits:
            return route, names
    return None
