"""Azure's clients of data and identity, unmodified, in both their styles."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from azure.appconfiguration import (
    AzureAppConfigurationClient,
    ConfigurationSetting,
    FeatureFlagConfigurationSetting,
)
from azure.appconfiguration.aio import AzureAppConfigurationClient as AsyncConfigurationClient
from azure.appconfiguration.provider import SettingSelector, load
from azure.appconfiguration.provider.aio import load as load_later
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceModifiedError
from azure.identity import DefaultAzureCredential
from azure.identity.aio import ClientSecretCredential, ManagedIdentityCredential
from azure.identity.aio import DefaultAzureCredential as AsyncCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.monitor.query.aio import LogsQueryClient
from featuremanagement import FeatureManager, TargetingContext
from featuremanagement.aio import FeatureManager as AsyncFeatureManager

from tests.sandbox.core.examples import STORE, WORKSPACE
from tests.sandbox.faults.conftest import role
from tests.sandbox.running import RunningSandbox

DATA_OWNER = "5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b"
SCOPE = "https://cognitiveservices.azure.com/.default"
CALLERS = [f"caller-{number}" for number in range(200)]
LABEL = "prod"


@pytest.fixture
def endpoint(sandbox: RunningSandbox) -> Iterator[str]:
    """A store that the operator reads and writes, with a setting that ARM wrote."""
    operator = sandbox.description["principals"]["operator"]["oid"]
    with (
        DefaultAzureCredential() as credential,
        ResourceManagementClient(credential, sandbox.subscription_id, **sandbox.clients) as arm,
    ):
        arm.resource_groups.create_or_update("rg-test", {"location": "swedencentral"})
        for id, body in (
            (STORE, {"location": "swedencentral", "sku": {"name": "standard"}}),
            (WORKSPACE, {"location": "swedencentral", "properties": {}}),
            role(STORE, DATA_OWNER, operator),
            (f"{STORE}/keyValues/greeting${LABEL}", {"properties": {"value": "hello"}}),
        ):
            arm.resources.begin_create_or_update_by_id(id, body, api_version="2025-06-01").result()
    yield f"{sandbox.arm}/appconfig/appcs-test"


@pytest.fixture
def trust(sandbox: RunningSandbox) -> dict[str, str]:
    """For asynchronous clients: aiohttp reads SSL_CERT_FILE once a process, when it is imported."""
    return {"connection_verify": str(sandbox.folder / "ca.pem")}


def flag(percent: int) -> FeatureFlagConfigurationSetting:
    """A route of which so many callers get the candidate."""
    made = FeatureFlagConfigurationSetting("chat-router", enabled=True, label=LABEL)
    made.value = json.dumps(
        {
            **json.loads(made.value),
            "variants": [
                {"name": "stable", "configuration_value": "chat-v3"},
                {"name": "candidate", "configuration_value": "chat-v4"},
            ],
            "allocation": {
                "default_when_enabled": "stable",
                # FeatureManagement refuses a range that ends at 0.
                "percentile": [{"variant": "candidate", "from": 0, "to": percent}] * bool(percent),
                "seed": "chat",
            },
        }
    )
    return made


def wanted(endpoint: str, credential: Any) -> dict[str, Any]:
    """What an application asks its configuration provider for."""
    return {
        "endpoint": endpoint,
        "credential": credential,
        "selects": [SettingSelector(key_filter="*", label_filter=LABEL)],
        "feature_flag_enabled": True,
        "feature_flag_selectors": [SettingSelector(key_filter="*", label_filter=LABEL)],
        "feature_flag_refresh_enabled": True,
        "refresh_interval": 1,
        "replica_discovery_enabled": False,
    }


def test_an_application_is_routed_by_the_flag_that_its_provider_loads(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        DefaultAzureCredential() as credential,
        AzureAppConfigurationClient(endpoint, credential) as store,
    ):
        store.set_configuration_setting(flag(0))
        with load(**wanted(endpoint, credential)) as settings:
            manager = FeatureManager(settings)
            assert settings["greeting"] == "hello"
            assert routed(manager) == {"chat-v3": len(CALLERS)}
            store.set_configuration_setting(flag(100))
            now = time.time()
            monkeypatch.setattr(time, "time", lambda: now + 60)
            settings.refresh()
            assert routed(manager) == {"chat-v4": len(CALLERS)}


def routed(manager: FeatureManager) -> dict[str, int]:
    found: dict[str, int] = {}
    for caller in CALLERS:
        variant = manager.get_variant("chat-router", TargetingContext(user_id=caller))
        assert variant is not None
        found[variant.configuration] = found.get(variant.configuration, 0) + 1
    return found


def test_an_asynchronous_application_is_routed_alike(endpoint: str, trust: dict[str, str]) -> None:
    async def run() -> None:
        async with (
            AsyncCredential() as credential,
            AsyncConfigurationClient(endpoint, credential, **trust) as store,
        ):
            await store.set_configuration_setting(flag(25))
            async with await load_later(**wanted(endpoint, credential), **trust) as settings:
                assert settings["greeting"] == "hello"
                later, now = AsyncFeatureManager(settings), FeatureManager(settings)
                for caller in CALLERS:
                    context = TargetingContext(user_id=caller)
                    routed = await later.get_variant("chat-router", context)
                    assert routed is not None
                    same = now.get_variant("chat-router", context)
                    assert same is not None
                    assert routed.configuration == same.configuration

    asyncio.run(run())


def test_of_two_asynchronous_writers_with_one_etag_the_second_is_told(
    endpoint: str, trust: dict[str, str]
) -> None:
    async def run() -> None:
        async with (
            AsyncCredential() as credential,
            AsyncConfigurationClient(endpoint, credential, **trust) as store,
        ):
            read = await store.get_configuration_setting("greeting", label=LABEL)
            assert isinstance(read, ConfigurationSetting)
            unmodified = {"match_condition": MatchConditions.IfNotModified}
            await store.set_configuration_setting(read, **unmodified)
            with pytest.raises(ResourceModifiedError):
                await store.set_configuration_setting(read, **unmodified)
            found = [each async for each in store.list_revisions("greeting", label_filter=LABEL)]
            assert len(found) == 2

    asyncio.run(run())


def test_logs_are_asked_for_asynchronously(
    sandbox: RunningSandbox, endpoint: str, trust: dict[str, str]
) -> None:
    async def run() -> None:
        async with (
            AsyncCredential() as credential,
            LogsQueryClient(credential, endpoint=f"{sandbox.arm}/loganalytics", **trust) as logs,
        ):
            day = timedelta(days=1)
            said = await logs.query_resource(WORKSPACE, "AppTraces | count", timespan=day)
            assert [list(row) for row in said.tables[0].rows] == [[0]]
            with pytest.raises(HttpResponseError, match="mv-expand"):
                await logs.query_resource(WORKSPACE, "AppTraces | mv-expand x", timespan=day)

    asyncio.run(run())


def test_identities_are_asked_for_asynchronously(
    sandbox: RunningSandbox, trust: dict[str, str]
) -> None:
    cora = sandbox.description["principals"]["cora-app"]

    async def run() -> list[str]:
        async with (
            ManagedIdentityCredential() as managed,
            ClientSecretCredential(
                sandbox.description["tenant_id"],
                cora["client_id"],
                cora["client_secret"],
                authority=sandbox.arm,
                disable_instance_discovery=True,
                **trust,
            ) as secret,
        ):
            return [(await each.get_token(SCOPE)).token for each in (managed, secret)]

    said = [jwt.decode(token, options={"verify_signature": False}) for token in asyncio.run(run())]
    operator = sandbox.description["principals"]["operator"]
    assert [each["oid"] for each in said] == [operator["oid"], cora["oid"]]
