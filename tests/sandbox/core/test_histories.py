"""Any history of writes, with crashes in it, leaves what was acknowledged and nothing else."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sandbox.arm.cognitiveservices import quota
from sandbox.arm.kind import Answer
from sandbox.faults import Failure
from tests.sandbox.core.cloud import ACCOUNT_BODY, SUBSCRIPTION, deployment, make
from tests.sandbox.core.examples import CORA, OPENAI_USER
from tests.sandbox.core.known import ACCOUNTS, CHILDREN, GROUPS, LOCK, Known

POOL = "OpenAI.GlobalStandard.gpt-5.4"
LIMIT = 100
USAGES = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/swedencentral/usages"
DELETED = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/deletedAccounts"

groups = st.sampled_from(GROUPS)
accounts = st.sampled_from(ACCOUNTS)
children = st.sampled_from(CHILDREN)
wishes = st.fixed_dictionaries(
    {
        "capacity": st.integers(1, 60),
        "policy": st.sampled_from(("Microsoft.DefaultV2", "strict")),
        "blocklists": st.sampled_from(((), ("brand",))),
        "level": st.sampled_from(("CanNotDelete", "ReadOnly")),
    }
)
fails = st.sampled_from((None, None, None, Failure({"code": "Conflict", "message": "a fault"})))


class Crash(BaseException):
    """The process dies where this is raised."""


def body_of(child: str, wish: dict[str, Any]) -> dict[str, Any]:
    if child.startswith("deployments/"):
        return deployment(wish["capacity"], raiPolicyName=wish["policy"])
    if child.startswith("raiPolicies/"):
        named = [
            {"blocklistName": name, "source": "Prompt", "blocking": True}
            for name in wish["blocklists"]
        ]
        base = "Microsoft.DefaultV2"
        return {"properties": {"basePolicyName": base, "customBlocklists": named}}
    if child.startswith("projects/"):
        return {"location": "swedencentral", "identity": {"type": "SystemAssigned"}}
    if "raiBlocklistItems" in child:
        return {"properties": {"pattern": f"rival {wish['capacity']}"}}
    if child.startswith(LOCK):
        return {"properties": {"level": wish["level"]}}
    role = {"roleDefinitionId": OPENAI_USER, "principalId": CORA}
    return {"properties": {**role, "principalType": "ServicePrincipal"}}


def deleted(account: str) -> str:
    """Where a soft-deleted account is purged."""
    group, name = account.split("/")[4], account.rpartition("/")[2]
    return f"{USAGES.removesuffix('/usages')}/resourceGroups/{group}/deletedAccounts/{name}"


class Histories(RuleBasedStateMachine):
    """One subscription, its callers, and a process that dies every now and then."""

    key: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.cloud = make(self.folder, self.key)
        self.known = Known()
        self.cloud.around.settings.set(quota.LIMITS, {"swedencentral": {POOL: LIMIT}})

    def teardown(self) -> None:
        self.cloud.around.store.close()
        shutil.rmtree(self.folder)

    @initialize(account=accounts)
    def one_account(self, account: str) -> None:
        self.put_group(account.partition("/providers/")[0])
        self.put_account(account, restore=False, failure=None)

    @rule(name=st.sampled_from(("fast", "azure")))
    def profile(self, name: str) -> None:
        self.cloud.profile(name)

    @rule(group=groups)
    def put_group(self, group: str) -> None:
        self.written(group, self.cloud.put(group, {"location": "swedencentral"}))

    @rule(group=groups, failure=fails)
    def delete_group(self, group: str, failure: Failure | None) -> None:
        seconds = self.cloud.around.settings.profile.other_seconds
        self.left(group, self.cloud.delete(group, failure=failure), seconds, failure)

    @rule(account=accounts, restore=st.booleans(), failure=fails)
    def put_account(self, account: str, restore: bool, failure: Failure | None) -> None:
        asked = {"allowProjectManagement": True, **({"restore": True} if restore else {})}
        answer = self.cloud.put(account, {**ACCOUNT_BODY, "properties": asked}, failure=failure)
        if answer.status < 400 and account in self.known.held:
            self.known.restore(account)
        self.written(account, answer)

    @rule(account=accounts, failure=fails)
    def delete_account(self, account: str, failure: Failure | None) -> None:
        seconds = self.cloud.around.settings.profile.account_seconds
        self.left(account, self.cloud.delete(account, failure=failure), seconds, failure)

    @rule(account=accounts)
    def purge(self, account: str) -> None:
        if self.cloud.delete(deleted(account)).status < 400:
            self.known.forget(account)

    @rule(account=accounts, child=children, wish=wishes, failure=fails)
    def put_child(
        self, account: str, child: str, wish: dict[str, Any], failure: Failure | None
    ) -> None:
        id = f"{account}/{child}"
        answer = self.cloud.put(id, body_of(child, wish), failure=failure)
        if answer.status < 400 and child.startswith(LOCK):
            self.known.levels[id] = wish["level"]
        self.written(id, answer, wish["capacity"])

    @rule(account=accounts, child=children, wish=wishes)
    def lock_and_try(self, account: str, child: str, wish: dict[str, Any]) -> None:
        """A lock holds at once, whatever has begun before it."""
        self.put_child(account, f"{LOCK}keep", wish, None)
        self.put_child(account, child, wish, None)
        self.delete_child(account, child, None)
        self.delete_account(account, None)

    @rule(account=accounts, child=children, wish=wishes, failure=fails)
    def patch_deployment(
        self, account: str, child: str, wish: dict[str, Any], failure: Failure | None
    ) -> None:
        if child.startswith("deployments/"):
            id, sku = f"{account}/{child}", {"capacity": wish["capacity"]}
            answer = self.cloud.ask("PATCH", id, {"sku": sku}, failure=failure)
            self.written(id, answer, wish["capacity"])

    @rule(account=accounts, child=children, failure=fails)
    def delete_child(self, account: str, child: str, failure: Failure | None) -> None:
        id, seconds = f"{account}/{child}", self.cloud.around.settings.profile.deployment_seconds
        self.left(id, self.cloud.delete(id, failure=failure), seconds, failure)

    @rule(seconds=st.sampled_from((1, 3, 5, 3600, 47 * 3600, 50 * 3600)))
    def pass_time(self, seconds: int) -> None:
        self.cloud.pass_time(seconds=seconds)
        self.known.pass_time(self.cloud.clock.now())

    @rule()
    def crash(self) -> None:
        """The file is opened anew, and nobody closed it."""
        before, now = self.cloud.around.store, self.cloud.clock.now()
        self.cloud = make(self.folder, self.key)
        self.cloud.clock.advance(now - self.cloud.clock.now())
        before.close()

    @rule(
        account=accounts,
        child=children,
        wish=wishes,
        verb=st.sampled_from(
            ("PUT", "DELETE", "DELETE ACCOUNT", "DELETE GROUP", "PUT ACCOUNT", "DELETE PURGED")
        ),
        step=st.integers(1, 12),
    )
    def crash_within(
        self, account: str, child: str, wish: dict[str, Any], verb: str, step: int
    ) -> None:
        """A write dies at one of its steps, unless it has fewer: then nobody hears of it."""
        store, steps = self.cloud.around.store, 0
        execute = store.execute

        def dies(sql: str, parameters: Sequence[Any] = ()) -> Any:
            nonlocal steps
            if sql.startswith(("INSERT", "UPDATE", "DELETE")):
                steps += 1
                if steps >= step:
                    raise Crash
            return execute(sql, parameters)

        id, body = {
            "DELETE ACCOUNT": (account, {}),
            "DELETE GROUP": (account.partition("/providers/")[0], {}),
            "PUT ACCOUNT": (account, {**ACCOUNT_BODY, "properties": {"restore": True}}),
            "DELETE PURGED": (deleted(account), {}),
        }.get(verb, (f"{account}/{child}", body_of(child, wish)))
        with pytest.MonkeyPatch.context() as patched, pytest.raises(Crash):
            patched.setattr(store, "execute", dies)
            with store.transaction():
                self.cloud.ask(verb.split()[0], id, body)
                raise Crash
        self.crash()

    def written(self, id: str, answer: Answer, capacity: int = 0) -> None:
        if answer.status >= 400:
            return
        assert not self.known.locked(id, "ReadOnly"), f"{id} was locked"
        etag = self.etag(id)
        assert etag != self.known.live.get(id), "a write has a new etag"
        self.known.live[id] = etag
        if "/deployments/" in id:
            self.known.capacity[id] = capacity

    def left(self, id: str, answer: Answer, seconds: float, failure: Failure | None) -> None:
        now = self.cloud.clock.now()
        if id in self.known.live and self.known.locked(id, "ReadOnly", "CanNotDelete"):
            assert answer.status == 409, f"{id} was locked"
        if answer.status == 200 or (answer.status == 204 and id in self.known.live):
            self.known.remove(id, now)
        elif answer.status == 202 and failure is None:
            self.known.leaving.append((now + timedelta(seconds=seconds), id))

    def etag(self, id: str) -> str:
        stored = self.cloud.around.store.get(id)
        assert stored is not None, f"{id} was acknowledged"
        return stored.etag

    @invariant()
    def what_was_acknowledged_is_there_and_nothing_else(self) -> None:
        rows = self.cloud.around.store.beneath(SUBSCRIPTION)
        own = {each.id: each.etag for each in rows if "/resourceGroups/" in each.id}
        assert own == self.known.live

    @invariant()
    def lists_show_what_was_acknowledged(self) -> None:
        found = {each["id"] for each in self.listed(f"{SUBSCRIPTION}/resourceGroups")}
        assert found == self.known.live.keys() & set(GROUPS)
        for account in self.known.live.keys() & set(ACCOUNTS):
            listed = {each["id"] for each in self.listed(f"{account}/deployments")}
            beneath = {each for each in self.known.beneath(account) if "/deployments/" in each}
            assert listed == beneath
        deleted = {each["name"] for each in self.listed(DELETED)}
        assert deleted == {account.rpartition("/")[2] for account in self.known.held}

    def listed(self, path: str) -> list[dict[str, Any]]:
        return list(self.cloud.get(path).body["value"])

    @invariant()
    def nothing_hangs_in_the_air(self) -> None:
        """Every resource has its parent, hidden only together with it."""
        orphans = self.cloud.around.store.execute(
            "SELECT child.id FROM resources AS child LEFT JOIN resources AS parent "
            "ON parent.id_lc = child.parent_lc AND (parent.deleted_at IS NULL) = "
            "(child.deleted_at IS NULL) WHERE parent.id IS NULL AND child.parent_lc != ? "
            "AND NOT (child.deleted_at IS NOT NULL AND child.type_lc LIKE '%/accounts')",
            (SUBSCRIPTION,),
        )
        assert [row["id"] for row in orphans] == []

    @invariant()
    def quota_is_what_deployments_hold_and_never_more_than_granted(self) -> None:
        usages = self.cloud.get(USAGES, query={"api-version": "2025-06-01"})
        pool = quota.pool(self.cloud.around.store, "swedencentral", POOL, "GlobalStandard")
        assert usages.status == 200
        assert pool.used == sum(self.known.capacity.values()) <= LIMIT


SOME = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_whatever_happens_in_whatever_order_what_was_acknowledged_holds(token_key: str) -> None:
    Histories.key = token_key
    run_state_machine_as_test(Histories, settings=SOME)
