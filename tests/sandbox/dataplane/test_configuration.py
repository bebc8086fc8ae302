import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.appconfiguration import (
    AzureAppConfigurationClient,
    ConfigurationSetting,
    FeatureFlagConfigurationSetting,
    ResourceReadOnlyError,
)
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dataplane.key_values import matches
from sandbox.faults import Fault, Faults
from tests.sandbox.dataplane.conftest import STORE_ID

KEYS = st.text(st.characters(exclude_characters=",*\\\0", codec="utf-8"), min_size=1)
FLAG = {"variants": [{"name": "stable", "configuration_value": {"deployment": "chat-v3"}}]}


def setting(key="greeting", **more):
    return ConfigurationSetting(key=key, **{"value": "hello", **more})


def test_what_was_set_is_read_back_whole(store_of):
    store = store_of()
    written = store.set_configuration_setting(
        setting(label="prod", content_type="text/plain", tags={"team": "ai"})
    )
    read = store.get_configuration_setting("greeting", label="prod")
    assert (read.value, read.content_type, read.tags) == ("hello", "text/plain", {"team": "ai"})
    assert (read.etag, read.read_only) == (written.etag, False)
    assert read.last_modified == written.last_modified


def test_a_label_is_a_key_of_its_own(store_of):
    store = store_of()
    store.set_configuration_setting(setting(value="for all"))
    store.set_configuration_setting(setting(value="for prod", label="prod"))
    assert store.get_configuration_setting("greeting").value == "for all"
    assert store.get_configuration_setting("greeting", label="prod").value == "for prod"
    with pytest.raises(ResourceNotFoundError):
        store.get_configuration_setting("greeting", label="dev")


def test_a_feature_flag_goes_there_and_back(store_of):
    store = store_of()
    flag = FeatureFlagConfigurationSetting("chat", enabled=True, filters=[])
    flag.value = json.dumps({**json.loads(flag.value), **FLAG})
    store.set_configuration_setting(flag)
    read = store.get_configuration_setting(".appconfig.featureflag/chat")
    assert isinstance(read, FeatureFlagConfigurationSetting)
    assert json.loads(read.value)["variants"] == FLAG["variants"]


def test_of_two_writers_with_one_etag_the_second_is_told(store_of):
    store = store_of()
    seen = store.set_configuration_setting(setting())
    store.set_configuration_setting(setting(value="first"))
    with pytest.raises(ResourceModifiedError):
        store.set_configuration_setting(
            setting(value="second", etag=seen.etag),
            match_condition=MatchConditions.IfNotModified,
        )
    assert store.get_configuration_setting("greeting").value == "first"


def test_of_many_writers_at_once_with_one_etag_one_wins(store_of):
    seen = store_of().set_configuration_setting(setting())
    stores = [store_of() for _ in range(8)]

    def write(number):
        try:
            stores[number].set_configuration_setting(
                setting(value=str(number), etag=seen.etag),
                match_condition=MatchConditions.IfNotModified,
            )
        except ResourceModifiedError:
            return None
        return str(number)

    with ThreadPoolExecutor(8) as pool:
        won = [each for each in pool.map(write, range(8)) if each is not None]
    assert won == [store_of().get_configuration_setting("greeting").value]


def test_create_only_refuses_what_exists(store_of):
    store = store_of()
    store.add_configuration_setting(setting())
    with pytest.raises(ResourceExistsError):
        store.add_configuration_setting(setting())


def test_nothing_comes_back_while_nothing_has_changed(store_of):
    store = store_of()
    seen = store.set_configuration_setting(setting())

    def poll():
        return store.get_configuration_setting(
            "greeting", etag=seen.etag, match_condition=MatchConditions.IfModified
        )

    assert poll() is None
    store.set_configuration_setting(setting(value="new"))
    assert poll().value == "new"


