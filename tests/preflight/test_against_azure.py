"""What preflight says of a stack, held against what Azure's rules do with the same writes.

The writes go in the order of the program, by name, to the sandbox's ARM without a network.
"""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.preflight.checks.every import CHECKS
from scripts.preflight.pool import pools
from scripts.preflight.seen import changes_into
from scripts.subscription import wire
from scripts.subscription.facts import FOUNDRY, Account, LiveDeployment, ModelKey, Usage
from tests.preflight.worlds import HERE, seen, stack, wants
from tests.sandbox.core import cloud as clouds
from tests.sandbox.core.cloud import ACCOUNT, ACCOUNT_BODY, GROUP, SUBSCRIPTION, deployment

BASE = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices"
OTHER = ACCOUNT.replace("ai-test", "ai-other")
JUDGED = ("model", "lifecycle", "sku", "quota")

MODELS = [
    ("gpt-5.4", "2026-03-05", "GlobalStandard"),
    ("gpt-5.4", "2026-03-05", "DataZoneProvisionedManaged"),
    ("gpt-5.5", "2026-04-24", "DataZoneProvisionedManaged"),
    ("gpt-5.5", "2026-04-24", "Standard"),
    ("gpt-9", "2027-01-01", "GlobalStandard"),
]
POOLS = ("OpenAI.GlobalStandard.gpt-5.4", "OpenAI.DataZoneProvisionedManaged")

RIGHT = MODELS[:3]
CAPACITIES = st.sampled_from([15, 30, 45, 60])
OFTEN_RIGHT = st.tuples(
    st.sampled_from([*RIGHT * 8, *MODELS[3:]]), st.sampled_from([15, 30, 45, 60] * 5 + [33])
)
DEPLOYMENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), OFTEN_RIGHT, min_size=1)
LIVE = st.dictionaries(
    st.sampled_from(["a", "b", "c", "old"]), st.tuples(st.sampled_from(RIGHT), CAPACITIES)
)
LIMITS = st.fixed_dictionaries({pool: st.sampled_from([45, 60, 90, 120, 400]) for pool in POOLS})
CHANGING = "gpt-5.5/2026-04-24"
STATES = ("GenerallyAvailable", "Deprecating", "Deprecated")


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    cloud = clouds.make(tmp_path_factory.mktemp("cloud"), key).with_account()
    cloud.around.settings.set("page_size", 1000)
    other = ACCOUNT_BODY | {"properties": {"customSubDomainName": "ai-other"}}
    assert cloud.put(OTHER, other).status == 201
    yield cloud
    cloud.around.store.close()


def body(wanted):
    (model, version, sku), capacity = wanted
    return deployment(capacity, model=model, version=version, sku=sku)


def emptied(azure):
    for name in ("quota_limits", "model_changes"):
        azure.around.settings.unset(name)
    for account in (ACCOUNT, OTHER):
        for each in azure.get(f"{account}/deployments").body["value"]:
            assert azure.delete(each["id"]).status < 300


def rows(azure, what):
    return azure.get(f"{BASE}/locations/{HERE}/{what}").body["value"]


@pytest.fixture(scope="module")
def lists(azure):
    """What the region lists, by the state of gpt-5.5."""
    found = {}
    for lifecycle in STATES:
        azure.around.settings.set("model_changes", {CHANGING: {"lifecycle": lifecycle}})
        found[lifecycle] = wire.offered(rows(azure, "models"))
    return found


def looked(azure, wanted, models):
    """What Azure answers, as facts."""
    live = tuple(
        LiveDeployment(
            name=each["name"],
            model=ModelKey(**each["properties"]["model"]),
            sku=each["sku"]["name"],
            capacity=each["sku"]["capacity"],
            upgrade_option="NoAutoUpgrade",
            spillover=None,
            state="Succeeded",
        )
        for each in azure.get(f"{ACCOUNT}/deployments").body["value"]
    )
    usages = tuple(
        Usage(
            name=each["name"]["value"],
            label="",
            used=each["currentValue"],
            limit=each["limit"],
        )
        for each in rows(azure, "usages")
    )
    account = Account(
        id=ACCOUNT,
        name="contoso-primary",
        resource_group=GROUP.rpartition("/")[2],
        location=HERE,
        subdomain="contoso-primary",
        kind=FOUNDRY,
        state="Succeeded",
    )
    return seen(
        wanted,
        at=clouds.START,
        accounts=(account,),
        deployments={"primary": live},
        usages={HERE: usages},
        models={HERE: models},
    )


def updated(azure, declared, live, wanted):
    """Whether Azure took every write of `pulumi up`."""
    for name in sorted(declared):
        (target,) = (each for each in wanted.deployments if each.name == name)
        before = [each for each in live if each.name == name]
        if before and not changes_into(before[0], target):
            azure.delete(f"{ACCOUNT}/deployments/{name}")  # the program deletes before it replaces
        if azure.put(f"{ACCOUNT}/deployments/{name}", body(declared[name])).status >= 400:
            return False
    return True


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(DEPLOYMENTS, LIVE, LIMITS, st.sampled_from(STATES), st.sampled_from([0, 0, 15]))
def test_a_yes_is_taken_and_a_no_of_quota_step_or_model_is_refused(
    azure, lists, declared, live, limits, lifecycle, others
):
    emptied(azure)
    if others:
        assert azure.put(f"{OTHER}/deployments/x", body((MODELS[0], others))).status < 300
    for name, each in live.items():
        assert azure.put(f"{ACCOUNT}/deployments/{name}", body(each)).status < 300
    azure.around.settings.set("quota_limits", {HERE: limits})
    azure.around.settings.set("model_changes", {CHANGING: {"lifecycle": lifecycle}})
    wanted = stack(
        *(
            wants(name, ModelKey(format="OpenAI", name=model, version=version), sku, capacity)
            for name, ((model, version, sku), capacity) in sorted(declared.items())
        )
    )
    answers = looked(azure, wanted, lists[lifecycle])
    found = [each for name in JUDGED for each in CHECKS[name](wanted, answers)]
    failed = {each.check for each in found if each.level == "fail"}
    leaving = any(pool.leaving for pool in pools(wanted, answers)[0])
    taken = updated(azure, declared, answers.deployments["primary"], wanted)
    assert not any(each.level == "unknown" for each in found)
    if not found:
        assert taken
    # What is deleted before it is replaced gives its quota back in time: there we say no too often.
    if failed - ({"quota"} if leaving else set()):
        assert not taken
