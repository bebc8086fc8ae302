"""Azure's management endpoint, as the environment names it."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import policies
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import DefaultAzureCredential
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.exceptions import ARMErrorFormat
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

API_VERSION: Final = "2025-09-01"
"""Of the cognitive services' management API."""
PUBLIC: Final = "https://management.azure.com"
ENDPOINT_VARIABLE: Final = "PLUMB_ARM_ENDPOINT"
SUBSCRIPTION_VARIABLES: Final = ("ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID")


class NoSubscription(Exception):
    """The environment names none; the message says what to do."""


@dataclass(frozen=True)
class Arm:
    """Where the management API stands, and who asks it."""

    endpoint: str
    subscription: str
    credential: TokenCredential

    @property
    def scope(self) -> str:
        """What tokens are asked for."""
        return f"{self.endpoint}/.default"

    def cognitive(self) -> CognitiveServicesManagementClient:
        return CognitiveServicesManagementClient(
            self.credential,
            self.subscription,
            api_version=API_VERSION,
            base_url=self.endpoint,
            credential_scopes=[self.scope],
            retry_total=0,  # we retry ourselves, or retries multiply
        )

    def raw(self) -> ARMPipelineClient[HttpRequest, HttpResponse]:
        """For what no client of ours knows."""
        return ARMPipelineClient(
            base_url=self.endpoint,
            policies=[
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy(),
                ARMChallengeAuthenticationPolicy(self.credential, self.scope),
            ],
        )


def from_environment() -> Arm:
    """The subscription that the shell is set to, as whoever is signed in.

    Raises:
        NoSubscription: it is set to none.
    """
    named = [os.environ[name] for name in SUBSCRIPTION_VARIABLES if os.environ.get(name)]
    if not named:
        raise NoSubscription(
            f"no subscription is named. Fix: export {SUBSCRIPTION_VARIABLES[0]}=…, or for a local "
            'one eval "$(plumb sandbox env)"'
        )
    return signed_in(named[0])


def signed_in(subscription: str) -> Arm:
    """A subscription, as whoever is signed in."""
    # What went wrong is in the error; by itself it would be told once more for every question.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    endpoint = os.environ.get(ENDPOINT_VARIABLE, PUBLIC).rstrip("/")
    return Arm(endpoint, subscription, DefaultAzureCredential())


def pages(
    client: ARMPipelineClient[HttpRequest, HttpResponse],
    path: str,
    api_version: str,
    timeout_s: float,
) -> list[Mapping[str, Any]]:
    """Every row of a list.

    Raises:
        AzureError: not reached, or refused.
    """
    rows: list[Mapping[str, Any]] = []
    next_page = client.format_url(f"{quote(path)}?{urlencode({'api-version': api_version})}")
    while next_page:
        answer = client.send_request(
            HttpRequest("GET", next_page),
            connection_timeout=timeout_s,
            read_timeout=timeout_s,
        )
        if answer.status_code != 200:
            raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
        told = answer.json()
        rows += told["value"]
        next_page = told.get("nextLink")
    return rows
