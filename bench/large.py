"""A stack of 50 accounts with 20 deployments each: dev's own, many times over."""

import copy
import shutil
from pathlib import Path
from typing import Any, Final

import yaml

from components.stack_file import PROJECT, ROOT

ACCOUNTS: Final = 50
DEPLOYMENTS: Final = 20


def config() -> dict[str, Any]:
    """Its configuration, with the names that Azure wants unique made so."""
    own: dict[str, Any] = _dev()["config"]
    account = own[f"{PROJECT}:accounts"].pop("primary")
    chat = account["deployments"]["chat-v3"] | {"capacity": 1}
    del chat["content_filter"]  # Linux: 128 KiB for all of a configuration, see docs/operations.md
    account["deployments"] = {f"c{number}": dict(chat) for number in range(1, DEPLOYMENTS + 1)}
    own[f"{PROJECT}:accounts"] = {
        f"account-{number:02}": copy.deepcopy(account)
        | {"subdomain": f"{account['subdomain']}-{number:02}"}
        for number in range(1, ACCOUNTS + 1)
    }
    own[f"{PROJECT}:routes"] = {"chat": {"stable": "account-01/c1"}}
    return own | {f"{PROJECT}:profile": "dev"}


def project(folder: Path, environment: Path) -> Path:
    """The program with this one stack, outside the checkout: Pulumi writes into stack files."""
    folder.mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").symlink_to(environment)
    (folder / "Pulumi.large.yaml").write_text(yaml.safe_dump(_dev() | {"config": config()}))
    return folder


def _dev() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    return document