def test_a_locked_key_is_not_changed_until_it_is_unlocked(store_of):
    store = store_of()
    written = store.set_configuration_setting(setting())
    assert store.set_read_only(written).read_only
    with pytest.raises(ResourceReadOnlyError):
        store.set_configuration_setting(setting(value="new"))
    with pytest.raises(ResourceReadOnlyError):
        store.delete_configuration_setting("greeting")
    store.set_read_only(written, False)
    assert store.set_configuration_setting(setting(value="new")).value == "new"


def test_what_is_deleted_is_gone_and_deleting_nothing_is_no_error(store_of):
    store = store_of()
    store.set_configuration_setting(setting())
    assert store.delete_configuration_setting("greeting").value == "hello"
    assert store.delete_configuration_setting("greeting") is None
    with pytest.raises(ResourceNotFoundError):
        store.get_configuration_setting("greeting")


def test_a_list_is_filtered_by_key_label_and_tag(store_of):
    store = store_of()
    for key, label, team in (("a/1", None, "x"), ("a/2", "prod", "x"), ("b", "prod", "y")):
        store.set_configuration_setting(setting(key, label=label, tags={"team": team}))

    def found(**filters):
        return [each.key for each in store.list_configuration_settings(**filters)]

    assert found() == ["a/1", "a/2", "b"]
    assert found(key_filter="a/*") == ["a/1", "a/2"]
    assert found(key_filter="a/1,b") == ["a/1", "b"]
    assert found(label_filter="prod") == ["a/2", "b"]
    assert found(label_filter="\0") == ["a/1"]
    assert found(tags_filter=["team=y"]) == ["b"]
    assert [label.name for label in store.list_labels()] == [None, "prod"]


def test_a_long_list_comes_in_pages_and_a_page_that_has_not_changed_not_at_all(store_of):
    store = store_of()
    for number in range(120):
        store.set_configuration_setting(setting(f"key-{number:03}"))
    listed = store.list_configuration_settings(key_filter="key-*")
    assert [each.key for each in listed] == [f"key-{number:03}" for number in range(120)]
    pages = store.list_configuration_settings().by_page()
    etags = [pages.etag for _ in pages]
    assert len(etags) == 2
    again = store.list_configuration_settings().by_page(match_conditions=etags)
    assert [list(page) for page in again] == []


def test_each_change_is_a_revision_the_newest_first(store_of):
    store = store_of()
    for value in ("one", "two", "three"):
        store.set_configuration_setting(setting(value=value))
    assert [each.value for each in store.list_revisions("greeting")] == ["three", "two", "one"]


def test_a_reader_reads_and_does_not_write(store_of):
    store_of().set_configuration_setting(setting())
    reader = store_of("cora-app")
    assert reader.get_configuration_setting("greeting").value == "hello"
    with pytest.raises(HttpResponseError) as refused:
        reader.set_configuration_setting(setting())
    assert refused.value.status_code == 403


def test_a_stranger_may_do_nothing(store_of):
    with pytest.raises(HttpResponseError) as refused:
        store_of("stranger").get_configuration_setting("greeting")
    assert refused.value.status_code == 403


