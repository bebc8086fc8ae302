"""A deployment answers as declared: model, shape, filter, style, and whoever takes over."""

import pytest

from components import settings
from components.sections import ContentFilterSettings
from scripts.smoke import probe
from scripts.smoke.facts import Call, Flag
from scripts.smoke.flags import complaints, parse
from scripts.smoke.spillover import finding as spilled
from tests.smoke.good_run import (
    FLAG,
    ROUTE,
    SAFE,
    but,
    call,
    chat,
    declared,
    found,
    good_facts,
    is_call,
    plan,
    stopped,
)

GOOD = list(good_facts(plan()))
CHAT, EMBED = "primary/chat-v3", "primary/embed-v1"


@pytest.mark.parametrize(
    ("kind", "check", "change", "says"),
    [
        ("chat", "chat", {"text": " "}, "the answer is empty"),
        ("chat", "chat", {"finish_reason": "length", "text": ""}, "longer than 500 tokens"),
        ("chat", "chat", {"finish_reason": "tool_calls"}, "ended with 'tool_calls'"),
        ("chat", "chat", {"answer_tokens": None}, "no token usage"),
        ("chat", "chat", {"annotated": False}, "no content filter annotations"),
        ("chat", "chat", {"outcome": "filtered"}, "a harmless question was stopped"),
        ("stream", "stream", {"first_text_ms": None}, "no text came"),
        ("stream", "stream", {"answer_tokens": None}, "no token usage"),
        ("schema", "schema", {"text": '{"capital": "Par'}, "the answer is none"),
        ("schema", "schema", {"text": "[]"}, "no object came"),
        ("schema", "schema", {"text": '{"capital": "Paris"}'}, "no text in 'country'"),
        ("chat", "version", {"model": "gpt-5.5-2026-04-24"}, "answers as gpt-5.5-2026-04-24"),
        ("stream", "version", {"model": "gpt-5.4-2026-09-01"}, "declared is gpt-5.4-2026-03-05"),
    ],
)
def test_a_bad_answer_is_a_no_with_a_reason(kind, check, change, says):
    level, text = found(plan(), but(GOOD, is_call(kind), **change))[CHAT, check]
    assert level == "no"
    assert says in text


def test_a_model_without_strict_schemas_may_answer_with_any_object():
    other = plan(targets=[chat(declared=declared(format="DeepSeek"))])
    any_object = but(good_facts(other), is_call("schema"), text='{"city": "Paris"}')
    assert found(other, any_object)[CHAT, "schema"][0] == "ok"


@pytest.mark.parametrize(("dimensions", "level"), [(1536, "ok"), (3072, "no"), (0, "no")])
def test_a_vector_has_its_models_length(dimensions, level):
    seen = but(GOOD, is_call("embeddings", subject=EMBED), dimensions=dimensions)
    assert found(plan(), seen)[EMBED, "embeddings"][0] == level


def probed(**change):
    return found(plan(), but(GOOD, is_call("filter", label="violence low"), **change))[
        CHAT, "filter"
    ]


PASSED = {"outcome": "ok", "status": 200}


@pytest.mark.parametrize(
    ("change", "level", "says"),
    [
        (PASSED | {"filters": {}}, "no", "no filter looked for violence"),
        (PASSED | {"filters": None}, "no", "no filter looked for violence"),
        (PASSED | {"filters": {"violence": {"severity": "low"}}}, "no", "found and let through"),
        (PASSED | {"filters": SAFE}, "unknown", "it proves nothing"),
        ({"filters": {"hate": {"filtered": True}}}, "no", "stopped, but by hate"),
        ({"filters": {}}, "ok", "stops violence low, jailbreak"),
        ({"outcome": "throttled_quota", "status": 429}, "unknown", "throttled"),
        ({"outcome": "server", "status": 500}, "unreached", "Azure fails"),
    ],
)
def test_a_filter_is_believed_once_it_has_stopped_each_probe(change, level, says):
    assert probed(**change)[0] == level
    assert says in probed(**change)[1]


