"""Long lists: what stands first, how they are paged, and that nothing is lost between pages."""

import re

import pytest

from sandbox.portal import fleet, inventory
from sandbox.portal.reading import DEPLOYMENTS, ITEMS, PAGE
from tests.sandbox.core.cloud import ACCOUNT, GROUP, SUBSCRIPTION, Cloud, deployment
from tests.sandbox.portal.conftest import Visitor, asked, put

DEPLOYMENT = "Microsoft.CognitiveServices/accounts/deployments"
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"


def many(cloud: Cloud, number: int) -> None:
    """Deployments by name, beside the one that there is."""
    for at in range(number):
        put(cloud.around, f"{ACCOUNT}/deployments/m{at:04}", DEPLOYMENT, **deployment(1))


def names(text: str) -> list[str]:
    """The deployments that a page shows in its table, by the names of the rows."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)


def test_few_deployments_all_stand_on_the_first_page(cloud: Cloud, visitor: Visitor) -> None:
    many(cloud, DEPLOYMENTS - 1)
    text = visitor.see()
    assert len(set(names(text)) & {f"m{at:04}" for at in range(DEPLOYMENTS)}) == DEPLOYMENTS - 1
    assert "All " not in text


def test_of_many_those_with_trouble_stand_first_and_the_rest_is_a_click_away(
    cloud: Cloud, visitor: Visitor
) -> None:
    many(cloud, 3 * DEPLOYMENTS)
    asked(cloud.around, "m0117", 503)
    asked(cloud.around, "m0118", 429)
    for _ in range(5):
        asked(cloud.around, "m0119")
    text = visitor.see()
    assert {"m0117", "m0118", "m0119", "chat-v3"} <= set(names(text))
    assert f'<a href="{visitor.here}deployments">All {3 * DEPLOYMENTS + 1} deployments</a>' in text
    shown = fleet.noteworthy(cloud.around.store, cloud.clock.now(), 2)
    assert {each.name for each in shown.deployments} == {"m0117", "chat-v3"}
    assert shown.lately.all == 9  # of all, those that are not shown as well


def test_every_deployment_stands_on_one_page_and_on_no_other(
    cloud: Cloud, visitor: Visitor
) -> None:
    many(cloud, 2 * PAGE)
    seen = [names(visitor.see("deployments", page=str(page))) for page in (1, 2, 3)]
    assert [len(each) for each in seen] == [PAGE, PAGE, 1]
    flat = [name for page in seen for name in page]
    assert flat == sorted(flat) and len(set(flat)) == 2 * PAGE + 1


def test_a_page_of_a_list_says_where_it_is_and_leads_on(cloud: Cloud, visitor: Visitor) -> None:
    many(cloud, 2 * PAGE)
    second = visitor.see("deployments", page="2")
    assert "101 to 200 of 201" in second
    assert 'rel="prev"' in second and 'rel="next"' in second
    last = visitor.see("deployments", page="3")
    assert 'rel="prev"' in last and 'rel="next"' not in last
    assert 'id="account-ai-test"' in second and 'href="#account-ai-test"' in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "\uff11", "9" * 30, ""])
def test_a_page_that_is_no_number_is_the_first(visitor: Visitor, page: str) -> None:
    assert names(visitor.see("deployments", page=page)) == ["chat-v3"]


def test_a_page_beyond_the_end_says_so(visitor: Visitor) -> None:
    assert "there are 1" in visitor.see("deployments", page="7")


def test_resources_stand_in_their_group_beneath_their_parent(cloud: Cloud) -> None:
    put(
        cloud.around,
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/p",
        "Microsoft.Authorization/policyAssignments",
    )
    assert cloud.put(f"{GROUP[:-7]}empty", {"location": "westeurope"}).status == 201
    found = inventory.groups(cloud.around.store, 100)
    assert [each.name for each in found] == ["empty", "rg-test", "No group"]
    depths = [(each.name, each.depth) for each in found[1].items]
    assert depths == [("routes-test", 0), ("ai-test", 0), ("chat-v3", 1)]
    assert found[1].counts[0] == ("accounts", 1)
    assert [each.number for each in found] == [0, 3, 2]


def test_a_long_group_shows_its_first_and_leads_to_all(cloud: Cloud, visitor: Visitor) -> None:
    for at in range(150):
        put(cloud.around, f"{GROUP}/providers/{IDENTITY}/id-{at:03}", IDENTITY)
    text = visitor.see()
    assert text.count(">id-") == ITEMS - 3 and ">All 153</a>" in text
    pages = [visitor.see("resources", group="rg-test", page=page) for page in ("1", "2")]
    assert [page.count(">id-") for page in pages] == [PAGE - 3, 53]
    assert "150 userAssignedIdentities" in pages[0]


def test_what_is_not_settled_is_told_wherever_it_stands_in_its_group(
    cloud: Cloud, visitor: Visitor
) -> None:
    for at in range(150):
        state = {"provisioningState": "Failed" if at == 149 else "Succeeded"}
        id = f"{GROUP}/providers/{IDENTITY}/id-{at:03}"
        put(cloud.around, id, IDENTITY, properties=state)
    text = visitor.see()
    assert "userAssignedIdentities id-149 is Failed" in text
    assert "1 not settled" in text


def test_a_group_that_there_is_not_is_said(visitor: Visitor) -> None:
    answer = visitor.web.get(f"{visitor.here}resources", params={"group": "nothing"})
    assert answer.status_code == 404


def test_what_is_in_no_group_has_a_page_as_well(visitor: Visitor) -> None:
    assert "No group" in visitor.see("resources", group="")


def test_a_fault_says_how_to_end_it(cloud: Cloud, visitor: Visitor) -> None:
    cloud.around.store.execute(
        "INSERT INTO faults VALUES (7, ?)",
        ('{"plane": "arm", "action": "answer", "status": 503, "code": "x", "message": "y"}',),
    )
    assert "plumb sandbox fault clear 7" in visitor.see()
