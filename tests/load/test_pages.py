"""The pages of a run and of a sweep."""

import re
from dataclasses import replace

import pytest

from scripts.load import page, sweep_page
from scripts.load.report import report
from scripts.load.search import whole
from scripts.load.summary import summarise
from scripts.load.sweep import Stage
from tests.load.calls import call, dropped, many, unfinished
from tests.load.runs import run
from tests.sandbox.portal.browser import chromium, installed
from tests.sandbox.portal.test_browser import FAINT

MIXED = [
    *many(100),
    *(call(at=5.0, outcome=outcome) for outcome in ("server", "throttled_quota", "filtered")),
    dropped(at=7.0),
    unfinished(at=8.0),
]


def judged(calls=MIXED, **changes):
    ended = run(duration_s=60.0, warm_up_s=6.0).model_copy(update={"ended": True} | changes)
    return report(ended, calls)


def stage(rate, calls=None, problems=(), cut_off=""):
    summary = summarise(calls or many(100), from_s=0, until_s=60, objective_ms=3_000)
    return Stage(calls_per_second=rate, summary=summary, problems=problems, cut_off=cut_off)


SWEPT = whole(
    run(),
    [
        stage(1.0),
        stage(1.25),
        stage(1.5625, many(50) + [call(outcome="throttled_quota")] * 50, ["50.0% throttled"]),
    ],
)


def test_a_cut_off_run_says_so_and_why():
    told = page.page(judged(cut_off="SIGINT came"))
    assert "(cut off)" in told
    assert "SIGINT came" in told


@pytest.mark.parametrize(
    ("slowest_ms", "top_ms"), [(2_000, 3_150), (4_000, 4_200), (10, 10.5), (0, 1)]
)
def test_the_objective_is_on_the_axis_unless_all_else_would_lie_flat(slowest_ms, top_ms):
    assert page.top([slowest_ms], 3_000) == pytest.approx(top_ms)


def test_the_knee_is_marked_where_the_last_stage_that_holds_stands():
    told = sweep_page.page(SWEPT)
    assert "It bears 1.25 calls a second" in told
    assert told.count('class="knee"') == 2
    (x,) = set(re.findall(r'class="knee" x1="([\d.]+)"', told))
    assert float(x) == pytest.approx(page.WIDTH / 2)
    assert "50.0% throttled" in told


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([stage(1.0, problems=["p95 4000 ms"])], "Even the first stage is too much"),
        ([stage(1.0, cut_off="SIGINT came")], "SIGINT came"),
        ([stage(1.0, [call(outcome="server")], ["no call was answered"])], "no call was answered"),
    ],
)
def test_a_sweep_without_a_knee_has_a_page_too(stages, words):
    told = sweep_page.page(whole(run(), stages))
    assert words in told


def test_of_many_stages_not_every_rate_is_written_below():
    stages = [stage(1.25**number) for number in range(24)]
    told = sweep_page.page(replace(SWEPT, stages=stages))
    first_chart = told.partition("</svg>")[0]
    assert first_chart.count('text-anchor="middle"') == 12 + 1  # and the knee


@pytest.mark.skipif(installed() is None, reason="no Chromium on PATH; .ci/run installs one")
def test_a_browser_finds_nothing_wrong_with_the_pages(tmp_path):
    pages = {"run": page.page(judged()), "sweep": sweep_page.page(SWEPT)}
    with chromium(str(installed()), tmp_path / "profile") as browser:
        for name, text in pages.items():
            (tmp_path / f"{name}.html").write_text(text)
            for width, scheme in ((1280, "light"), (390, "dark")):
                browser.look(width=width, scheme=scheme)
                browser.go(f"file://{tmp_path}/{name}.html")
                assert browser.ask(FAINT) == []
                assert browser.ask("document.documentElement.scrollWidth") <= width
        assert browser.complaints == []
