"""Whether a route's feature flag can be read and leads to what is deployed, whatever it decides."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.smoke.facts import Call, Evaluated, Flag
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import Route
from scripts.stack_outputs import DeploymentOutputs


class Part(BaseModel):
    """A part of a feature flag, schema v2. What is not looked at is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Leads(Part):
    account: str
    deployment: str
    model: str | None = None
    version: str | None = None

    @property
    def target(self) -> str:
        return f"{self.account}/{self.deployment}"


class Variant(Part):
    name: str
    configuration_value: Leads


class Percentile(Part):
    variant: str
    from_: Annotated[float, Field(alias="from")]
    to: float


class UserAllocation(Part):
    variant: str


class Allocation(Part):
    default_when_enabled: str | None = None
    default_when_disabled: str | None = None
    percentile: list[Percentile] = []
    user: list[UserAllocation] = []


class Telemetry(Part):
    enabled: bool = False


class Value(Part):
    """What a flag says."""

    enabled: bool
    variants: Annotated[list[Variant], Field(min_length=1)]
    allocation: Allocation
    telemetry: Telemetry = Telemetry()


def parse(value: Any) -> Value:
    """
    Raises:
        ValidationError: it is no flag of ours.
    """
    return Value.model_validate(value)


def finding(
    route: Route,
    flag: Flag | None,
    evaluated: Sequence[Evaluated] | None,
    there: Mapping[str, DeploymentOutputs],
    calls: Sequence[Call],
) -> Finding:
    """there: what is deployed, by `account/deployment`; calls: of this route.

    evaluated: what callers were given; None: nobody could call from here.
    """

    def found(level: Level, text: str) -> Finding:
        return Finding(check="flag", subject=route.subject, level=level, text=text)

    if flag is None:
        return found("unknown", "not read: no time was left. Fix: a longer --deadline")
    if flag.missing:
        return found("no", f"the store has no flag {route.flag}. Fix: pulumi up --refresh")
    if flag.error:
        role = "the role App Configuration Data Reader on the store"
        fix = role if flag.forbidden else "ask again; network, or sandbox"
        return found("unreached", f"{route.flag}: {flag.error.rstrip('.')}. Fix: {fix}")
    try:
        value = parse(flag.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return found("no", f"{route.flag}: {place}: {first['msg']}. Fix: pulumi up --refresh")
    for complaint in complaints(route, value, there):
        return found("no", complaint)
    for each in evaluated or ():
        if each.error:
            return found("no", f"{route.flag}: {each.error}. Fix: write the flag anew")
        if each.target not in there:
            said = f"gives {each.user} {each.target or 'nothing'}, which is not deployed"
            return found("no", f"{route.flag} {said}. Fix: pulumi up")
    dead = {each.target for each in calls if each.outcome != "ok"}
    if silent := sorted(dead & {each.configuration_value.target for each in value.variants}):
        return found("unknown", f"leads to {', '.join(silent)}, which did not answer")
    if evaluated is not None and not evaluated:
        return found("unknown", "nobody was given a variant. Fix: a longer --deadline")
    if not value.enabled:
        given = value.allocation.default_when_disabled
        return found("warn", f"{route.flag} is switched off: everybody is given {given}")
    shares = ", ".join(_shares(value)) or f"all to {value.allocation.default_when_enabled}"
    return found("ok", f"{route.flag} readable; {shares}; every variant leads to a live deployment")


def complaints(route: Route, value: Value, there: Mapping[str, DeploymentOutputs]) -> Iterator[str]:
    """What is wrong with what a flag says."""
    names = {each.name for each in value.variants}
    for each in value.variants:
        leads = each.configuration_value
        held = there.get(leads.target)
        if held is None:
            yield (
                f"{route.flag}: variant {each.name} leads to {leads.target}, not deployed. "
                f"Fix: deploy it, or lead the variant to one of {', '.join(sorted(there))}"
            )
        elif (leads.model or held.model, leads.version or held.version) != (
            held.model,
            held.version,
        ):
            yield (
                f"{route.flag}: variant {each.name} names {leads.model} {leads.version}, "
                f"{leads.target} is {held.model} {held.version}. Fix: write the flag anew"
            )
    given = value.allocation
    told = [given.default_when_enabled, given.default_when_disabled]
    told += [each.variant for each in given.percentile]
    told += [each.variant for each in given.user]
    for name in told:
        if name is not None and name not in names:
            known = ", ".join(sorted(names))
            yield f"{route.flag}: allocates to {name}, no variant of it. Fix: one of {known}"
    if given.default_when_enabled is None and not _covers_all(given.percentile):
        yield f"{route.flag}: some callers are given no variant. Fix: default_when_enabled"
    if not value.telemetry.enabled:
        yield f"{route.flag}: its telemetry is off, so no rollout can be judged. Fix: turn it on"


def _shares(value: Value) -> Iterator[str]:
    for each in value.allocation.percentile:
        if each.to > each.from_:
            yield f"{each.to - each.from_:g} % {each.variant}"


def _covers_all(allocated: Sequence[Percentile]) -> bool:
    reached = 0.0
    for each in sorted(allocated, key=lambda each: each.from_):
        if each.from_ > reached:
            return False
        reached = max(reached, each.to)
    return reached >= 100


def targets(value: Any) -> list[tuple[str, str]]:
    """(variant, `account/deployment`) of a flag; nothing where it is none of ours."""
    try:
        found = parse(value)
    except ValidationError:
        return []
    return [(each.name, each.configuration_value.target) for each in found.variants]
