"""What a region has room for, which no quota promises, and in which steps it is handed out."""

from components import catalog
from sandbox.arm.cognitiveservices import names, quota
from sandbox.arm.kind import Answer, Call, Situation, properties
from sandbox.faults import Failure
from sandbox.store import Body, Stored


def fate(decided: Body, stored: Body | None, situation: Situation) -> Failure | None:
    """Quota is no promise of capacity: provisioned throughput can be accepted, and then fail."""
    sku = decided["sku"]["name"]
    account = situation.store.get(situation.id.parent)
    if account is None or sku not in catalog.PROVISIONED_SKUS:
        return None
    location = account.body["location"]
    room = quota.room(situation.store, location, sku)
    more = quota.capacity(decided) - (quota.capacity(stored) if stored else 0)
    if room is None or more <= room:
        return None
    # Code and text unverified.
    message = (
        f"The requested capacity {more} of SKU '{sku}' is not available in region '{location}': "
        f"{room} is available. Try another region, less capacity, or again later."
    )
    return Failure({"code": "InsufficientCapacity", "message": message})


def skus(deployment: Stored, call: Call) -> Answer:
    model = properties(deployment.body)["model"]
    known = catalog.base_model(model["name"]) or catalog.find_model(
        model["name"], model["version"], model["format"]
    )
    rows = [
        {
            "resourceType": names.DEPLOYMENT,
            "sku": {"name": sku},
            "capacity": {
                "minimum": known.capacity(sku).minimum,
                "maximum": known.capacity(sku).maximum,
                "step": known.capacity(sku).step,
                "default": known.capacity(sku).nearest(10),
            },
        }
        for sku in (known.skus if known else ())
        if known
    ]
    return Answer(status=200, body={"value": rows})
