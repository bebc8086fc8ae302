import json

import pytest

from scripts.capacity.load_run import NoLoadRun, borne, capacity_then, newest, peak, read


def tokens(prompt=30_000, cached=6_000, answer=9_000):
    return {"prompt": prompt, "cached": cached, "answer": answer, "reasoning": 0}


def measured(good=60, seconds=60.0, utilisation=None):
    return {
        "seconds": seconds,
        "outcomes": {"ok": good, "throttled_quota": 3},
        "tokens": tokens(),
        "utilisation_mean": utilisation,
    }


def report(**changes):
    return {
        "schema": "plumb.load/1",
        "run_id": "r-1",
        "stack": "prod",
        "deployment": "primary/chat-v3",
        "exit_code": 0,
        "partial": False,
        "scenario": {
            "calls_per_second": 1.0,
            "mix": {
                "short": {"weight": 3.0, "prompt_tokens": 400, "answer_tokens": 200},
                "long": {"weight": 1.0, "prompt_tokens": 800, "answer_tokens": 600},
            },
        },
        "measured": measured(),
        **changes,
    }


def swept(knee=2.0, **changes):
    stages = [{"calls_per_second": rate, "summary": measured(60)} for rate in (1.0, 2.0, 4.0)]
    return report(
        **{"schema": "plumb.load-sweep/1", "knee_calls_per_second": knee, "stages": stages}
        | changes
    )


@pytest.fixture
def kept(tmp_path):
    def keep(content, name="20261121-100000-load-aa"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(json.dumps(content))
        return folder

    return keep


def test_a_run_tells_what_its_callers_were_like(kept):
    found = peak(read(kept(report())))
    assert (found.requests, found.prompt_tokens, found.observed_output) == (60, 500, 150)
    assert found.declared_output == 300  # (3 x 200 + 600) / 4
    assert found.cache_share == 0.2


def test_a_sweep_tells_the_most_that_was_borne(kept):
    assert borne(read(kept(swept()))).calls_per_minute == 120


def test_utilisation_tells_what_nine_tenths_of_it_would_bear(kept):
    found = borne(read(kept(report(measured=measured(60, utilisation=0.45)))))
    assert found.calls_per_minute == pytest.approx(120)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (report(), "did not look for the most"),
        (swept(knee=None, measured=measured()), "did not look for the most"),
        (report(measured=measured(good=0)), "no call was answered"),
    ],
)
def test_a_run_that_came_near_no_limit_says_nothing_of_it(kept, content, said):
    with pytest.raises(NoLoadRun, match=said):
        borne(read(kept(content)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (report(partial=True), "cut off"),
        (report(schema="plumb.load/2"), "schema"),
        ({}, "Fix: plumb load again"),
        (report(scenario={"calls_per_second": 0, "mix": {}}), "calls_per_second"),
    ],
)
def test_what_is_no_finished_run_is_refused(kept, content, said):
    with pytest.raises(NoLoadRun, match=said):
        read(kept(content))


def test_a_folder_without_a_report_is_named(tmp_path):
    with pytest.raises(NoLoadRun, match=r"holds no report\.json"):
        read(tmp_path)


def test_the_newest_of_the_deployment_is_taken_and_a_sweep_before_a_run(kept, tmp_path):
    kept(swept(), "20261119-100000-sweep-00")
    sweep = kept(swept(), "20261120-100000-sweep-aa")
    kept(report(), "20261121-100000-load-bb")
    kept(swept(deployment="primary/other"), "20261121-110000-sweep-cc")
    kept(swept(partial=True), "20261121-120000-sweep-dd")
    assert newest(tmp_path, "prod", "primary/chat-v3") == sweep
    assert newest(tmp_path, "staging", "primary/chat-v3") is None


def test_the_capacity_then_is_what_the_run_recorded(kept):
    folder = kept(report())
    assert capacity_then(folder) is None
    (folder / "run.json").write_text(json.dumps({"tokens_per_minute": 50_000}))
    assert capacity_then(folder) == 50
    (folder / "result.json").write_text(json.dumps({"identity": {"capacity": 40}}))
    assert capacity_then(folder) == 40
