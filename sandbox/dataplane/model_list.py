"""The models of a region, as the data plane lists them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from components.catalog import Model, models
from sandbox.dataplane import errors
from sandbox.dataplane.entrance import Told, Visit

LIFECYCLE: Final = {"Preview": "preview", "Deprecating": "deprecating", "Deprecated": "deprecated"}
"""Docs' words for the API's; the rest is generally-available."""


@lru_cache
def body(location: str) -> dict[str, Any]:
    """All that some SKU offers in a location."""
    return {
        "data": [
            _item(model)
            for model in models()
            if any(location in regions for regions in model.skus.values())
        ],
        "object": "list",
    }


def listed(visit: Visit) -> Told:
    """The models that the account's region has, or one of them.

    Raises:
        Refusal: 404.
    """
    everything = body(visit.account.location)
    wanted = visit.request.path_params.get("model")
    if wanted is None:
        return Told(body=everything)
    for each in everything["data"]:
        if each["id"] == wanted:
            return Told(body=each)
    raise errors.resource_not_found()


def _item(model: Model) -> dict[str, Any]:
    embeds = model.kind == "embeddings"
    retires = datetime.fromisoformat(model.retires).replace(tzinfo=UTC)
    return {
        "status": "succeeded",
        "capabilities": {
            "fine_tune": model.fine_tunable,
            "inference": True,
            "completion": False,
            "chat_completion": not embeds,
            "embeddings": embeds,
        },
        "lifecycle_status": LIFECYCLE.get(model.lifecycle, "generally-available"),
        "deprecation": {"inference": int(retires.timestamp())},
        "id": f"{model.name}-{model.version}",
        "created_at": 0,
        "updated_at": 0,
        "created": 0,
        "owned_by": model.format,
        "object": "model",
    }
