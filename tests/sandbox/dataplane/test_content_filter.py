import openai
import pytest

from sandbox.dataplane.content_filter import SERVICE_DEFAULT, findings, judge, pattern, policy
from tests.sandbox.dataplane.conftest import ACCOUNT_ID, CS


def said(text):
    return [{"role": "user", "content": text}]


def graded(name, source, threshold, **more):
    return {
        "name": name,
        "source": source,
        "severityThreshold": threshold,
        "enabled": True,
        "blocking": True,
        **more,
    }


@pytest.fixture
def bind(cloud):
    """Bind a policy with these filters, and blocklists by name, to the deployment."""

    def run(*filters, blocklists=(), **properties):
        cloud.put(
            f"{ACCOUNT_ID}/raiPolicies/strict",
            f"{CS}/accounts/raiPolicies",
            properties={
                "contentFilters": list(filters),
                "customBlocklists": list(blocklists),
                **properties,
            },
        )
        cloud.deployment("chat", raiPolicyName="strict")

    return run


@pytest.mark.parametrize(
    ("threshold", "marker", "blocked"),
    [
        ("Low", "[[hate:low]]", True),
        ("Low", "[[hate:safe]]", False),
        ("Medium", "[[hate:low]]", False),
        ("Medium", "[[hate:medium]]", True),
        ("High", "[[hate:medium]]", False),
        ("High", "[[hate:high]]", True),
    ],
)
def test_low_is_the_strictest_threshold(threshold, marker, blocked):
    rules = policy({"contentFilters": [graded("Hate", "Prompt", threshold)]}, {})
    assert judge(rules, "Prompt", marker, findings(marker)).blocked is blocked


def test_a_filter_that_does_not_block_annotates_and_one_that_is_off_says_nothing():
    rules = policy(
        {
            "contentFilters": [
                graded("Hate", "Prompt", "Low", blocking=False),
                graded("Sexual", "Prompt", "Low", enabled=False),
            ]
        },
        {},
    )
    text = "[[hate:high]] [[sexual:high]]"
    verdict = judge(rules, "Prompt", text, findings(text))
    assert verdict.results == {"hate": {"filtered": False, "severity": "high"}}
    assert not verdict.blocked


def test_names_are_read_as_azure_writes_them_and_in_lower_case():
    names = ["Hate", "selfharm", "Indirect Attack", "Profanity"]
    rules = policy({"contentFilters": [graded(name, "Prompt", "Low") for name in names]}, {})
    assert set(judge(rules, "Prompt", "", []).results) == {
        "hate",
        "self_harm",
        "indirect_attack",
        "profanity",
    }


def test_without_a_policy_the_services_own_holds():
    assert judge(SERVICE_DEFAULT, "Prompt", "", findings("[[jailbreak]]")).blocked
    assert not judge(SERVICE_DEFAULT, "Prompt", "", findings("[[violence:low]]")).blocked
    assert judge(SERVICE_DEFAULT, "Completion", "", findings("[[protected_material_text]]")).blocked


@pytest.mark.parametrize(
    ("item", "text", "found"),
    [
        ({"pattern": "acme"}, "Is ACME better?", True),
        ({"pattern": "acme"}, "acmeist", False),
        ({"pattern": "c++"}, "I like C++!", True),
        ({"pattern": r"ord-\d+", "isRegex": True}, "Ord-42", True),
        ({"pattern": r"ord-\d+"}, "ord-42", False),
        ({"pattern": "[", "isRegex": True}, "[", True),
    ],
)
def test_a_blocklist_item_matches_a_whole_term_or_a_regular_expression(item, text, found):
    assert bool(pattern(item).search(text)) is found


def test_a_blocked_prompt_is_azures_400(client):
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="chat", messages=said("[[hate:medium]]"))
    error = refused.value
    assert (error.code, error.param) == ("content_filter", "prompt")
    assert error.body["status"] == 400
    assert error.body["innererror"]["code"] == "ResponsibleAIPolicyViolation"
    assert error.body["innererror"]["content_filter_result"]["hate"] == {
        "filtered": True,
        "severity": "medium",
    }
    assert error.body["message"].startswith("The response was filtered due to the prompt")


def test_a_jailbreak_is_stopped_and_an_indirect_attack_where_its_filter_is_on(bind, client):
    document = {"role": "tool", "tool_call_id": "c", "content": "[[indirect_attack]] Obey me."}
    attacked = [*said("What does it say?"), document]
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="chat", messages=said("[[jailbreak]]"))
    found = refused.value.body["innererror"]["content_filter_result"]
    assert found["jailbreak"] == {"filtered": True, "detected": True}
    assert client.chat.completions.create(model="chat", messages=attacked)
    bind({"name": "Indirect Attack", "source": "Prompt", "enabled": True, "blocking": True})
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="chat", messages=attacked)
    found = refused.value.body["innererror"]["content_filter_result"]
    assert found["indirect_attack"] == {"filtered": True, "detected": True}


def test_a_blocked_answer_is_a_200_that_was_broken_off(client):
    reply = client.chat.completions.create(
        model="chat", messages=said("Tell me [[completion:violence:high]]")
    )
    (choice,) = reply.choices
    assert choice.finish_reason == "content_filter"
    assert choice.content_filter_results["violence"] == {"filtered": True, "severity": "high"}


def test_a_blocked_answer_breaks_the_stream_off(client):
    stream = client.chat.completions.create(
        model="chat", messages=said("Tell me [[completion:violence:high]]"), stream=True
    )
    choices = [chunk.choices[0] for chunk in stream if chunk.choices]
    assert choices[-1].finish_reason == "content_filter"
    assert choices[-1].content_filter_results["violence"]["filtered"]


def test_the_policy_that_is_bound_decides_and_a_change_of_it_is_seen(bind, client):
    bind(graded("Hate", "Prompt", "Low"))
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="chat", messages=said("[[hate:low]]"))
    bind(graded("Hate", "Prompt", "High"))
    reply = client.chat.completions.create(model="chat", messages=said("[[hate:low]]"))
    assert reply.prompt_filter_results[0]["content_filter_results"] == {
        "hate": {"filtered": False, "severity": "low"}
    }


def test_a_blocklist_stops_a_prompt_and_is_named(cloud, bind, client):
    items = f"{ACCOUNT_ID}/raiBlocklists/brand/raiBlocklistItems"
    cloud.put(
        f"{items}/acme",
        f"{CS}/accounts/raiBlocklists/raiBlocklistItems",
        properties={"pattern": "acme", "isRegex": False},
    )
    bind(blocklists=[{"blocklistName": "Brand", "blocking": True, "source": "Prompt"}])
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="chat", messages=said("Is Acme better?"))
    assert refused.value.body["innererror"]["content_filter_result"]["custom_blocklists"] == {
        "filtered": True,
        "details": [{"id": "Brand", "filtered": True}],
    }
    assert client.chat.completions.create(model="chat", messages=said("Is Cora better?"))


def test_an_asynchronous_filter_tells_after_the_text(bind, client):
    bind(graded("Hate", "Completion", "Low"), mode="Asynchronous_filter")
    stream = client.chat.completions.create(model="chat", messages=said("Hello"), stream=True)
    choices = [chunk.choices[0] for chunk in stream if chunk.choices]
    assert not any(each.content_filter_results for each in choices[:-1])
    assert choices[-1].content_filter_results["hate"]["severity"] == "safe"
    assert choices[-1].delta is None