def test_without_a_token_for_the_store_it_is_a_401_that_names_both_ways(cloud, store_of, web):
    store_of()
    for headers in ({}, {"Authorization": f"Bearer {cloud.token('operator')}"}):
        answer = web.get("/appconfig/routes/kv/x?api-version=2026-04-01", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("HMAC-SHA256")
        assert ", Bearer" in answer.headers["www-authenticate"]


def test_a_token_may_be_for_the_address_of_the_store_and_of_no_other(cloud, store_of, web):
    store_of().set_configuration_setting(setting())  # az asks for such a token
    found = {}
    for name in ("routes", "other"):
        token = cloud.token("operator", resource=f"{cloud.around.settings.arm}/appconfig/{name}")
        found[name] = web.get(
            "/appconfig/routes/kv/greeting?api-version=2026-04-01",
            headers={"Authorization": f"Bearer {token}"},
        ).status_code
    assert found == {"routes": 200, "other": 401}


def test_a_private_store_answers_from_inside_only(cloud, store_of):
    inside, outside = store_of(), store_of(inside=False)
    cloud.put(
        STORE_ID,
        "Microsoft.AppConfiguration/configurationStores",
        properties={"publicNetworkAccess": "Disabled"},
    )
    inside.set_configuration_setting(setting())
    with pytest.raises(HttpResponseError) as refused:
        outside.get_configuration_setting("greeting")
    assert refused.value.status_code == 403


SECRET = base64.b64encode(b"a secret of a test").decode()


@pytest.fixture
def connect(cloud, store_of, transport):
    """A client with a connection string; the store's local authentication is as given."""

    def run(*, local_auth=True, secret=SECRET, read_only=False):
        store_of()
        cloud.put(
            STORE_ID,
            "Microsoft.AppConfiguration/configurationStores",
            properties={"disableLocalAuth": not local_auth},
        )
        key = {"id": "0-l0-s0:abc", "value": SECRET, "readOnly": read_only}
        cloud.around.settings.set(f"keys:{STORE_ID.lower()}", [key])
        return AzureAppConfigurationClient.from_connection_string(
            f"Endpoint=https://testserver/appconfig/routes;Id={key['id']};Secret={secret}",
            transport=transport,
            retry_total=0,
        )

    return run


def test_a_connection_string_works_where_local_authentication_is_on(connect):
    store = connect()
    store.set_configuration_setting(setting(label="prod", tags={"a": "b c"}))
    assert [each.key for each in store.list_configuration_settings(key_filter="gr*")]


@pytest.mark.parametrize(
    "flaw", [{"local_auth": False}, {"secret": base64.b64encode(b"another").decode()}]
)
def test_a_connection_string_is_refused_with_another_secret_or_where_it_is_off(connect, flaw):
    with pytest.raises(ClientAuthenticationError):
        connect(**flaw).get_configuration_setting("greeting")


def test_a_read_only_key_does_not_write(connect):
    with pytest.raises(HttpResponseError) as refused:
        connect(read_only=True).set_configuration_setting(setting())
    assert refused.value.status_code == 403


def test_a_request_without_an_api_version_is_a_problem_that_names_it(cloud, store_of, web):
    store_of()
    token = cloud.token("operator", resource="https://appconfig.azure.com")
    answer = web.get("/appconfig/routes/kv", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["name"] == "api-version"


@given(KEYS, KEYS)
def test_a_plain_filter_is_met_by_itself_and_a_star_by_all_that_begins_so(key, rest):
    assert matches(key)(key)
    assert matches(key + "*")(key + rest)
    assert matches(f"x,{key}")(key)
    assert matches(key)(key + rest) is False


@given(st.text(st.sampled_from(r"a*,\ "), min_size=1))
def test_an_escaped_filter_is_met_by_the_plain_key(key):
    escaped = "".join("\\" + each if each in "*,\\" else each for each in key)
    assert matches(escaped)(key)
    assert matches(f"{escaped},b")("b")


def test_a_store_fails_as_often_as_it_was_ordered_to(cloud, store_of):
    store = store_of()
    order = Fault(path="^/appconfig/", status=429, code="TooManyRequests", times=1)
    Faults(cloud.around.store).add(order)
    with pytest.raises(HttpResponseError) as refused:
        store.set_configuration_setting(setting())
    assert refused.value.status_code == 429
    assert store.set_configuration_setting(setting())


def test_a_lost_answer_leaves_the_work_done(cloud, store_of, web):
    store = store_of()
    Faults(cloud.around.store).add(Fault(path="^/appconfig/", action="drop", times=1))
    token = cloud.token("operator", resource="https://appconfig.azure.com")
    answer = web.put(
        "/appconfig/routes/kv/greeting?api-version=2026-04-01",
        json={"value": "hello"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert len(answer.content) < int(answer.headers["content-length"])
    assert store.get_configuration_setting("greeting").value == "hello"
