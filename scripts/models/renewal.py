"""models.yaml as Azure's answers would have it: what moves, what is gone, what nobody tells."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from components import catalog
from components.catalog import Model
from scripts.models.document import Document, child
from scripts.models.told import ByRegion, Told, irregular, models, told
from scripts.subscription.facts import ModelKey

UNTOLD: Final = (
    "kind, dimensions",
    "provisioned.tokens_per_minute and output_ratio (preflight holds the calculator against them)",
    "regions: which of them are whose data zone",
    "default_quota",
)
"""What no list of models says; it stays as it is written."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact that is another one now."""

    model: str
    what: str
    before: str
    after: str


@dataclass
class Renewal:
    """The new text, and everything that a reviewer wants to know about it."""

    text: str = ""
    changes: list[Change] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    unlisted: list[ModelKey] = field(default_factory=list)
    """Offered, but not in the file."""


def renew(
    text: str,
    answers: ByRegion,
    *,
    date: str,
    source: str,
    sha256: str,
    added: Collection[str] = (),
) -> Renewal:
    """The table with what `answers` tell; `added` names models (name/version) to take in.

    Regions that were not asked keep what they have.
    """
    document = Document(text)
    found = Renewal(untold=list(UNTOLD))
    items = child(document.root, "models")
    known = catalog.parse(text)
    groups = _groups(yaml.load(text, yaml.SafeLoader)["regions"])
    for model, node in zip(known, items.value, strict=True):
        key = ModelKey(format=model.format, name=model.name, version=model.version)
        now = told(key, answers)
        if now is None and _regions(model) <= set(answers):
            found.changes.append(_change(model, "the whole model", "offered", "in no region"))
            document.remove_item(items, node)
        else:
            _row(document, node, model, now, answers, groups, found)
    listed = {(each.format, each.name, each.version) for each in known}
    for key in models(answers):
        if (key.format, key.name, key.version) in listed:
            continue
        name = f"{key.name}/{key.version}"
        if name in added and (new := told(key, answers)):
            document.append(items, _new_row(key, new, known, groups))
            found.changes.append(
                Change(model=name, what="the whole model", before="not here", after="taken in")
            )
        else:
            found.unlisted.append(key)
    document.set(document.root, "as_of", f'"{date}"')
    document.set(
        document.root,
        "refreshed",
        f'{{ at: "{date}", regions: {len(answers)}, source: "{source}",\n  sha256: "{sha256}" }}',
    )
    found.text = document.edited()
    return found


def _row(
    document: Document,
    node: yaml.MappingNode,
    model: Model,
    now: Told | None,
    answers: ByRegion,
    groups: "Groups",
    found: Renewal,
) -> None:
    """One model that is still offered somewhere, or may be where nobody was asked."""

    def put(what: str, before: object, after: object, value: str, key: str = "") -> None:
        document.set(node, key or what, value)
        found.changes.append(_change(model, what, before, after))

    if now is not None:
        if now.lifecycle and now.lifecycle != model.lifecycle:
            put("lifecycle", model.lifecycle, now.lifecycle, now.lifecycle)
        if now.retires is None:
            found.untold.append(f"{model.name}/{model.version}: retires")
        elif now.retires != model.retires:
            put("retires", model.retires, now.retires, f'"{now.retires}"')
        for what, before, after in (
            ("default_version", model.is_default_version, now.is_default),
            ("fine_tunable", model.fine_tunable, now.fine_tunable),
        ):
            if after is not None and after != before:
                put(what, before, after, str(after).lower())
        if now.replaced_by and now.replaced_by != model.replaced_by:
            put("replaced_by", model.replaced_by, now.replaced_by, now.replaced_by)
        before_rates = (model.tokens_per_unit, model.requests_per_unit)
        if now.rates is None:
            found.untold.append(f"{model.name}/{model.version}: rates, or they differ by SKU")
        elif now.rates != before_rates:
            tokens, requests = now.rates
            value = f"{{ tokens: {tokens:g}, requests: {requests:g} }}"
            put("rates", "{:g}, {:g}".format(*before_rates), f"{tokens:g}, {requests:g}", value)
        _provisioned(model, now, put)
        _pools(document, node, model, now, found)
    _skus(document, node, model, now, answers, groups, found)


