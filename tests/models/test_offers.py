"""What a region offers: dates, what is left, and prices of the dated list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from components.prices import price_list
from scripts.exit import Exit
from scripts.models import regional
from scripts.models.listing import as_json, lines
from scripts.models.offer import offers
from scripts.models.regional import Region
from scripts.subscription.dated import Dated
from scripts.subscription.facts import Unknown, Usage
from scripts.subscription.patience import Patience

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HERE = "swedencentral"
MODELS = tuple(each for each in Dated().models(HERE) if each.key.name == "gpt-5.4")
POOL = Usage(name="OpenAI.GlobalStandard.gpt-5.4", label="", used=30, limit=1000)
DEAD = Unknown(reason="quota: 500", fix="later", code=Exit.NOT_REACHED)


def offered(models=MODELS, usages=(POOL,)):
    return {each.sku.name: each for each in offers(HERE, models, usages, price_list(), NOW)}


def with_sku(**changes):
    (model,) = MODELS
    return (replace(model, skus=tuple(replace(each, **changes) for each in model.skus)),)


def test_an_offer_ends_with_the_model_or_its_sku_whichever_is_first():
    assert offered()["GlobalStandard"].days(NOW) == 284
    early = with_sku(retires=NOW + timedelta(days=10))
    assert offered(early)["GlobalStandard"].days(NOW) == 10


def test_what_is_left_is_of_the_pool_that_azure_names():
    found = offered()
    assert found["GlobalStandard"].left == 970
    assert found["DataZoneStandard"].left is None


def test_tokens_cost_by_the_million_and_throughput_by_the_hour():
    found = offered()
    assert (found["GlobalStandard"].price, found["DataZoneStandard"].price) == (
        "2.5/15",
        "2.75/16.5",
    )
    assert found["GlobalProvisionedManaged"].price == "1/h"


def test_a_model_without_a_price_has_none_and_not_nought():
    (model,) = MODELS
    unheard = replace(model, key=replace(model.key, name="gpt-9"))
    assert offered((unheard,))["GlobalStandard"].price == ""


def test_other_kinds_of_account_and_fine_tuned_skus_are_left_out():
    (model,) = MODELS
    assert offered((replace(model, kind="OpenAI"),)) == {}
    assert offered(with_sku(scope="Finetune")) == {}


class Half(Dated):
    """Tells models of one region only, and quota of none."""

    def models(self, location):
        return super().models(location) if location == HERE else DEAD

    def usages(self, location):
        return DEAD


def looked():
    return regional.look([HERE, "eastus"], Half(), Patience.of(30), price_list(), NOW)


def test_a_region_that_does_not_answer_is_said_and_no_empty_list():
    found = looked()
    text = "\n".join(lines(found, "USD"))
    assert "eastus: quota: 500. Fix: later" in text
    assert as_json(found, NOW, "USD", "here")["unknown"].keys() == {HERE, "eastus"}
    assert regional.code(found.values(), offline=True) == Exit.NOT_REACHED


def test_quota_that_nobody_tells_is_missing_unless_nobody_was_asked():
    found = [Region(offers=[], quota=DEAD)]
    assert regional.code(found, offline=False) == Exit.NOT_REACHED
    assert regional.code(found, offline=True) == Exit.YES


def test_a_list_is_narrowed_by_name_and_sku():
    whole = looked()[HERE]
    only = whole.only(name="GPT-5.4", sku="GlobalStandard", everything=False)
    assert {each.model.key.name for each in only.offers} == {
        "gpt-5.4",
        "gpt-5.4-mini",
        "gpt-5.4-nano",
    }
    assert {each.sku.name for each in only.offers} == {"GlobalStandard"}
