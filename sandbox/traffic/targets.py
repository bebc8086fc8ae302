"""Who answers the traffic: one deployment, or for each user the one that a route's flag names."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from components.catalog import FEATURE_FLAG_PREFIX
from sandbox.dataplane.account import ACCOUNT, Account, Accounts, subdomain_of
from sandbox.store import Store, Stored
from sandbox.traffic.assignment import variant
from sandbox.traffic.wanted import TrafficWanted


class NoTarget(ValueError):
    """Nobody to ask; the text says what there is."""


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Whom one user's request goes to."""

    account: Account
    deployment: str
    flag: str = ""
    variant: str = ""
    etag: str = ""


Target = Callable[[str], Aim]
"""By user."""


def target(store: Store, accounts: Accounts, wanted: TrafficWanted) -> Target:
    """Whom the traffic goes to.

    Raises:
        NoTarget: no such deployment, route or flag.
    """
    if wanted.route is not None:
        return _route(store, accounts, wanted.route, wanted.label)
    account, _, deployment = (wanted.deployment or "").partition("/")
    found = accounts.find(account)
    if found is None or accounts.deployment(found, deployment) is None:
        raise NoTarget(f"there is no deployment {wanted.deployment}. Fix: {_known(store)}")
    return lambda user: Aim(account=found, deployment=deployment)


def _route(store: Store, accounts: Accounts, name: str, label: str | None) -> Target:
    keys = (f"{FEATURE_FLAG_PREFIX}{name}", f"{FEATURE_FLAG_PREFIX}{name}-router")
    rows = [
        row
        for row in store.execute("SELECT * FROM kv WHERE key IN (?, ?)", keys)
        if label in (None, row["label"])
    ]
    if len(rows) != 1:
        labels = ", ".join(sorted(row["label"] or "none" for row in rows))
        raise NoTarget(
            f"route {name} has {len(rows)} flags. Fix: --label, one of {labels}"
            if rows
            else f"there is no route {name}: no key {keys[0]} in a configuration store"
        )
    (row,) = rows
    flag = json.loads(row["value"] or "{}")
    variants = {str(each["name"]): each.get("configuration_value") for each in flag["variants"]}

    @cache
    def aimed(given: str) -> Aim:
        value = variants.get(given)
        if not isinstance(value, dict):
            raise NoTarget(f"route {name}: the flag gives a user no variant with a deployment")
        return Aim(
            account=_account(store, accounts, value),
            deployment=str(value["deployment"]),
            flag=str(flag["id"]),
            variant=given,
            etag=row["etag"],
        )

    return lambda user: aimed(variant(flag, user))


def _account(store: Store, accounts: Accounts, value: dict[str, Any]) -> Account:
    """The account that a flag means: by its subdomain, else the one with such a deployment."""
    said, deployment = str(value.get("account") or ""), str(value["deployment"])
    if found := accounts.find(said):
        return found
    having = [
        each
        for each in store.of_type(ACCOUNT)
        if store.get(f"{each.id}/deployments/{deployment}") is not None
    ]
    meant = [each for each in having if said.lower() in _name(each)] or having
    if len(meant) != 1:
        raise NoTarget(
            f"{len(meant)} accounts have a deployment {deployment}, and none is {said!r}. "
            f"Fix: {_known(store)}"
        )
    found = accounts.find(subdomain_of(meant[0].body))
    if found is None:
        raise NoTarget(f"the account of {deployment} does not answer")
    return found


def _name(stored: Stored) -> str:
    return stored.id.rpartition("/")[2].lower()


def _known(store: Store) -> str:
    known = [
        f"{subdomain_of(account.body)}/{_name(each)}"
        for account in store.of_type(ACCOUNT)
        for each in store.children(account.id, f"{ACCOUNT}/deployments")
    ]
    return ", ".join(sorted(known)[:10]) or "deploy something first, e.g. with `make up`"
