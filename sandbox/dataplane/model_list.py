"""The models of a region, as the data plane lists them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from components.catalog import Model, base_model
from sandbox import offers
from sandbox.around import Settings
from sandbox.dataplane import errors
from sandbox.dataplane.entrance import Told, Visit, Way
from sandbox.dataplane.operations import MODELS_READ
from sandbox.store import Body

LIFECYCLE: Final = {"Preview": "preview", "Deprecating": "deprecating", "Deprecated": "deprecated"}
"""Docs' words for the API's; the rest is generally-available."""


def body(location: str, offered: Sequence[Model]) -> dict[str, Any]:
    """All that some SKU offers in a location."""
    return {
        "data": [
            _item(model)
            for model in offered
            if any(location in regions for regions in model.skus.values())
        ],
        "object": "list",
    }


def ways(tuned: Callable[[str], list[Body]], settings: Settings) -> list[Way]:
    """`tuned` tells the jobs of an account that have made a model."""

    def listed(visit: Visit) -> Told:
        own = [_tuned(job) for job in tuned(visit.account.id)]
        base = body(visit.account.location, offers.models(settings))["data"]
        wanted = visit.request.path_params.get("model")
        if wanted is None:
            return Told(body={"data": [*base, *own], "object": "list"})
        for each in (*base, *own):
            if each["id"] == wanted:
                return Told(body=each)
        raise errors.resource_not_found()

    return [
        Way("GET", "models", MODELS_READ, listed),
        Way("GET", "models/{model}", MODELS_READ, listed),
    ]


def _tuned(job: Body) -> dict[str, Any]:
    base = base_model(job["fine_tuned_model"])
    return {
        **(_item(base) if base else {}),
        "id": job["fine_tuned_model"],
        "model": job["model"],
        "fine_tune": job["id"],
        "created_at": job["finished_at"],
        "updated_at": job["finished_at"],
        "created": job["finished_at"],
    }


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
