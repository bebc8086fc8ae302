"""Content filters: what a model may be asked, and what it may answer."""

from collections.abc import Iterator, Mapping
from typing import Final

from components.catalog import CONTENT_FILTERS, DEPLOYMENT, RAI_POLICY
from policies.deployed import FILTER, talks
from policies.limits import security as limits
from policies.rule import Context, Levels, ResourceRule, Rule, StackRule, each
from policies.values import Fields, Unknown
from policies.wording import listed, shown
from policies.world import Finding, Resource, World

SUBSCRIPTION_RAI_POLICY: Final = "azure-native:cognitiveservices:SubscriptionRaiPolicy"

ENTRIES: Final = "properties.contentFilters"
MODE: Final = "properties.mode"

BLOCKING_MODES: Final = frozenset({"Blocking", "Default"})
"""In any other, the answer is already with the reader when the filter has its say."""

KNOWN: Final = {each.name: each for each in CONTENT_FILTERS}
NOT_DEMANDED: Final = frozenset({"Indirect Attack Spotlighting", "Profanity"})
"""A preview, and a matter of taste."""
FLOOR: Final = tuple(
    (each.name, source)
    for each in CONTENT_FILTERS
    if each.name not in NOT_DEMANDED
    for source in each.sources
)
"""What every filter of production has: Microsoft's default and Indirect Attack."""
STRICTEST_FIRST: Final = ("Low", "Medium", "High")


def content_filter_assigned(world: World, ctx: Context) -> Iterator[Finding]:
    called: dict[str, list[Resource]] = {}
    for policy in world.of(RAI_POLICY):
        called.setdefault(_name(policy), []).append(policy)
    return each(
        world.of(DEPLOYMENT), lambda deployment: _unfiltered(deployment, world, called, ctx)
    )


def _unfiltered(
    deployment: Resource, world: World, called: Mapping[str, list[Resource]], ctx: Context
) -> Iterator[Finding]:
    built_in = ctx.limit(limits.BUILT_IN_FILTERS_ALLOWED)
    if not talks(deployment):
        return
    if not deployment.fields.is_set(FILTER):
        yield Finding(
            deployment,
            f"{deployment.label} names no content filter, so Azure chooses. "
            "Fix: raiPolicyName: a filter of this stack (content_filter).",
            FILTER,
        )
        return
    name = deployment.fields.peek(FILTER)
    sources = world.sources(deployment, "properties", RAI_POLICY)
    if isinstance(name, Unknown) and sources:
        candidates = sources
    else:
        name = deployment.fields.read(FILTER)
        if isinstance(name, str) and name.startswith("Microsoft."):
            if name not in built_in:
                yield Finding(
                    deployment,
                    f"{deployment.label} has the built-in content filter {shown(name)}, which "
                    f"is not for {ctx.profile}. Fix: raiPolicyName: "
                    f"{listed({*built_in, 'a filter of this stack'})} (content_filter).",
                    FILTER,
                )
            return
        # One without a name of its own is given one by azure-native, before Azure sees it.
        unnamed = [policy for policy in sources if not _name(policy)]
        candidates = [*called.get(f"{name}".lower(), ()), *unnamed]
    account = world.account(deployment)
    if all(world.account(policy) != account for policy in candidates):
        yield Finding(
            deployment,
            f"{deployment.label} names the content filter {shown(name)}, which its account "
            "does not have. Fix: declare it on that account, or name one that is there.",
            FILTER,
        )


def _name(policy: Resource) -> str:
    own = policy.fields.peek("raiPolicyName")
    return own.lower() if isinstance(own, str) else ""


def content_filter_strength(policy: Resource, ctx: Context) -> Iterator[Finding]:
    mode = policy.fields.text(MODE)
    if policy.fields.is_set(MODE) and mode not in BLOCKING_MODES:
        yield Finding(
            policy,
            f"{policy.label} judges an answer after it has been read: mode is {shown(mode)}. "
            "Fix: mode: Blocking.",
            MODE,
        )
    laxest = ctx.limit(limits.HARM_THRESHOLD)
    found: set[tuple[str, str]] = set()
    weak: dict[str, list[str]] = {}
    for entry in policy.fields.items(ENTRIES):
        pair = entry.text("name") or "", entry.text("source") or ""
        wrong = _impossible(entry, pair)
        if wrong:
            yield Finding(policy, f"{policy.label} {wrong}", entry.path)
        elif pair in found:
            yield Finding(
                policy,
                f"{policy.label} says twice what to do about {'/'.join(pair)}, and Azure heeds one "
                "of them. Fix: keep the stricter entry.",
                entry.path,
            )
        elif pair in FLOOR and (how := _weakness(entry, KNOWN[pair[0]].graded, laxest)):
            weak.setdefault(how, []).append("/".join(pair))
        found.add(pair)
    for how, pairs in weak.items():
        said = how.replace("{}", ", ".join(pairs), 1)
        yield Finding(policy, f"{policy.label} {said}", ENTRIES)
    missing = [f"{name}/{source}" for name, source in FLOOR if (name, source) not in found]
    if missing:
        yield Finding(
            policy,
            f"{policy.label} misses {', '.join(missing)}; what is not named is off. "
            f"Fix: {'this entry' if len(missing) == 1 else 'these entries'} of contentFilters, "
            "enabled and blocking (preset: balanced).",
            ENTRIES,
        )


