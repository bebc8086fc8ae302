"""Regions, as ARM spells them."""

from typing import Any

from components import catalog

NAMES = {
    "swedencentral": "Sweden Central",
    "francecentral": "France Central",
    "germanywestcentral": "Germany West Central",
    "italynorth": "Italy North",
    "polandcentral": "Poland Central",
    "spaincentral": "Spain Central",
    "westeurope": "West Europe",
    "northeurope": "North Europe",
    "centralus": "Central US",
    "eastus": "East US",
    "eastus2": "East US 2",
    "northcentralus": "North Central US",
    "southcentralus": "South Central US",
    "westus": "West US",
    "westus2": "West US 2",
    "westus3": "West US 3",
    "australiaeast": "Australia East",
    "brazilsouth": "Brazil South",
    "canadaeast": "Canada East",
    "canadacentral": "Canada Central",
    "japaneast": "Japan East",
    "koreacentral": "Korea Central",
    "norwayeast": "Norway East",
    "southafricanorth": "South Africa North",
    "southeastasia": "Southeast Asia",
    "southindia": "South India",
    "switzerlandnorth": "Switzerland North",
    "uaenorth": "UAE North",
    "uksouth": "UK South",
}


def region(location: Any) -> str:
    """Sweden Central is swedencentral; Global stays as it is written."""
    text = str(location)
    return text if text.lower() == "global" else text.lower().replace(" ", "")


def regions() -> list[str]:
    """Every region there is: those where models stand, and those that only have a name."""
    return sorted({*NAMES, *catalog.regions("global")})


def display_name(name: str) -> str:
    return NAMES.get(name, name)
