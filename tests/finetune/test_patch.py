"""The change to a stack file: the model, and not a byte more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import settings as stack_settings
from components.sections import FineTunedSettings
from components.stack_file import ROOT, open_stack_file
from scripts.finetune.patch import NoPatch, diff, patched
from scripts.finetune.place import Place, find

BASE = "gpt-4.1-mini-2025-04-14"
TUNED = FineTunedSettings(base=BASE, job="ftjob-0123abcd", suffix="cora")
STAGING = (ROOT / "Pulumi.staging.yaml").read_text("utf-8")
OLD = "{ base: gpt-4.1-mini-2025-04-14, job: ftjob-7f3a90c21d5e4b6f8a0c, suffix: cora }"
BEFORE = f"""\
        triage-v1:
          fine_tuned: {OLD}
          sku: Standard
          capacity: 20
          content_filter: customer-facing
"""
OTHER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/trainer"


def place(text, tmp_path, name="triage-v1", like=None):
    (tmp_path / "Pulumi.staging.yaml").write_text(text, encoding="utf-8", newline="")
    file = open_stack_file("staging", tmp_path)
    return find(stack_settings.parse(file.config, "staging", file), TUNED.job, name, like)


@pytest.fixture
def put(tmp_path):
    """The staging file after a patch, with `entry` in place of its fine-tuned deployment."""

    def run(entry=BEFORE, wanted=TUNED, name="triage-v1", like=None):
        text = STAGING.replace(BEFORE, entry)
        assert entry in text
        return patched(text, "staging", place(text, tmp_path, name, like), wanted)

    return run


def test_of_a_tuned_deployment_the_job_changes_and_nothing_else(put):
    assert put() == STAGING.replace("ftjob-7f3a90c21d5e4b6f8a0c", "ftjob-0123abcd")


def test_what_is_there_already_is_left_as_it_is(put):
    once = put()
    entry = BEFORE.replace("ftjob-7f3a90c21d5e4b6f8a0c", "ftjob-0123abcd")
    assert put(entry) == once


QUOTED = """\
        triage-v1: # the second try
          fine_tuned:
            job: "ftjob-7f3a" # of last week
            base: 'gpt-4.1-mini-2025-04-14'

            suffix: cora
          sku: Standard # regional
          capacity: 20
          content_filter: customer-facing
"""


def test_comments_quotes_order_and_empty_lines_stay(put):
    assert put(QUOTED) == STAGING.replace(BEFORE, QUOTED.replace("ftjob-7f3a", "ftjob-0123abcd"))


def test_another_accounts_job_brings_its_account_and_one_of_its_own_takes_it_away(put):
    copied = TUNED.model_copy(update={"source": OTHER})
    there = QUOTED.replace("ftjob-7f3a", "ftjob-0123abcd").replace(
        "            suffix: cora\n", f"            suffix: cora\n            source: {OTHER}\n"
    )
    assert put(QUOTED, copied) == STAGING.replace(BEFORE, there)
    assert put(there) == STAGING.replace(BEFORE, QUOTED.replace("ftjob-7f3a", "ftjob-0123abcd"))
    flow = BEFORE.replace("ftjob-7f3a90c21d5e4b6f8a0c", "ftjob-0123abcd")
    assert f"suffix: cora, source: {OTHER} }}" in put(BEFORE, copied)
    assert put(flow.replace("cora }", f"cora, source: {OTHER} }}")) == put()


@pytest.mark.parametrize(
    ("entry", "after"),
    [
        (
            '{ model: gpt-4.1-mini, version: "2025-04-14", sku: Standard, capacity: 20 }',
            "{ fine_tuned: { base: gpt-4.1-mini-2025-04-14, job: ftjob-0123abcd, suffix: cora }, "
            "sku: Standard, capacity: 20 }",
        ),
        (
            '{ version: "2025-04-14", sku: Standard, capacity: 20, model: gpt-4.1-mini }',
            "{ sku: Standard, capacity: 20, "
            "fine_tuned: { base: gpt-4.1-mini-2025-04-14, job: ftjob-0123abcd, suffix: cora } }",
        ),
    ],
)
def test_a_base_model_becomes_its_tuned_one(put, entry, after):
    line, becomes = (f"        triage-v1: {each} # ours\n" for each in (entry, after))
    assert put(line) == STAGING.replace(BEFORE, becomes)


def test_a_base_model_on_lines_of_its_own_does_too(put):
    entry = """\
        triage-v1:
          model: gpt-4.1-mini # small
          version: "2025-04-14" # pinned
          sku: Standard
          capacity: 20
