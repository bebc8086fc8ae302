"""What an account answers about itself: keys, models, SKUs, usages, private links."""

from sandbox import offers
from sandbox.arm.cognitiveservices import account_keys, models, names
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Answer, Call, properties
from sandbox.arm.paging import page
from sandbox.clock import stamp
from sandbox.store import Stored


def list_keys(account: Stored, call: Call) -> Answer:
    """Both keys.

    Raises:
        ArmError: 400, local authentication is off (code and text unverified).
    """
    _local(account)
    return Answer(status=200, body=account_keys.keys(call.around, account.id))


def regenerate_key(account: Stored, call: Call) -> Answer:
    _local(account)
    name = str(call.body.get("keyName", "")).lower()
    if name not in ("key1", "key2"):
        raise bad_request("The key name is not valid. Allowed values are 'Key1', 'Key2'.")
    return Answer(status=200, body=account_keys.regenerate(call.around, account.id, name))


def _local(account: Stored) -> None:
    if properties(account.body).get("disableLocalAuth"):
        raise ArmError(
            400,
            "BadRequest",
            f"Failed to list key. disableLocalAuth is set to be true on '{account.body['name']}'.",
        )


def account_models(account: Stored, call: Call) -> Answer:
    offered = offers.models(call.around.settings)
    rows = models.rows(account.body["location"], offered, account.body["kind"])
    return page(call, [{**row["model"], "systemData": _system(call)} for row in rows])


def skus(account: Stored, call: Call) -> Answer:
    row = {"resourceType": names.ACCOUNT, "sku": {"name": "S0", "tier": "Standard"}}
    return Answer(status=200, body={"value": [row]})


def usages(account: Stored, call: Call) -> Answer:
    """An account's own limits; quota is asked for by region."""
    used = len(call.store.children(account.id, names.DEPLOYMENT))
    row = {
        "name": {
            "value": "OpenAI.Deployments",
            "localizedValue": "Number of deployments",
        },
        "currentValue": used,
        "limit": 32,
        "unit": "Count",
        "status": "Included",
        "quotaPeriod": "P0D",
        "nextResetTime": stamp(call.around.clock.now()),
    }
    return Answer(status=200, body={"value": [row]})


def private_links(account: Stored, call: Call) -> Answer:
    row = {
        "id": f"{account.id}/privateLinkResources/account",
        "name": "account",
        "type": f"{names.ACCOUNT}/privateLinkResources",
        "properties": {
            "groupId": "account",
            "displayName": "account",
            "requiredMembers": ["default", "secondary", "third"],
            "requiredZoneNames": [
                "privatelink.cognitiveservices.azure.com",
                "privatelink.openai.azure.com",
                "privatelink.services.ai.azure.com",
            ],
        },
    }
    return Answer(status=200, body={"value": [row]})


def defender(account: Stored, call: Call) -> Answer:
    row = {
        "id": f"{account.id}/defenderForAISettings/Default",
        "name": "Default",
        "type": f"{names.ACCOUNT}/defenderForAISettings",
        "properties": {"state": "Disabled"},
    }
    return Answer(status=200, body={"value": [row]})


def _system(call: Call) -> dict[str, str]:
    now = stamp(call.around.clock.now())
    return {
        "createdBy": "Microsoft",
        "createdByType": "Application",
        "createdAt": now,
        "lastModifiedBy": "Microsoft",
        "lastModifiedByType": "Application",
        "lastModifiedAt": now,
    }


ACTIONS = {"listkeys": list_keys, "regeneratekey": regenerate_key}
VIEWS = {
    "models": account_models,
    "skus": skus,
    "usages": usages,
    "privatelinkresources": private_links,
    "defenderforaisettings": defender,
}
