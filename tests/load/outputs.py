"""The outputs of a stack with one deployment."""

from scripts.stack_outputs import StackOutputs

OUTPUTS = StackOutputs.model_validate(
    {
        "contract_version": "1",
        "profile": "dev",
        "resource_group": "rg",
        "accounts": {
            "primary": {
                "name": "cora",
                "location": "swedencentral",
                "endpoint": "https://cora.example",
                "deployments": {
                    "chat-v3": {
                        "model": "gpt-5.4",
                        "version": "2026-03-05",
                        "format": "OpenAI",
                        "sku": "GlobalStandard",
                        "capacity": 30,
                        "content_filter": "x",
                        "spillover": "",
                    }
                },
            }
        },
        "routes": {},
        "routing": {"store": "s", "endpoint": "https://s.example", "label": "dev"},
    }
)
