"""`plumb finetune` against the sandbox: from a file of examples to a model that answers."""

import json

import pytest

from tests.end_to_end.local_azure import told

pytestmark = pytest.mark.engine

CLIENT = """
import json, sys, openai
from azure.identity import DefaultAzureCredential, get_bearer_token_provider

scope = "https://cognitiveservices.azure.com/.default"
token = get_bearer_token_provider(DefaultAzureCredential(), scope)
client = openai.OpenAI(base_url=sys.argv[1] + "openai/v1/", api_key=token)
"""
UPLOAD = f"""{CLIENT}
said = [{{"role": "user", "content": "ticket"}}, {{"role": "assistant", "content": "x"}}]
data = (json.dumps({{"messages": said}}) + chr(10)) * 12
print(client.files.create(file=("train.jsonl", data.encode()), purpose="fine-tune").id)
"""
TRAIN = f"""{CLIENT}
model, file = "gpt-4.1-mini-2025-04-14", sys.argv[2]
print(client.fine_tuning.jobs.create(
    model=model, training_file=file, validation_file=file, suffix="cora"
).id)
"""
HOLDING = """
import subprocess, sys
from scripts import lock, stack_outputs
from scripts.guarded_store import connect

routing = stack_outputs.read("dev").routing
store = connect(routing.endpoint, routing.label)
with lock.held(store, ["primary"], "rollout chat") as lease:
    lease.holds[0].renew()
    code = subprocess.run(["plumb", *sys.argv[1:], "--lock-timeout", "1"]).returncode
    lease.check()
assert store.read("plumb:lock/primary").entry is None
sys.exit(code)
"""
BASE = """\
        triage-v0:
          model: gpt-4.1-mini
          version: "2025-04-14" # pinned
          sku: GlobalStandard
          capacity: 20
          content_filter: developers
"""
NEW = ("--deployment", "triage-v1", "--like", "triage-v0")


@pytest.fixture(scope="module")
def dev(project):
    file = project.folder / "Pulumi.dev.yaml"
    text = file.read_text()
    file.write_text(text.replace("        embed-v1:", f"{BASE}        embed-v1:"))
    project.deploy("dev")
    return project


@pytest.fixture(scope="module")
def job(dev, azure):
    """A job that takes the sandbox's ten minutes."""
    endpoint = dev.outputs("dev")["accounts"]["primary"]["endpoint"]

    def run(script, *words):
        said = told(
            ["python", "-c", script, endpoint, *words], dev.folder, dev.variables("developer")
        )
        assert said.code == 0, said.err
        return said.out.strip()

    file = run(UPLOAD)
    azure.control("POST", "/profile", {"profile": "azure"})
    azure.control("POST", "/clock", {"advance": "10m"})  # until every role has arrived
    return run(TRAIN, file)


def test_a_job_is_verified_once_it_has_ended_deployed_under_the_lock_and_answers(dev, azure, job):
    verify = ("finetune", "verify", job, "--stack", "dev", *NEW, "--suffix", "cora", "--json")
    deploy = ("finetune", "deploy", job, "--stack", "dev", *NEW, "--up", "--json")
    running = dev.plumb(*verify)
    assert (running.code, json.loads(running.out)["verdict"]) == (3, "cannot tell")

    azure.control("POST", "/clock", {"advance": "12m"})
    azure.control("POST", "/profile", {"profile": "fast"})
    done = dev.plumb(*verify)
    assert done.code == 0, done.all
    assert json.loads(done.out)["curve"]["steps"] == 36

    before = (dev.folder / "Pulumi.dev.yaml").read_text()
    locked = told(["python", "-c", HOLDING, *deploy], dev.folder, dev.variables())
    assert (locked.code, (dev.folder / "Pulumi.dev.yaml").read_text()) == (4, before)
    assert "primary is locked by" in locked.err
    assert "(rollout chat) since" in locked.err
    up = dev.plumb(*deploy)
    assert up.code == 0, up.all
    assert json.loads(up.out)["said"] == "deployed, and it answers"
    tuned = BASE.replace("triage-v0", "triage-v1").replace(
        '          model: gpt-4.1-mini\n          version: "2025-04-14" # pinned\n',
        f"          fine_tuned: {{ base: gpt-4.1-mini-2025-04-14, job: {job}, suffix: cora }}\n",
    )
    assert (dev.folder / "Pulumi.dev.yaml").read_text() == before.replace(BASE, BASE + tuned)
