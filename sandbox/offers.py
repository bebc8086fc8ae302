"""What the sandbox offers: the catalogue's models, with what a test has changed about them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from components import catalog
from components.catalog import Model
from sandbox.around import Settings

CHANGES: Final = "model_changes"
"""Setting: {name/version: what is different about that model here}."""


class Change(BaseModel):
    """What may be changed of a model."""

    model_config = ConfigDict(extra="forbid")

    retires: date | None = None
    lifecycle: Literal["Preview", "GenerallyAvailable", "Deprecating", "Deprecated"] | None = None
    replaced_by: str | None = Field(default=None, pattern=r"^[^/]+/[^/]+$")


Changes = Mapping[str, Mapping[str, Any]]


def key(model: Model) -> str:
    return f"{model.name}/{model.version}"


def changes(settings: Settings) -> Changes:
    found: Changes = settings.get(CHANGES, {})
    return found


def as_offered(model: Model, changed: Changes) -> Model:
    """A model as it is here."""
    return replace(model, **changed.get(key(model), {}))


def models(settings: Settings) -> list[Model]:
    changed = changes(settings)
    return [as_offered(each, changed) for each in catalog.models()]


def change(settings: Settings, wanted: Mapping[str, Change]) -> None:
    """Change some models, beside what has been changed already.

    Raises:
        ValueError: there is no such model; the text has those that are like it.
    """
    known = {key(each) for each in catalog.models()}
    for name in wanted:
        if name not in known:
            like = sorted(each for each in known if each.startswith(name.partition("/")[0]))
            raise ValueError(f"there is no model {name}. Fix: {', '.join(like or sorted(known))}")
    told = {name: dict(each) for name, each in changes(settings).items()}
    for name, each in wanted.items():
        said = each.model_dump(mode="json", exclude_none=True)
        told[name] = {**told.get(name, {}), **said}
    settings.set(CHANGES, told)
