"""What each built-in role allows, by GUID."""

from dataclasses import dataclass

CS = "Microsoft.CognitiveServices"


@dataclass(frozen=True, kw_only=True)
class Role:
    """Patterns with *; an action is allowed when one allows it and none takes it away."""

    name: str
    description: str = ""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


NOTHING_ABOVE = ("Microsoft.Authorization/*/read", "Microsoft.Resources/*/read")
AI_READ = (f"{CS}/*/read", *NOTHING_ABOVE, "Microsoft.Insights/*/read")

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"

ROLES = {
    OWNER: Role(name="Owner", actions=("*",)),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": Role(
        name="Contributor",
        actions=("*",),
        not_actions=(
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ),
    ),
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": Role(name="Reader", actions=("*/read",)),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": Role(
        name="User Access Administrator",
        actions=("*/read", "Microsoft.Authorization/*"),
    ),
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": Role(
        name="Role Based Access Control Administrator",
        actions=(
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
        ),
    ),
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd": Role(
        name="Cognitive Services OpenAI User",
        description="Ability to view files, models, deployments. Readers can't make any changes. "
        "They can inference and create images",
        actions=AI_READ,
        data_actions=(
            f"{CS}/accounts/OpenAI/*/read",
            f"{CS}/accounts/OpenAI/engines/completions/action",
            f"{CS}/accounts/OpenAI/engines/search/action",
            f"{CS}/accounts/OpenAI/engines/generate/action",
            f"{CS}/accounts/OpenAI/deployments/search/action",
            f"{CS}/accounts/OpenAI/deployments/completions/action",
            f"{CS}/accounts/OpenAI/deployments/chat/completions/action",
            f"{CS}/accounts/OpenAI/deployments/extensions/chat/completions/action",
            f"{CS}/accounts/OpenAI/deployments/embeddings/action",
            f"{CS}/accounts/OpenAI/images/generations/action",
            f"{CS}/accounts/OpenAI/responses/*",
        ),
    ),
    "a001fd3d-188f-4b5d-821b-7da978bf7442": Role(
        name="Cognitive Services OpenAI Contributor",
        description="Full access including the ability to fine-tune, deploy and generate text",
        actions=(
            *AI_READ,
            f"{CS}/accounts/deployments/write",
            f"{CS}/accounts/deployments/delete",
            f"{CS}/accounts/raiPolicies/write",
            f"{CS}/accounts/raiPolicies/delete",
        ),
        data_actions=(f"{CS}/accounts/OpenAI/*",),
    ),
    "a97b65f3-24c7-4388-baec-2e87135dc908": Role(
        name="Cognitive Services User",
        description="Lets you read and list keys of Cognitive Services.",
        actions=(*AI_READ, f"{CS}/accounts/listkeys/action"),
        data_actions=(f"{CS}/*",),
    ),
    "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68": Role(
        name="Cognitive Services Contributor",
        description="Lets you create, read, update, delete and manage keys of Cognitive Services.",
        actions=(
            f"{CS}/*",
            *NOTHING_ABOVE,
            "Microsoft.Insights/alertRules/*",
            "Microsoft.Insights/diagnosticSettings/*",
            "Microsoft.Insights/metrics/read",
            "Microsoft.Insights/metricDefinitions/read",
            "Microsoft.Resources/deployments/*",
        ),
    ),
    "bba48692-92b0-4667-a9ad-c31c7b334ac2": Role(
        name="Cognitive Services Usages Reader",
        description="Minimal permission to view Cognitive Services usages.",
        actions=(f"{CS}/locations/usages/read",),
    ),
    "53ca6127-db72-4b80-b1b0-d745d6d5456d": Role(
        name="Azure AI User",
        actions=(*AI_READ, f"{CS}/accounts/listkeys/action"),
        data_actions=(f"{CS}/*",),
    ),
    "eadc314b-1a2d-4efa-be10-5d325db5065e": Role(
        name="Azure AI Project Manager",
        actions=(
            *AI_READ,
            f"{CS}/accounts/projects/*",
            f"{CS}/accounts/deployments/*",
            "Microsoft.Authorization/roleAssignments/write",
        ),
        data_actions=(f"{CS}/*",),
    ),
    "e47c6f54-e4a2-4754-9501-8e0985b135e1": Role(
        name="Azure AI Account Owner",
        actions=(f"{CS}/*", *NOTHING_ABOVE, "Microsoft.Authorization/roleAssignments/write"),
    ),
    "64702f94-c441-49e6-a78b-ef80e0188fee": Role(
        name="Azure AI Developer",
        actions=(*AI_READ, "Microsoft.MachineLearningServices/workspaces/*"),
        data_actions=(f"{CS}/accounts/OpenAI/*", f"{CS}/accounts/ContentSafety/*"),
    ),
    "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b": Role(
        name="App Configuration Data Owner",
        description="Allows full access to App Configuration data.",
        data_actions=(
            "Microsoft.AppConfiguration/configurationStores/*/read",
            "Microsoft.AppConfiguration/configurationStores/*/write",
            "Microsoft.AppConfiguration/configurationStores/*/delete",
            "Microsoft.AppConfiguration/configurationStores/*/action",
        ),
    ),
    "516239f1-63e1-4d78-a4de-a74fb236a071": Role(
        name="App Configuration Data Reader",
        description="Allows read access to App Configuration data.",
        data_actions=("Microsoft.AppConfiguration/configurationStores/*/read",),
    ),
    "3913510d-42f4-4e42-8a64-420c390055eb": Role(
        name="Monitoring Metrics Publisher",
        actions=("Microsoft.Insights/Register/Action", "Microsoft.Resources/*/read"),
        data_actions=("Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"),
    ),
    "43d0d8ad-25c7-4714-9337-8ba259a9fe05": Role(
        name="Monitoring Reader",
        actions=("*/read", "Microsoft.OperationalInsights/workspaces/search/action"),
    ),
    "749f88d5-cbae-40b8-bcfc-e573ddc772fa": Role(
        name="Monitoring Contributor",
        actions=(
            "*/read",
            "Microsoft.Insights/*",
            "Microsoft.AlertsManagement/*",
            "Microsoft.OperationalInsights/workspaces/write",
            "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
        ),
    ),
    "73c42c96-874c-492b-b04d-ab87d138a893": Role(
        name="Log Analytics Reader",
        actions=("*/read", "Microsoft.OperationalInsights/workspaces/analytics/query/action"),
        not_actions=("Microsoft.OperationalInsights/workspaces/sharedKeys/read",),
        data_actions=("Microsoft.OperationalInsights/workspaces/tables/data/read",),
    ),
    "4633458b-17de-408a-b874-0445c86b69e6": Role(
        name="Key Vault Secrets User",
        data_actions=("Microsoft.KeyVault/vaults/secrets/getSecret/action",),
    ),
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": Role(
        name="Key Vault Crypto Service Encryption User",
        data_actions=("Microsoft.KeyVault/vaults/keys/wrap/action",),
    ),
    "12338af0-0e69-4776-bea7-57ae8d297424": Role(
        name="Key Vault Crypto User",
        data_actions=("Microsoft.KeyVault/vaults/keys/encrypt/action",),
    ),
}
