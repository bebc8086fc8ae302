"""What the guard lets pass, and what it refuses."""

from policies.values import UNKNOWN
from policies.world import World
from tests.policies.compliant.part import Part
from tests.policies.worlds import part

GUARD = "preview-values-known"
UPGRADE = "properties.versionUpgradeOption"


def unseen(world):
    return World(world.resources, unseen=world.by_urn)


def of(type):
    """A change: the stack has one more resource."""
    return ("another", "", Part(type, {}))


def spare(account):
    """A change: one more deployment, in an account of that name."""
    made = part("embed", ("deploymentName", "spare-v1"), ("accountName", account))
    return ("spare", "", made)


PASSED = [
    (GUARD, "prod", []),
    (GUARD, "dev", [("chat", UPGRADE, UNKNOWN)]),
    (GUARD, "prod", [of("azure-native:cognitiveservices:RaiBlocklist")]),
    (GUARD, "prod", [of("azure-native:storage:StorageAccount")]),
    (GUARD, "prod", [of("pulumi:providers:azure-native_cognitiveservices_v20250601")]),
    (GUARD, "prod", [of("random:index/randomPet:RandomPet")]),
]

ROUND_THE_RULES = {
    "azure-native:resources:Resource": "stand in a template",
    "azure-native:resources:Deployment": "stand in a template",
    "azure-native:resources:DeploymentAtSubscriptionScope": "stand in a template",
    "azure-native:resources:DeploymentStackAtResourceGroup": "stand in a template",
    "azure-native:resources:AzureCliScript": "stand in a template",
    "azure-native:solutions:Application": "stand in a template",
    "azure:cognitive/account:Account": "made by another provider",
    "azure:core/resourceGroupTemplateDeployment:ResourceGroupTemplateDeployment": "by another",
    "azurerm:index/cognitiveAccount:CognitiveAccount": "made by another provider",
    "azapi:index/resource:Resource": "made by another provider",
    "command:local:Command": "runs a program",
    "pulumi-python:dynamic:Resource": "runs a program",
    "pulumi-nodejs:dynamic:Resource": "runs a program",
    "azure-native:machinelearningservices:ServerlessEndpoint": "can serve models past",
    "azure-native:network:NetworkSecurityPerimeterAssociation": "decides who reaches an account",
    "azure-native:network:NetworkSecurityPerimeterAccessRule": "decides who reaches an account",
    "azure-native:managedservices:RegistrationAssignment": "hands roles to another directory",
    "kubernetes:cognitiveservices.azure.com/v1api20250601:Account": "no rule knows what it does",
    "azure-native:cognitiveservices:CommitmentPlan": "no rule knows what it does",
    "azure-native:cognitiveservices:RaiTopic": "no rule knows what it does",
    "azure-native:cognitiveservices:OutboundRule": "no rule knows what it does",
    "azure-native:CognitiveServices:Account": "no rule knows what it does",
    "azure-native-sdk:cognitiveservices:Account": "no rule knows what it does",
}

REFUSED = [
    (GUARD, "prod", [("chat", UPGRADE, UNKNOWN)], f"could not read {UPGRADE} of 'chat'"),
    (GUARD, "prod", [unseen], "nobody showed the gate"),
    (GUARD, "prod", [spare("other-ai")], "an account that is not declared here, 'other-ai'"),
    (GUARD, "prod", [spare(UNKNOWN)], "an account that only the update names here, unknown"),
    *((GUARD, "prod", [of(type)], reason) for type, reason in ROUND_THE_RULES.items()),
    (GUARD, "dev", [of("azure:cognitive/account:Account")], "'another' (azure:cognitive/account"),
]

NEEDED = []

NOT_READ = []
