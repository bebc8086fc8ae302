"""Snapshots and the past of a configuration store, as azure-appconfiguration reads them."""

from datetime import timedelta

import pytest
from azure.appconfiguration import (
    ConfigurationSettingsFilter,
    ConfigurationSnapshot,
    SnapshotComposition,
    SnapshotStatus,
)
from azure.appconfiguration.provider import SettingSelector, load
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from tests.sandbox.dataplane.conftest import Credential
from tests.sandbox.dataplane.test_configuration import setting

ALL = [ConfigurationSettingsFilter(key="*")]
QUICKLY = {"polling_interval": 0}


@pytest.fixture
def store(store_of):
    """With one key under no label, and the same under two."""
    made = store_of()
    for label in (None, "dev", "prod"):
        made.set_configuration_setting(setting("app/color", label=label, value=f"for {label}"))
    made.set_configuration_setting(setting("other", tags={"team": "ai"}))
    return made


def take(store, name="release-1", filters=ALL, **more):
    return store.begin_create_snapshot(name, filters, **QUICKLY, **more).result()


def found(store, name="release-1"):
    listed = store.list_configuration_settings(snapshot_name=name)
    return [(each.key, each.label) for each in listed]


def test_a_snapshot_keeps_what_was_there_though_it_changes_or_goes(store):
    made = take(store, tags={"a": "b"}, description="the first")
    assert (made.status, made.items_count, made.tags) == (SnapshotStatus.READY, 2, {"a": "b"})
    assert (made.retention_period, made.expires, made.description) == (2592000, None, "the first")
    store.set_configuration_setting(setting("app/color", value="new"))
    store.delete_configuration_setting("other")
    kept = store.list_configuration_settings(snapshot_name="release-1")
    assert {each.key: each.value for each in kept} == {"app/color": "for None", "other": "hello"}


def test_of_a_key_under_many_labels_the_last_filter_chooses_unless_labels_count(store):
    filters = [
        ConfigurationSettingsFilter(key="app/*", label="dev"),
        ConfigurationSettingsFilter(key="app/*", label="prod"),
    ]
    take(store, "one", filters)
    take(store, "both", filters, composition_type=SnapshotComposition.KEY_LABEL)
    assert found(store, "one") == [("app/color", "prod")]
    assert found(store, "both") == [("app/color", "dev"), ("app/color", "prod")]


def test_a_filter_without_a_label_is_for_what_has_none_and_tags_narrow_it(store):
    take(store)
    assert found(store) == [("app/color", None), ("other", None)]
    take(store, "tagged", [ConfigurationSettingsFilter(key="*", tags=["team=ai"])])
    assert found(store, "tagged") == [("other", None)]


def test_a_snapshot_is_provisioning_for_a_while_and_empty_until_it_is_ready(slow, store):
    poller = store.begin_create_snapshot("slow", ALL, polling=False)
    assert poller.result().status == SnapshotStatus.PROVISIONING
    assert store.get_snapshot("slow").status == SnapshotStatus.PROVISIONING
    assert found(store, "slow") == []
    with pytest.raises(ResourceExistsError, match="state"):
        store.archive_snapshot("slow")
    slow.wait(2)
    assert store.get_snapshot("slow").status == SnapshotStatus.READY
    assert len(found(store, "slow")) == 2


def test_an_archived_snapshot_is_recovered_or_expires(cloud, store):
    take(store, retention_period=3600)
    archived = store.archive_snapshot("release-1")
    assert archived.status == SnapshotStatus.ARCHIVED
    assert archived.expires - archived.created == timedelta(seconds=3600)
    assert len(found(store)) == 2  # it can still be read
    recovered = store.recover_snapshot("release-1")
    assert (recovered.status, recovered.expires) == (SnapshotStatus.READY, None)
    store.archive_snapshot("release-1")
    cloud.wait(3600)
    with pytest.raises(ResourceNotFoundError):
        store.get_snapshot("release-1")
    assert take(store).status == SnapshotStatus.READY  # the name is free again


def test_archiving_twice_changes_nothing_the_second_time(store):
    take(store)
    assert store.archive_snapshot("release-1").etag == store.archive_snapshot("release-1").etag


def test_of_two_who_change_one_snapshot_the_second_is_told(store):
    seen = take(store)
    store.archive_snapshot("release-1")
    with pytest.raises(ResourceModifiedError):
        store.archive_snapshot(
            "release-1", etag=seen.etag, match_condition=MatchConditions.IfNotModified
        )


def test_a_name_is_taken_once(store):
    take(store)
    with pytest.raises(ResourceExistsError):
        take(store)


def test_snapshots_are_listed_by_name_and_status(store):
    for name in ("a-1", "a-2", "b-1"):
        take(store, name)
    store.archive_snapshot("a-2")

    def listed(**filters):
        return [each.name for each in store.list_snapshots(**filters)]

    assert listed() == ["a-1", "a-2", "b-1"]
    assert listed(name="a-*") == ["a-1", "a-2"]
    assert listed(status=[SnapshotStatus.ARCHIVED]) == ["a-2"]
    (part,) = store.list_snapshots(name="b-1", fields=["name"])
    assert (part.name, part.status) == ("b-1", None)


@pytest.mark.parametrize(
    ("filters", "more", "names"),
    [
        ([], {}, "filters"),
        (ALL * 4, {}, "filters"),
        (ALL, {"retention_period": 3599}, "retention_period"),
        (ALL, {"composition_type": "none"}, "composition_type"),
        ([ConfigurationSettingsFilter(key="a*b")], {}, r"filters\[0\].key"),
        ([ConfigurationSettingsFilter(key="a", label="x*")], {}, r"filters\[0\].label"),
    ],
)
def test_what_is_no_snapshot_is_refused_by_name(store, filters, more, names):
    with pytest.raises(HttpResponseError, match=names) as refused:
        take(store, filters=filters, **more)
    assert refused.value.status_code == 400


