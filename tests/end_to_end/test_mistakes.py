"""What goes wrong for a user: one message that says what to do, and then it works."""

import json
import socket
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest

from tests.end_to_end.local_azure import LocalAzure

pytestmark = pytest.mark.engine

CHAT = "accounts.primary.deployments.chat-v3"
KEYED = """
from pulumi_azure_native import cognitiveservices

cognitiveservices.Account(
    "keyed",
    resource_group_name=names.resource_group,
    account_name="contoso-keyed",
    location=location,
    kind="AIServices",
    sku={"name": "S0"},
    properties={"custom_sub_domain_name": "contoso-keyed", "disable_local_auth": False},
)
"""


@pytest.fixture(scope="module")
def dev(project):
    project.create("dev")
    return project


@pytest.fixture(scope="module")
def deployed(dev):
    dev.deploy("dev")
    return dev


@pytest.fixture
def elsewhere(tmp_path):
    """A sandbox's folder with no sandbox in it, unless a test starts one."""
    azure = LocalAzure(tmp_path / "sandbox")
    yield azure
    azure.down()


@pytest.fixture
def wrong(dev):
    """A stack file with mistakes of four kinds; what a preview says to it."""
    file = dev.folder / "Pulumi.dev.yaml"
    text = file.read_text()
    for right, mistaken in {
        "capacity: 30": "capacity: -3",
        "currency: EUR": "currncy: EUR",
        "log_retention_days": "log_retention_day",
        "{ stable: chat-v3 }": "{ stable: chat-v33 }",
    }.items():
        text = text.replace(right, mistaken)
    with dev.edited(file.name, text):
        yield dev


def lines(said):
    """The mistakes that a message names: (line, place)."""
    found = [line.split(": ")[:2] for line in said.splitlines() if " Pulumi.dev.yaml:" in line]
    return {(int(where.rpartition(":")[2]), place) for where, place in found}


def line_of(project, text):
    content = (project.folder / "Pulumi.dev.yaml").read_text().splitlines()
    return next(number for number, line in enumerate(content, 1) if text in line)


def test_every_mistake_of_a_stack_file_is_told_at_once_with_its_line(wrong):
    said = wrong.pulumi("preview", "--stack", "dev")
    assert said.code != 0
    assert "Traceback" not in said.all
    assert lines(said.all) == {
        (line_of(wrong, "chat-v3: {"), "accounts.primary.deployments.chat-v3.capacity"),
        (line_of(wrong, "chat: {"), "routes.chat.stable"),
        (line_of(wrong, "log_retention_day:"), "observability.log_retention_day"),
        (line_of(wrong, "budget: {"), "budget.currncy"),
        (line_of(wrong, "budget: {"), "budget.currency"),
    }


@pytest.mark.parametrize("command", ["check", "smoke"])
def test_a_command_tells_the_same_mistakes_as_the_engine(wrong, command):
    said = wrong.plumb(command, "--stack", "dev")
    assert (said.code, said.out) == (2, "")
    assert lines(said.err) == lines(wrong.pulumi("preview", "--stack", "dev").all)


def test_what_is_no_yaml_is_told_by_its_line(dev):
    with dev.edited("Pulumi.dev.yaml", "config:\n  plumbline:platform: [\n"):
        said = dev.plumb("check", "--stack", "dev")
    assert said.code == 2
    assert said.err.startswith("Pulumi.dev.yaml:3: not YAML: ")


@pytest.mark.parametrize("command", ["check", "smoke"])
def test_a_stack_without_a_file_is_told_which_there_are(dev, command):
    said = dev.plumb(command, "--stack", "qa")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == [
        "Pulumi.qa.yaml does not exist. "
        "Fix: use one of these stacks: dev, prod, staging; or write the file."
    ]


def test_a_stack_that_was_never_made_cannot_be_asked(dev):
    said = dev.plumb("smoke", "--stack", "prod")
    assert said.code == 3
    assert "no stack named 'prod'" in said.err
    assert "Fix: " in said.err


def test_a_stack_that_is_not_deployed_cannot_be_asked(dev):
    dev.create("staging")
    said = dev.plumb("smoke", "--stack", "staging")
    assert said.code == 3
    assert said.err == "staging is not deployed. Fix: pulumi up --stack staging\n"


