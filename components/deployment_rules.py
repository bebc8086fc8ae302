"""What Azure would refuse in a deployment: its model, SKU, capacity, filter and spillover."""

from collections.abc import Iterator

from components import catalog
from components.catalog import SPILLS_TO, Model
from components.complaint import Complaint, choices
from components.sections import AccountSettings, DeploymentSettings, Settings
from components.stack_file import Place


def of_deployment(settings: Settings, key: str, name: str) -> Iterator[Complaint]:
    """What stands in the way of one deployment of the account with that key."""
    account = settings.accounts[key]
    wanted = account.deployments[name]
    place: Place = ("accounts", key, "deployments", name)
    residency, boundary = settings.platform.residency, catalog.PROCESSED_IN[wanted.sku]
    if residency != "global" and boundary == "world":
        yield Complaint(
            place=(*place, "sku"),
            message=f"{wanted.sku} may process outside residency {residency}. "
            "Fix: a DataZone or regional SKU, or residency: global",
        )
    model, found = _model_of(place, wanted)
    yield from found
    if model:
        yield from _sku(place, account.location, wanted, model)
    if wanted.content_filter not in {*settings.content_filters, *catalog.BUILT_IN_FILTERS}:
        there = [*settings.content_filters, catalog.BUILT_IN_FILTERS[-1]]
        yield Complaint(
            place=(*place, "content_filter"),
            message=f"no content filter {wanted.content_filter!r}. "
            f"{choices(wanted.content_filter, there)}",
            refers_to=("content_filters", wanted.content_filter),
        )
    if wanted.spillover is not None:
        yield from _spillover(place, account, wanted, wanted.spillover)


def _model_of(place: Place, wanted: DeploymentSettings) -> tuple[Model | None, list[Complaint]]:
    """The facts that a deployment's model has, or why it has none."""

    def wrong(key: str, message: str) -> tuple[None, list[Complaint]]:
        return None, [Complaint(place=(*place, key), message=message)]

    if wanted.fine_tuned:
        if wanted.model or wanted.version:
            return wrong("fine_tuned", "stands beside model or version. Fix: keep one of the two")
        base = catalog.base_model(wanted.fine_tuned.model)
        if base is None or not base.fine_tunable:
            able = (f"{m.name}-{m.version}" for m in catalog.models() if m.fine_tunable)
            return wrong(
                "fine_tuned",
                f"{wanted.fine_tuned.base!r} cannot be fine-tuned. "
                f"{choices(wanted.fine_tuned.base, able)} as base",
            )
        return base, []
    if not wanted.model or not wanted.version:
        missing = "version" if wanted.model else "model"
        return wrong(missing, "missing. Fix: add it, so that Azure cannot change it")
    model = catalog.find_model(wanted.model, wanted.version, wanted.format)
    if model:
        return model, []
    same = [m for m in catalog.models() if m.name == wanted.model]
    if not same:
        return wrong(
            "model",
            f"unknown model {wanted.model!r}. "
            f"{choices(wanted.model, {m.name for m in catalog.models()})}; "
            "or add it to components/models.yaml",
        )
    if wanted.format not in {m.format for m in same}:
        return wrong(
            "format", f"{wanted.model} is of another publisher. Fix: format: {same[0].format}"
        )
    versions = " or ".join(f'"{m.version}"' for m in same)
    return wrong(
        "version", f"{wanted.model} has no version {wanted.version!r}. Fix: version: {versions}"
    )


def _sku(
    place: Place, location: str, wanted: DeploymentSettings, model: Model
) -> Iterator[Complaint]:
    if wanted.sku not in model.skus:
        yield Complaint(
            place=(*place, "sku"),
            message=f"{model.name} {model.version} is not offered as {wanted.sku}. "
            f"Fix: one of {', '.join(sorted(model.skus))}",
        )
        return
    # Of a region that is none, the account has told already.
    if location not in model.skus[wanted.sku] and location in catalog.regions("global"):
        elsewhere = sorted(sku for sku, where in model.skus.items() if location in where)
        yield Complaint(
            place=(*place, "sku"),
            message=f"{model.name} {model.version} is not offered as {wanted.sku} in {location}. "
            f"Fix: there it comes as {', '.join(elsewhere) or 'nothing'}; "
            f"as {wanted.sku} in {', '.join(sorted(model.skus[wanted.sku]))}",
        )
    legal = model.capacity(wanted.sku)
    if not legal.allows(wanted.capacity):
        yield Complaint(
            place=(*place, "capacity"),
            message=f"{wanted.capacity} of {wanted.sku}; {model.name} takes {legal.minimum} to "
            f"{legal.maximum} in steps of {legal.step}. "
            f"Fix: capacity: {legal.nearest(wanted.capacity)}",
        )


def _spillover(
    place: Place, account: AccountSettings, wanted: DeploymentSettings, target: str
) -> Iterator[Complaint]:
    here = (*place, "spillover")
    if wanted.sku not in SPILLS_TO:
        yield Complaint(
            place=here,
            message=f"only a provisioned SKU spills over, not {wanted.sku}. Fix: remove spillover",
        )
        return
    takes, about = SPILLS_TO[wanted.sku], (*place[:-1], target)
    other = account.deployments.get(target)
    fitting = [
        name
        for name, each in account.deployments.items()
        if (each.sku, each.deployed_model, each.deployed_version)
        == (takes, wanted.deployed_model, wanted.deployed_version)
    ]
    fix = f"Fix: {' or '.join(fitting) or f'add a {takes} of {wanted.deployed_model} beside it'}"
    if other is None:
        yield Complaint(
            place=here, message=f"this account has no {target!r}. {fix}", refers_to=about
        )
    elif target not in fitting:
        yield Complaint(
            place=here,
            message=f"{target} is {other.sku} of {other.deployed_model} {other.deployed_version}; "
            f"{wanted.sku} spills over to {takes} of the same model. {fix}",
            refers_to=about,
        )
