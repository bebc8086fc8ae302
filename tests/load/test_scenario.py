"""Scenario files, and the prompts that come of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import settings
from components.catalog import PROVISIONED_SKUS
from components.stack_file import ROOT
from policies.limits.performance import DURATION_MIN
from scripts.load.prompts import ENDING, Prompts
from scripts.load.scenario import WrongScenario, parse, read
from scripts.load.verdict import SLOW_SHARE
from scripts.measure.shares import fewest_calls

CHAT = {
    "target": "route chat",
    "calls_per_second": 2.0,
    "duration_s": 60.0,
    "mix": {"short": {"prompt_tokens": 100, "answer_tokens": 50}},
}


OURS = {path.stem: path for path in sorted((ROOT / "scenarios").glob("*.yaml"))}


@pytest.mark.parametrize("path", OURS.values(), ids=OURS)
def test_every_scenario_of_the_project_is_evidence_if_it_passes(path):
    ours = read(path)
    assert ours.duration_s - ours.warm_up_s >= 60 * DURATION_MIN.prod
    assert sum(at >= ours.warm_up_s for at in ours.due()) >= 3 * fewest_calls(SLOW_SHARE)


@pytest.mark.parametrize("path", OURS.values(), ids=OURS)
def test_every_scenario_of_the_project_fits_what_staging_has(path):
    ours, staging = read(path), settings.read("staging")
    route = ours.target.removeprefix("route ")
    name = staging.routes[route].stable if route != ours.target else ours.target
    account, deployment = staging.target(name)
    held = staging.accounts[account].deployments[deployment]
    if held.sku not in PROVISIONED_SKUS:
        assert 60 * ours.calls_per_second * ours.tokens_a_call <= 1_000 * held.capacity


def test_the_mixes_that_everybody_knows_are_there():
    sizes = {
        name: [(kind.prompt_tokens, kind.answer_tokens) for kind in read(OURS[name]).mix.values()]
        for name in ("balanced", "context", "generation")
    }
    assert sizes == {
        "balanced": [(500, 500)],
        "context": [(2000, 200)],
        "generation": [(500, 1000)],
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": "the chat"}, "target"),
        ({"calls_per_second": 0}, "calls_per_second"),
        ({"duration_s": "long"}, "duration_s"),
        ({"rps": 2}, "rps: no such setting"),
        ({"mix": {}}, "mix"),
        ({"mix": {"a": {"prompt_tokens": 1}}}, r"mix\.a\.answer_tokens"),
        ({"operation": "embeddings"}, "embeddings have not"),
        ({"operation": "images"}, "operation"),
        ({"arrivals": "replay", "replay": [2.0, 1.0]}, "do not rise"),
        ({"arrivals": "replay", "replay": [1.0, 1.0]}, "one moment"),
        ({"warm_up_s": 60}, "leaves nothing"),
        ({"arrivals": "replay"}, "lists the times"),
        ({"replay": [0.0, 1.0]}, "lists the times"),
    ],
)
def test_a_wrong_scenario_is_told_by_its_setting(changes, message):
    with pytest.raises(WrongScenario, match=message):
        parse(CHAT | changes, "x.yaml")


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(WrongScenario) as told:
        parse(CHAT | {"rps": 2, "seed": "x"}, "x.yaml")
    assert len(str(told.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["a: b: c", "", "- 1", "\x00"])
def test_a_file_that_is_no_scenario_says_so(tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(WrongScenario, match=r"x\.yaml"):
        read(tmp_path / "x.yaml")


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(WrongScenario, match="Fix: name a scenario file"):
        read(tmp_path / "none.yaml")


def bodies(count=4, **changes):
    prompts = Prompts(parse(CHAT | changes, "x.yaml"))
    return [prompts[number] for number in range(count)]


def contents(count=4, **changes):
    return [body["messages"][0]["content"] for body in bodies(count, **changes)]


@given(st.integers(8, 500), st.sampled_from([0.0, 0.3, 1.0]))
def test_a_prompt_has_its_length_in_words(tokens, cache_share):
    mix = {"one": {"prompt_tokens": tokens, "answer_tokens": 1}}
    for text in contents(mix=mix, cache_share=cache_share):
        assert tokens <= len(text.split()) <= tokens + len(ENDING.split())


def test_prompts_differ_but_for_what_caches_may_know():
    one, other, *_ = contents(cache_share=0.5)
    assert one.split()[:50] == other.split()[:50]
    assert one.split()[50:] != other.split()[50:]
    assert contents()[0].split()[:5] != contents()[1].split()[:5]


def test_the_same_scenario_asks_the_same():
    assert contents() == contents() != contents(seed=2)


def test_kinds_are_drawn_by_their_weights():
    mix = {
        "often": {"weight": 3.0, "prompt_tokens": 10, "answer_tokens": 1},
        "rarely": {"weight": 1.0, "prompt_tokens": 10, "answer_tokens": 2},
    }
    drawn = [each["max_completion_tokens"] for each in bodies(4_000, mix=mix)]
    assert drawn.count(1) / len(drawn) == pytest.approx(0.75, abs=0.03)


def test_a_stream_asks_for_its_usage():
    assert bodies()[0]["stream_options"] == {"include_usage": True}
    assert "stream" not in bodies(stream=False)[0]


@pytest.mark.parametrize("effort", [None, "minimal", "high"])
def test_a_reasoning_model_is_asked_as_it_wants_to_be(effort):
    mix = {"one": {"prompt_tokens": 10, "answer_tokens": 7, "reasoning_effort": effort}}
    (asked,) = bodies(1, mix=mix)
    assert asked["max_completion_tokens"] == 7
    assert asked.get("reasoning_effort") == effort
    assert not {"max_tokens", "temperature", "top_p"} & set(asked)


def test_embeddings_are_asked_with_a_text_alone():
    mix = {"one": {"prompt_tokens": 10}}
    (asked,) = bodies(1, mix=mix, operation="embeddings")
    assert set(asked) == {"input"}


def test_any_prompt_of_a_long_run_is_made_by_its_number_alone():
    prompts = Prompts(parse(CHAT, "x.yaml"))
    assert prompts[5_000_000] == prompts[5_000_000] != prompts[0]
