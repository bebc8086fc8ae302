"""azure-native, narrowed: the same classes, without their hundreds of neighbours."""

import subprocess
import sys

PROGRAM = """
import sys
from components.azure import authorization, cognitiveservices, network
from pulumi_azure_native import storage
print(network.PrivateEndpoint.__module__)
print(cognitiveservices.AccountPropertiesArgs.__module__)
print(cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED.value)
print(authorization.get_client_config_output.__module__)
print(network.outputs.__name__)
print(sum(name.startswith("pulumi_azure_native.network.") for name in sys.modules) < 10)
print(hasattr(network, "NoSuchThing"), storage.StorageAccount.__module__)
"""


def test_only_what_is_asked_for_is_loaded():
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout.split()
    assert said == [
        "pulumi_azure_native.network.private_endpoint",
        "pulumi_azure_native.cognitiveservices._inputs",
        "SystemAssigned",
        "pulumi_azure_native.authorization.get_client_config",
        "pulumi_azure_native.network.outputs",
        "True",
        "False",
        "pulumi_azure_native.storage.storage_account",
    ]
