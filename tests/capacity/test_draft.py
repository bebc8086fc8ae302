import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from components import settings
from components.prices import price_list
from scripts.capacity.draft import Assumed, Known, draft
from scripts.capacity.peak import Peak
from scripts.capacity.quota import Left
from scripts.exit import Exit
from scripts.preflight.looking import look
from scripts.preflight.wanted import wanted
from scripts.subscription.facts import Estimate as Calculated
from scripts.subscription.facts import LiveDeployment, ModelKey, Unknown
from scripts.subscription.patience import Patience
from tests.capacity.azure import Azure
from tests.capacity.test_load_run import report, swept

PROD = settings.read("prod")
CHAT = ModelKey(format="OpenAI", name="gpt-5.4", version="2026-03-05")
TOKENS, UNITS = "OpenAI.DataZoneStandard.gpt-5.4", "OpenAI.DataZoneProvisionedManaged"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ASSUMED = Assumed(
    headroom=1.2, growth=0.1, months=12, mean_share=0.3, lead_days=30, today=date(2026, 11, 21)
)
PEAK = Peak(requests=60, prompt_tokens=600, declared_output=200, source="test")  # 57.6 units


def held(name="chat-v3", sku="DataZoneStandard", capacity=150):
    return LiveDeployment(
        name=name,
        model=CHAT,
        sku=sku,
        capacity=capacity,
        upgrade_option="NoAutoUpgrade",
        spillover=None,
        state="Succeeded",
    )


@pytest.fixture
def plan(tmp_path):
    def make(peak=PEAK, azure=None, stable="chat-v3", assumed=ASSUMED, measured=None, **capacity):
        changed = PROD
        for name, value in capacity.items():
            changed = with_capacity(changed, name.replace("_", "-"), value)
        route = changed.routes["chat"].model_copy(update={"stable": stable})
        changed = changed.model_copy(update={"routes": {"chat": route}})
        flat = wanted("prod", changed)
        asked = azure or Azure(limits={TOKENS: (1000, 0), UNITS: (300, 0)})
        return draft(
            Known(
                settings=changed,
                wanted=flat,
                seen=look(flat, asked, Patience.of(5), at=NOW, subscription="s"),
                asked=asked,
                runs=tmp_path,
                prices=price_list(),
            ),
            "chat",
            peak,
            assumed,
            measured=measured,
        )

    return make


def with_capacity(stack, name, capacity):
    account = stack.accounts["primary"]
    changed = account.deployments[name].model_copy(update={"capacity": capacity})
    deployments = {**account.deployments, name: changed}
    primary = account.model_copy(update={"deployments": deployments})
    return stack.model_copy(update={"accounts": {**stack.accounts, "primary": primary}})


def texts(found, code=None):
    return [each.text for each in found.reasons if code is None or each.code == code]


def test_what_is_declared_is_enough_and_the_quota_lasts(plan):
    found = plan(assumed=replace(ASSUMED, months=6))
    assert (found.code, found.capacity, found.serving.capacity) == (Exit.YES, 58, 150)
    assert found.growth.quota == 1000
    assert "enough" in texts(found)[0]


@pytest.mark.parametrize(("capacity", "code"), [(58, Exit.YES), (57, Exit.NO)])
def test_the_gates_line_is_the_plans_line(plan, capacity, code):
    found = plan(chat_v3=capacity, assumed=replace(ASSUMED, months=6))
    assert found.code == code
    if code:
        assert "Fix: capacity: 58" in texts(found, Exit.NO)[0]


def test_a_quota_that_ends_within_the_plan_is_a_no_with_a_day_to_ask_by(plan):
    found = plan(azure=Azure(limits={TOKENS: (150, 0)}))
    (said,) = texts(found, Exit.NO)
    assert f"the quota ends on {found.growth.ends}" in said
    assert f"Fix: ask for more by {found.growth.ask_by}" in said


def test_a_day_to_ask_by_that_is_past_is_now(plan):
    found = plan(azure=Azure(limits={TOKENS: (150, 0)}), assumed=replace(ASSUMED, lead_days=400))
    assert texts(found, Exit.NO)[0].endswith("Fix: ask for more now")


def test_what_we_hold_already_is_ours_to_grow_into(plan):
    subdomain = PROD.accounts["primary"].subdomain
    azure = Azure(limits={TOKENS: (200, 180)}, live=(held(),), there=subdomain)
    # 20 that nobody has, and our own 150.
    assert plan(azure=azure).quota.left == 170


