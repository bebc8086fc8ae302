"""A deployment, as its inputs have it."""

from functools import cache
from typing import Final

from components.catalog import ACCOUNT, Model, model_behind, models
from policies.wording import CREDENTIAL
from policies.world import Resource, World

MODEL: Final = "properties.model.name"
VERSION: Final = "properties.model.version"
FORMAT: Final = "properties.model.format"
SKU: Final = "sku.name"
CAPACITY: Final = "sku.capacity"
FILTER: Final = "properties.raiPolicyName"
SPILLOVER: Final = "properties.spilloverDeploymentName"


def model_of(deployment: Resource) -> Model | None:
    """What the catalog knows of its model, or of the model it was tuned from; None for others.

    Raises:
        Need: nobody can tell yet which model it is.
    """
    name, version, format = (deployment.fields.text(path) for path in (MODEL, VERSION, FORMAT))
    return model_behind(name or "", version or "", format or "")


@cache
def _embeddings() -> frozenset[str]:
    kinds: dict[str, set[str]] = {}
    for model in models():
        kinds.setdefault(model.name, set()).add(model.kind)
    return frozenset(name for name, found in kinds.items() if found == {"embeddings"})


def talks(deployment: Resource) -> bool:
    """Whether its model answers in words. What the catalog does not know counts as one that does.

    Raises:
        Need: nobody can tell yet which model it is.
    """
    return deployment.fields.text(MODEL) not in _embeddings()


def called(world: World, deployment: Resource) -> str:
    """What commands call a deployment: account/deployment, for the fix of a finding."""
    account = world.target(deployment, "accountName", ACCOUNT)
    name = deployment.fields.peek("deploymentName")
    own = name if isinstance(name, str) and not CREDENTIAL.search(name) else deployment.name
    return f"{account.name}/{own}" if account else own
