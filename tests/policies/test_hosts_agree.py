"""Two hosts, one verdict: what the engine hears is what `plumb check` says."""

import pytest

from components.profiles import resolve
from components.stack_file import PROJECT, ROOT, open_stack_file, stacks
from policies.registry import RULES
from policies.values import UNKNOWN
from policies.verdict import judged
from scripts.checking import mocked
from tests import proof
from tests.policies.engine_side import Engine
from tests.policies.rules.cases import NEEDED, REFUSED, world_of
from tests.policies.rules.guard_cases import unseen
from tests.policies.worlds import NOW


def by_check(world, profile):
    verdict = judged(RULES, world, profile, profile, NOW)
    assert not any(result.crashes for result in verdict.results)
    return {
        (
            result.rule.id,
            finding.resource.urn if finding.resource else "",
            finding.message,
            result.level,
        )
        for result in verdict.results
        for finding in result.findings
    }


MUTATIONS = [
    *((p, changes, said) for _, p, changes, said, _ in REFUSED if unseen not in changes),
    *(
        (p, [(name, path, UNKNOWN)], f"{rule} could not read")
        for p in ("staging", "prod")
        for rule, name, path in NEEDED
        if RULES[rule].levels.at(p) == "mandatory"
    ),
]
"""(profile, changes, what is then said)."""


def groups(most=8):
    """Mutations that may stand side by side, since they are of different parts."""
    made = []
    for profile, changes, said in MUTATIONS:
        alone = not changes or any(callable(change) for change in changes)
        parts = set() if alone else {change[0] for change in changes}
        for of, taken, cases in made:
            if not alone and of == profile and taken and not taken & parts and len(cases) < most:
                taken |= parts
                cases.append((changes, said))
                break
        else:
            made.append((profile, parts, [(changes, said)]))
    return [(profile, cases) for profile, _, cases in made]


@pytest.mark.parametrize(("profile", "cases"), groups())
def test_both_hosts_find_the_same(profile, cases):
    together = world_of([change for changes, _ in cases for change in changes], profile)
    messages = [message for _, _, message, _ in by_check(together, profile)]
    if all(any(said in message for message in messages) for _, said in cases):
        worlds = [together]
    else:  # one hides another
        worlds = [world_of(changes, profile) for changes, _ in cases]
    for world in worlds:
        assert Engine(profile).preview(world).said == by_check(world, profile)


@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize("stack", stacks(ROOT))
def test_both_hosts_find_the_same_in_the_stacks_of_this_project(tmp_path, stack, proven):
    folder = proof.checkout(tmp_path / "plumbline")
    if proven:
        proof.prove(folder, stack, NOW)
    config = open_stack_file(stack, folder).config
    world = mocked.run(folder / "__main__.py", PROJECT, stack, config)
    declared = config.get("plumbline:profile")
    engine = Engine(stack, {"plumbline:profile": declared} if declared else {})
    found = by_check(world, resolve(stack, declared))
    assert bool(found) != proven
    assert engine.preview(world).said == found
