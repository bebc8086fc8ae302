"""The engine that was installed, and our host: three lines of program, one rule of a pack."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine_setup.alive import STAYS, Alive, is_gone

pytestmark = pytest.mark.engine

RUNTIME = "runtime: { name: python, options: { toolchain: pip } }\n"
PROGRAM = """
import pulumi
pulumi.ComponentResource("tiny:index:Thing", pulumi.Config().require("name"))
pulumi.export("stack", pulumi.get_stack())
"""
PACK = """
import pulumi_policy as policy
def check(resource, report):
    if resource.name == "bad":
        report("is called bad")
policy.PolicyPack("tiny", [policy.ResourceValidationPolicy("name", "A name is good.", check)],
                  policy.EnforcementLevel.MANDATORY)
"""


class Project:
    """A program, a pack and a stack in a folder, with the state beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pack").mkdir()
        (folder / "state").mkdir()
        (folder / "Pulumi.yaml").write_text(f"name: tiny\n{RUNTIME}")
        (folder / "__main__.py").write_text(PROGRAM)
        (folder / "pack/PulumiPolicy.yaml").write_text(f"description: one rule\n{RUNTIME}")
        (folder / "pack/__main__.py").write_text(PACK)
        asked = [sys.executable, "-m", "sandbox.engine", "path"]
        engine = subprocess.check_output(asked, text=True).strip()
        self.environment = os.environ | {
            "PATH": os.pathsep.join(filter(None, [engine, os.environ["PATH"]])),
            "PLUMB_PYTHON": sys.executable,
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "tiny",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    assert project.pulumi("stack", "init", "dev").returncode == 0
    return project


def test_a_good_program_is_previewed_and_deployed_under_a_pack(project: Project) -> None:
    judged = ("--policy-pack", "pack", "--config", "tiny:name=good")
    previewed = project.pulumi("preview", *judged)
    deployed = project.pulumi("up", "--yes", "--skip-preview", *judged)
    assert (previewed.returncode, deployed.returncode) == (0, 0), previewed.stdout + deployed.stdout
    assert project.pulumi("stack", "output", "stack").stdout == "dev\n"


def test_a_mandatory_rule_refuses_and_nothing_else_is_said(project: Project) -> None:
    refused = project.pulumi("preview", "--policy-pack", "pack", "--config", "tiny:name=bad")
    assert refused.returncode != 0
    assert "is called bad" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_a_programs_own_mistake_is_shown_without_a_traceback(project: Project) -> None:
    failed = project.pulumi("preview")
    shown = failed.stdout + failed.stderr
    assert failed.returncode != 0
    assert "Missing required configuration variable 'tiny:name'" in shown
    assert "Traceback" not in shown


def test_pulumi_about_knows_the_interpreter(project: Project) -> None:
    assert str(Path(sys.prefix) / "bin/python") in project.pulumi("about").stdout


def test_no_program_outlives_an_engine_that_was_killed(
    project: Project, alive: Alive, tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text(STAYS)
    environment = project.environment | {"STAYS": os.environ["STAYS"]}
    with (
        subprocess.Popen(
            ["pulumi", "preview", "--non-interactive"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as engine,
        alive.is_up() as connection,
    ):
        engine.send_signal(signal.SIGKILL)
        assert is_gone(connection)
