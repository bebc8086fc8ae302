"""Every name that Azure would refuse is refused before, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import naming


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("configuration store", "appcs"),
        ("configuration store", "a" * 50),
        ("action group short name", "ai-on-call"),
        ("workspace", "log-contoso-prod"),
        ("deployment", "gpt-5.4_v1"),
    ],
)
def test_azure_takes_a_name(kind, name):
    assert naming.refusal(kind, name) is None


@pytest.mark.parametrize(
    ("kind", "name", "fix"),
    [
        ("configuration store", "a" * 51, "Fix: 5 to 50"),
        ("configuration store", "a_b_c", "Fix: only letters, digits and '-'"),
        ("action group short name", "ai-operations", "Fix: 1 to 12"),
        ("resource group", "rg.", "no '.' at the end"),
        ("account", "-ai", "none at the ends"),
        ("deployment", "a", "Fix: 2 to 64"),
        ("connection", "application.insights", "letters, digits, '_' and '-'"),
    ],
)
def test_azure_refuses_a_name_and_we_say_what_it_takes(kind, name, fix):
    assert fix in naming.refusal(kind, name)


@given(st.from_regex(r"[a-z][a-z0-9]{0,18}", fullmatch=True), st.sampled_from(["dev", "prod"]))
def test_every_allowed_workload_makes_names_that_azure_takes(workload, stack):
    for kind, name in naming.Names(workload, stack).stack_wide():
        assert naming.refusal(kind, name) is None


def test_a_guid_is_the_same_in_every_run_and_another_for_another_stack():
    prod, staging = naming.Names("contoso", "prod"), naming.Names("contoso", "staging")
    assert prod.guid("role", "a") == "4dbb7dd5-7a27-5911-883f-2add977b7d3f"
    assert prod.guid("role", "a") != staging.guid("role", "a")
