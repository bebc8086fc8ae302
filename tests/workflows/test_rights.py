"""What a workflow may do: as little as it needs, with actions that nobody can exchange."""

import re

import pytest

from tests.workflows.reading import FILES, JOBS, WORKFLOWS

by_id = pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)

PINNED = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
WRITES = {
    "check-tell": {"pull-requests", "security-events"},
    "deploy-tell": {"pull-requests"},
    "deploy-preview": {"id-token"},
    "deploy-dev": {"id-token"},
    "deploy-staging": {"id-token"},
    "deploy-prod": {"id-token"},
    "up-up": {"id-token"},
}
"""Every right to write there is, by job. `id-token` is the right to say who one is."""


@pytest.mark.parametrize("name", FILES)
def test_every_action_is_pinned_by_its_commit_and_says_its_version(name):
    used = re.findall(r"uses: (.*)", FILES[name])
    assert used
    assert [each for each in used if not (each.startswith("./") or PINNED.fullmatch(each))] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_nothing_by_itself(name):
    assert WORKFLOWS[name]["permissions"] == {}


@by_id
def test_a_job_writes_only_what_it_is_for(job):
    granted = {right for right, level in job.permissions.items() if level == "write"}
    assert granted == WRITES.get(job.id, set())
    assert set(job.permissions.values()) <= {"read", "write"}


@by_id
def test_who_may_write_to_a_pull_request_runs_none_of_its_code(job):
    if job.permissions.keys() & {"pull-requests", "security-events"}:
        assert not any("checkout" in action for action in job.uses)
        assert all(line.startswith("gh pr comment ") for line in job.runs)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_secret_is_kept_and_a_fork_brings_no_code_to_a_token_of_ours(name):
    assert "secrets." not in FILES[name]
    assert "pull_request_target" not in FILES[name]
    assert FILES[name].count("actions/checkout@") == FILES[name].count("persist-credentials: false")


@by_id
def test_no_text_of_a_pull_request_becomes_a_command(job):
    assert not any("${{" in line for line in job.runs)


def test_check_needs_no_credentials():
    assert not any(word in FILES["check"] for word in ("ARM_", "AZURE_", "id-token", "vars."))


def test_updates_go_one_by_one_and_are_never_cut_off():
    jobs = WORKFLOWS["deploy"]["jobs"]
    assert (jobs["staging"]["needs"], jobs["prod"]["needs"]) == ("dev", "staging")
    for stack in ("dev", "staging", "prod"):
        assert jobs[stack]["with"]["stack"] == stack
    up = WORKFLOWS["up"]["jobs"]["up"]
    assert up["concurrency"] == {"group": "stack-${{ inputs.stack }}", "cancel-in-progress": False}
    assert up["environment"] == "${{ inputs.stack }}"
    assert up["env"]["ARM_USE_OIDC"] == "true"
    assert "--skip-preview" not in "".join(line for job in JOBS for line in job.runs)
