"""Residency: where accounts stand, and where prompts are processed."""

from collections.abc import Iterator
from typing import Final

from components.catalog import ACCOUNT, DEPLOYMENT, PROCESSED_IN, Residency, regions
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule
from policies.wording import listed, shown
from policies.world import Finding, Resource

SKU: Final = "sku.name"


def region_allowed(subject: Resource, ctx: Context) -> Iterator[Finding]:
    judge = _place if subject.type == ACCOUNT else _reach
    return judge(subject, _residency(ctx))


def _residency(ctx: Context) -> Residency:
    wanted = ctx.limit(limits.RESIDENCY)
    return "eu" if wanted == "eu" else "us" if wanted == "us" else "global"


def _place(account: Resource, residency: Residency) -> Iterator[Finding]:
    allowed = regions(residency)
    # An account may stand in several regions; Azure then sends prompts to any of them.
    places = [("location", account.fields.text("location"))]
    places += [
        (region.at("name"), region.text("name"))
        for region in account.fields.items("properties.locations.regions")
    ]
    for path, location in places:
        if (location or "").replace(" ", "").lower() not in allowed:
            yield Finding(
                account,
                f"{account.label} stands in {shown(location)}, which is no region for residency "
                f"{residency}. Fix: location: {listed(allowed)}.",
                path,
            )


def _reach(deployment: Resource, residency: Residency) -> Iterator[Finding]:
    sku = deployment.fields.text(SKU)
    boundary = PROCESSED_IN.get(sku or "")
    if boundary is None or (boundary == "world" and residency != "global"):
        reach = "anywhere in the world" if boundary else "nobody knows where"
        allowed = [sku for sku, far in PROCESSED_IN.items() if far != "world"]
        fitting = PROCESSED_IN if residency == "global" else allowed
        yield Finding(
            deployment,
            f"{deployment.label} may have its prompts processed {reach}: its SKU is {shown(sku)}, "
            f"and residency is {residency}. Fix: sku.name: {listed(fitting)}.",
            SKU,
        )


RULES: Final[list[Rule]] = [
    ResourceRule(
        id="region-allowed",
        number=50,
        category="security",
        severity="High",
        levels=Levels.of("aMM"),
        description="Data stays where it must: the account's region, and how far its SKUs send a "
        "prompt.",
        why="The region says where data rests, the SKU where a prompt is read: GlobalStandard in "
        "Sweden may be answered in any country, DataZoneStandard only within the EU.",
        fix="Choose a region of the residency, and for eu or us a regional or DataZone SKU. The "
        "residency itself is a parameter of this rule.",
        types=frozenset({ACCOUNT, DEPLOYMENT}),
        controls=(
            "Azure Policy e56962a6-4747-49cd-b67b-bf8b01975c4c",
            "Well-Architected SE:03",
        ),
        params=(limits.RESIDENCY,),
        check=region_allowed,
    ),
]