"""
    after = put(entry)
    assert "fine_tuned: { base: gpt-4.1-mini-2025-04-14, job: ftjob-0123abcd" in after
    assert (" # small\n          sku: Standard" in after, "# pinned" in after) == (True, False)


def test_a_new_deployment_is_a_copy_behind_the_one_it_is_like(put):
    copy = BEFORE.replace("triage-v1", "triage-v2").replace(
        "ftjob-7f3a90c21d5e4b6f8a0c", "ftjob-0123abcd"
    )
    assert put(name="triage-v2", like="triage-v1") == STAGING.replace(BEFORE, BEFORE + copy)


def test_a_new_deployment_goes_into_a_map_on_one_line_too(tmp_path):
    text = STAGING.replace(BEFORE, "").replace("    triage: { stable: triage-v1 }\n", "")
    one = "{ a-v1: { model: gpt-4.1-mini, version: '2025-04-14', sku: Standard, capacity: 20 } }"
    begin = text.index("      deployments:\n", text.index("secondary:"))
    end = text.index("  plumbline:routes")
    text = f"{text[:begin]}      deployments: {one}\n\n{text[end:]}".replace(
        ", fallback: [secondary/chat-v3]", ""
    )
    wanted = place(text, tmp_path, "secondary/b-v1", "a-v1")
    assert (
        "capacity: 20 }, b-v1: { fine_tuned: { base: gpt-4.1-mini-2025-04-14, job: ftjob-0123abcd, "
        "suffix: cora }, sku: Standard, capacity: 20 } }\n"
    ) in patched(text, "staging", wanted, TUNED)


def test_windows_line_ends_stay(tmp_path):
    text = STAGING.replace("\n", "\r\n")
    after = patched(text, "staging", place(text, tmp_path, "triage-v2", "triage-v1"), TUNED)
    assert after.count("\n") == after.count("\r\n") == STAGING.count("\n") + 5


ALIASED = """\
        triage-v1: &triage
          fine_tuned: { base: gpt-4.1-mini-2025-04-14, job: ftjob-7f3a, suffix: cora }
          sku: Standard
          capacity: 20
        triage-v2: *triage
"""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("triage-v2", "primary/triage-v2 is not written out as a map. Fix: write it out"),
        ("triage-v1", "more than primary/triage-v1 would change. Fix: write fine_tuned:"),
    ],
)
def test_what_two_deployments_share_is_not_changed_for_one_of_them(put, name, says):
    with pytest.raises(NoPatch, match=says):
        put(ALIASED, name=name)


def test_what_azure_would_refuse_with_it_is_refused_before(put):
    wanted = TUNED.model_copy(update={"base": "gpt-5.4-2026-03-05"})
    with pytest.raises(
        NoPatch, match=r"(?s)with it, Pulumi.staging.yaml is wrong:.+cannot be fine"
    ):
        put(wanted=wanted)


@pytest.mark.parametrize("suffix", ["123", "true", "null", "1e3", "0x1f", "2026-01-01", "a-b"])
def test_a_suffix_that_looks_like_something_else_is_put_in_quotes(put, suffix):
    put(wanted=TUNED.model_copy(update={"suffix": suffix}))


def test_the_diff_is_what_git_would_show(put):
    said = diff(STAGING, put(), "Pulumi.staging.yaml").splitlines()
    assert said[:2] == ["--- a/Pulumi.staging.yaml", "+++ b/Pulumi.staging.yaml"]
    assert [line[0] for line in said[3:] if line[0] in "+-"] == ["-", "+"]


NAMES = st.sampled_from(["chat-v3", "compare-v1", "embed-v1"])
TRAILS = st.sampled_from(["", " # why", "   "])


@given(NAMES, st.booleans(), st.lists(TRAILS, min_size=5, max_size=5), st.booleans())
@settings(max_examples=20, deadline=None)
def test_every_line_of_the_others_stays_however_they_are_written(
    tmp_path_factory, neighbour, quoted, trails, windows
):
    lines = BEFORE.splitlines()
    entry = "".join(f"{line}{trail}\n" for line, trail in zip(lines, trails, strict=True))
    entry = entry.replace("suffix: cora", 'suffix: "cora"') if quoted else entry
    text = STAGING.replace(BEFORE, "")
    at = text.index(f"        {neighbour}:")
    text = text[:at] + entry + text[at:]
    text = text.replace("\n", "\r\n") if windows else text
    after = patched(text, "staging", place(text, tmp_path_factory.mktemp("stack")), TUNED)
    assert after == text.replace("ftjob-7f3a90c21d5e4b6f8a0c", "ftjob-0123abcd")


def test_a_place_without_a_job_keeps_its_settings(tmp_path):
    found = place(STAGING, tmp_path)
    assert isinstance(found, Place)
    assert (found.name, found.base, found.suffix, found.is_new) == (
        "primary/triage-v1",
        BASE,
        "cora",
        False,
    )
