"""A project of its own for the real engine, with its own home and backend."""

import json
import os
import subprocess
import sys
from textwrap import dedent

from components.stack_file import ROOT

PACK = str(ROOT / "policies")


class Project:
    """One program, whose azure-native provider listens on a port of ours."""

    def __init__(self, folder, port, program):
        self.folder = folder
        (folder / "state").mkdir()
        (folder / "phrase").write_text("for tests")
        (folder / "__main__.py").write_text(dedent(program))
        venv = json.dumps(sys.prefix)
        (folder / "Pulumi.yaml").write_text(
            f"name: shop\nruntime: {{ name: python, options: {{ virtualenv: {venv} }} }}\n"
        )
        engine = subprocess.run(
            [sys.executable, "-m", "sandbox.engine", "path"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        ).stdout.strip()
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([engine, os.environ["PATH"]] if engine else [])
            or os.environ["PATH"],
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(folder / "phrase"),
            "PULUMI_DEBUG_PROVIDERS": f"azure-native:{port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1",
        }

    def pulumi(self, *arguments):
        return subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def select(self, stack, secret=None, **config):
        keys = {key if ":" in key else f"shop:{key}": held for key, held in config.items()}
        file = self.folder / f"Pulumi.{stack}.yaml"
        file.unlink(missing_ok=True)
        self.pulumi("stack", "select", "--create", stack)
        salt = file.read_text() if file.exists() else ""
        file.write_text(f"{salt}\nconfig: {json.dumps(keys)}\n")
        if secret:
            self.pulumi("config", "set", "--secret", "secret", secret)

    def policy_events(self, stack, *arguments, **config):
        """(exit code, every policyEvent, everything that was printed) of a preview."""
        self.select(stack, **config)
        result = self.pulumi("preview", "--json", "--policy-pack", PACK, *arguments)
        events = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
        said = [event["policyEvent"] for event in events if "policyEvent" in event]
        return result.returncode, said, result.stdout + result.stderr

    def preview(self, stack, *arguments, **config):
        """(exit code, rule -> [(level, message)], everything that was printed)."""
        code, events, said = self.policy_events(stack, *arguments, **config)
        found = {}
        for event in events:
            level, message = event["enforcementLevel"], event["message"]
            found.setdefault(event["policyName"], []).append((level, message))
        return code, found, said
