"""How much provisioned throughput workloads need, as Azure calculates it."""

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError
from pydantic.alias_generators import to_camel

from components import catalog
from sandbox.arm.errors import ArmError, bad_request
from sandbox.arm.kind import Answer, Call

Count = Annotated[int, Field(ge=0, le=10**9)]


class Asked(BaseModel, alias_generator=to_camel):
    """A part of the request, in Azure's casing."""


class Parameters(Asked):
    avg_prompt_tokens: Count = 0
    avg_generated_tokens: Count = 0


class Workload(Asked):
    request_per_minute: Count = 0
    request_parameters: Parameters = Parameters()


class Model(Asked):
    format: str = "OpenAI"
    name: str
    version: str


class Capacity(Asked):
    model: Model
    sku_name: str
    workloads: list[Workload] = []


def calculate(call: Call, at: Mapping[str, str]) -> Answer:
    """What workloads need (azure.md 7); what can be deployed is rounded up to the step.

    Raises:
        ArmError: 400, the body is none, or the model is not to be had provisioned.
    """
    try:
        asked = Capacity.model_validate(call.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ArmError(
            400,
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: "
            f"'{where}: {first['msg']}'.",
        ) from None
    model = catalog.find_model(asked.model.name, asked.model.version, asked.model.format)
    if model is None or model.provisioned is None or asked.sku_name not in catalog.PROVISIONED_SKUS:
        raise bad_request(
            f"The capacity of '{asked.model.name}' on '{asked.sku_name}' is not calculable."
        )
    tokens = sum(_tokens(each, model.provisioned) for each in asked.workloads)
    value = math.ceil(tokens / model.provisioned.tokens_per_minute)
    return Answer(
        status=200,
        body={
            "model": asked.model.model_dump(),
            "skuName": asked.sku_name,
            "estimatedCapacity": {
                "value": value,
                "deployableValue": model.capacity(asked.sku_name).nearest(value),
            },
        },
    )


def _tokens(workload: Workload, provisioned: catalog.Provisioned) -> float:
    each = workload.request_parameters
    weight = each.avg_prompt_tokens + provisioned.output_ratio * each.avg_generated_tokens
    return workload.request_per_minute * weight
