"""What the callers' own telemetry says of a request, in the project's telemetry contract."""

import json
from collections.abc import Iterator
from datetime import datetime

from sandbox.arm.applicationinsights import COMPONENT
from sandbox.dataplane.synthetic import Outcome
from sandbox.ids import segment
from sandbox.store import Store, Stored
from sandbox.telemetry.envelopes import Row
from sandbox.traffic.targets import Aim

FAILURES = ("server", "request", "cut")
"""Classes that are errors. What was throttled or filtered has a share of its own."""


def component(store: Store, account_id: str) -> Stored | None:
    """Where an account's callers send theirs: a component of its group, else any."""
    known = store.of_type(COMPONENT)
    group = segment(account_id, "resourceGroups").lower()
    near = [each for each in known if segment(each.id, "resourceGroups").lower() == group]
    return next(iter(near or known), None)


def error_class(outcome: Outcome) -> str:
    """Nothing for an answer."""
    if outcome.cut:
        return "cut"
    if outcome.status == 200:
        return ""
    if outcome.code == "content_filter":
        return "filtered"
    if outcome.status == 429:
        return "throttled_capacity" if outcome.provisioned else "throttled_quota"
    return "server" if outcome.status >= 500 else "request"


def rows(aim: Aim, outcome: Outcome, user: str, at: datetime, route: str) -> Iterator[Row]:
    """A dependency, and beside it the evaluation of the flag that chose the deployment."""
    failed = error_class(outcome)
    asked = "embeddings" if outcome.embeds else "chat"
    properties = {
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.operation.name": asked,
        "gen_ai.request.model": aim.deployment,
        "plumb.user_hash": user,
    }
    if outcome.status == 200:
        properties |= {
            "gen_ai.response.model": f"{outcome.model}-{outcome.version}",
            "gen_ai.response.finish_reasons": json.dumps([] if outcome.cut else ["stop"]),
            "gen_ai.usage.input_tokens": str(outcome.prompt),
            "gen_ai.usage.output_tokens": str(outcome.completion),
            "plumb.ttft_ms": f"{outcome.ttft_ms:.1f}",
        }
    if failed:
        properties["plumb.error_class"] = failed
    if aim.variant:
        properties |= {
            "plumb.route": route,
            "plumb.flag_etag": aim.etag,
            "feature_flag.key": aim.flag,
            "feature_flag.result.variant": aim.variant,
        }
        yield _evaluation(aim, user, at)
    yield Row(
        table="AppDependencies",
        at=at,
        body={
            "Name": f"{asked} {aim.deployment}",
            "DependencyType": "GenAI | azure.ai.openai",
            "Target": aim.account.subdomain,
            "Success": failed not in FAILURES,
            "ResultCode": str(outcome.status),
            "DurationMs": round(outcome.ttlt_ms, 1),
            "ItemCount": 1,
            "Properties": properties,
        },
    )


def _evaluation(aim: Aim, user: str, at: datetime) -> Row:
    properties = {
        "FeatureName": aim.flag,
        "Enabled": "True",
        "Variant": aim.variant,
        "VariantAssignmentReason": "Percentile",
        "TargetingId": user,
        "ETag": aim.etag,
    }
    body = {"Name": "FeatureEvaluation", "ItemCount": 1, "Properties": properties}
    return Row(table="AppEvents", at=at, body=body)
