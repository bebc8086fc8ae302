"""A run says yes only if every fact came and every one is good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.exit import Exit
from scripts.smoke.facts import Call, Ended, Evaluated, Flag, KeyAnswer, Reach, Rows, Sent, Token
from scripts.smoke.finding import CODES, Finding, verdict
from scripts.smoke.judgement import Facts, findings
from scripts.smoke.report import report
from tests.smoke.good_run import but, found, good_facts, is_call, plan, without

GOOD = list(good_facts(plan()))
GRAVITY = [Exit.YES, Exit.CANNOT_TELL, Exit.NOT_REACHED, Exit.NO]


def test_a_good_run_is_a_yes_in_every_check():
    seen = found(plan(), GOOD)
    assert {level for level, _ in seen.values()} == {"ok"}
    assert {check for _, check in seen} == (
        {"token", "network", "key", "chat", "stream", "schema", "version", "style", "filter"}
        | {"latency", "embeddings", "flag", "span", "evaluation"}
    )
    assert report(plan(), Facts(GOOD)).code == Exit.YES


@given(st.lists(st.sampled_from(list(CODES)), min_size=1))
def test_the_gravest_finding_is_the_verdict(levels):
    all_of = [Finding(check="c", subject="s", level=level, text="") for level in levels]
    assert verdict(all_of) == max((CODES[level] for level in levels), key=GRAVITY.index)


def test_nothing_found_and_what_was_cut_off_are_no_yes():
    good = Finding(check="c", subject="s", level="ok", text="")
    assert verdict([]) == Exit.CANNOT_TELL
    assert verdict([good], partial=True) == Exit.CANNOT_TELL


@given(st.integers(0, len(GOOD) - 1))
def test_no_fact_can_be_missing_from_a_yes(index):
    fact = GOOD[index]
    kept = [*GOOD[:index], *GOOD[index + 1 :]]
    needless = isinstance(fact, Call) and fact.kind in ("warm-up", "variant")
    needless |= fact.fact == "state"  # of a public account: an answer shows as much
    assert (report(plan(), Facts(kept)).code == Exit.YES) == needless


@given(st.integers(0, len(GOOD)))
def test_a_run_that_was_killed_anywhere_is_no_yes(length):
    cut = report(plan(), Facts(GOOD[:length]))
    assert cut.code == (Exit.YES if length == len(GOOD) else Exit.CANNOT_TELL)
    assert bool(cut.cut_off) == (length < len(GOOD))


SAID = "Azure's words."
EVERY_CALL = [(is_call(subject=each), each) for each in ("primary/chat-v3", "primary/embed-v1")]


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"outcome": "throttled_quota", "status": 429}, Exit.CANNOT_TELL, "throttled: "),
        ({"outcome": "throttled_capacity", "status": 429}, Exit.CANNOT_TELL, "throttled: "),
        ({"outcome": "server", "status": 503}, Exit.NOT_REACHED, "Azure fails (503): "),
        ({"outcome": "timeout", "status": None}, Exit.NOT_REACHED, "no answer in time: "),
        ({"outcome": "connection", "status": None}, Exit.NOT_REACHED, "not reached: "),
        ({"outcome": "cut"}, Exit.NO, "cut off"),
        ({"outcome": "request", "status": 400}, Exit.NO, "refused (400): "),
        ({"outcome": "request", "status": 401}, Exit.NOT_REACHED, "Fix: sign in anew"),
        ({"outcome": "request", "status": 403}, Exit.NOT_REACHED, "Fix: ask whoever owns"),
        ({"outcome": "request", "status": 404}, Exit.NO, "Fix: pulumi up --refresh"),
        ({"outcome": "request", "status": 410}, Exit.NO, "Fix: deploy another version"),
    ],
)
@pytest.mark.parametrize(("where", "subject"), EVERY_CALL)
def test_no_answer_is_never_a_yes_and_azures_words_are_kept(where, subject, change, code, says):
    broken = but(GOOD, where, said=SAID, latency_ms=None, **change)
    check = "embeddings" if "embed" in subject else "chat"
    level, text = found(plan(), broken)[subject, check]
    assert CODES[level] == code
    assert says in text
    assert SAID in text or "cut" in says
    assert report(plan(), Facts(broken)).code == code


def test_a_missing_role_is_told_apart_from_an_old_token():
    refused = {"outcome": "request", "status": 401, "code": "PermissionDenied", "said": SAID}
    _, text = found(plan(), but(GOOD, is_call(), **refused))["primary/chat-v3", "chat"]
    assert "Fix: the role Cognitive Services OpenAI User" in text


def test_who_asks_from_the_wrong_side_is_told_so():
    words = "Public access is disabled. Please configure private endpoint."
    closed = but(GOOD, is_call(), outcome="request", status=403, said=words)
    level, text = found(plan(), closed)["primary/chat-v3", "chat"]
    assert level == "unreached"
    assert text == (
        f"refused (403): {words} Fix: ask from inside its network, or --outside to prove this"
    )


def test_one_failed_call_of_three_is_enough():
    one = but(GOOD, is_call("chat", label="2"), outcome="server", status=500, said=SAID)
    seen = found(plan(), one)
    assert seen["primary/chat-v3", "chat"][0] == "unreached"
    assert seen["primary/chat-v3", "latency"] == (
        "unknown",
        "2 of 3 timed calls were answered. Fix: ask again",
    )


@pytest.mark.parametrize(
    ("took_ms", "level"),
    [(1999, "ok"), (2000, "warn"), (2999, "warn"), (3000, "no"), (60_000, "no")],
)
def test_latency_is_held_against_the_objective(took_ms, level):
    slow = but(GOOD, is_call("chat"), latency_ms=float(took_ms))
    assert found(plan(), slow)["primary/chat-v3", "latency"][0] == level


def test_one_slow_call_is_enough_and_a_warm_up_is_none():
    assert found(plan(), but(GOOD, is_call("warm-up"), latency_ms=9e4))[
        "primary/chat-v3", "latency"
    ][0] == ("ok")
    one = but(GOOD, is_call("chat", label="3"), latency_ms=9000.0)
    level, text = found(plan(), one)["primary/chat-v3", "latency"]
    assert level == "no"
    assert "the slowest of 3 took 9,000 ms, allowed are 3,000" in text


def test_without_a_token_nothing_else_is_said():
    seen = found(plan(), [Token(error="no token: x. Fix: az login"), Ended()])
    assert seen == {("stack", "token"): ("unreached", "no token: x. Fix: az login")}


def test_what_is_declared_and_not_deployed_is_no_yes():
    missing = plan(not_deployed=["primary/chat-v4"])
    assert found(missing, GOOD)["primary/chat-v4", "deployed"] == (
        "unknown",
        "declared, not deployed. Fix: pulumi up --stack dev",
    )
    assert report(missing, Facts(GOOD)).code == Exit.CANNOT_TELL


def test_only_what_was_asked_for_is_judged():
    one = plan(only=["primary/embed-v1"], traces=False)
    subjects = {subject for subject, _ in found(one, good_facts(one))}
    assert subjects == {"stack", "primary", "primary/embed-v1"}


def test_a_deployment_that_is_not_there_is_told_with_the_nearest_name():
    from scripts.smoke.facts import Listed

    gone = but(GOOD, is_call(), outcome="request", status=404, said=SAID)
    gone.append(Listed(account="primary", deployments=["embed-v1", "chat-v4"]))
    level, text = found(plan(), gone)["primary/chat-v3", "chat"]
    assert (level, text) == (
        "no",
        f"refused (404): {SAID} The account has chat-v4, embed-v1. Did you mean chat-v4? "
        "Fix: pulumi up --refresh",
    )


@pytest.mark.parametrize(
    ("facts", "where", "level"),
    [
        (but(GOOD, lambda f: isinstance(f, Rows), count=0), "evaluation", "unknown"),
        (but(GOOD, lambda f: isinstance(f, Rows), error="partial"), "span", "unknown"),
        (but(GOOD, lambda f: isinstance(f, Rows), error="no", forbidden=True), "span", "unreached"),
        (but(GOOD, lambda f: isinstance(f, Rows), item_count=5), "span", "no"),
        (but(GOOD, lambda f: isinstance(f, Sent), error="403 no"), "evaluation", "unreached"),
        (but(GOOD, lambda f: isinstance(f, Sent), nothing=True), "span", "unknown"),
        (without(GOOD, lambda f: isinstance(f, Rows)), "span", "unknown"),
        (without(GOOD, lambda f: isinstance(f, Sent)), "span", "unknown"),
    ],
)
def test_a_trace_that_did_not_arrive_is_never_a_yes(facts, where, level):
    seen, text = found(plan(), facts)["stack", where]
    assert seen == level
    assert "Fix: " in text


def test_the_role_that_is_missing_to_send_traces_is_named():
    refused = but(GOOD, lambda f: isinstance(f, Sent), error="403 no.", role="Publisher on X")
    text = "not taken: 403 no. Fix: the role Publisher on X"
    assert found(plan(), refused)["stack", "span"] == ("unreached", text)


def test_traces_that_were_left_out_are_not_spoken_of():
    seen = found(plan(traces=False), without(GOOD, lambda f: isinstance(f, Sent | Rows)))
    assert not {"span", "evaluation"} & {check for _, check in seen}


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"error": "503 Service Unavailable"}, "unreached"),
        ({"error": "Forbidden", "forbidden": True}, "unreached"),
        ({"missing": True}, "no"),
        ({"value": {"enabled": True}}, "no"),
        ({"value": "no JSON"}, "no"),
    ],
)
def test_a_flag_that_cannot_be_read_is_never_a_yes(change, level):
    seen = found(plan(), but(GOOD, lambda f: isinstance(f, Flag), **change))
    assert seen["route chat", "flag"][0] == level
    assert "Fix: " in seen["route chat", "flag"][1]


def test_findings_have_an_order_that_does_not_depend_on_that_of_the_facts():
    assert findings(plan(), Facts(GOOD)) == findings(plan(), Facts(GOOD[::-1]))


def test_every_kind_of_fact_is_looked_at():
    kinds = {type(fact) for fact in GOOD}
    assert kinds >= {Call, Ended, Evaluated, Flag, KeyAnswer, Reach, Rows, Sent, Token}


def test_who_is_answered_by_a_fallback_is_no_yes():
    given = Evaluated(route="chat", user="1", variant="candidate", target="primary/chat-v4")
    facts = [*without(GOOD, lambda f: isinstance(f, Evaluated)), given]
    level, text = found(plan(), facts)["route chat", "chat"]
    assert (level, text) == (
        "no",
        "primary/chat-v4 did not answer, primary/chat-v3 did in its place",
    )


def test_a_caller_who_is_missing_is_no_yes():
    facts = without(GOOD, is_call("chat", subject="route chat", label="1"))
    assert found(plan(), facts)["route chat", "chat"] == (
        "unknown",
        "2 of 3 callers answered. Fix: what the flag says",
    )


def test_a_span_that_arrives_does_not_speak_for_an_evaluation():
    facts = but(GOOD, lambda f: isinstance(f, Sent) and f.what == "evaluation", error="403 no")
    facts = but(facts, lambda f: isinstance(f, Rows) and f.what == "span", item_count=1, count=3)
    seen = found(plan(), facts)
    assert (seen["stack", "span"][0], seen["stack", "evaluation"][0]) == ("ok", "unreached")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"error": "the library gives no variant"}, "the library gives no variant"),
        ({"target": "primary/chat-v9"}, "gives u primary/chat-v9, which is not deployed"),
        ({"target": ""}, "gives u nothing"),
    ],
)
def test_a_caller_whom_the_flag_leads_nowhere_is_a_no(change, says):
    level, text = found(plan(), but(GOOD, lambda f: isinstance(f, Evaluated), **change))[
        "route chat", "flag"
    ]
    assert level == "no"
    assert says in text
