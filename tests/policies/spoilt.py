"""The other team's program, and ways to spoil it: (what stands there, what instead, the rule)."""

from components.stack_file import ROOT
from scripts.checking import mocked

FOLDER = ROOT / "tests" / "policies" / "other_program"
SOURCE = (FOLDER / "__main__.py").read_text(encoding="utf-8")

UNPROVEN = frozenset(
    {
        "evaluation-evidence-present",
        "load-test-evidence-present",
        "runbook-linked",
        "on-call-declared",
        "capacity-plan-current",
        "approvals-complete",
        "budget-covers-forecast",
    }
)
"""What the rules of prod miss in it as it stands: it has no evidence."""

SPOILT = [
    ('"disable_local_auth": True', '"disable_local_auth": False', "account-local-auth-disabled"),
    ('"publicNetworkAccess": "Disabled",', "", "account-public-network-restricted"),
    ('{"type": "SystemAssigned"}', '{"type": "None"}', "account-managed-identity"),
    ('"restrict_outbound_network_access": True,', "", "account-outbound-restricted"),
    ('"raiPolicyName": strict.name', '"raiPolicyName": "lax"', "content-filter-assigned"),
    ('"Hate", "Sexual", "Violence"', '"Hate", "Sexual"', "content-filter-strength"),
    ('"NoAutoUpgrade",\n    },\n)', '"Once",\n    },\n)', "model-version-pinned"),
    ('"search-v1"', '"search"', "deployment-naming"),
    ('name="DataZoneStandard", capacity=50', 'name="DataZoneStandard"', "deployment-sku-allowed"),
    ("5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "b24988ac-6180-42a0-ab88-20f7382dd24c", None),
    ('principal_type="ServicePrincipal"', 'principal_type="User"', "rbac-no-user-principals"),
    ('["account"]', '["portal"]', "account-private-endpoint"),
    ('"all_of"', '"alltogether"', "alert-coverage-latency"),
    ("retention_in_days=90", "retention_in_days=30", "log-retention-minimum"),
    ('"costCenter": "CC-7",', "", "required-tags"),
    ("# no key among the exports", 'pulumi.export("apiKey", MAIL) #', "no-keys-exported"),
]
"""None: two rules speak of it, who may do too much and who may then still call."""
ROLES = {"rbac-least-privilege", "rbac-inference-role-assigned"}


def expected(rule):
    """The rules that speak of it in prod."""
    return UNPROVEN | ({rule} if rule else ROLES)


def spoilt(before, after, source=SOURCE):
    """The program's text with one thing changed."""
    assert before in source, before
    return source.replace(before, after, 1)


def world_of(folder, source=SOURCE, stack="prod"):
    """What the program declares, without engine."""
    program = folder / "__main__.py"
    program.write_text(source, encoding="utf-8")
    return mocked.run(program, "shop", stack, {"shop:mail": "shop-oncall@contoso.com"})