def _impossible(entry: Fields, pair: tuple[str, str]) -> str | None:
    """What makes an entry one that Azure refuses, or reads otherwise than it is meant."""
    name, source = pair
    fact = KNOWN.get(name)
    if fact is None:
        spelt = next((known for known in KNOWN if _letters(known) == _letters(name)), None)
        fix = f"name: {spelt}" if spelt else f"name: {listed(KNOWN)}"
        return f"has a filter that Azure does not know, {shown(name or None)}. Fix: {fix}."
    if source not in fact.sources:
        return (
            f"applies {name} to {shown(source or None)}, which does nothing. "
            f"Fix: source: {listed(fact.sources)}."
        )
    if entry.is_set("action"):
        return (
            f"gives {name}/{source} an action of its own, which overrules blocking. "
            "Fix: remove action; enabled: true, blocking: true."
        )
    return None


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, name)).lower()


def _weakness(entry: Fields, graded: bool, laxest: str) -> str | None:
    """How an entry is weaker than the floor; {} stands for what it is about."""
    for switch in ("enabled", "blocking"):
        value = entry.read(switch)
        if value is not True:
            return f"lets {{}} through: {switch} is {shown(value)}. Fix: {switch}: true."
    threshold = entry.text("severityThreshold")
    allowed = STRICTEST_FIRST[: STRICTEST_FIRST.index(laxest) + 1]
    if graded and threshold not in allowed:
        return (
            f"acts on {{}} too late: severityThreshold is {shown(threshold)} (Low is the "
            f"strictest). Fix: severityThreshold: {listed(allowed)} (preset: balanced)."
        )
    return None


RULES: Final[list[Rule]] = [
    StackRule(
        id="content-filter-assigned",
        number=25,
        category="security",
        severity="Critical",
        levels=Levels.of("MMM"),
        description="A deployment that answers in words has a content filter that its account "
        "knows.",
        why="Azure otherwise applies its own default, which nobody here has read, tested or can "
        "hold still.",
        fix="Declare a RaiPolicy on the account and name it in raiPolicyName.",
        types=frozenset({DEPLOYMENT}),
        controls=(
            "Azure Policy f3a9c2e0-7b4d-4d8f-9c3a-2e1f6b9a8d4e (prompt, audit)",
            "Azure Policy af253d37-136a-42f8-a1fc-30010c083d41 (completion, audit)",
            "MCSB AI-2",
        ),
        params=(limits.BUILT_IN_FILTERS_ALLOWED,),
        check=content_filter_assigned,
    ),
    ResourceRule(
        id="content-filter-strength",
        number=26,
        category="security",
        severity="Critical",
        levels=Levels.of("aMM"),
        description="A content filter blocks at least what Microsoft's default blocks, and "
        "indirect attacks.",
        why="An entry left out is off. One that only annotates lets the text through. A threshold "
        "of High passes everything below it, and a filter beside the stream speaks when the user "
        "has already read.",
        fix="List Hate, Sexual, Violence and Selfharm for Prompt and Completion at Medium or Low, "
        "Jailbreak and Indirect Attack for Prompt, Protected Material Text and Code for "
        "Completion, each enabled and blocking; mode: Blocking.",
        types=frozenset({RAI_POLICY, SUBSCRIPTION_RAI_POLICY}),
        controls=(
            "Azure Policy 930f48f9-f07e-427c-9494-52603581c6a9 (severity, audit)",
            "Azure Policy f3a9c2e0-7b4d-4d8f-9c3a-2e1f6b9a8d4e (prompt, audit)",
            "Azure Policy af253d37-136a-42f8-a1fc-30010c083d41 (completion, audit)",
            "Azure Policy c1ad46c6-37f8-4af0-9c71-c208375c87dd (mode, audit)",
            "MCSB AI-2",
        ),
        params=(limits.HARM_THRESHOLD,),
        check=content_filter_strength,
    ),
]
