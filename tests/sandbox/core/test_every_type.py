"""What holds of every type of resource."""

import importlib
from collections.abc import Iterator
from typing import Any

import pulumi._types as sdk
import pytest

from tests.sandbox.core.cloud import Cloud
from tests.sandbox.core.examples import EXAMPLES

ONLY_200 = {
    "applicationinsights:Component",
    "appconfiguration:KeyValue",
    "cognitiveservices:ProjectConnection",
    "monitor:DiagnosticSetting",
    "monitor:MetricAlert",
}
TOKENS = [token for token, _, _ in EXAMPLES]

# What Azure leaves out as well unless it was asked for, and what the provider adds by itself.
OPTIONAL = {
    "abusePenalty",
    "amlWorkspace",
    "azureApiVersion",
    "commitmentPlanAssociations",
    "defaultProject",
    "deletionDate",
    "dynamicThrottlingEnabled",
    "encryption",
    "locations",
    "migrationToken",
    "quotaLimit",
    "raiMonitorConfig",
    "scheduledPurgeDate",
    "skuChangeInfo",
    "userOwnedStorage",
    "allowedFqdnList",
    "networkInjections",
    "callRateLimit",
    "capacitySettings",
    "parentDeploymentName",
    "scaleSettings",
    "spilloverDeploymentName",
}


@pytest.fixture
def full(empty: Cloud) -> Cloud:
    for token, path, body in EXAMPLES:
        answer = empty.put(path, body)
        assert answer.status in (200, 201), (token, answer.body)
    return empty


def test_a_first_write_says_what_the_sdks_accept(empty: Cloud) -> None:
    said = {token: empty.put(path, body).status for token, path, body in EXAMPLES}
    assert said == {token: 200 if token in ONLY_200 else 201 for token in TOKENS}


def test_a_second_write_of_the_same_changes_nothing_but_stamps(full: Cloud) -> None:
    for token, path, body in EXAMPLES:
        before = full.get(path).body
        again = full.put(path, body)
        assert again.status in (200, 201), (token, again.body)
        assert _lasting(full.get(path).body) == _lasting(before), token


def test_what_is_read_is_what_was_written_and_more(full: Cloud) -> None:
    for token, path, body in EXAMPLES:
        assert _missing(_without_secrets(body), full.get(path).body) == [], token


def test_ids_are_found_in_any_casing_and_answered_in_one(full: Cloud) -> None:
    for token, path, _ in EXAMPLES:
        if token == "appconfiguration:KeyValue":
            continue  # keys are case-sensitive
        assert full.get(path.upper()).body["id"] == path, token


def test_every_output_that_the_sdk_declares_is_there(full: Cloud) -> None:
    absent = {
        token: sorted(
            _outputs(token) - _names(full.get(path).body) - _lower(OPTIONAL) - _inputs(token)
        )
        for token, path, _ in EXAMPLES
    }
    assert {token: names for token, names in absent.items() if names} == {}


def test_each_is_listed_where_it_stands_and_all_over_its_group(full: Cloud) -> None:
    for token, path, _ in EXAMPLES:
        if token == "appconfiguration:KeyValue":
            continue  # Azure lists them on the data plane only
        where = path.rpartition("/")[0]
        listed = full.get(where)
        assert listed.status == 200, (token, listed.body)
        assert path in {each["id"] for each in listed.body["value"]}, token
        assert full.get(where, query={"api-version": ""}).status == 400, token


def test_a_patch_changes_what_it_names_and_nothing_else(full: Cloud) -> None:
    for token, path, _ in EXAMPLES[:-1]:
        before = full.get(path).body
        if "tags" not in before:
            continue
        patched = full.ask("PATCH", path, {"tags": {"patched": "yes"}})
        assert patched.status in (200, 201), (token, patched.body)
        after = full.get(path).body
        assert after["tags"]["patched"] == "yes", token
        same = {"tags": None}
        assert _lasting({**after, **same}) == _lasting({**before, **same}), token


def test_all_of_it_can_be_deleted_again_and_then_is_gone(full: Cloud) -> None:
    for token, path, _ in reversed(EXAMPLES):
        answer = full.delete(path)
        assert answer.status in (200, 204), (token, answer.body)
    assert [full.get(path).status for _, path, _ in EXAMPLES] == [404] * len(EXAMPLES)


def test_what_is_not_there_is_deleted_with_204(full: Cloud) -> None:
    wrong = []
    for token, path, _ in EXAMPLES[1:-1]:
        other = path[:-1] + ("2" if path[-1] != "2" else "3")
        if full.delete(other).status != 204:
            wrong.append(token)
    assert wrong == []


def test_a_body_of_another_shape_is_refused_and_never_breaks_anything(full: Cloud) -> None:
    broken = set()
    for token, path, body in EXAMPLES:
        for odd in _odd(body):
            if full.put(path, odd).status >= 500:
                broken.add(token)
    assert broken == set()


def _odd(body: Any) -> Iterator[Any]:
    """The body with each of its parts in turn replaced by something else."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from ({**body, key: other} for other in (None, 5, "x", [], [None], {}))
            yield from ({**body, key: other} for other in _odd(value))
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from ([*body[:number], other, *body[number + 1 :]] for other in _odd(value))


def _lasting(body: Any) -> Any:
    if isinstance(body, dict):
        passing = {"etag", "eTag", "systemData", "revision"}
        return {key: _lasting(each) for key, each in body.items() if key not in passing}
    return [_lasting(each) for each in body] if isinstance(body, list) else body


def _without_secrets(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _without_secrets(v) for key, v in body.items() if key != "credentials"}
    return body


def _missing(wanted: Any, found: Any, path: str = "") -> list[str]:
    if isinstance(wanted, dict):
        return [
            each
            for key, value in wanted.items()
            for each in _missing(value, (found or {}).get(key), f"{path}.{key}")
        ]
    if isinstance(wanted, list):
        pairs = zip(wanted, found or [], strict=False)
        short = [] if len(wanted) == len(found or []) else [path]
        return [
            *short,
            *(e for n, (a, b) in enumerate(pairs) for e in _missing(a, b, f"{path}[{n}]")),
        ]
    return [] if wanted == found else [path]


def _class(token: str) -> Any:
    module, name = token.split(":")
    return getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)


def _outputs(token: str) -> set[str]:
    types = sdk.resource_types(_class(token))
    names = set(types)
    if "properties" in types and token.startswith("cognitiveservices"):
        nested = sdk.unwrap_optional_type(types["properties"])
        if sdk.is_output_type(nested):
            names |= set(sdk.output_type_types(nested))
    return {name.lower() for name in names}


def _inputs(token: str) -> set[str]:
    module = importlib.import_module(_class(token).__module__)
    source = importlib.import_module("inspect").getsource(_class(token).__init__)
    args = source.split("get_resource_args_opts(")[1].split(",")[0]
    names = sdk.input_type_py_to_pulumi_names(getattr(module, args)).values()
    return {name.lower() for name in names}


def _lower(names: set[str]) -> set[str]:
    return {name.lower() for name in names}


def _names(body: dict[str, Any]) -> set[str]:
    flat = {*body, *(body.get("properties") or {})}
    return {name.replace("_", "").lower() for name in flat}
