"""Microsoft.CognitiveServices/accounts/deployments: what Azure says to a write."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components import catalog
from sandbox import offers
from sandbox.arm.cognitiveservices import capacity, models, names, quota, tuned_models
from sandbox.arm.errors import ArmError, bad_request, invalid
from sandbox.arm.kind import Kind, Situation, as_deployment, properties
from sandbox.around import Settings
from sandbox.store import Body, Stored

NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9_])?")
DEFAULT_UPGRADE = "OnceNewDefaultVersionAvailable"
UPGRADES = (DEFAULT_UPGRADE, "OnceCurrentVersionExpired", "NoAutoUpgrade")
MOST = 32
"""Standard deployments that one account takes."""

ACCEPT_UNKNOWN_POLICY = "accept_unknown_rai_policy"
"""Setting: some API versions take a raiPolicyName that does not exist (azurerm#23454)."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a write to one deployment depends on besides itself."""

    name: str
    location: str
    account_kind: str
    now: datetime
    policies: frozenset[str]
    """Names of the account's content filters, in lower case."""
    accepts_unknown_policy: bool
    model_is_missing: bool
    """Whether it is a fine-tuned model that no job has made."""
    siblings: Mapping[str, Body]
    """The account's other deployments, by name in lower case."""
    deployed_before: bool
    """Whether the subscription already has a deployment of this model and version."""
    changes: offers.Changes
    """What is different about models here."""
    pool: quota.Pool | None
    """The quota that the wanted SKU draws on, other deployments and the stored one counted in."""


def put(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The deployment as Azure would store it.

    Raises:
        ArmError: 400 InsufficientQuota, DeploymentModelNotSupported, ServiceModelDeprecated,
            CannotChangeDeploymentModel, InvalidResourceProperties.
    """
    if not NAME.fullmatch(facts.name):
        raise bad_request(f"The deployment name '{facts.name}' is invalid.")
    asked = properties(wanted)
    sku = _sku(wanted)
    known = _model(asked, stored, facts)
    _unchanged(known, sku, stored)
    _served(known, sku, stored, facts)
    _countable(sku, stored, facts)
    _references(asked, known, sku, facts)
    _affordable(known, sku, stored, facts)
    model = {**asked["model"], "format": known.format, "name": known.name}
    model["version"] = known.version
    return {
        "sku": {"name": sku["name"], "capacity": quota.capacity({"sku": sku})},
        "tags": wanted.get("tags") or {},
        "properties": {
            "model": model,
            "versionUpgradeOption": asked.get("versionUpgradeOption") or DEFAULT_UPGRADE,
            "raiPolicyName": asked.get("raiPolicyName") or "Microsoft.DefaultV2",
            **_given(asked, "spilloverDeploymentName", "parentDeploymentName", "capacitySettings"),
            "currentCapacity": quota.capacity({"sku": sku}),
            "dynamicThrottlingEnabled": False,
            "capabilities": models.capabilities(known.facts),
            "rateLimits": models.rate_limits(
                known.facts, sku["name"], quota.capacity({"sku": sku})
            ),
            "provisioningState": "Succeeded",
        },
    }


@dataclass(frozen=True)
class Wanted:
    """The model that a deployment names, and the facts that hold for it."""

    format: str
    name: str
    version: str
    facts: catalog.Model


def _sku(wanted: Body) -> Body:
    sku = wanted.get("sku")
    if not isinstance(sku, dict) or not sku.get("name"):
        raise invalid("The sku of model deployment is not provided.")
    return sku


def _model(asked: Body, stored: Body | None, facts: Facts) -> Wanted:
    model = asked.get("model")
    if not isinstance(model, dict) or not model.get("name"):
        raise invalid("The model of account deployment is not provided.")
    format, name = str(model.get("format") or "OpenAI"), str(model["name"])
    version = str(model.get("version") or _default_version(format, name) or "")
    base = catalog.base_model(name)
    known = base or catalog.find_model(name, version, format)
    known = offers.as_offered(known, facts.changes) if known else None
    foreign = facts.account_kind == "OpenAI" and format != "OpenAI"
    if known is None or foreign or facts.model_is_missing:
        raise ArmError(
            400,
            "DeploymentModelNotSupported",
            f"The model 'Format:{format},Name:{name},Version:{version}' of account deployment is "
            "not supported.",
        )
    since = models.retired(known, facts.now)
    if since and not base:
        raise ArmError(
            400,
            "ServiceModelDeprecated",
            f"The model 'Format:{format},Name:{name},Version:{version}' has been deprecated since "
            f"{since:%m/%d/%Y %H:%M:%S}.",
        )
    if known.lifecycle == "Deprecating" and not (stored or facts.deployed_before or base):
        raise ArmError(
            400,
            "ServiceModelDeprecating",
            f"The model 'Format:{format},Name:{name},Version:{version}' is in deprecating state "
            "and cannot be used for new deployments.",
        )
    return Wanted(format, name, version, known)


def _default_version(format: str, name: str) -> str | None:
    versions = [each for each in catalog.models() if (each.format, each.name) == (format, name)]
    default = [each.version for each in versions if each.is_default_version]
    return next(iter([*default, *(each.version for each in versions)]), None)


def _unchanged(known: Wanted, sku: Body, stored: Body | None) -> None:
    if stored is None:
        return
    before = properties(stored)["model"]
    if (before["format"], before["name"]) != (known.format, known.name):
        raise ArmError(
            400, "CannotChangeDeploymentModel", "The model of deployment cannot be changed."
        )
    if stored["sku"]["name"] != sku["name"]:
        # Text unverified.
        raise invalid("The sku name of deployment cannot be changed.")
    more = quota.capacity({"sku": sku}) != quota.capacity(stored)
    if more and before["version"] != known.version:
        # Code unverified.
        raise invalid("Cannot change capacity and model at the same time for deployment")


def _served(known: Wanted, sku: Body, stored: Body | None, facts: Facts) -> None:
    name = sku["name"]
    # A fine-tuned model stands on DeveloperTier as well, which its base does not list.
    offered = known.facts.skus.get(name)
    if offered is None and not (known.name != known.facts.name and name == "DeveloperTier"):
        raise invalid(
            f"The specified SKU '{name}' of account deployment is not supported by the model "
            f"'{known.name}' version: '{known.version}'."
        )
    if offered is not None and facts.location not in offered:
        raise invalid(
            f"The specified SKU '{name}' for model '{known.name} {known.version}' is not "
            f"supported in this region '{facts.location}'."
        )
    capacity = quota.capacity({"sku": sku})
    step = known.facts.capacity(name)
    if not step.allows(capacity):
        # Text unverified.
        raise invalid(
            f"The specified capacity '{capacity}' of account deployment is not supported by SKU "
            f"'{name}' of model '{known.name}'. It must be at least {step.minimum}, in steps of "
            f"{step.step}, and at most {step.maximum}."
        )


def _countable(sku: Body, stored: Body | None, facts: Facts) -> None:
    """The published limit of an account; code and text unverified."""
    if stored or sku["name"] in catalog.PROVISIONED_SKUS:
        return
    standard = [
        each
        for each in facts.siblings.values()
        if each["sku"]["name"] not in catalog.PROVISIONED_SKUS
    ]
    if len(standard) >= MOST:
        raise ArmError(
            400,
            "DeploymentLimitExceeded",
            f"The account already has {len(standard)} standard deployments, and the limit is "
            f"{MOST}.",
        )


def _references(asked: Body, known: Wanted, sku: Body, facts: Facts) -> None:
    policy = asked.get("raiPolicyName")
    if (
        policy
        and policy not in catalog.BUILT_IN_FILTERS
        and policy.lower() not in facts.policies
        and not facts.accepts_unknown_policy
    ):
        raise invalid(
            f"The specified RaiPolicyName '{policy}' is not found, please update it to a valid "
            "value."
        )
    upgrade = asked.get("versionUpgradeOption")
    if upgrade and upgrade not in UPGRADES:
        raise invalid(f"The specified versionUpgradeOption '{upgrade}' is not valid.")
    spillover = asked.get("spilloverDeploymentName")
    if spillover:
        _spills(spillover, known, sku, facts)


def _spills(spillover: str, known: Wanted, sku: Body, facts: Facts) -> None:
    # Texts unverified.
    if sku["name"] not in catalog.SPILLS_TO:
        raise invalid(
            f"The spilloverDeploymentName is not supported by SKU '{sku['name']}' of account "
            "deployment."
        )
    target = facts.siblings.get(spillover.lower())
    if target is None:
        raise invalid(f"The specified spillover deployment '{spillover}' is not found.")
    there = properties(target)["model"]
    if target["sku"]["name"] != catalog.SPILLS_TO[sku["name"]] or (
        there["format"],
        there["name"],
    ) != (known.format, known.name):
        raise invalid(
            f"The specified spillover deployment '{spillover}' must be a "
            f"'{catalog.SPILLS_TO[sku['name']]}' deployment of the model '{known.name}'."
        )


def _affordable(known: Wanted, sku: Body, stored: Body | None, facts: Facts) -> None:
    held = quota.capacity(stored) if stored else 0
    more = quota.capacity({"sku": sku}) - held  # an update is charged the difference
    pool = facts.pool
    if pool and more > pool.free and more > 0:
        raise ArmError(
            400,
            "InsufficientQuota",
            f"This operation require {more} new capacity in quota {pool.label}, which is bigger "
            f"than the current available capacity {pool.free}. The current quota usage is "
            f"{pool.used} and the quota limit is {pool.limit} for quota {pool.label}.",
        )


def _given(asked: Body, *keys: str) -> Body:
    return {key: asked[key] for key in keys if asked.get(key) is not None}


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    store = situation.store
    account = store.get(situation.id.parent)
    if account is None:
        raise ArmError(404, "ParentResourceNotFound", "The account is gone.")
    siblings = {
        each.body["name"].lower(): each.body
        for each in store.children(account.id, names.DEPLOYMENT)
        if each.body["name"].lower() != situation.id.name.lower()
    }
    policies = store.children(account.id, names.RAI_POLICY)
    given = properties(wanted).get("model")
    model = given if isinstance(given, dict) else {}
    sku: Any = (wanted.get("sku") or {}).get("name")
    location = account.body["location"]
    pool = None
    if model and sku in catalog.PROCESSED_IN:
        pool = quota.pool(store, location, quota.usage_name(model, sku), sku)
    return put(
        wanted,
        stored,
        Facts(
            name=situation.id.name,
            location=location,
            account_kind=account.body["kind"],
            now=situation.now,
            policies=frozenset(each.body["name"].lower() for each in policies),
            accepts_unknown_policy=bool(Settings(store).get(ACCEPT_UNKNOWN_POLICY, False)),
            changes=offers.changes(Settings(store)),
            model_is_missing=tuned_models.missing(
                store, str(model.get("name") or ""), situation.now
            ),
            siblings=siblings,
            deployed_before=any(
                properties(each.body)["model"].get("name") == model.get("name")
                and properties(each.body)["model"].get("version") == model.get("version")
                for each in store.of_type(names.DEPLOYMENT)
            ),
            pool=pool,
        ),
    )


def patch(change: Body, stored: Body) -> Body:
    """Takes tags and sku, nothing else: a capacity can change without naming the model."""
    other = sorted(set(change) - {"tags", "sku", "id", "name", "type"})
    if other:
        raise bad_request(f"The properties {', '.join(other)} of deployment cannot be patched.")
    whole = dict(stored)
    if change.get("sku"):
        whole["sku"] = {**stored["sku"], **change["sku"]}
    if change.get("tags") is not None:
        whole["tags"] = change["tags"]
    return whole


def may_delete(stored: Stored, situation: Situation) -> None:
    """A deployment that another spills over to stays (text unverified)."""
    for each in situation.store.children(situation.id.parent, names.DEPLOYMENT):
        spillover = properties(each.body).get("spilloverDeploymentName") or ""
        if spillover.lower() == situation.id.name.lower():
            raise ArmError(
                409,
                "CannotDeleteResource",
                f"The deployment '{situation.id.name}' is the spillover deployment of "
                f"'{each.body['name']}' and cannot be deleted.",
            )


KINDS = (
    Kind(
        type=names.DEPLOYMENT,
        put=decide,
        fate=capacity.fate,
        patch=patch,
        may_delete=may_delete,
        takes=as_deployment,
        delete_takes=as_deployment,
        etag="etag",
        system_data=True,
        locks=True,
        views={"skus": capacity.skus},
    ),
)
