"""What the management API, an account's door and the logs say, as facts: refusals are facts too."""

import json

import httpx2
import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.monitor.query import LogsQueryPartialResult, LogsQueryResult

from scripts.smoke import door
from scripts.smoke.control import Control, NotTold
from scripts.smoke.logs import Logs, evaluation_query, span_query
from tests.smoke.good_run import ACCOUNT


class Answer:
    """An answer of ARM."""

    def __init__(self, status, body):
        self.status_code, self._body = status, body
        self.reason, self.headers, self.content_type = "R", {}, "application/json"

    def json(self):
        return json.loads(self._body) if isinstance(self._body, str) else self._body

    def text(self, encoding=None):
        return self._body if isinstance(self._body, str) else json.dumps(self._body)

    def body(self):
        return self.text().encode()


class Arm:
    endpoint = "https://arm"

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def raw(self):
        return self

    def send_request(self, request, **_):
        self.asked.append((request.method, request.url))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def control(status=200, body=None, error=None):
    return Control(Arm(error or Answer(status, body)))


APPROVED = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
PENDING = {"properties": {"privateLinkServiceConnectionState": {"status": "Pending"}}}


def test_an_accounts_state_is_read():
    properties = {
        "disableLocalAuth": True,
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny"},
        "privateEndpointConnections": [APPROVED, PENDING],
    }
    found = control(body={"properties": properties}).state(ACCOUNT)
    assert (found.local_auth_disabled, found.public_network_access) == (True, "Disabled")
    assert (found.default_action, found.endpoints_approved, found.error) == ("Deny", 1, "")


def test_what_azure_leaves_out_is_not_made_up():
    found = control(body={"properties": {}}).state(ACCOUNT)
    assert (found.public_network_access, found.default_action) == ("", "")
    assert (found.local_auth_disabled, found.endpoints_approved) == (False, 0)


REFUSED = {"error": {"code": "AuthorizationFailed", "message": "The client has no\n right."}}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (control(403, REFUSED), "The client has no right."),
        (control(error=ServiceRequestError("no route to host")), "no route to host"),
        (control(200, "<html>"), "Expecting value"),
        (control(200, {"nothing": 1}), "an answer that is none of Azure's"),
    ],
)
def test_no_answer_is_a_fact_with_its_reason(told, says):
    assert says in told.state(ACCOUNT).error
    assert says in told.listed(ACCOUNT).error


def test_a_key_that_is_not_given_out_and_an_id_that_is_not_known_are_told():
    refused = {"error": {"code": "BadRequest", "message": "Failed to list key."}}
    with pytest.raises(NotTold, match="Failed to list key") as told:
        control(400, refused).key(ACCOUNT)
    assert told.value.status == 400
    with pytest.raises(NotTold, match="Fix: pulumi up"):
        control(200, {}).key(ACCOUNT.model_copy(update={"id": ""}))
    with pytest.raises(NotTold, match="an answer without ConnectionString"):
        control(200, {"properties": None}).connection_string("/i")


@pytest.fixture
def azure(monkeypatch):
    """An account that answers keys so; what it was sent."""
    sent, answers = [], []

    def post(url, *, headers, json, timeout):
        sent.append((url, headers["api-key"]))
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(httpx2, "post", post)
    return sent, answers


DISABLED = httpx2.Response(403, json={"error": {"code": "AuthenticationTypeDisabled"}})
WRONG = httpx2.Response(401, json={"error": {"code": "401"}})


def test_a_made_up_key_is_enough_where_azure_says_that_keys_are_off(azure):
    sent, answers = azure
    answers.append(DISABLED)
    told = control(200, {"key1": "real"})
    (found,) = door.keys(ACCOUNT, "chat-v3", told)
    assert (found.real, found.status, found.code) == (False, 403, "AuthenticationTypeDisabled")
    assert sent[0][0] == "https://azure/openai/v1/chat/completions"
    assert len(sent[0][1]) == 32
    assert told.arm.asked == []


def test_a_real_key_is_tried_after_a_wrong_one_and_stands_in_no_fact(azure):
    sent, answers = azure
    answers.extend([WRONG, httpx2.Response(200, json={})])
    found = list(door.keys(ACCOUNT, "chat-v3", control(200, {"key1": "the-real-one"})))
    assert [(each.real, each.status) for each in found] == [(False, 401), (True, 200)]
    assert sent[1][1] == "the-real-one"
    assert "the-real-one" not in str(found)


def test_a_door_that_does_not_answer_is_a_fact(azure):
    _, answers = azure
    answers.append(httpx2.ConnectError("refused"))
    (found,) = door.keys(ACCOUNT, "chat-v3", control())
    assert found.error == "ConnectError: refused"


def test_a_name_that_leads_nowhere_is_a_fact():
    lost = ACCOUNT.model_copy(update={"endpoint": "https://nobody.invalid/"})
    found = door.reach(lost)
    assert (found.host, found.tls) == ("nobody.invalid", "")
    assert found.error


class Client:
    """A workspace that answers one after the other."""

    def __init__(self, *answers):
        self.left = list(answers)

    def query_workspace(self, workspace, query, **_):
        found = self.left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


class Table:
    def __init__(self, *rows):
        self.rows = rows


def whole(count, items=1):
    found = LogsQueryResult.__new__(LogsQueryResult)
    found.tables = [Table((count, items))]
    return found


def partial():
    return LogsQueryPartialResult.__new__(LogsQueryPartialResult)


def refused(status):
    error = HttpResponseError("Azure's words")
    error.status_code = status
    return error


def looked(*answers, until_s=100.0):
    now, waits = [0.0], []

    def wait(seconds):
        waits.append(seconds)
        now[0] += seconds

    logs = Logs(client=Client(*answers), workspace="w", clock=lambda: now[0], wait=wait)
    return logs.look("span", "query", until_s), waits


def test_rows_are_waited_for_until_they_are_there():
    found, waits = looked(whole(0), whole(0), whole(2))
    assert (found.count, found.item_count, found.waited_s) == (2, 1, 3)
    assert waits == [1, 2]


def test_an_answer_in_part_is_no_data_and_is_asked_for_again():
    found, _ = looked(partial(), whole(1))
    assert (found.count, found.error) == (1, "")
    found, _ = looked(partial(), until_s=0)
    assert (found.count, found.error) == (0, "the query was answered in part only")


def test_rows_that_do_not_come_are_waited_for_no_longer_than_allowed():
    found, waits = looked(*[whole(0)] * 20, until_s=20)
    assert (found.count, found.waited_s, sum(waits)) == (0, 20, 20)


def test_who_may_not_ask_the_logs_does_not_ask_again():
    found, waits = looked(refused(403))
    assert (found.forbidden, found.error, waits) == (True, "Azure's words", [])


def test_logs_that_fail_for_a_moment_are_asked_again():
    found, _ = looked(refused(503), ServiceRequestError("reset"), whole(1))
    assert found.count == 1


def test_a_run_looks_for_its_own_rows_alone():
    assert '"plumb.smoke_run"' in span_query("r-1")
    assert '== "r-1"' in span_query("r-1")
    one, other = evaluation_query(["r-1/chat/1"]), evaluation_query(["r-2/chat/1"])
    assert one != other
    assert "r-1" not in one  # hashed, as the client does
