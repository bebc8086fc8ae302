"""The variables that point a shell's clients at a sandbox."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from scripts.local import sandbox

LOOPBACK = ("127.0.0.1", "localhost")

UNSET = (
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "ARM_CLIENT_ID",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_USE_OIDC",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_AD_TOKEN",
    "OPENAI_API_KEY",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "IDENTITY_SERVER_THUMBPRINT",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "CURL_CA_BUNDLE",
    "PULUMI_CONFIG_PASSPHRASE",
)
"""What would win over the sandbox's own, or send a secret of the user's to it."""


def environment(
    found: sandbox.Running, who: str = "operator", *, outside: bool = False
) -> dict[str, str]:
    """What clients and pulumi need to talk to the sandbox as somebody."""
    return {**clients(found, who, outside=outside), **engine(found, who), **time(found)}


def clients(
    found: sandbox.Running, who: str = "operator", *, outside: bool = False
) -> dict[str, str]:
    """What Azure's clients need to talk to it as somebody, from one side of the network."""
    description, folder = found.description, found.folder
    principal = description["principals"][who]
    bundle = str(folder / "ca-bundle.pem")
    subscription, tenant = description["subscription_id"], description["tenant_id"]
    return {
        "AZURE_SUBSCRIPTION_ID": subscription,
        "AZURE_TENANT_ID": tenant,
        "ARM_SUBSCRIPTION_ID": subscription,
        "ARM_TENANT_ID": tenant,
        "IDENTITY_ENDPOINT": description["identity"],
        "IDENTITY_HEADER": principal["outside_header" if outside else "inside_header"],
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "AZURE_CONFIG_DIR": str(folder / "az"),
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "0",
        "PLUMB_ARM_ENDPOINT": found.arm,
        **without_proxy(os.environ),
        sandbox.DIRECTORY_VARIABLE: str(folder),
    }


def time(found: sandbox.Running) -> dict[str, str]:
    """How far the sandbox's clock is ahead: the gate takes evidence to be so much older."""
    there = datetime.fromisoformat(found.control("GET", "/clock")["now"])
    ahead_s = (there - datetime.now(UTC)).total_seconds()
    return {"PLUMB_CLOCK_AHEAD_S": f"{max(ahead_s, 0):.0f}"}


def without_proxy(variables: Mapping[str, str]) -> dict[str, str]:
    """The loopback is reached directly, whatever proxy stands between here and the rest."""
    before = variables.get("NO_PROXY") or variables.get("no_proxy") or ""
    hosts = [each for each in before.split(",") if each and each not in LOOPBACK]
    direct = ",".join([*hosts, *LOOPBACK])
    return {"NO_PROXY": direct, "no_proxy": direct}


def provider_port(found: sandbox.Running, who: str) -> int:
    """Where pulumi acts as somebody: gRPC does not say who calls, so each has a port."""
    if who == "operator":
        return int(found.description["provider_port"])
    return int(found.control("POST", "/provider", {"as": who})["port"])


def engine(found: sandbox.Running, who: str) -> dict[str, str]:
    """What makes the pulumi engine use the sandbox's provider and keep its state beside it."""
    folder = found.folder
    state = folder / "state"
    for each in (state, folder / "pulumi"):
        each.mkdir(mode=0o700, exist_ok=True)
    return {
        "PULUMI_DEBUG_PROVIDERS": f"azure-native:{provider_port(found, who)}",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # No sidecar files: a kill would leave one empty, and pulumi then refuses the whole stack.
        "PULUMI_BACKEND_URL": f"file://{state}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase(folder)),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PATH": search_path(os.environ.get("PATH", "")),
    }


def passphrase(folder: Path) -> Path:
    """The file that opens the stacks' secrets.

    What it says is no secret, and neither is what it opens: the sandbox made it all up. A random
    one would have pulumi write another `encryptionsalt` into the committed stack files.
    """
    file = folder / "passphrase"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write("sandbox")
    return file


def search_path(before: str) -> str:
    """PATH with the engine and this project's Python in front, each once."""
    first = [str(Path(sys.executable).parent), *_engine_folder()]
    rest = [each for each in before.split(os.pathsep) if each and each not in first]
    return os.pathsep.join([*first, *rest])


def _engine_folder() -> list[str]:
    asked = subprocess.run(
        [sys.executable, "-m", "sandbox.engine", "path"],
        cwd=sandbox.checkout(),
        capture_output=True,
        text=True,
        check=False,
    )
    folder = asked.stdout.strip()
    return [folder] if asked.returncode == 0 and folder else []
