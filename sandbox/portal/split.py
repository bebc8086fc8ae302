"""A route's split: which deployment gets what share of the callers, read from its feature flag."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from components.catalog import FEATURE_FLAG_PREFIX
from sandbox.dataplane.key_values import KeyValue


@dataclass(frozen=True, kw_only=True)
class Share:
    """One variant of a route."""

    variant: str
    percent: float
    target: str
    """account/deployment, as the flag names them."""
    model: str


@dataclass(frozen=True, kw_only=True)
class Route:
    name: str
    label: str
    store: str
    enabled: bool
    shares: tuple[Share, ...]
    seed: str
    rollout: str
    """Which one is under way, and how far it is, as its controller wrote it down."""
    changed_at: str
    problem: str = ""
    """Why the flag cannot be read, if so."""


def routes(store: str, items: Iterable[KeyValue]) -> list[Route]:
    """Those of a configuration store, by label and name."""
    flags = [each for each in items if each.key.startswith(FEATURE_FLAG_PREFIX)]
    return [route(store, each) for each in sorted(flags, key=lambda each: (each.label, each.key))]


def route(store: str, item: KeyValue) -> Route:
    """One flag, whatever somebody wrote into it."""
    name = item.key.removeprefix(FEATURE_FLAG_PREFIX).removesuffix("-router")
    try:
        flag = json.loads(item.value or "")
        enabled, split, variants = bool(flag.get("enabled")), shares(flag), _variants(flag)
        seed, problem = str((flag.get("allocation") or {}).get("seed") or ""), ""
        told = (flag.get("telemetry") or {}).get("metadata") or {}
        rollout = ", step ".join(str(told[key]) for key in ("rollout", "step") if told.get(key))
    except (ValueError, TypeError, AttributeError, RecursionError):
        enabled, split, variants, seed, rollout = False, {}, {}, "", ""
        problem = "its value is no feature flag"
    return Route(
        name=name,
        label=item.label,
        store=store,
        enabled=enabled,
        shares=tuple(_share(name, part, variants) for name, part in split.items()),
        seed=seed,
        rollout=rollout,
        changed_at=item.last_modified,
        problem=problem,
    )


def shares(flag: Mapping[str, Any]) -> dict[str, float]:
    """Percent by variant, those without a share included.

    The first range that holds a caller's number decides; who is in none gets the default.
    """
    allocation = flag.get("allocation") or {}
    split = {str(each["name"]): 0.0 for each in flag.get("variants") or ()}
    if not flag.get("enabled"):
        _give(split, allocation.get("default_when_disabled"), 100)
        return split
    ranges = [
        (str(each["variant"]), _edge(each["from"]), _edge(each["to"]))
        for each in allocation.get("percentile") or ()
    ]
    edges = sorted({0.0, 100.0, *(edge for _, *both in ranges for edge in both)})
    for low, high in pairwise(edges):
        inside = (name for name, start, end in ranges if start <= low and high <= end)
        _give(split, next(inside, allocation.get("default_when_enabled")), high - low)
    return split


def _edge(value: Any) -> float:
    return min(100.0, max(0.0, float(value)))


def _give(split: dict[str, float], variant: Any, percent: float) -> None:
    name = str(variant) if variant else "none"
    split[name] = split.get(name, 0.0) + percent


def _variants(flag: Mapping[str, Any]) -> dict[str, Any]:
    return {str(each["name"]): each.get("configuration_value") for each in flag.get("variants", ())}


def _share(name: str, percent: float, variants: Mapping[str, Any]) -> Share:
    target = variants.get(name)
    named = target if isinstance(target, Mapping) else {}
    parts = [str(named[key]) for key in ("account", "deployment") if named.get(key)]
    model = [str(named[key]) for key in ("model", "version") if named.get(key)]
    return Share(
        variant=name, percent=round(percent, 2), target="/".join(parts), model=" ".join(model)
    )