def test_a_reader_reads_snapshots_and_makes_or_archives_none(store, store_of):
    take(store)
    reader = store_of("cora-app")
    assert isinstance(reader.get_snapshot("release-1"), ConfigurationSnapshot)
    for ask in (lambda: take(reader, "x"), lambda: reader.archive_snapshot("release-1")):
        with pytest.raises(HttpResponseError) as refused:
            ask()
        assert refused.value.status_code == 403


def test_the_provider_loads_a_snapshot(cloud, store, transport):
    take(store)
    store.set_configuration_setting(setting("app/color", value="new"))
    loaded = load(
        endpoint="https://testserver/appconfig/routes",
        credential=Credential(cloud, "operator"),
        selects=[SettingSelector(snapshot_name="release-1")],
        replica_discovery_enabled=False,
        transport=transport,
    )
    assert dict(loaded) == {"app/color": "for None", "other": "hello"}


def test_a_list_as_of_a_moment_has_what_was_there_and_what_is_gone_since(cloud, store_of):
    store = store_of()
    store.set_configuration_setting(setting("a", value="old"))
    store.set_configuration_setting(setting("gone"))
    then = cloud.now
    cloud.wait(60)
    store.set_configuration_setting(setting("a", value="new"))
    store.delete_configuration_setting("gone")
    store.set_configuration_setting(setting("later"))
    between = cloud.now
    cloud.wait(60)
    store.set_configuration_setting(setting("gone", value="back"))

    def as_of(moment):
        listed = store.list_configuration_settings(accept_datetime=moment)
        return {each.key: each.value for each in listed}

    assert as_of(then) == {"a": "old", "gone": "hello"}
    assert as_of(between) == {"a": "new", "later": "hello"}
    assert as_of(cloud.now) == {"a": "new", "gone": "back", "later": "hello"}
    assert as_of(None) == {"a": "new", "gone": "back", "later": "hello"}
    assert as_of(then - timedelta(days=1)) == {}
    assert store.get_configuration_setting("a", accept_datetime=then).value == "old"
    assert [each.value for each in store.list_revisions("a", accept_datetime=then)] == ["old"]


@pytest.fixture
def raw(cloud, store, web):
    token = cloud.token("operator", resource="https://appconfig.azure.com")

    def run(method, path, headers=None, **more):
        return web.request(
            method,
            f"/appconfig/routes/{path}",
            params={"api-version": "2026-04-01", **more.pop("params", {})},
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
            **more,
        )

    return run


def test_an_answer_about_the_past_says_of_when_it_is(raw):
    when = "Sat, 21 Nov 2026 09:00:00 GMT"
    answer = raw("GET", "kv", {"Accept-Datetime": when})
    assert answer.headers["memento-datetime"] == when
    refused = raw("GET", "kv", {"Accept-Datetime": "yesterday"})
    assert (refused.status_code, refused.json()["name"]) == (400, "Accept-Datetime")


def test_revisions_are_kept_for_thirty_days(cloud, store):
    assert len(list(store.list_revisions("other"))) == 1
    cloud.wait(30 * 86_400)
    assert list(store.list_revisions("other")) == []


@pytest.mark.parametrize("key", ["%2E", "%2E%2E", "50%25"])
def test_a_key_that_no_key_can_be_is_refused(raw, key):
    answer = raw("PUT", f"kv/{key}", json={"value": "x"})
    assert answer.status_code == 400
    assert answer.json()["detail"].endswith("Invalid character")


@pytest.mark.parametrize("path", ["kv?key=a*b", "kv?label=a*b", "labels?name=a*b", "keys?name=a*b"])
def test_a_filter_with_a_star_in_its_midst_is_refused_with_its_place(raw, path):
    path, _, query = path.partition("?")
    name, _, pattern = query.partition("=")
    answer = raw("GET", path, params={name: pattern})
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "https://azconfig.io/errors/invalid-argument",
        "title": f"Invalid request parameter '{name}'",
        "name": name,
        "detail": f"{name}(2): Invalid character",
        "status": 400,
    }


def test_a_snapshot_is_not_filtered(store, raw):
    take(store)
    answer = raw("GET", "kv", params={"snapshot": "release-1", "key": "a*"})
    assert (answer.status_code, answer.json()["name"]) == (400, "key")


def test_the_operation_of_a_snapshot_says_how_far_it_is(slow, store, raw):
    made = raw("PUT", "snapshots/a b", json={"filters": [{"key": "*"}]})
    assert (made.status_code, made.json()["status"]) == (201, "provisioning")
    query = made.headers["operation-location"].partition("?")[2]
    assert query == "snapshot=a+b&api-version=2026-04-01"
    asked = {"params": {"snapshot": "a b"}}
    assert raw("GET", "operations", **asked).json()["status"] == "Running"
    slow.wait(2)
    assert raw("GET", "operations", **asked).json() == {
        "id": "a b",
        "status": "Succeeded",
        "error": None,
    }


def test_labels_are_listed_and_filtered(store):
    assert [each.name for each in store.list_labels()] == [None, "dev", "prod"]
    assert [each.name for each in store.list_labels(name="p*")] == ["prod"]


def test_a_body_larger_than_any_key_value_is_refused(raw):
    assert raw("PUT", "kv/large", content=b"x" * 70_000).status_code == 413
