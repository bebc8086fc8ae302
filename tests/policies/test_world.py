"""Which resource means which: by where values come from, then names and ids, then the tree."""

import pytest

from components import catalog
from policies.arm import KINDS, id_of, is_named, normal_type, own_name, parse_id
from policies.values import UNKNOWN, Need
from policies.world import World
from tests.policies.compliant.part import ACCOUNT_ID
from tests.policies.worlds import PARTS, ROOT, resource, sound, urn, wired

ACCOUNT = urn(catalog.ACCOUNT, "account")


def target(world, name="chat", key="accountName", type=catalog.ACCOUNT):
    (child,) = (each for each in world.resources if each.name == name)
    found = world.target(child, key, type)
    return found and found.name


def twin(**changes):
    inputs = {"accountName": "shop-ai", "resourceGroupName": "rg-other", **changes}
    return resource(catalog.ACCOUNT, "twin", inputs)


def test_a_name_means_the_resource_of_that_name():
    assert target(sound()) == "account"


def test_a_name_counts_in_its_own_resource_group_only():
    assert target(sound(more=[twin()])) == "account"
    assert target(sound(("chat", "resourceGroupName", "rg-other"), more=[twin()])) == "twin"


def test_azure_knows_no_case():
    assert target(sound(("chat", "accountName", "SHOP-AI"))) == "account"


def test_an_id_means_its_resource():
    assert target(sound(), "access", "scope") == "account"
    other = ACCOUNT_ID.replace("shop-ai", "other-ai")
    assert target(sound(("access", "scope", other)), "access", "scope") is None


def test_a_name_that_nobody_has_means_nobody_of_this_stack():
    assert target(sound(("chat", "accountName", "other-ai"))) is None


def test_where_a_value_comes_from_decides_while_it_is_unknown():
    unknown = sound(("chat", "accountName", UNKNOWN), more=[twin()])
    assert target(wired(unknown, "chat", accountName=["twin"])) == "twin"


def test_a_known_name_outweighs_where_it_was_taken_from():
    misled = sound(more=[twin(accountName="twin-ai")])
    assert target(wired(misled, "chat", accountName=["twin"])) == "account"


def test_of_two_sources_only_the_value_will_tell():
    unknown = sound(("chat", "accountName", UNKNOWN), more=[twin()])
    with pytest.raises(Need, match="accountName"):
        target(wired(unknown, "chat", accountName=["account", "twin"]))


def test_what_is_read_from_something_else_is_nobodys_name():
    world = wired(sound(("chat", "accountName", UNKNOWN)), "chat", accountName=["logs"])
    assert target(world) is None


def test_a_parent_says_nothing_of_what_is_read_from_elsewhere():
    inputs = {**PARTS["publisher"].inputs, "scope": UNKNOWN}
    given = resource(catalog.ROLE_ASSIGNMENT, "given", inputs, parent=ACCOUNT)
    world = wired(sound(more=[given]), "given", scope=["traces"])
    assert target(world, "given", "scope") is None


def test_a_name_that_several_have_means_the_one_of_the_same_group():
    groups = [resource(catalog.RESOURCE_GROUP, f"{name}-group", {}) for name in ("one", "two")]
    inputs = {"accountName": "same", "resourceGroupName": UNKNOWN}
    accounts = [
        resource(catalog.ACCOUNT, name, inputs, resourceGroupName=[group.urn])
        for name, group in zip(("one", "two"), groups, strict=True)
    ]
    child = {**PARTS["chat"].inputs, **inputs}
    below = resource(catalog.DEPLOYMENT, "below", child, resourceGroupName=[groups[1].urn])
    anywhere = resource(catalog.DEPLOYMENT, "anywhere", child)
    world = World([*groups, *accounts, below, anywhere])
    assert target(world, "below") == "two"
    with pytest.raises(Need, match="resourceGroupName"):
        target(world, "anywhere")


def test_a_group_that_is_called_as_an_account_is_not_the_account():
    group = resource(catalog.RESOURCE_GROUP, "namesake", {"resourceGroupName": "shop-ai"})
    assert target(sound(more=[group]), "access", "scope", catalog.RESOURCE_GROUP) is None


def test_a_child_of_another_parent_is_another_child():
    world = sound(("access", "scope", f"{ACCOUNT_ID}/deployments/chat-v2"))
    assert target(world, "access", "scope", catalog.DEPLOYMENT) == "chat"
    elsewhere = f"{ACCOUNT_ID}-other/deployments/chat-v2"
    world = sound(("access", "scope", elsewhere))
    assert target(world, "access", "scope", catalog.DEPLOYMENT) is None


