"""A report with one of everything: what every form must show, and what none may."""

from dataclasses import replace

from policies.registry import RULES
from policies.report import Location, report_of
from policies.values import UNKNOWN
from policies.verdict import judged
from policies.waivers import Waiver
from policies.world import World
from tests.policies.worlds import MISSING, NOW, sound

FEW = {
    id: RULES[id]
    for id in (
        "account-local-auth-disabled",
        "account-managed-identity",
        "account-public-network-restricted",
        "account-custom-subdomain",
        "rbac-least-privilege",
        "content-filter-assigned",
        "model-version-pinned",
        "preview-values-known",
    )
}
"""Enough for every status; so these tests stay as they are when rules come and go."""

SECRET = "hunter2-hunter2-hunter2"
WAIVED, EXPIRED, UNUSED = (
    Waiver.model_validate(
        {
            "rule": rule,
            "stacks": ["prod"],
            "resource": resource,
            "reason": "The old client goes in January.",
            "owner": "kim@contoso.com",
            "approvedBy": "alex@contoso.com",
            "ticket": "AI-7",
            "created": "2026-10-30",
            "expires": expires,
        }
    )
    for rule, resource, expires in (
        ("account-local-auth-disabled", "account", "2026-11-25"),
        ("account-custom-subdomain", "account", "2026-11-20"),
        ("account-managed-identity", "nothing", "2027-01-20"),
    )
)

CHANGES = (
    ("account", "properties.disableLocalAuth", MISSING),
    ("account", "properties.customSubDomainName", MISSING),
    ("account", "properties.publicNetworkAccess", "Enabled"),
    ("chat", "properties.raiPolicyName", SECRET),
    ("chat", "properties.model.version", UNKNOWN),
)


def locate(stack, finding):
    return Location(f"Pulumi.{stack}.yaml", 7, 3)


def verdict(*changes, stack="prod", profile=None, waivers=()):
    """Of a few rules on a stack with an account, its deployments and roles."""
    world = sound(*changes)
    secret = (replace(each, secrets=frozenset({SECRET})) for each in world.resources)
    return judged(FEW, World(secret), stack, profile or stack, NOW, waivers)


def report(*changes, stack="prod", profile=None, waivers=()):
    return report_of([verdict(*changes, stack=stack, profile=profile, waivers=waivers)], locate)


def one_of_everything():
    """prod with something open, waived, expired, unknown and unused; dev with advice."""
    verdicts = [
        verdict(*CHANGES, waivers=[WAIVED, EXPIRED, UNUSED]),
        verdict(("chat", "properties.model.version", MISSING), stack="dev"),
    ]
    return report_of(verdicts, locate)