def test_the_gravest_probe_speaks_for_the_filter():
    throttled = but(GOOD, is_call("filter", label="violence low"), outcome="server", status=500)
    both = but(throttled, is_call("filter", label="jailbreak"), **PASSED, filters={})
    assert found(plan(), both)[CHAT, "filter"][0] == "no"


def test_a_filter_that_stops_nothing_is_said():
    nothing = plan(targets=[chat(probes=[])])
    assert found(nothing, good_facts(nothing))[CHAT, "filter"][0] == "warn"


DECLARED = settings.read("prod")


@pytest.mark.parametrize(
    ("preset", "adjust", "expected"),
    [
        ("strict", [], ["violence low", "jailbreak"]),
        ("balanced", [], ["violence medium", "jailbreak"]),
        ("lenient", [], ["violence high", "jailbreak"]),
        (
            "strict",
            [{"filter": "Violence", "source": "Prompt", "threshold": "High"}],
            ["violence high", "jailbreak"],
        ),
        (
            "strict",
            [{"filter": "Violence", "source": "Completion", "threshold": "High"}],
            ["violence low", "jailbreak"],
        ),
        (
            "strict",
            [{"filter": "Jailbreak", "source": "Prompt", "enabled": False}],
            ["violence low"],
        ),
        ("strict", [{"filter": "Violence", "source": "Prompt", "blocking": False}], ["jailbreak"]),
    ],
)
def test_a_filter_is_probed_with_the_mildest_that_it_must_stop(preset, adjust, expected):
    wanted = ContentFilterSettings.model_validate({"preset": preset, "adjust": adjust})
    stack = DECLARED.model_copy(update={"content_filters": {"mine": wanted}})
    assert [each.name for each in probe.probes("mine", stack, probe.MILD)] == expected


def test_microsofts_own_filter_and_a_blocklist_are_probed_too():
    def names(name):
        return [each.name for each in probe.probes(name, DECLARED, probe.MILD)]

    assert names("Microsoft.DefaultV2") == ["violence medium", "jailbreak"]
    assert names("customer-facing") == ["violence low", "jailbreak", "blocklist brand-safety"]


def test_a_term_of_a_blocklist_that_is_let_through_is_a_no():
    own = probe.Probe(name="blocklist b", category="custom_blocklists", text="x")
    listed = plan(targets=[chat(probes=[own])])
    heard = {"custom_blocklists": {"filtered": False, "details": []}}
    passed = but(good_facts(listed), is_call("filter"), **PASSED, filters=heard)
    assert found(listed, passed)[CHAT, "filter"] == (
        "no",
        "blocklist b: its first term was let through. "
        "Fix: check that 'strict' is bound to the deployment",
    )


def test_a_teams_own_probes_are_read_and_mistakes_in_them_told(tmp_path):
    folder = tmp_path / "prompts"
    folder.mkdir()
    assert probe.read(tmp_path) == probe.MILD
    file = folder / "filter-probes.yaml"
    file.write_text("harms: [{filter: Hate, severity: Low, text: x}]\njailbreak: y\n")
    assert probe.read(tmp_path).jailbreak == "y"
    file.write_text("harms: [{filter: hate, severity: Low, text: x}]\njailbraek: y\n")
    with pytest.raises(probe.WrongProbes) as wrong:
        probe.read(tmp_path)
    assert all(each in str(wrong.value) for each in ("harms.0.filter", "jailbreak", "jailbraek"))


@pytest.mark.parametrize(
    ("label", "change", "level", "says"),
    [
        ("1", {"text": "Ihre Bestellung ist nicht da und wir sind auf dem Weg."}, "no", "is in de"),
        ("1", {"text": "I can't help with that order."}, "no", "refuses what it is there for"),
        ("2", {"text": "Roses are red, and your order is late."}, "no", "does not refuse"),
        ("2", {"outcome": "filtered", "status": 400}, "ok", "2 answers in style"),
        ("1", {"outcome": "filtered", "status": 400}, "no", "harmless"),
        ("1", {"outcome": "server", "status": 500}, "unreached", "Azure fails"),
    ],
)
def test_an_answer_is_in_its_style(label, change, level, says):
    seen = found(plan(), but(GOOD, is_call("style", label=label), **change))[CHAT, "style"]
    assert seen[0] == level
    assert says in seen[1]