def _provisioned(model: Model, now: Told, put: Any) -> None:
    """Minimum and step; what a unit carries no list tells."""
    had = model.provisioned
    if not had or not now.regional or now.regional == (had.regional_minimum, had.regional_step):
        return
    minimum, step = now.regional
    value = (
        f"{{ tokens_per_minute: {had.tokens_per_minute:g}, output_ratio: {had.output_ratio:g}, "
        f"regional_minimum: {minimum}, regional_step: {step} }}"
    )
    before = f"{had.regional_minimum}, {had.regional_step}"
    put("regional minimum, step", before, f"{minimum}, {step}", value, "provisioned")


def _pools(
    document: Document, node: yaml.MappingNode, model: Model, now: Told, found: Renewal
) -> None:
    key = ModelKey(format=model.format, name=model.name, version=model.version)
    odd = irregular(key, now)
    before = {
        sku: pool
        for sku, pool in model.usage_names.items()
        if pool != catalog.usage_name(model.format, model.name, sku)
    }
    kept = {sku: pool for sku, pool in before.items() if sku not in now.usage_names} | odd
    if kept == before:
        return
    if kept:
        inner = ", ".join(f"{sku}: {pool}" for sku, pool in sorted(kept.items()))
        document.set(node, "usage_name", f"{{ {inner} }}")
    else:
        document.remove(node, "usage_name")
    found.changes.append(_change(model, "usage_name", _words(before), _words(kept)))


def _skus(
    document: Document,
    node: yaml.MappingNode,
    model: Model,
    now: Told | None,
    answers: ByRegion,
    groups: "Groups",
    found: Renewal,
) -> None:
    skus = child(node, "skus")
    for sku in sorted({*model.skus, *(now.skus if now else ())}):
        before = model.skus.get(sku, frozenset())
        after = (before - set(answers)) | (now.skus.get(sku, frozenset()) if now else frozenset())
        if after == before:
            continue
        if after:
            document.set(skus, sku, groups.written(after))
        else:
            document.remove(skus, sku)
        gone, come = sorted(before - after), sorted(after - before)
        found.changes.append(
            _change(
                model,
                sku,
                f"-{','.join(gone)}" if gone else "",
                f"+{','.join(come)}" if come else "",
            )
        )


def _new_row(key: ModelKey, new: Told, known: Iterable[Model], groups: "Groups") -> str:
    """A model that the file did not have: its kind is a guess that the file says is one."""
    sibling = next((each.kind for each in known if each.name == key.name), "chat")
    kind = "embeddings" if new.makes_embeddings else sibling
    lines = [f"  - name: {key.name}", f'    version: "{key.version}"']
    if key.format != "OpenAI":
        lines.append(f"    format: {key.format}")
    lines += [
        f"    lifecycle: {new.lifecycle or 'Preview'}",
        f'    retires: "{new.retires or "2099-12-31"}"' + ("" if new.retires else " # unverified"),
        f"    kind: {kind} # unverified",
    ]
    if new.is_default:
        lines.append("    default_version: true")
    if new.fine_tunable:
        lines.append("    fine_tunable: true")
    if new.replaced_by:
        lines.append(f"    replaced_by: {new.replaced_by}")
    tokens, requests = new.rates or (1000, 1)
    doubt = "" if new.rates else " # unverified"
    lines.append(f"    rates: {{ tokens: {tokens:g}, requests: {requests:g} }}{doubt}")
    if odd := irregular(key, new):
        lines.append(f"    usage_name: {{ {', '.join(f'{k}: {v}' for k, v in odd.items())} }}")
    lines.append("    skus:")
    lines += [f"      {sku}: {groups.written(where)}" for sku, where in new.skus.items()]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Groups:
    """The regions that the file has names for, in its order."""

    members: Sequence[tuple[str, Sequence[str]]]

    def written(self, regions: Collection[str]) -> str:
        """As a list: a whole group by its anchor, others one by one."""
        parts: list[str] = []
        for anchor, members in self.members:
            if members and set(members) <= set(regions):
                parts.append(f"[*{anchor}]")
            else:
                parts += [each for each in members if each in regions]
        known = {each for _, members in self.members for each in members}
        return f"[{', '.join([*parts, *sorted(set(regions) - known)])}]"


def _groups(regions: dict[str, list[str]]) -> Groups:
    return Groups(tuple(regions.items()))


def _regions(model: Model) -> set[str]:
    return {each for where in model.skus.values() for each in where}


def _change(model: Model, what: str, before: object, after: object) -> Change:
    name = f"{model.name}/{model.version}"
    return Change(model=name, what=what, before=str(before or "none"), after=str(after or "none"))


def _words(pools: dict[str, str]) -> str:
    return ", ".join(f"{sku} {pool}" for sku, pool in sorted(pools.items())) or "regular"
