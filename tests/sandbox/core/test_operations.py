"""Long operations: what a client is told while they last, and what they hold up."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.arm.cognitiveservices import quota
from sandbox.arm.kind import Answer
from sandbox.faults import Failure
from tests.sandbox.core.cloud import (
    ACCOUNT,
    ACCOUNT_BODY,
    GROUP,
    Cloud,
    code,
    deployment,
    make,
)
from tests.sandbox.core.examples import EXAMPLES, SUBNET, VNET

CHAT = f"{ACCOUNT}/deployments/chat-v1"
DRAFT = f"{ACCOUNT}/deployments/chat-v2"


def path(url: str) -> str:
    return url.removeprefix("https://127.0.0.1:1").partition("?")[0]


def status(cloud: Cloud, answer: Answer) -> str:
    return str(cloud.get(path(answer.headers["Azure-AsyncOperation"])).body["status"])


def test_a_write_ends_when_its_time_comes_and_not_by_being_asked(empty: Cloud) -> None:
    empty.profile("azure")
    empty.put(GROUP, {"location": "swedencentral"})
    made = empty.put(ACCOUNT, ACCOUNT_BODY)
    assert made.status == 201
    assert made.headers["Retry-After"] == "1"
    assert made.body["properties"]["provisioningState"] == "Accepted"
    assert [status(empty, made) for _ in range(5)] == ["InProgress"] * 5
    empty.pass_time(seconds=4)
    assert status(empty, made) == "Succeeded"
    assert empty.get(ACCOUNT).body["properties"]["provisioningState"] == "Succeeded"


def test_two_writes_at_once_on_one_account_conflict_and_reads_pass(cloud: Cloud) -> None:
    cloud.profile("azure")
    cloud.put(CHAT, deployment())
    refused = cloud.put(DRAFT, deployment())
    assert code(refused) == (409, "RequestConflict")
    assert "Retry-After" not in refused.headers
    assert refused.body["error"]["message"] == (
        f"Another operation is being performed on the parent resource '{ACCOUNT}'. "
        "Please try again later."
    )
    assert cloud.get(CHAT).status == 200
    cloud.pass_time(seconds=2)
    assert cloud.put(DRAFT, deployment()).status == 201


def test_a_delete_occupies_the_account_as_well(cloud: Cloud) -> None:
    cloud.put(CHAT, deployment())
    cloud.profile("azure")
    gone = cloud.delete(CHAT)
    assert gone.status == 202
    assert code(cloud.put(DRAFT, deployment())) == (409, "RequestConflict")
    assert cloud.get(path(gone.headers["Location"])).status == 202
    cloud.pass_time(seconds=2)
    assert cloud.get(path(gone.headers["Location"])).status == 204
    assert cloud.get(CHAT).status == 404


def test_accounts_do_not_hold_each_other_up(cloud: Cloud) -> None:
    other = ACCOUNT.replace("ai-test", "ai-other")
    body = {**ACCOUNT_BODY, "properties": {}}
    cloud.put(other, body)
    cloud.profile("azure")
    assert cloud.put(CHAT, deployment()).status == 201
    assert cloud.put(f"{other}/deployments/chat", deployment()).status == 201


def test_an_operation_told_to_fail_ends_as_failed_and_can_be_repaired(cloud: Cloud) -> None:
    failure = Failure({"code": "InsufficientCapacity", "message": "None left."})
    made = cloud.put(CHAT, deployment(), failure=failure)
    assert made.status == 201
    asked = cloud.get(path(made.headers["Azure-AsyncOperation"])).body
    assert (asked["status"], asked["error"]["code"]) == ("Failed", "InsufficientCapacity")
    assert cloud.get(CHAT).body["properties"]["provisioningState"] == "Failed"
    assert cloud.put(CHAT, deployment()).body["properties"]["provisioningState"] == "Succeeded"


def test_an_endpoint_right_after_its_account_is_too_early(cloud: Cloud) -> None:
    bodies = {where: body for _, where, body in EXAMPLES}
    endpoint = next(where for where in bodies if "privateEndpoints/" in where)
    for each in (VNET, SUBNET):
        assert cloud.put(each, bodies[each]).status == 201
    cloud.profile("azure")
    assert code(cloud.put(endpoint, bodies[endpoint])) == (400, "AccountProvisioningStateInvalid")
    cloud.pass_time(seconds=10)
    assert cloud.put(endpoint, bodies[endpoint]).status == 201


def test_a_group_is_deleted_in_its_own_time(cloud: Cloud) -> None:
    cloud.profile("azure")
    gone = cloud.delete(GROUP)
    assert (gone.status, gone.headers["Retry-After"]) == (202, "1")
    assert code(cloud.put(GROUP, {"location": "swedencentral"})) == (
        409,
        "ResourceGroupBeingDeleted",
    )
    cloud.pass_time(seconds=2)
    assert cloud.ask("HEAD", GROUP).status == 404


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abc"), st.integers(1, 50)),
        st.tuples(st.just("delete"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("wait"), st.just(""), st.integers(0, 3)),
        st.tuples(st.just("crash"), st.just(""), st.just(0)),
    ),
    max_size=15,
)


@settings(max_examples=15)
@given(STEPS)
def test_no_crash_leaves_a_lock_an_open_operation_or_lost_quota(
    token_key: str, steps: list[tuple[str, str, int]]
) -> None:
    with TemporaryDirectory() as folder:
        cloud = make(Path(folder), token_key).with_account()
        cloud.profile("azure")
        for verb, name, number in steps:
            if verb == "put":
                cloud.put(f"{ACCOUNT}/deployments/{name}", deployment(number))
            elif verb == "delete":
                cloud.delete(f"{ACCOUNT}/deployments/{name}")
            elif verb == "wait":
                cloud.pass_time(seconds=number)
            else:
                now = cloud.clock.now()
                cloud.around.store.close()
                cloud = make(Path(folder), token_key)
                cloud.clock.advance(now - cloud.clock.now())
        cloud.pass_time(seconds=5)
        standing = cloud.get(f"{ACCOUNT}/deployments").body["value"]
        store = cloud.around.store
        states = {each["properties"]["provisioningState"] for each in standing}
        open_ones = store.execute("SELECT 1 FROM operations WHERE status = 'InProgress'")
        held = store.execute("SELECT 1 FROM account_locks")
        used = quota.pool(
            store, "swedencentral", "OpenAI.GlobalStandard.gpt-5.4", "GlobalStandard"
        ).used
        store.close()
    assert states <= {"Succeeded"}
    assert (open_ones, held) == ([], [])
    assert used == sum(each["sku"]["capacity"] for each in standing)