def test_another_deployment_on_the_same_quota_takes_from_it_and_adds_nothing(tmp_path):
    account = PROD.accounts["primary"]
    twin = account.deployments["chat-v3"].model_copy(update={"capacity": 300})
    primary = account.model_copy(update={"deployments": {**account.deployments, "twin": twin}})
    stack = PROD.model_copy(update={"accounts": {**PROD.accounts, "primary": primary}})
    flat = wanted("prod", stack)
    azure = Azure(limits={TOKENS: (1000, 0)})
    seen = look(flat, azure, Patience.of(5), at=NOW, subscription="s")
    known = Known(
        settings=stack, wanted=flat, seen=seen, asked=azure, runs=tmp_path, prices=price_list()
    )
    found = draft(known, "chat", PEAK, ASSUMED)
    assert isinstance(found.quota, Left)
    assert (found.quota.left, found.quota.neighbours) == (700, ["primary/twin"])
    assert any("adds nothing" in text for text in texts(found))


def test_a_fallback_in_another_region_has_a_quota_of_its_own(plan):
    assert plan().elsewhere == ["secondary/chat-v3"]


def test_a_quota_that_nobody_tells_is_never_enough(plan):
    class Silent(Azure):
        def usages(self, location):
            return Unknown(reason="quota: 403", fix="a role", code=Exit.NOT_REACHED)

    found = plan(azure=Silent())
    assert (found.code, found.growth) == (Exit.NOT_REACHED, None)


def test_a_quota_that_people_name_counts_before_azures(plan):
    found = plan(assumed=replace(ASSUMED, quota=58.0))
    assert (found.growth.quota, found.code) == (58, Exit.NO)


def test_throughput_is_held_beside_azures_calculator(plan):
    azure = Azure(limits={UNITS: (300, 0)}, estimate=Calculated(value=47, deployable=50))
    peak = Peak(
        requests=50, prompt_tokens=1000, declared_output=100, cache_share=0.25, source="test"
    )
    found = plan(peak, azure, "chat-reserved", assumed=replace(ASSUMED, months=6))
    assert found.declared.raw == pytest.approx(60 * (750 + 600) / 2400)  # 33.75
    assert (found.sources.source, found.capacity, found.sources.far_apart) == (
        "calculator",
        50,
        True,
    )
    (workload,) = azure.asked
    # It has no field for the cache: what the cache spares is left out of the prompt.
    assert (workload.requests_per_minute, workload.prompt_tokens) == (60, 750)


def test_a_calculator_that_does_not_answer_is_said_and_never_a_yes(plan):
    found = plan(azure=Azure(limits={UNITS: (300, 0)}), stable="chat-reserved")
    assert found.code == Exit.CANNOT_TELL
    assert any("calculator: the calculator: 503" in text for text in texts(found))


def test_spillover_carries_its_share(plan):
    peak = Peak(requests=100, prompt_tokens=1000, declared_output=300, source="test")
    azure = Azure(limits={UNITS: (300, 0)}, estimate=Calculated(value=140, deployable=140))
    # 140 units are needed, 50 are there; 156 units of tokens are needed, 150 are.
    found = plan(peak, azure, "chat-reserved", assumed=replace(ASSUMED, months=6))
    assert found.carried == pytest.approx(50 / 140 + 150 / 156)


def test_our_own_load_counts_as_a_source(plan, tmp_path):
    folder = tmp_path / "20261120-100000-sweep-aa"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(swept()))
    (folder / "result.json").write_text(json.dumps({"identity": {"capacity": 50}}))
    found = plan()
    own = next(each for each in found.sources.estimates if each.source == "own load")
    # 50 units bore 120 calls of 500 + 300 tokens: 96,000 a minute; 57,600 are needed.
    assert own.units == pytest.approx(50 * 57.6 / 96)
    assert found.sources.source == "formula"
    assert found.sources.far_apart


def test_a_run_that_came_near_no_limit_leaves_it_to_the_newest_sweep(plan, tmp_path):
    run, sweep = tmp_path / "20261121-100000-load-bb", tmp_path / "20261120-100000-sweep-aa"
    for folder, content in ((run, report()), (sweep, swept())):
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps(content))
    own = plan(measured=run).sources.estimates[2]
    assert own.units == pytest.approx(150 * 57.6 / 96)
    (sweep / "report.json").unlink()
    own = plan(measured=run).sources.estimates[2]
    assert (own.units, "did not look for the most" in own.how) == (None, True)


def test_a_maximum_that_answers_never_reach_is_the_cheapest_lever(plan):
    wasteful = replace(PEAK, declared_output=4096, observed_output=200)
    found = plan(wasteful, chat_v3=400)
    assert (found.declared.capacity, found.observed.capacity) == (339, 58)
    assert any("lower max_completion_tokens, and 58 units" in text for text in texts(found))


def test_what_the_declared_capacity_lets_in(plan):
    assert plan().admits == 187  # 150,000 / 800


def test_every_way_to_buy_is_priced_where_it_stands(plan):
    by_token, hour, month, _ = plan().offers
    assert by_token.monthly == pytest.approx(60 * (600 * 2.75 + 200 * 16.5) * 60 * 730 * 0.3 / 1e6)
    # 72 calls x (600 + 6 x 200) / 2,400 are 54 units, so 55.
    assert hour.monthly == pytest.approx(55 * 1.1 * 730)
    assert month.monthly is None
