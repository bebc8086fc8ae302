"""Asks a subscription all that the checks want to know, at once."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from components import catalog
from scripts.preflight.seen import Seen, find_account
from scripts.preflight.wanted import REFERENCE, Wanted
from scripts.subscription.asking import Answer, Asking
from scripts.subscription.facts import (
    Account,
    Estimate,
    LiveDeployment,
    ModelKey,
    Subscription,
    Unknown,
)
from scripts.subscription.patience import Patience

Key = TypeVar("Key")
Told = TypeVar("Told")


def look(
    wanted: Wanted, asked: Subscription, patience: Patience, *, at: datetime, subscription: str
) -> Seen:
    """What the subscription, of that id, answers by the deadline."""
    asking = Asking(patience)

    def each(
        what: str, call: Callable[[Key], Told], about: Iterable[Key]
    ) -> dict[Key, Answer[Told]]:
        return {key: asking.ask(f"{what} {key}".rstrip(), partial(call, key)) for key in about}

    there = asking.ask("accounts", asked.accounts)
    usages = each("quota of", asked.usages, wanted.locations)
    models = each("models of", asked.models, wanted.locations)
    deleted = asking.ask("deleted accounts", asked.deleted_accounts)
    rooms = each("room for", asked.capacities, wanted.models)
    subdomains = each("subdomain", asked.subdomain, (one.subdomain for one in wanted.accounts))
    zones = asking.ask("private DNS zones", asked.private_zones)

    def calculate(key: tuple[ModelKey, str]) -> Estimate | Unknown:
        return asked.calculate_capacity(*key, [REFERENCE])

    estimates = each("calculator for", calculate, _provisioned(wanted))
    accounts = there.get()
    live = {one.key: find_account(accounts, one) for one in wanted.accounts}
    standing = {key: one for key, one in live.items() if isinstance(one, Account)}
    deployments = {
        key: asking.ask(f"deployments of {one.name}", partial(asked.deployments, one))
        for key, one in standing.items()
    }
    groups = {one.group_id for one in standing.values()}
    subnets = {one.subnet for one in wanted.accounts if one.subnet}
    rights = each("your rights at", asked.permissions, sorted({"", *groups, *subnets}))
    return Seen(
        at=at,
        subscription=subscription,
        usages=_told(usages),
        models=_told(models),
        rooms=_told(rooms),
        accounts=accounts,
        deployments=_told(deployments)
        | {key: _none(one) for key, one in live.items() if key not in standing},
        deleted=deleted.get(),
        subdomains=_told(subdomains),
        permissions=_told(rights),
        zones=zones.get(),
        estimates=_told(estimates),
    )


def _told(answers: Mapping[Key, Answer[Told]]) -> dict[Key, Told | Unknown]:
    return {key: each.get() for key, each in answers.items()}


def _none(account: Account | Unknown | None) -> tuple[LiveDeployment, ...] | Unknown:
    """What an account holds that is not there, or of which nobody knows whether it is."""
    return account if isinstance(account, Unknown) else ()


def _provisioned(wanted: Wanted) -> list[tuple[ModelKey, str]]:
    return list(
        dict.fromkeys(
            (each.offered, each.sku)
            for each in wanted.deployments
            if each.sku in catalog.PROVISIONED_SKUS
        )
    )