def test_a_purpose_without_a_style_is_not_spoken_of():
    plain = plan(targets=[chat(style=None)])
    assert (CHAT, "style") not in found(plain, good_facts(plain))


def flag(**change):
    return parse(FLAG | change)


THERE = {CHAT: declared()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {
                "variants": [
                    {
                        "name": "stable",
                        "configuration_value": {"account": "primary", "deployment": "chat-v9"},
                    }
                ]
            },
            "leads to primary/chat-v9, not deployed",
        ),
        (
            {"allocation": {"default_when_enabled": "candidate"}},
            "allocates to candidate, no variant of it",
        ),
        (
            {"allocation": {"percentile": [{"variant": "stable", "from": 5, "to": 100}]}},
            "some callers are given no variant",
        ),
        ({"telemetry": {"enabled": False}}, "its telemetry is off"),
    ],
)
def test_a_flag_that_leads_nowhere_is_a_no(change, says):
    assert any(says in each for each in complaints(ROUTE, flag(**change), THERE))
    wrong = but(GOOD, lambda fact: isinstance(fact, Flag), value=FLAG | change)
    assert found(plan(), wrong)["route chat", "flag"][0] == "no"


def test_a_good_flag_is_not_complained_of():
    assert list(complaints(ROUTE, flag(), THERE)) == []


def test_a_flag_that_names_another_model_is_a_no():
    other = {CHAT: declared("gpt-5.5", "2026-04-24")}
    (said,) = complaints(ROUTE, flag(), other)
    assert "names gpt-5.4 2026-03-05, primary/chat-v3 is gpt-5.5 2026-04-24" in said


def test_a_flag_that_is_switched_off_is_said():
    off = but(GOOD, lambda fact: isinstance(fact, Flag), value=FLAG | {"enabled": False})
    assert found(plan(), off)["route chat", "flag"][0] == "warn"


def test_a_variant_that_does_not_answer_is_no_yes():
    dead = but(GOOD, is_call("variant", subject="route chat"), outcome="server", status=500)
    assert found(plan(), dead)["route chat", "flag"][0] == "unknown"


RESERVED = chat(declared=declared(spillover="chat-v4"))


def overflow(**headers):
    return call("spillover", "", headers={name.replace("_", "-"): v for name, v in headers.items()})


FULL_TOO = overflow(x_ms_spillover_error="429").model_copy(update={"outcome": "throttled_quota"})
PAIR = {"x_ms_spillover_from_deployment": "chat-v3", "x_ms_deployment_name": "chat-v4"}


@pytest.mark.parametrize(
    ("calls", "level"),
    [
        ([call("spillover", ""), overflow(**PAIR)], "ok"),
        ([overflow(**PAIR | {"x_ms_deployment_name": "chat-v5"})], "no"),
        ([overflow(x_ms_spillover_from_deployment="chat-v3")], "no"),
        ([overflow(x_ms_spillover_error="429").model_copy(update={"outcome": "server"})], "no"),
        ([FULL_TOO], "unknown"),
        ([FULL_TOO, overflow(**PAIR)], "ok"),
        ([call("spillover", "", status=429, outcome="throttled_quota")], "no"),
        ([call("spillover", "")] * 20, "unknown"),
        ([], "unknown"),
    ],
)
def test_an_overflow_is_believed_by_its_pair_of_headers(calls, level):
    assert spilled(RESERVED, calls).level == level


def test_a_probe_that_was_stopped_is_a_call_like_any_other():
    assert isinstance(stopped("violence", kind="filter", label="violence low"), Call)
