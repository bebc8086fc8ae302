"""What a rule is. Rules themselves are in rules/, one file a category."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, Literal, Self, TypeVar, get_args

from components.profiles import PROFILES, Profile
from policies.values import Need, Value
from policies.world import Finding, Resource, World

Category = Literal["quality", "performance", "security", "observability", "operations", "business"]
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
"""In the order of every report."""

Severity = Literal["Critical", "High", "Medium", "Low"]
Level = Literal["mandatory", "advisory", "disabled"]

Subject = TypeVar("Subject")
Limit = TypeVar("Limit", frozenset[str], float, str)


class WrongLimit(ValueError):
    """The message names the value and what it may be."""


@dataclass(frozen=True)
class Param(Generic[Limit]):
    """A threshold or a list that a rule judges by: one value a profile, each open to change."""

    name: str
    description: str
    dev: Limit
    staging: Limit
    prod: Limit
    choices: tuple[str, ...] = ()
    """What a text, or each text of a list, may be; empty: anything."""

    @classmethod
    def everywhere(
        cls, name: str, description: str, value: Limit, choices: tuple[str, ...] = ()
    ) -> Self:
        """One limit for every environment."""
        return cls(name, description, dev=value, staging=value, prod=value, choices=choices)

    def default(self, profile: Profile) -> Limit:
        return {"dev": self.dev, "staging": self.staging, "prod": self.prod}[profile]

    @property
    def schema(self) -> dict[str, object]:
        """JSON schema, by which the engine judges a policy configuration."""
        one: dict[str, object] = {"type": "string"}
        if self.choices:
            one["enum"] = list(self.choices)
        if isinstance(self.prod, frozenset):
            return {"type": "array", "items": one, "description": self.description}
        if isinstance(self.prod, str):
            return {**one, "description": self.description}
        return {"type": "number", "description": self.description}

    def parse(self, value: Value) -> Limit:
        """What a policy configuration says in place of the default.

        Raises:
            WrongLimit: it is of another type, or not among the choices.
        """
        if isinstance(self.prod, frozenset) and isinstance(value, list):
            texts = [each for each in value if isinstance(each, str)]
            if len(texts) == len(value) and self._offers(texts):
                return frozenset(texts)
        elif isinstance(self.prod, str) and isinstance(value, str):
            if self._offers([value]):
                return value
        elif (
            isinstance(self.prod, float)
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            return float(value)
        choices = f" of {', '.join(self.choices)}" if self.choices else ""
        raise WrongLimit(f"{self.name} is no {self._kind}{choices}")

    def _offers(self, texts: list[str]) -> bool:
        return not self.choices or set(texts) <= set(self.choices)

    @property
    def _kind(self) -> str:
        if isinstance(self.prod, frozenset):
            return "list"
        return "text" if isinstance(self.prod, str) else "number"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a rule judges by, besides what it judges."""

    profile: Profile
    now: datetime
    config: Mapping[str, Value] = field(default_factory=dict)
    """What the policy configuration says of this rule's parameters, in place of their defaults."""

    def limit(self, param: Param[Limit]) -> Limit:
        if param.name in self.config:
            return param.parse(self.config[param.name])
        return param.default(self.profile)


@dataclass(frozen=True)
class Levels:
    """How much a finding weighs in each profile."""

    dev: Level
    staging: Level
    prod: Level

    @classmethod
    def of(cls, letters: str) -> Self:
        """From three letters, dev to prod: M mandatory, a advisory, - disabled."""
        meaning: dict[str, Level] = {"M": "mandatory", "a": "advisory", "-": "disabled"}
        return cls(*(meaning[letter] for letter in letters))

    def at(self, profile: Profile) -> Level:
        return {"dev": self.dev, "staging": self.staging, "prod": self.prod}[profile]

    def __str__(self) -> str:
        return ", ".join(f"{profile} {self.at(profile)}" for profile in PROFILES)


AnyParam = Param[frozenset[str]] | Param[float] | Param[str]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One requirement. Use one of its two kinds below."""

    id: str
    number: int
    """Its place in the checklist; ids and numbers stay when rules go."""
    category: Category
    severity: Severity
    levels: Levels
    description: str
    """The requirement as a sentence; the engine prints it above each finding."""
    why: str
    """What happens to whoever does not meet it."""
    fix: str
    """How to meet it, for any program; findings say it with the values at hand."""
    types: frozenset[str]
    """The resource types it speaks of."""
    controls: tuple[str, ...] = ()
    """Published controls it stands for."""
    params: tuple[AnyParam, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """Of one resource: judged before that resource is touched."""

    check: Callable[[Resource, Context], Iterator[Finding]]
    reads: tuple[str, ...] = ()
    """Inputs without any of which there is nothing to judge: then the rule is not applicable."""

    def concerns(self, resource: Resource) -> bool:
        """Whether there is something to judge, so that silence means it is right."""
        return resource.type in self.types and (
            not self.reads or any(resource.fields.is_set(name) for name in self.reads)
        )


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """Of the stack: judged once every resource is known."""

    check: Callable[[World, Context], Iterator[Finding]]


def each(
    subjects: Iterable[Subject], check: Callable[[Subject], Iterator[Finding]]
) -> Iterator[Finding]:
    """What is wrong with everything that can be judged, though something else can't be yet.

    Raises:
        Need: of the first that cannot be judged, once all the others are.
    """
    missed: Need | None = None
    for subject in subjects:
        try:
            yield from check(subject)
        except Need as need:
            missed = missed or need
    if missed:
        raise missed
