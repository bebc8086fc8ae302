"""A stack that nothing stands in the way of, and what a subscription answers about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from components.catalog import regions
from scripts.preflight.seen import Seen
from scripts.preflight.wanted import Wanted, WantedAccount, WantedDeployment, offered_as
from scripts.subscription.facts import (
    FOUNDRY,
    Account,
    Estimate,
    LiveDeployment,
    ModelKey,
    OfferedModel,
    Permission,
    Room,
    Sku,
    Subdomain,
    Usage,
)

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
HERE, THERE = "swedencentral", "francecentral"
GPT = ModelKey(format="OpenAI", name="gpt-5.4", version="2026-03-05")
MISTRAL = ModelKey(format="Mistral AI", name="Mistral-Large-3", version="1")
MINI = ModelKey(format="OpenAI", name="gpt-4.1-mini", version="2025-04-14")
TUNED = ModelKey(format="OpenAI", name="gpt-4.1-mini-2025-04-14.ft-7f3a-cora", version="1")
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"

STANDARD, DATA_ZONE, PTU = "GlobalStandard", "DataZoneStandard", "DataZoneProvisionedManaged"
POOLS = {
    (GPT, STANDARD): "OpenAI.GlobalStandard.gpt-5.4",
    (GPT, DATA_ZONE): "OpenAI.DataZoneStandard.gpt-5.4",
    (GPT, PTU): "OpenAI.DataZoneProvisionedManaged",
    (MISTRAL, STANDARD): "Mistral.GlobalStandard.Mistral-Large-3",
    (MINI, "Standard"): "OpenAI.Standard.gpt4.1-mini",
    (MINI, PTU): "OpenAI.DataZoneProvisionedManaged",
}
TUNED_POOL = "OpenAI.Standard.gpt-4.1-mini-finetune"


def wants(name="chat", model=GPT, sku=STANDARD, capacity=30, account="primary", **more):
    location = {"primary": HERE, "secondary": THERE}.get(account, HERE)
    given = {"autoscaled": False, "spillover": None, "location": location, **more}
    return WantedDeployment(
        account=account,
        name=name,
        model=model,
        offered=offered_as(model),
        sku=sku,
        capacity=capacity,
        **given,
    )


def stack(*deployments, profile="prod", private=False, subnet=None, roles=()):
    keys = dict.fromkeys(each.account for each in deployments)
    places = {each.account: each.location for each in deployments}
    return Wanted(
        stack=profile,
        profile=profile,
        accounts=[
            WantedAccount(
                key=key,
                subdomain=f"contoso-{key}",
                location=places[key],
                private=private,
                subnet=subnet,
            )
            for key in keys
        ],
        deployments=deployments,
        roles=frozenset(roles),
        workload="contoso",
        regions=regions("eu"),
    )


def sku(name, pool, **more):
    step = (15, 5) if "Provisioned" in name else (1, 1)
    given = {"retires": None, "minimum": step[0], "step": step[1], "maximum": 100_000, **more}
    return Sku(name=name, usage_name=pool, **given)


def offers(key, *skus, **more):
    given = {
        "kind": FOUNDRY,
        "lifecycle": "GenerallyAvailable",
        "is_default": True,
        "retires": NOW + timedelta(days=300),
        "fine_tune_retires": None,
        "replacement": None,
        **more,
    }
    return OfferedModel(key=key, skus=tuple(skus), **given)


def offered(**changes):
    """What every region offers; changes by name of the model (`gpt_5_4=...`)."""
    rows = []
    for key in dict.fromkeys(key for key, _ in POOLS):
        skus = [sku(name, pool) for (model, name), pool in POOLS.items() if model == key]
        rows.append(offers(key, *skus))
    return tuple(replace(each, **changes) if each.key == GPT else each for each in rows)


def usage(name, used=0, limit=1000):
    return Usage(name=name, label=name, used=used, limit=limit)


def usages(**changed):
    """Every pool with room; {name: (used, limit)} for those that are otherwise."""
    names = {*POOLS.values(), TUNED_POOL}
    return tuple(usage(each, *changed.get(each, (0, 1000))) for each in sorted(names))


def holds(name="chat", model=GPT, sku=STANDARD, capacity=30, upgrade_option="NoAutoUpgrade"):
    return LiveDeployment(
        name=name,
        model=model,
        sku=sku,
        capacity=capacity,
        upgrade_option=upgrade_option,
        spillover=None,
        state="Succeeded",
    )


def standing(key="primary", location=HERE, **more):
    """An account of the stack that is there already."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-contoso"
    name = f"contoso-{key}"
    tags = {"workload": "contoso", "environment": "prod"}
    plain = {"kind": FOUNDRY, "state": "Succeeded", "name": name, "subdomain": name, "tags": tags}
    given = plain | more
    return Account(
        id=f"{group}/providers/Microsoft.CognitiveServices/accounts/{name}",
        resource_group="rg-contoso",
        location=location,
        **given,
    )


def seen(wanted, **changes):
    """A subscription in which there is nothing yet, and room for all."""
    rooms = {
        key: tuple(
            Room(location=where, sku=name, available=1000, available_fine_tuned=1000)
            for where in (HERE, THERE)
            for model, name in POOLS
            if model == key
        )
        for key in wanted.models
    }
    all_of_it = (Permission(actions=("*",), not_actions=()),)
    scopes = {"", *(each.subnet for each in wanted.accounts if each.subnet)}
    permissions = dict.fromkeys(scopes, all_of_it) | changes.pop("permissions", {})
    plain = Seen(
        at=NOW,
        subscription=SUBSCRIPTION,
        usages={each: usages() for each in wanted.locations},
        models={each: offered() for each in wanted.locations},
        rooms=rooms,
        accounts=(),
        deployments={each.key: () for each in wanted.accounts},
        deleted=(),
        subdomains={
            each.subdomain: Subdomain(name=each.subdomain, available=True, reason="")
            for each in wanted.accounts
        },
        permissions=permissions,
        zones=(),
        estimates={
            (each.offered, each.sku): Estimate(value=1167, deployable=1170)
            for each in wanted.deployments
        },
    )
    found = replace(plain, **changes)
    live = () if not isinstance(found.accounts, tuple) else found.accounts
    groups = {each.group_id: all_of_it for each in live}
    return replace(found, permissions={**groups, **found.permissions})


def said(findings):
    """(level, the whole text) of each."""
    return [
        (each.level, f"{each.found}; wanted {each.wanted}. Fix: {each.fix}") for each in findings
    ]


def levels(findings):
    return [each.level for each in findings]
