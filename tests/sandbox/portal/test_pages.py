"""What the pages say, to whom, and what they never say."""

import json
import re

import pytest
from starlette.testclient import TestClient

from sandbox.portal.masking import HIDDEN
from sandbox.portal.routes import CLASSES
from sandbox.telemetry import inbox
from tests.sandbox.core.cloud import ACCOUNT, GROUP, Cloud
from tests.sandbox.portal.conftest import Visitor, asked, put

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


def test_without_a_cookie_each_page_says_what_to_run(cloud: Cloud, stranger: TestClient) -> None:
    place = cloud.around.sessions.place
    for path in ("", "?token=made-up", f"{place}/", f"{place}/requests", f"{place}/resource?id=x"):
        answer = stranger.get(f"/_portal/{path}")
        assert answer.status_code == 401
        assert "plumb sandbox open" in answer.text
        assert "ai-test" not in answer.text


def test_a_ticket_opens_one_session_and_no_second(cloud: Cloud, stranger: TestClient) -> None:
    ticket = cloud.around.sessions.ticket()
    assert stranger.get("/_portal/", params={"token": ticket}).status_code == 200
    assert stranger.get("/_portal/", params={"token": ticket}).status_code == 401


def test_the_cookie_is_kept_from_scripts_and_from_everything_else_on_this_machine(
    cloud: Cloud, stranger: TestClient
) -> None:
    ticket = cloud.around.sessions.ticket()
    said = stranger.get("/_portal/", params={"token": ticket}).headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    assert f"Path=/_portal/{cloud.around.sessions.place}/" in said


def test_a_cookie_under_another_path_opens_nothing(visitor: Visitor) -> None:
    (cookie,) = visitor.web.cookies.jar
    answer = visitor.web.get(
        "/_portal/elsewhere/", headers={"Cookie": f"a=b; {cookie.name}={cookie.value}"}
    )
    assert answer.status_code == 401


