"""An account is reached as it was declared, and no key opens it."""

import pytest

from scripts.smoke import keyless, network
from scripts.smoke.facts import KeyAnswer, Reach, State
from tests.smoke.good_run import ACCOUNT, call

PRIVATE = ACCOUNT.model_copy(update={"private": True, "public": False})
CLOSED = State(account="primary", public_network_access="Disabled", endpoints_approved=1)
OPEN = State(account="primary", public_network_access="Enabled", default_action="Allow")
INSIDE = Reach(account="primary", host="h", addresses=["10.50.0.4"], tls="TLSv1.3")
PUBLIC = INSIDE.model_copy(update={"addresses": ["20.1.2.3"]})
REFUSED = call(
    outcome="request",
    status=403,
    said="Public access is disabled. Please configure private endpoint.",
)


def level(account, reach, state, calls=(), *, outside=False):
    return network.finding(account, reach, state, calls, outside=outside).level


@pytest.mark.parametrize(
    ("account", "reach", "state", "calls", "expected"),
    [
        (ACCOUNT, PUBLIC, OPEN, [call()], "ok"),
        (ACCOUNT, PUBLIC, None, [call()], "ok"),
        (ACCOUNT, PUBLIC, CLOSED, [], "no"),
        (ACCOUNT, PUBLIC.model_copy(update={"error": "no such host"}), OPEN, [], "unreached"),
        (ACCOUNT, PUBLIC.model_copy(update={"error": "timed out"}), OPEN, [call()], "warn"),
        (PRIVATE, INSIDE.model_copy(update={"error": "x"}), CLOSED, [call()], "unreached"),
        (ACCOUNT, None, OPEN, [], "unknown"),
        (PRIVATE, INSIDE, CLOSED, [call()], "ok"),
        (PRIVATE, INSIDE, OPEN, [call()], "no"),
        (PRIVATE, INSIDE, CLOSED.model_copy(update={"endpoints_approved": 0}), [call()], "no"),
        (PRIVATE, INSIDE, None, [call()], "unknown"),
        (PRIVATE, INSIDE, State(account="primary", error="403"), [call()], "unknown"),
        (PRIVATE, PUBLIC, CLOSED, [REFUSED], "unreached"),
        (PRIVATE, INSIDE, CLOSED, [REFUSED], "unreached"),
        (
            PRIVATE,
            INSIDE.model_copy(update={"addresses": ["10.0.0.4", "20.1.2.3"]}),
            CLOSED,
            [],
            "unreached",
        ),
    ],
)
def test_an_account_is_reached_as_declared(account, reach, state, calls, expected):
    assert level(account, reach, state, calls) == expected


@pytest.mark.parametrize(
    ("state", "calls", "expected"),
    [
        (OPEN.model_copy(update={"default_action": "Deny"}), [call()], "ok"),
        (OPEN.model_copy(update={"default_action": "Deny"}), [REFUSED], "unreached"),
        (OPEN, [call()], "no"),
        (None, [call()], "unknown"),
    ],
)
def test_a_firewall_that_is_on_paper_only_is_a_no(state, calls, expected):
    behind = ACCOUNT.model_copy(update={"allowed_ips": ["20.9.0.0/24"]})
    assert level(behind, PUBLIC, state, calls) == expected


@pytest.mark.parametrize(
    ("reach", "calls", "expected"),
    [
        (PUBLIC, [REFUSED], "ok"),
        (PUBLIC, [call()], "no"),
        (PUBLIC, [], "unknown"),
        (PUBLIC, [call(outcome="request", status=401, said="no role")], "unknown"),
        (PUBLIC.model_copy(update={"error": "timed out"}), [], "unknown"),
    ],
)
def test_from_outside_only_a_refusal_proves_that_it_is_closed(reach, calls, expected):
    assert level(PRIVATE, reach, CLOSED, calls, outside=True) == expected


def test_from_outside_a_public_account_is_as_from_inside():
    assert level(ACCOUNT, PUBLIC, OPEN, [call()], outside=True) == "ok"


def key(status=None, code="", *, real=False, error=""):
    return KeyAnswer(account="primary", real=real, status=status, code=code, error=error)


OFF = State(account="primary", local_auth_disabled=True)
ON = State(account="primary", local_auth_disabled=False)
DISABLED = key(403, "AuthenticationTypeDisabled")
NO_KEY = key(real=True, error="Failed to list key. disableLocalAuth is set to be true")


@pytest.mark.parametrize(
    ("answers", "state", "expected"),
    [
        ([DISABLED], OFF, "ok"),
        ([DISABLED], None, "ok"),
        ([], OFF, "unknown"),
        ([key(200)], OFF, "no"),
        ([key(404, "DeploymentNotFound")], OFF, "unreached"),
        ([key(400)], OFF, "unreached"),
        ([key(403, "403")], OFF, "unreached"),
        ([key(error="refused")], OFF, "unreached"),
        ([key(401)], OFF, "unknown"),
        ([key(401)], ON, "no"),
        ([key(401), key(200, real=True)], ON, "no"),
        ([key(401), key(403, "AuthenticationTypeDisabled", real=True)], OFF, "ok"),
        ([key(401), key(401, real=True)], OFF, "unknown"),
        ([key(401), NO_KEY], OFF, "unknown"),
        ([key(401), NO_KEY], ON, "no"),
        ([key(401), NO_KEY], None, "unknown"),
    ],
)
def test_only_azures_word_that_keys_are_off_proves_it(answers, state, expected):
    assert keyless.finding("primary", answers, state).level == expected


def test_a_real_key_is_tried_only_where_a_made_up_one_proves_nothing():
    assert keyless.proves_nothing(key(401))
    assert not any(map(keyless.proves_nothing, [DISABLED, key(200), key(401, error="x")]))
