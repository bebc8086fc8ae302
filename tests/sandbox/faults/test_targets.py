import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.targets import FACES, WrongTarget, parse, type_of

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001"
AI = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/ai"
CHAT = f"{AI}/deployments/chat"
NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("arm", AI),
        ("arm", "/subscriptions"),
        ("arm:accounts", AI),
        ("arm:ACCOUNTS/Deployments", CHAT),
        ("arm:deployments", CHAT),
        ("arm:deployments", f"{AI}/deployments"),
        ("arm:Microsoft.CognitiveServices/*", CHAT),
        ("arm:resourceGroups", f"{SUBSCRIPTION}/resourceGroups/rg"),
        ("arm:roleAssignments", f"{AI}/providers/Microsoft.Authorization/roleAssignments/x"),
        ("arm:*/deployments/ch?t", CHAT),
        (f"arm:{AI}*", CHAT),
    ],
)
def test_arm_is_met_by_type_or_by_id(target, path):
    assert parse(target).meets(path)


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("arm:accounts", CHAT),
        ("arm:deployments", AI),
        ("arm:accounts", f"{AI}/providers/Microsoft.Authorization/roleAssignments/x"),
        (f"arm:{AI}", CHAT),
        ("arm:resourceGroups", SUBSCRIPTION),
    ],
)
def test_arm_is_not_met_beside_it(target, path):
    assert not parse(target).meets(path)


@given(NAMES, NAMES, NAMES, NAMES)
def test_a_deployment_is_met_by_its_own_requests_only(account, name, other_account, other_name):
    target = parse(f"deployment:{account}/{name}")
    for a, n in ((account, name), (other_account, name), (account, other_name)):
        met = target.meets(f"/acct/{a}/openai/v1/chat/completions", n)
        assert met == ((a, n) == (account, name))
    assert parse(f"account:{account}").meets(f"/acct/{account}/openai/files")


@given(NAMES)
def test_configuration_is_met_as_a_whole_or_by_store(store):
    path = f"/appconfig/{store}/kv/key"
    assert parse("appconfig").meets(path) and parse(f"appconfig:{store}").meets(path)
    assert not parse(f"appconfig:{store}x").meets(path)
    assert not parse("account:*").meets(path)


@given(st.text(max_size=40) | st.tuples(st.sampled_from(FACES), st.text(max_size=12)).map(":".join))
def test_any_text_is_a_target_that_reads_back_or_is_refused_in_one_line(text):
    try:
        target = parse(text)
    except WrongTarget as error:
        assert "Fix: " in str(error) and len(str(error).splitlines()) == 1
    else:
        assert parse(str(target)) == target


@given(st.text(alphabet="/abcprovidersPROVIDERS.", max_size=60))
def test_no_path_is_too_strange_for_a_type(path):
    assert type_of(path) == type_of(path).lower()
