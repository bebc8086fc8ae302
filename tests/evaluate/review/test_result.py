"""What follows from what people made of the answers."""

import pytest

from components.evidence_kinds import HumanReview
from scripts.evaluate.review import key as keys
from scripts.evaluate.review.key import Key, Line
from scripts.evaluate.review.recompute import RATINGS, recompute
from scripts.evaluate.review.result import bar, reviewed, verdict
from scripts.exit import Exit

PROD = bar("prod")


def review(good_passed=45, good_refused=0, bad_passed=1, bad_refused=9, unsure=0, good=190, bad=10):
    """Of a run in which the judge found so many good and bad."""
    rated = [
        *[("good", "good")] * good_passed,
        *[("good", "bad")] * good_refused,
        *[("bad", "good")] * bad_passed,
        *[("bad", "bad")] * bad_refused,
        *[("good", None)] * unsure,
    ]
    found = Key(
        run_id="run-1",
        seed=1,
        good=good,
        bad=bad,
        lines=[
            Line(number=n, id=f"q{n}", judge=judge, answer_sha256="0")
            for n, (judge, _) in enumerate(rated, start=1)
        ],
    )
    ratings = {n: people for n, (_, people) in enumerate(rated, start=1)}
    return reviewed(found, ratings, b"sheet")


def said(found, code):
    return " ".join(each.text for each in verdict(found, PROD)[1] if each.code == code)


def test_people_who_let_pass_what_the_judge_lets_pass_trust_it():
    code, reasons = verdict(review(), PROD)
    assert code == Exit.YES
    assert [each.code for each in reasons] == [Exit.YES] * 3


def test_a_share_is_of_all_answers_and_not_of_those_that_were_read():
    found = review().agreement
    assert found.good == pytest.approx(0.95 + 0.05 * 0.1)


def test_too_few_is_nothing():
    few = review(good_passed=9, bad_passed=0, bad_refused=10)
    assert verdict(few, PROD)[0] == Exit.CANNOT_TELL
    assert "19 answers were read, 20 are needed" in said(few, Exit.CANNOT_TELL)


def test_who_cannot_say_is_not_counted():
    unsure = review(good_passed=9, bad_passed=0, bad_refused=10, unsure=20)
    assert unsure.rated == 19
    assert verdict(unsure, PROD)[0] == Exit.CANNOT_TELL


def test_a_judge_that_people_disagree_with_is_not_trusted():
    foe = review(bad_passed=9, bad_refused=1)
    assert verdict(foe, PROD)[0] == Exit.CANNOT_TELL
    assert "the judge is not to be trusted: kappa 0.17" in said(foe, Exit.CANNOT_TELL)


def test_a_judge_that_refuses_nothing_shows_no_agreement():
    kind = review(bad_passed=0, bad_refused=0, good=200, bad=0)
    assert verdict(kind, PROD)[0] == Exit.CANNOT_TELL
    assert "nothing to disagree on" in said(kind, Exit.CANNOT_TELL)
    with pytest.raises(ValueError, match="no kappa"):
        kind.as_evidence()


def test_what_people_refuse_does_not_pass_whatever_the_judge_says():
    bad = review(good_passed=30, good_refused=15)
    assert verdict(bad, PROD)[0] == Exit.NO
    assert "people let 63" in said(bad, Exit.NO)


def test_nothing_rated_is_nothing_told():
    nothing = review(0, 0, 0, 0, unsure=30)
    assert verdict(nothing, PROD)[0] == Exit.CANNOT_TELL


def test_evidence_is_as_its_kind_wants_it():
    data = review().as_evidence()
    assert HumanReview.model_validate(data).reviewed == 55
    assert (data["passShare"], data["kappa"]) == (0.955, 0.944751)


def test_every_number_can_be_made_again_from_the_folder(tmp_path):
    found = review()
    keys.write(tmp_path, found.key)
    words = {"good": "yes", "bad": "no", None: "?"}
    lines = [f"{found.key.sheet},{n},{words[each]}" for n, each in found.ratings.items()]
    (tmp_path / RATINGS).write_text("\n".join(["sheet,number,good", *lines]))
    again = recompute(tmp_path)
    assert again | {"sheetSha256": "x"} == found.as_evidence() | {"sheetSha256": "x"}
    (tmp_path / RATINGS).write_text("\n".join(["sheet,number,good", *lines[::-1]]))
    assert recompute(tmp_path)["sheetSha256"] != again["sheetSha256"]