def test_a_violation_is_refused_before_anything_is_made(dev, azure):
    dev.create("prod")
    before = azure.ids()
    program = (dev.folder / "__main__.py").read_text()
    with dev.edited("__main__.py", program + KEYED):
        said = dev.pulumi("up", "--stack", "prod", "--yes", "--policy-pack", "policies")
    assert said.code != 0
    assert "account-local-auth-disabled" in said.all
    assert "Fix: disableLocalAuth: true" in said.all
    assert azure.ids() == before


def test_a_quota_that_is_too_small_is_told_in_azures_words_and_less_goes_up(dev, azure):
    pool = {"swedencentral": {"OpenAI.GlobalStandard.gpt-5.4": 20}}
    azure.control("POST", "/settings", {"quota_limits": pool})
    refused = dev.up("dev")
    with dev.changed("dev", {f"{CHAT}.capacity": 20}):
        dev.deploy("dev")
    azure.control("POST", "/settings", {"quota_limits": {}})
    assert refused.code != 0
    assert 'Code="InsufficientQuota"' in refused.all
    assert "the quota limit is 20" in refused.all


def test_an_expired_token_is_told_as_such_and_a_new_one_works(deployed, azure):
    with identity(expired(azure)) as endpoint:
        refused = deployed.plumb("smoke", "--stack", "dev", IDENTITY_ENDPOINT=endpoint)
    assert refused.code == 4
    assert "refused (401)" in refused.out
    assert "expired" in refused.out
    assert deployed.plumb("smoke", "--stack", "dev").code == 0


def test_arm_tells_an_expired_token_as_azure_does(azure):
    answer = azure.arm_get("/subscriptions", expired(azure))
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "ExpiredAuthenticationToken"


def test_without_a_sandbox_its_commands_say_how_to_start_one(elsewhere):
    for word in ("env", "status"):
        said = elsewhere.plumb(word)
        assert (said.code, said.out) == (4, "")
        assert "Fix: run `plumb sandbox up` first." in said.err


def test_a_shell_whose_sandbox_went_away_is_told_so_and_works_again_after_up(deployed, azure):
    azure.down()
    refused = deployed.plumb("smoke", "--stack", "dev")
    preview = deployed.pulumi("preview", "--stack", "dev")
    azure.up()
    assert refused.code == 4
    assert refused.out.count("plumb sandbox up") == 1
    assert "did not begin responding" in preview.all
    assert deployed.plumb("smoke", "--stack", "dev").code == 0


def test_a_second_up_finds_the_sandbox_that_runs(azure):
    pid = azure.description["pid"]
    azure.up()
    assert azure.description["pid"] == pid


def test_a_port_that_is_taken_is_named(elsewhere):
    with taken(0) as port:
        said = elsewhere.plumb("up", "--arm-port", str(port))
    assert said.code == 2
    assert str(port) in said.err
    assert "Fix: " in said.err
    assert "Traceback" not in said.err


def test_a_port_of_last_time_that_is_taken_is_named_and_serves_again_once_free(elsewhere):
    elsewhere.up()
    arm = elsewhere.arm
    elsewhere.down()
    with taken(int(arm.rpartition(":")[2])):
        refused = elsewhere.plumb("up")
    elsewhere.up()
    assert refused.code == 2
    assert arm.rpartition(":")[2] in refused.err
    assert elsewhere.arm == arm


@contextmanager
def taken(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield listener.getsockname()[1]


def expired(azure):
    """A token that the sandbox itself signed, an hour too old."""
    with closing(sqlite3.connect(azure.folder / "state.db")) as database:
        ((key,),) = database.execute("SELECT value FROM settings WHERE key = 'token_key'")
    past = int(time.time()) - 3600
    claims = {
        "aud": "https://cognitiveservices.azure.com",
        "iat": past,
        "exp": past,
        "oid": azure.description["principals"]["operator"]["oid"],
        "ipaddr": "10.0.0.4",
    }
    return jwt.encode(claims, json.loads(key), algorithm="RS256")


@contextmanager
def identity(token):
    """A managed identity that hands out one token, whatever its age."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            body = {"access_token": token, "expires_on": str(int(time.time()) + 3600)}
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({**body, "token_type": "Bearer"}).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/msi/token"
        server.shutdown()
        thread.join()
