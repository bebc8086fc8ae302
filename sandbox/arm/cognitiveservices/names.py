"""Type names and fixed tables of the cognitive services."""

NAMESPACE = "Microsoft.CognitiveServices"
ACCOUNT = f"{NAMESPACE}/accounts"
DEPLOYMENT = f"{ACCOUNT}/deployments"
RAI_POLICY = f"{ACCOUNT}/raiPolicies"
RAI_BLOCKLIST = f"{ACCOUNT}/raiBlocklists"
RAI_BLOCKLIST_ITEM = f"{RAI_BLOCKLIST}/raiBlocklistItems"
PROJECT = f"{ACCOUNT}/projects"
PROJECT_CONNECTION = f"{PROJECT}/connections"
ACCOUNT_CONNECTION = f"{ACCOUNT}/connections"
PRIVATE_ENDPOINT_CONNECTION = f"{ACCOUNT}/privateEndpointConnections"

CALL_RULES = (
    {
        "key": "openai.dalle.post",
        "renewalPeriod": 1,
        "count": 30,
        "matchPatterns": [{"path": "dalle/*", "method": "POST"}],
    },
    {
        "key": "openai.dalle.other",
        "renewalPeriod": 1,
        "count": 30,
        "matchPatterns": [{"path": "dalle/*", "method": "*"}],
    },
    {
        "key": "openai",
        "renewalPeriod": 1,
        "count": 30,
        "matchPatterns": [{"path": "openai/*", "method": "*"}],
    },
)
"""What accounts answer in properties.callRateLimit.rules."""

CAPABILITIES = (
    {"name": "VirtualNetworks"},
    {"name": "CustomerManagedKey"},
    {"name": "MaxFineTuneCount", "value": "500"},
    {"name": "MaxRunningFineTuneCount", "value": "1"},
    {"name": "MaxUserFileCount", "value": "100"},
    {"name": "MaxTrainingFileSize", "value": "512000000"},
    {"name": "MaxUserFileImportDurationInHours", "value": "1"},
    {"name": "MaxFineTuneJobDurationInHours", "value": "720"},
    {"name": "TrustedServices", "value": "Microsoft.CognitiveServices,Microsoft.Search"},
)
