"""Where the published controls stand that rules stand for."""

from typing import Final

LEARN: Final = "https://learn.microsoft.com/security/benchmark/azure"

MCSB: Final = {
    "AI": f"{LEARN}/mcsb-v2-artificial-intelligence-security",
    "AM": f"{LEARN}/mcsb-asset-management",
    "DP": f"{LEARN}/mcsb-data-protection",
    "IM": f"{LEARN}/mcsb-identity-management",
    "LT": f"{LEARN}/mcsb-logging-threat-detection",
    "NS": f"{LEARN}/mcsb-network-security",
    "PA": f"{LEARN}/mcsb-privileged-access",
}
"""Microsoft cloud security benchmark: one page a domain."""

PSRULE: Final = {
    "AZR-000069": "Azure.AppInsights.Workspace",
    "AZR-000280": "Azure.AI.PublicAccess",
    "AZR-000281": "Azure.AI.ManagedIdentity",
    "AZR-000282": "Azure.AI.DisableLocalAuth",
    "AZR-000283": "Azure.AI.PrivateEndpoints",
    "AZR-000484": "Azure.AppInsights.LocalAuth",
}
"""PSRule's pages are called by the rule's name."""

WELL_ARCHITECTED: Final = {
    "SE:03": "data-classification",
    "SE:05": "identity-access",
    "SE:06": "networking",
    "SE:09": "application-secrets",
}
"""Recommendations of the Well-Architected Framework's security pillar: one page each."""

PILLARS: Final = {
    "CO": "cost-optimization",
    "OE": "operational-excellence",
    "PE": "performance-efficiency",
    "RE": "reliability",
}
"""Of the other pillars the checklist."""


def link(control: str) -> str | None:
    """The page of a control, as rules name it: "Azure Policy <GUID>", "MCSB IM-1 (a note)"."""
    publisher, _, id = control.partition(" (")[0].rpartition(" ")
    match publisher:
        case "Azure Policy":
            return f"https://www.azadvertizer.net/azpolicyadvertizer/{id}.html"
        case "Azure landing zones":
            return "https://github.com/Azure/Enterprise-Scale/wiki/ALZ-Policies"
        case "PSRule":
            return f"https://azure.github.io/PSRule.Rules.Azure/en/rules/{PSRULE.get(id, id)}/"
        case "Checkov":
            return "https://www.checkov.io/5.Policy%20Index/terraform.html"
        case "azqr":
            return "https://azure.github.io/azqr/docs/recommendations/"
        case "MCSB":
            return MCSB.get(id.partition("-")[0])
        case "Well-Architected" if id in WELL_ARCHITECTED:
            page = WELL_ARCHITECTED[id]
            return f"https://learn.microsoft.com/azure/well-architected/security/{page}"
        case "Well-Architected" if pillar := PILLARS.get(id.partition(":")[0]):
            return f"https://learn.microsoft.com/azure/well-architected/{pillar}/checklist"
    return None