def test_an_unknown_name_is_sought_among_the_parents_then_in_what_is_awaited():
    inputs = {**PARTS["chat"].inputs, "accountName": UNKNOWN}
    group = resource("shop:index:Models", "models", {}, parent=ACCOUNT)
    below = resource(catalog.DEPLOYMENT, "below", inputs, parent=group.urn)
    assert target(sound(more=[group, below]), "below") == "account"
    beside = resource(catalog.DEPLOYMENT, "beside", inputs, parent=ROOT)
    object.__setattr__(beside, "dependencies", frozenset({ACCOUNT}))
    assert target(sound(more=[beside]), "beside") == "account"


def test_children_of_one_account_share_a_mark_even_if_it_is_not_of_this_stack():
    world = sound(without=["account"])
    chat, strict = (next(r for r in world.resources if r.name == n) for n in ("chat", "strict"))
    assert world.account(chat) == world.account(strict) != ""


def test_an_account_of_elsewhere_is_told_apart_by_its_group_and_its_name():
    def mark(**changes):
        inputs = {**PARTS["chat"].inputs, "accountName": "other-ai", **changes}
        return World([]).account(resource(catalog.DEPLOYMENT, "child", inputs))

    assert mark() == mark(accountName="OTHER-AI", resourceGroupName="RG-SHOP")
    others = {mark(resourceGroupName="rg-other"), mark(resourceGroupName=UNKNOWN)}
    assert len({mark(), mark(accountName="third-ai"), mark(accountName=None), *others}) == 5


def test_the_order_of_registration_is_forgotten():
    world = sound()
    assert World(reversed(world.resources)).resources == world.resources


@pytest.mark.parametrize(
    ("token", "normal"),
    [
        ("azure-native:cognitiveservices/v20250601:Account", catalog.ACCOUNT),
        ("azure-native:monitor/v20210501preview:DiagnosticSetting", catalog.DIAGNOSTIC_SETTING),
        ("azure-native:insights:Component", catalog.APP_INSIGHTS),
        ("azure-native:insights/v20180301:MetricAlert", catalog.METRIC_ALERT),
        ("azure-native:cognitiveservices/v20210601privatepreview:Account", catalog.ACCOUNT),
        ("azure-native_cognitiveservices_v20250601:cognitiveservices:Account", catalog.ACCOUNT),
        (
            "azure-native_cognitiveservices_v20250701preview:"
            "cognitiveservices/v20250701preview:Account",
            catalog.ACCOUNT,
        ),
        (
            "azure-native_CognitiveServices_v20250601:CognitiveServices%2Fv20250601:Account",
            catalog.ACCOUNT,
        ),
        ("azure-native_insights_v20180301:insights:MetricAlert", catalog.METRIC_ALERT),
        ("azure-native:network/v20200601:PrivateZone", "azure-native:privatedns:PrivateZone"),
        ("azure-native_x:index:Thing", "azure-native_x:index:Thing"),
        ("plumb:index:Evidence", "plumb:index:Evidence"),
    ],
)
def test_a_type_has_one_name(token, normal):
    assert normal_type(token) == normal


@pytest.mark.parametrize("token", sorted(KINDS))
def test_an_id_made_is_an_id_understood(token):
    scope = {"scope": ACCOUNT_ID, "resourceUri": ACCOUNT_ID}
    id = id_of(token, scope, subscription="s", otherwise="this")
    parsed = parse_id(id)
    assert parsed.type == KINDS[token].arm_type.lower()
    assert parsed.names[-1] == "this"
    assert id.startswith(ACCOUNT_ID) == bool(KINDS[token].scope)


@pytest.mark.parametrize("id", ["", "/", "shop-ai", "/subscriptions/s", "/providers/x/y", "a//b/"])
def test_what_is_no_id_of_a_resource_group_is_none(id):
    assert parse_id(id) is None


@pytest.mark.parametrize("own", [5, "", None, UNKNOWN, ["shop-ai"]])
def test_what_has_no_name_yet_may_be_anybody(own):
    inputs = {"accountName": own}
    assert own_name(catalog.ACCOUNT, inputs) is None
    assert is_named(catalog.ACCOUNT, inputs, "shop-ai", "rg-shop") is None


@pytest.mark.parametrize("id", [ACCOUNT_ID.rpartition("/")[0], f"{ACCOUNT_ID}/deployments"])
def test_half_an_id_names_nothing(id):
    assert is_named(catalog.ACCOUNT, {"accountName": "shop-ai"}, id, "rg-shop") is False
    assert is_named(catalog.DEPLOYMENT, PARTS["chat"].inputs, id, "rg-shop") is False
