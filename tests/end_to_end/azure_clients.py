"""Microsoft's own clients, unmodified, as the shell's environment makes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from azure.identity import DefaultAzureCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.end_to_end.local_azure import LocalAzure


@dataclass(frozen=True)
class Shell:
    """A shell that ran `eval "$(plumb sandbox env)"`, and the clients that start in it."""

    cognitive: CognitiveServicesManagementClient
    authorization: AuthorizationManagementClient
    monitor: MonitorManagementClient
    resources: ResourceManagementClient


@contextmanager
def entered(variables: dict[str, str]) -> Iterator[None]:
    """This process in that environment and no other, for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(variables):
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@contextmanager
def shell(azure: LocalAzure, who: str = "operator") -> Iterator[Shell]:
    with entered(azure.variables(who)):
        arm, subscription = os.environ["PLUMB_ARM_ENDPOINT"], os.environ["AZURE_SUBSCRIPTION_ID"]
        told: dict[str, Any] = {"base_url": arm, "credential_scopes": [f"{arm}/.default"]}
        with (
            DefaultAzureCredential() as credential,
            CognitiveServicesManagementClient(credential, subscription, **told) as cognitive,
            AuthorizationManagementClient(credential, subscription, **told) as authorization,
            MonitorManagementClient(credential, subscription, **told) as monitor,
            ResourceManagementClient(credential, subscription, **told) as resources,
        ):
            yield Shell(cognitive, authorization, monitor, resources)
