"""The same Azure resources as a stack of ours, as a program without components would make them.

Reads `resources.json` beside it: what the real program registered.
"""

import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pulumi


def keyword(camel: str, parameters: set[str]) -> str:
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", camel).lower()
    return f"{snake}_" if f"{snake}_" in parameters else snake


def declare() -> None:
    made: dict[str, pulumi.Resource] = {}
    for each in json.loads(Path(__file__).with_name("resources.json").read_text()):
        _, module, name = each["type"].split(":")
        kind: Any = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
        parameters = set(inspect.signature(kind._internal_init).parameters)
        made[each["urn"]] = kind(
            each["name"],
            **{keyword(key, parameters): value for key, value in each["inputs"].items()},
            opts=pulumi.ResourceOptions(
                depends_on=[made[urn] for urn in each["dependencies"] if urn in made]
            ),
        )


if __name__ == "__main__":
    declare()
