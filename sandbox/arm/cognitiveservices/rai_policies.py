"""Microsoft.CognitiveServices/accounts/raiPolicies: content filters, in Azure's own order."""

from dataclasses import dataclass
from typing import Any

from components import catalog
from sandbox.arm.cognitiveservices import names
from sandbox.arm.errors import ArmError, invalid
from sandbox.arm.kind import Call, Kind, Situation, as_deployment, properties
from sandbox.store import Body, Stored

MODES = ("Default", "Blocking", "Asynchronous_filter", "Deferred")
SOURCES = ("Prompt", "Completion")
THRESHOLDS = ("Low", "Medium", "High")
HARMS = ("Hate", "Sexual", "Violence", "Selfharm")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a write to one policy depends on besides itself."""

    blocklists: frozenset[str]
    """Those of the account, in lower case."""
    policies: frozenset[str]


def put(wanted: Body, stored: Body | None, facts: Facts) -> Body:
    """The policy in Azure's casing and order, whatever it came in (azurerm#31632).

    Raises:
        ArmError: 400, a filter that does not exist on that side, or a missing blocklist.
    """
    asked = properties(wanted)
    mode = _spelled(asked.get("mode") or "Blocking", MODES)
    if mode is None:
        raise invalid(f"The mode '{asked.get('mode')}' of RaiPolicy is not valid.")
    base = asked.get("basePolicyName") or "Microsoft.DefaultV2"
    if base not in catalog.BUILT_IN_FILTERS and base.lower() not in facts.policies:
        raise invalid(f"The specified base policy '{base}' is not found.")
    filters = [_filter(each) for each in asked.get("contentFilters") or []]
    lists = [_blocklist(each, facts) for each in asked.get("customBlocklists") or []]
    return {
        "tags": wanted.get("tags") or {},
        "properties": {
            "type": "UserManaged",
            "mode": mode,
            "basePolicyName": base,
            "contentFilters": sorted(filters, key=_place),
            "customBlocklists": lists,
        },
    }


def _filter(asked: Any) -> Body:
    given = asked if isinstance(asked, dict) else {}
    known = {each.name.lower(): each for each in catalog.CONTENT_FILTERS}
    found = known.get(str(given.get("name", "")).lower())
    source = _spelled(given.get("source"), SOURCES)
    if found is None or source not in found.sources:
        raise ArmError(
            400,
            "Resource has invalid content filter",
            f"The content filter '{given.get('name')}' with source '{given.get('source')}' is "
            "not valid.",
        )
    made: Body = {
        "name": found.name,
        "enabled": given.get("enabled", True),
        "blocking": given.get("blocking", True),
        "source": source,
    }
    if found.graded:
        threshold = _spelled(given.get("severityThreshold") or "Medium", THRESHOLDS)
        if threshold is None:
            raise ArmError(
                400,
                "Resource has invalid content filter",
                f"The severityThreshold '{given.get('severityThreshold')}' of content filter "
                f"'{found.name}' is not valid.",
            )
        made["severityThreshold"] = threshold
    return made


def _blocklist(asked: Any, facts: Facts) -> Body:
    given = asked if isinstance(asked, dict) else {}
    name = str(given.get("blocklistName", ""))
    source = _spelled(given.get("source"), SOURCES)
    if source is None:
        raise invalid(f"The source '{given.get('source')}' of blocklist '{name}' is not valid.")
    if name.lower() not in facts.blocklists:
        raise invalid(f"The specified blocklist '{name}' is not found.")
    return {"blocklistName": name, "blocking": given.get("blocking", True), "source": source}


def _place(content_filter: Body) -> tuple[int, int]:
    table = [each.name for each in catalog.CONTENT_FILTERS]
    return table.index(content_filter["name"]), SOURCES.index(content_filter["source"])


def _spelled(given: Any, allowed: tuple[str, ...]) -> str | None:
    return next((each for each in allowed if each.lower() == str(given).lower()), None)


def decide(wanted: Body, stored: Body | None, situation: Situation) -> Body:
    if situation.id.name.lower().startswith("microsoft."):
        raise invalid(f"The system managed policy '{situation.id.name}' cannot be changed.")
    account, store = situation.id.parent, situation.store
    return put(
        wanted,
        stored,
        Facts(
            blocklists=_names(store.children(account, names.RAI_BLOCKLIST)),
            policies=_names(store.children(account, names.RAI_POLICY)),
        ),
    )


def _names(found: list[Stored]) -> frozenset[str]:
    return frozenset(each.body["name"].lower() for each in found)


def may_delete(stored: Stored, situation: Situation) -> None:
    """Only an unreferenced policy may go (code unverified)."""
    users = [
        each.body["name"]
        for each in situation.store.children(situation.id.parent, names.DEPLOYMENT)
        if (properties(each.body).get("raiPolicyName") or "").lower() == stored.body["name"].lower()
    ]
    if users:
        raise ArmError(
            409,
            "RaiPolicyInUse",
            f"The RaiPolicy '{stored.body['name']}' is used by deployments "
            f"'{', '.join(users)}' and cannot be deleted.",
        )


def built_in(call: Call, account_id: str) -> list[Body]:
    """The two policies that every account has."""
    entries: list[Body] = [
        {"name": harm, "enabled": True, "blocking": True, "source": source}
        | {"severityThreshold": "Medium"}
        for harm in HARMS
        for source in SOURCES
    ]
    newer: list[Body] = [
        {"name": name, "enabled": True, "blocking": True, "source": source}
        for name, source in (
            ("Jailbreak", "Prompt"),
            ("Protected Material Text", "Completion"),
            ("Protected Material Code", "Completion"),
        )
    ]
    return [
        {
            "id": f"{account_id}/raiPolicies/{name}",
            "name": name,
            "type": names.RAI_POLICY,
            "properties": {
                "type": "SystemManaged",
                "mode": "Blocking",
                "basePolicyName": "",
                "contentFilters": filters,
                "customBlocklists": [],
            },
        }
        for name, filters in (
            ("Microsoft.Default", entries),
            ("Microsoft.DefaultV2", [*entries, *newer]),
        )
    ]


KINDS = (
    Kind(
        type=names.RAI_POLICY,
        put=decide,
        may_delete=may_delete,
        deleted=204,
        delete_takes=as_deployment,
        etag="etag",
        system_data=True,
        locks=True,
        listed=built_in,
    ),
)