def test_no_page_loads_anything_or_runs_what_it_did_not_bring(visitor: Visitor) -> None:
    answer = visitor.web.get(visitor.here)
    policy = answer.headers["content-security-policy"]
    nonces = set(re.findall(r"'nonce-([^']+)'", policy))
    assert nonces == set(re.findall(r'<(?:script|style) nonce="([^"]+)">', answer.text))
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r'\b(?:src|srcset|action|style|on\w+)="', answer.text)
    assert not re.search(r"(?:href|url\()[=\"']*(?:https?:)?//", answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_nonce_is_used_once(visitor: Visitor) -> None:
    first, second = (
        visitor.web.get(visitor.here).headers["content-security-policy"] for _ in range(2)
    )
    assert first != second


def test_the_overview_shows_load_refusals_route_and_conflict(visitor: Visitor) -> None:
    page = visitor.see()
    for shown in (
        "ai-test/chat-v3 refused 1 requests with 429 in 5 minutes",
        "2,500 of 10,000 tokens/min (25 %)",
        "stable 90 %, candidate 10 %",
        "primary/chat-v4",
        "RequestConflict",
        "Tokens Per Minute (thousands) - Global - gpt-5.4: 10 of",
        "cora-app",
    ):
        assert shown in page


def test_an_alert_that_fires_is_seen_first_with_what_was_measured(
    cloud: Cloud, visitor: Visitor
) -> None:
    rule = f"{GROUP}/providers/Microsoft.Insights/metricAlerts/loud"
    put(cloud.around, rule, "Microsoft.Insights/metricAlerts", properties={"severity": 1})
    condition = {"metricName": "Latency", "operator": "GreaterThan", "threshold": 5}
    told = {
        "alertRule": "loud",
        "alertRuleId": rule,
        "severity": "Sev1",
        "condition": {**condition, "metricValue": 9},
    }
    to = [{"kind": "email", "to": "on-call@example.com"}]
    inbox.fire(cloud.around.store, rule, "[]", cloud.around.clock.now(), told, to)
    cloud.pass_time(minutes=3)
    page = visitor.see()
    assert "Alert loud fires for 3 min: Latency 9, &gt; 5" in page
    assert "told email on-call@example.com" in page


def test_a_rule_that_cannot_be_evaluated_is_said(cloud: Cloud, visitor: Visitor) -> None:
    row = ("/x/providers/m/scheduledqueryrules/odd", "", "no such column: foo")
    cloud.around.store.execute("INSERT INTO watched VALUES (?, ?, ?)", row)
    assert "Rule odd cannot be evaluated: no such column: foo" in visitor.see()


def test_a_budget_shows_what_is_spent_of_it(cloud: Cloud, visitor: Visitor) -> None:
    id = f"{GROUP}/providers/Microsoft.Consumption/budgets/monthly"
    put(
        cloud.around,
        id,
        "Microsoft.Consumption/budgets",
        properties={
            "amount": 100,
            "timeGrain": "Monthly",
            "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
            "notifications": {"a": {"threshold": 80, "thresholdType": "Forecasted"}},
        },
    )
    cloud.pass_time(seconds=1)
    asked(cloud.around, "chat-v3", prompt_tokens=10_000_000)
    cloud.pass_time(minutes=1)
    page = visitor.see()
    assert re.search(r"monthly, spent: [1-9][\d,]* of 100 USD", page)
    assert "tells at forecasted 80 %" in page


def test_an_empty_sandbox_has_a_page_too(visitor: Visitor) -> None:
    visitor.around.store.forget()
    visitor.around.journal.clear()
    page = visitor.see()
    assert "All that is deployed is up" in page
    assert "make up" in page


def test_a_hostile_name_stays_text_wherever_it_stands(cloud: Cloud, visitor: Visitor) -> None:
    around = cloud.around
    id = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{HOSTILE}"
    put(
        around,
        id,
        "Microsoft.CognitiveServices/accounts",
        location=HOSTILE,
        tags={HOSTILE: HOSTILE},
        properties={"provisioningState": HOSTILE, "x": HOSTILE},
    )
    put(
        around,
        f"{id}/deployments/{HOSTILE}",
        "Microsoft.CognitiveServices/accounts/deployments",
        sku={"name": HOSTILE, "capacity": 1},
        properties={"model": {"name": HOSTILE, "version": HOSTILE}, "provisioningState": HOSTILE},
    )
    put(
        around,
        f"{GROUP}/providers/Microsoft.Consumption/budgets/{HOSTILE}",
        "Microsoft.Consumption/budgets",
        properties={"amount": 1, "currentSpend": {"amount": 2, "unit": HOSTILE}},
    )
    around.store.execute(
        "INSERT INTO faults (body) VALUES (?)",
        (json.dumps({"path": HOSTILE, "code": HOSTILE, "deployment": HOSTILE, "status": 500}),),
    )
    around.journal.append(
        {
            **around.journal[-1],
            "id": f"/{HOSTILE}",
            "code": HOSTILE,
            "method": HOSTILE,
            "principal": HOSTILE,
        }
    )
    asked(around, HOSTILE, 500, principal=HOSTILE)
    around.directory.add(HOSTILE)
    for page in (visitor.see(), visitor.see("requests"), visitor.see("resource", id=id)):
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "{{ 7*7 }}" in page
    missing = visitor.web.get(f"{visitor.here}resource", params={"id": HOSTILE})
    assert (missing.status_code, "<img" in missing.text) == (404, False)


def test_no_page_shows_a_secret(cloud: Cloud, visitor: Visitor) -> None:
    around = cloud.around
    around.store.set_setting("control_secret", "the-control-secret-of-this-sandbox")
    around.store.set_setting(
        f"keys:{ACCOUNT.lower()}", ["first-key-of-the-account", "second-key-of-the-account"]
    )
    secrets = {
        "the-control-secret-of-this-sandbox",
        "first-key-of-the-account",
        "sesame",
        "a9f1-instrumentation",
    }
    for each in around.directory.everyone():
        secrets |= {each.inside_header, each.outside_header, each.client_secret}
    put(
        around,
        f"{ACCOUNT}/connections/c",
        "Microsoft.CognitiveServices/accounts/connections",
        tags={"note": "first-key-of-the-account"},
        properties={
            "credentials": {"key": "sesame"},
            "target": "https://user:sesame@example.com/x?sig=sesame",
            "InstrumentationKey": "a9f1-instrumentation",
            "text": "Endpoint=x;AccountKey=sesame; the-control-secret-of-this-sandbox",
        },
    )
    pages = [visitor.see(), visitor.see("requests")]
    pages += [visitor.see("resource", id=each.id) for each in around.store.beneath("")]
    assert [secret for secret in secrets for page in pages if secret in page] == []
    assert HIDDEN in pages[-1] or any(HIDDEN in page for page in pages)


@pytest.mark.parametrize("wanted", CLASSES)
def test_requests_are_narrowed_to_a_status(cloud: Cloud, visitor: Visitor, wanted: str) -> None:
    for status in (200, 404, 409, 429, 500):
        asked(cloud.around, "chat-v3", status)
    page = visitor.see("requests", status=wanted)
    shown = set(re.findall(r'<span class="code \w+">(\d+)</span>', page))
    assert shown
    assert all(wanted in (each, f"{each[0]}xx") for each in shown)


def test_a_resource_shows_its_json_what_is_beneath_it_and_who_asked(visitor: Visitor) -> None:
    account = visitor.see("resource", id=ACCOUNT.upper())
    assert "&#34;customSubDomainName&#34;: &#34;ai-test&#34;" in account
    assert "chat-v3" in account
    deployment = visitor.see("resource", id=f"{ACCOUNT}/deployments/chat-v3")
    assert "RequestConflict" in deployment
    assert ">ai-test</a>" in deployment


def test_a_deleted_account_says_how_long_it_can_come_back_and_what_it_holds(
    cloud: Cloud, visitor: Visitor
) -> None:
    assert cloud.delete(f"{ACCOUNT}/deployments/chat-v3").status in (200, 202, 204)
    assert cloud.delete(ACCOUNT).status in (200, 202, 204)
    cloud.pass_time(hours=38)
    page = visitor.see()
    assert "gone in <b>10 h</b>" in page
    assert "ai-test is gone for good in 10 h" in page
    assert "soft-deleted" in visitor.see("resource", id=ACCOUNT)


def test_what_is_not_there_is_said_so(visitor: Visitor) -> None:
    answer = visitor.web.get(f"{visitor.here}resource", params={"id": "/subscriptions/nothing"})
    assert answer.status_code == 404
    assert "Nothing has the id" in answer.text


def test_the_pages_are_made_for_screen_readers_too(visitor: Visitor) -> None:
    page = visitor.see()
    assert page.count("<main") == page.count("<h1") == 1
    assert '<html lang="en">' in page
    assert not re.search(r"<th(?![^>]*scope=)[\s>]", page)
    for drawing in re.findall(r"<svg[^>]*>", page):
        assert "aria-label=" in drawing or 'aria-hidden="true"' in drawing
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)


def test_a_route_shows_the_rollout_that_is_under_way(visitor: Visitor) -> None:
    assert "Rollout <b>r-0001, step 2</b>" in visitor.see()
