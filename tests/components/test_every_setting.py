"""A setting that changed nothing would be a promise that nobody keeps."""

import json
from copy import deepcopy

import pytest

from tests.components.test_program import deployed, resolved
from tests.components.test_settings import changed
from tests.engine import run_stack, stack_file

OTHER_VALUES = {
    ("platform", "owner"): "other@contoso.com",
    ("platform", "cost_center"): "CC-1",
    ("platform", "data_classification"): "public",
    ("platform", "workload"): "fabrikam",
    ("blocklists", "brand-safety", "terms"): ["other"],
    ("blocklists", "brand-safety", "patterns"): ["o+"],
    ("blocklists", "brand-safety", "description"): "other",
    ("content_filters", "customer-facing", "preset"): "balanced",
    ("content_filters", "customer-facing", "blocklists"): [],
    ("content_filters", "customer-facing", "adjust"): [
        {"filter": "Profanity", "source": "Prompt", "enabled": False}
    ],
    ("accounts", "secondary", "location"): "polandcentral",
    ("accounts", "secondary", "subdomain"): "contoso-cora-prod-plc",
    ("accounts", "secondary", "network"): {"public": True},
    ("accounts", "secondary", "network", "outbound_hosts"): ["other.contoso.com"],
    ("accounts", "secondary", "network", "virtual_network", "address_space"): "10.9.0.0/24",
    ("accounts", "secondary", "projects"): {},
    ("accounts", "secondary", "projects", "support", "description"): "other",
    ("accounts", "secondary", "projects", "support", "display_name"): "other",
    ("accounts", "secondary", "deployments", "chat-v3", "model"): "gpt-5",
    ("accounts", "secondary", "deployments", "chat-v3", "capacity"): 10,
    ("accounts", "secondary", "deployments", "chat-v3", "sku"): "DataZoneProvisionedManaged",
    ("accounts", "secondary", "deployments", "chat-v3", "publisher"): "OpenAI",
    ("accounts", "secondary", "deployments", "chat-v3", "content_filter"): "Microsoft.DefaultV2",
    ("accounts", "secondary", "deployments", "chat-v3", "autoscaled"): True,
    ("accounts", "primary", "deployments", "chat-reserved", "spillover"): None,
    ("accounts", "primary", "deployments", "triage-v1", "fine_tuned", "suffix"): "other",
    ("accounts", "primary", "deployments", "triage-v1", "fine_tuned", "source"): (
        "/subscriptions/x/resourceGroups/y/providers/Microsoft.CognitiveServices/accounts/trainer"
    ),
    ("routes", "chat", "stable"): "embed-v1",
    ("routes", "triage", "candidate"): "chat-v3",
    ("routes", "chat", "fallback"): [],
    ("routes", "chat", "rollback"): "chat-reserved",
    ("routes", "chat", "strategy"): "blue-green",
    ("routes", "chat", "steps_percent"): [100],
    ("routes", "chat", "bake_hours"): 1,
    ("access", "operators", "principal_id"): "11111111-0000-4000-8000-000000000200",
    ("access", "operators", "principal_type"): "User",
    ("access", "operators", "roles"): ["Reader"],
    ("access", "operators", "account"): "primary",
    ("observability", "log_retention_days"): 365,
    ("observability", "daily_cap_gb"): 2,
    ("observability", "objectives", "error_rate"): 0.01,
    ("observability", "objectives", "p95_latency_ms"): 2000,
    ("observability", "objectives", "groundedness"): 4.5,
    ("observability", "objectives", "daily_cost_over_budget"): 2,
    ("observability", "on_call", "email"): ["other@contoso.com"],
    ("observability", "on_call", "webhook"): None,
    ("observability", "finance", "email"): ["other@contoso.com"],
    ("budget", "monthly"): 1,
    ("budget", "currency"): "USD",
    ("budget", "starts"): "2027-01-01",
    ("budget", "contacts"): ["other@contoso.com"],
    ("readiness", "evidence"): "evidence/other.yaml",
    ("readiness", "runbook"): "https://other.contoso.com",
    ("readiness", "rotation"): "other",
}


def registered(engine):
    requests = {
        urn: (str(request.object), tuple(request.ignoreChanges))
        for urn, request in engine.requests.items()
    }
    return requests, json.dumps(resolved(engine.outputs), sort_keys=True)


@pytest.mark.parametrize(("place", "value"), OTHER_VALUES.items())
def test_no_setting_is_ignored(place, value):
    config = changed(deepcopy(stack_file("prod")), place, value)
    if place[-1] == "model":
        config = changed(config, (*place[:-1], "version"), "2025-08-07")
    assert registered(run_stack("prod", config)) != registered(deployed("prod"))
