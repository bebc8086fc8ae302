"""The models of a region, as the service lists them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from components import catalog

OPENAI_ACCOUNT, FOUNDRY_ACCOUNT = "OpenAI", "AIServices"

CONTEXT = {
    "chat": (128_000, 16_384),
    "reasoning": (400_000, 128_000),
    "embeddings": (8_191, 0),
}
"""Tokens in, tokens out, by kind of model. Round figures: the catalogue has none."""


def rows(
    location: str, offered: Sequence[catalog.Model], kind: str | None = None
) -> list[dict[str, Any]]:
    """One row for each model and kind of account, the models of one region only."""
    kinds = [kind] if kind else [OPENAI_ACCOUNT, FOUNDRY_ACCOUNT]
    return [
        {
            "kind": each,
            "skuName": "S0",
            "description": f"{model.name} {model.version}",
            "model": listed(model, location),
        }
        for each in kinds
        for model in offered
        if (each == FOUNDRY_ACCOUNT or model.format == "OpenAI")
        and any(location in where for where in model.skus.values())
    ]


def listed(model: catalog.Model, location: str) -> dict[str, Any]:
    """One model as models lists answer it."""
    retires = f"{model.retires}T00:00:00Z"
    deprecation = {"inference": retires, "deprecationStatus": "Planned"}
    if model.fine_tunable:
        deprecation["fineTune"] = retires
    return {
        "format": model.format,
        "publisher": model.format,
        "name": model.name,
        "version": model.version,
        "isDefaultVersion": model.is_default_version,
        "maxCapacity": catalog.PROVISIONED_CAPACITY_MAXIMUM,
        "capabilities": capabilities(model),
        "finetuneCapabilities": {"supportsFineTune": "true"} if model.fine_tunable else {},
        "deprecation": deprecation,
        "lifecycleStatus": model.lifecycle,
        **_replacement(model),
        "skus": [
            {
                "name": sku,
                "usageName": model.usage_names[sku],
                "deprecationDate": retires,
                "capacity": _capacity(model, sku),
                "rateLimits": per_unit(model, sku),
                "cost": [],
            }
            for sku, where in model.skus.items()
            if location in where
        ],
    }


def _replacement(model: catalog.Model) -> dict[str, Any]:
    if model.replaced_by is None:
        return {}
    name, _, version = model.replaced_by.partition("/")
    return {"replacementConfig": {"targetModelName": name, "targetModelVersion": version}}


def capabilities(model: catalog.Model) -> dict[str, str]:
    """What a model and its deployments can do; the values are text, as Azure writes them."""
    longest, answer = CONTEXT[model.kind]
    if model.kind == "embeddings":
        return {"embeddings": "true", "embeddingsMaxInputs": "2048"}
    said = {
        "chatCompletion": "true",
        "jsonObjectResponse": "true",
        "jsonSchemaResponse": "true",
        "agentsV2": "true",
        "responses": "true",
        "maxContextToken": str(longest),
        "maxOutputToken": str(answer),
    }
    if model.fine_tunable:
        said["fineTune"] = "true"
    return said


def per_unit(model: catalog.Model, sku: str) -> list[dict[str, Any]]:
    """The rate limits of one unit of capacity; provisioned throughput has none."""
    return rate_limits(model, sku, 1)


def rate_limits(model: catalog.Model, sku: str, capacity: int) -> list[dict[str, Any]]:
    """What a capacity admits: tokens by the minute, requests by ten seconds where that is whole."""
    if sku in catalog.PROVISIONED_SKUS:
        return []
    requests = model.requests_per_unit * capacity
    window = 10 if requests % 6 == 0 else 60
    return [
        {"key": "request", "renewalPeriod": window, "count": requests * window // 60},
        {"key": "token", "renewalPeriod": 60, "count": model.tokens_per_unit * capacity},
    ]


def retired(model: catalog.Model, now: datetime) -> datetime | None:
    """Since when a model answers no more; None while it does."""
    date = datetime.fromisoformat(model.retires).replace(tzinfo=UTC)
    return date if model.lifecycle == "Deprecated" or date <= now else None


def _capacity(model: catalog.Model, sku: str) -> dict[str, Any]:
    step = model.capacity(sku)
    return {
        "minimum": step.minimum,
        "maximum": step.maximum,
        "step": step.step,
        "default": step.nearest(10),
        "allowedValues": [],
    }
