"""A run in which all is well: what tests spoil."""

from scripts.smoke.facts import (
    Call,
    Ended,
    Evaluated,
    Flag,
    KeyAnswer,
    Reach,
    Rows,
    Sent,
    State,
    Token,
)
from scripts.smoke.judgement import Facts, findings
from scripts.smoke.plan import AccountPlan, Limits, Plan, Route, Target, questions, says
from scripts.smoke.probe import MILD, Probe
from scripts.stack_outputs import DeploymentOutputs
from scripts.style import parse

MODEL = "gpt-5.4-2026-03-05"
SAFE = {"violence": {"filtered": False, "severity": "safe"}, "jailbreak": {"detected": False}}
STYLE = {
    "language": "en",
    "refusal": ["I can't help with"],
    "questions": [{"ask": "Where is it?"}, {"ask": "Write a poem", "wanted": "refusal"}],
}
FLAG = {
    "enabled": True,
    "variants": [
        {
            "name": "stable",
            "configuration_value": {
                "account": "primary",
                "deployment": "chat-v3",
                "model": "gpt-5.4",
                "version": "2026-03-05",
            },
        }
    ],
    "allocation": {
        "default_when_enabled": "stable",
        "percentile": [{"variant": "stable", "from": 0, "to": 100}],
    },
    "telemetry": {"enabled": True},
}


def declared(model="gpt-5.4", version="2026-03-05", **more):
    facts = {"format": "OpenAI", "sku": "GlobalStandard", "capacity": 1, "spillover": ""}
    facts |= {"content_filter": "strict", **more}
    return DeploymentOutputs(model=model, version=version, **facts)


def chat(**more):
    known = {
        "subject": "primary/chat-v3",
        "account": "primary",
        "deployment": "chat-v3",
        "declared": declared(),
        "kind": "chat",
        "style": parse(STYLE, "chat.style.yaml"),
        "styled": [says(each["ask"]) for each in STYLE["questions"]],
        "probes": [
            Probe(name="violence low", category="violence", text=MILD.harms[0].text),
            Probe(name="jailbreak", category="jailbreak", text=MILD.jailbreak),
        ],
    }
    if more.get("style", STYLE) is None:
        known["styled"] = []
    return Target(**known | more)


def embed(**more):
    known = {
        "subject": "primary/embed-v1",
        "account": "primary",
        "deployment": "embed-v1",
        "declared": declared("text-embedding-3-small", "1"),
        "kind": "embeddings",
        "dimensions": 1536,
    }
    return Target(**known | more)


ROUTE = Route(name="chat", flag="chat-router", stable="primary/chat-v3")
ACCOUNT = AccountPlan(
    name="primary", id="/a", endpoint="https://azure/", private=False, public=True
)


def plan(**more):
    known = {
        "run_id": "r",
        "began_at": "2026-11-21T09:00:00Z",
        "stack": "dev",
        "accounts": [ACCOUNT],
        "targets": [chat(), embed()],
        "routes": [ROUTE],
        "limits": Limits(typical_ms=2000, most_ms=3000),
        "traces": True,
        "spillover": False,
        "outside": False,
        "not_deployed": [],
    }
    return Plan(**known | more)


def call(kind="chat", label="1", subject="primary/chat-v3", target="primary/chat-v3", **more):
    known = {
        "at": 1.0,
        "outcome": "ok",
        "status": 200,
        "model": MODEL,
        "text": "Your order is in Paris.",
        "finish_reason": "stop",
        "prompt_tokens": 16,
        "answer_tokens": 5,
        "latency_ms": 900.0,
        "first_text_ms": 300.0 if kind == "stream" else None,
        "filters": SAFE,
        "annotated": True,
    }
    own = {"kind": kind, "label": label, "subject": subject, "target": target}
    return Call(**known | own | more)


def answer(target, question):
    """What a good deployment says."""
    at = {
        "kind": question.kind,
        "label": question.label,
        "subject": target.subject,
        "target": target.subject,
    }
    if target.kind == "embeddings":
        vector = {"dimensions": 1536, "text": "", "finish_reason": None, "filters": None}
        return call(**at, **vector, model="text-embedding-3-small")
    if question.kind == "filter":
        category = next(p.category for p in target.probes if p.name == question.label)
        return stopped(category, **at)
    if question.kind == "schema":
        return call(**at, text='{"capital": "Paris", "country": "France"}')
    if question.wanted == "refusal":
        return call(**at, text="I'm sorry, but I can't help with poems.")
    return call(**at)


def stopped(*categories, **at):
    found = {each: {"filtered": True} for each in categories}
    refused = {"status": 400, "code": "content_filter", "outcome": "filtered", "latency_ms": None}
    return call(**at, **refused, filters=found, model="", text="", finish_reason=None)


def good_facts(planned):
    """Whatever is planned comes out well."""
    yield Token()
    for account in planned.asked_accounts:
        yield Reach(account=account.name, host="azure", addresses=["10.0.0.4"], tls="TLSv1.3")
        yield State(
            account=account.name,
            local_auth_disabled=True,
            public_network_access="Enabled" if account.public else "Disabled",
            default_action="Deny" if account.allowed_ips else "Allow",
            endpoints_approved=int(account.private),
        )
        yield KeyAnswer(
            account=account.name, real=False, status=403, code="AuthenticationTypeDisabled"
        )
    for target in planned.asked_targets:
        for question in questions(target):
            yield answer(target, question)
    for route in planned.asked_routes:
        yield Flag(route=route.name, value=FLAG)
        yield Evaluated(route=route.name, user="u", variant="stable", target=route.stable)
        yield call("variant", "stable", route.subject)
        for number in range(3):
            yield call("chat", str(number), route.subject)
    for what in ("span", "evaluation"):
        yield Sent(what=what)
        yield Rows(what=what, count=1, item_count=1, waited_s=90.0)
    yield Ended()


def found(planned, facts):
    """(level, text) by subject and check."""
    return {
        (each.subject, each.check): (each.level, each.text)
        for each in findings(planned, Facts(list(facts)))
    }


def but(facts, where, **change):
    """The facts with those for which `where` holds changed."""
    return [each.model_copy(update=change) if where(each) else each for each in facts]


def without(facts, where):
    return [each for each in facts if not where(each)]


def is_call(kind=None, subject="primary/chat-v3", label=None):
    return lambda fact: (
        isinstance(fact, Call)
        and fact.subject == subject
        and kind in (None, fact.kind)
        and label in (None, fact.label)
    )
