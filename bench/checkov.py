"""`plumb check` against Checkov: what each finds in the same resources, and how long it takes.

Checkov reads them as ARM templates, from an environment of its own that stays in the cache.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import large
from bench.row import Row
from components.stack_file import PROJECT, ROOT, open_stack_file, stacks
from policies.arm import id_of
from policies.values import Unknown
from policies.world import Resource, World
from scripts.checking import mocked

VERSION: Final = "3.3.30"
RUNS: Final = 5
ENOUGH: Final = (0, 1)
"""Exit codes that are an answer: nothing found, something found."""


@dataclass(frozen=True)
class Judged:
    """What one tool made of the resources."""

    rules: int
    """That had something to judge."""
    findings: int

    def __str__(self) -> str:
        return f"{self.rules} rules fired, {self.findings} findings"


def rows(folder: Path) -> Iterator[Row]:
    """plumb alone, where Checkov cannot be had; and plumb at the size of a thousand deployments."""
    folder.mkdir()
    checkov = installed()
    plumb = [str(Path(sys.executable).with_name("plumb")), "check", "--json"]
    if checkov:
        templates(folder / "arm", stacks())
        other = _checkov(checkov, folder / "arm")
        timed = [(_run(plumb), _run(other)) for _ in range(RUNS)]
        ours, theirs = (statistics.median(each[side][0] for each in timed) for side in (0, 1))
        mine, their = of_plumb(timed[0][0][1]), of_checkov(timed[0][1][1])
        yield Row(
            what=f"`plumb check`, three stacks, against Checkov {VERSION} on the same resources",
            figure=f"{mine}, {ours:.2f} s / {their}, {theirs:.2f} s = {ours / theirs:.2f}x",
            budget="0.5x",
            kept=ours <= theirs / 2,
        )
    else:
        print(f"Checkov {VERSION} cannot be installed: not compared", file=sys.stderr, flush=True)
    many = large.project(folder / "large", Path(sys.executable).parent.parent)
    took, _, memory = _run([*plumb, "--cwd", str(many)])
    yield Row(
        what=f"`plumb check`, {large.ACCOUNTS} accounts x {large.DEPLOYMENTS} deployments",
        figure=f"{took:.1f} s, {memory / 2**20:.0f} MB",
        budget="6 s, 400 MB",
        kept=took <= 6 and memory <= 400 * 2**20,
    )


def pack_rows(folder: Path, env: Mapping[str, str]) -> Iterator[Row]:
    """The gate inside the engine, where a sandbox answers; nothing where Checkov cannot be had."""
    checkov = installed()
    if not checkov:
        return
    folder.mkdir()
    templates(folder / "arm", ["dev"])
    other = _checkov(checkov, folder / "arm")
    plain = ["pulumi", "--non-interactive", "preview", "--stack", "dev", "--json"]
    gated = [*plain, "--policy-pack", "policies"]
    telling = {**env, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"}
    timed = [(_run(gated, telling), _run(plain, telling), _run(other)) for _ in range(RUNS)]
    with_it, without, theirs = (
        statistics.median(each[side][0] for each in timed) for side in range(3)
    )
    events = folder / "events.json"
    events.write_text(timed[0][0][1])
    heard = [str(Path(sys.executable).with_name("plumb")), "check", "--json", "--events"]
    mine, their = of_plumb(_run([*heard, str(events)])[1]), of_checkov(timed[0][2][1])
    ours = with_it - without
    yield Row(
        what=f"the pack in `pulumi preview` of dev, against Checkov {VERSION} on its resources",
        figure=f"{mine}, {with_it:.2f} s - {without:.2f} s = {ours:.2f} s / {their}, "
        f"{theirs:.2f} s = {ours / theirs:.2f}x",
        budget="0.5x",
        kept=ours <= theirs / 2,
    )


def _checkov(program: Path, folder: Path) -> list[str]:
    asked = [str(program), "-d", str(folder), "--framework", "arm"]
    return [*asked, "--skip-download", "--compact", "-o", "json"]


def installed() -> Path | None:
    """Checkov's own program, put into the cache if it is not there; None if that fails."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    home = cache / "plumbline" / f"checkov-{VERSION}"
    program = home / "bin" / "checkov"
    if not program.exists():
        venv.create(home, with_pip=True)
        wanted = [str(home / "bin" / "pip"), "install", "--quiet", f"checkov=={VERSION}"]
        if subprocess.run(wanted, check=False).returncode:
            return None
    return program


def templates(folder: Path, names: Iterable[str]) -> None:
    """The resources of each stack as an ARM template."""
    folder.mkdir()
    for stack in names:
        config = open_stack_file(stack).config
        world = mocked.run(ROOT / "__main__.py", PROJECT, stack, config)
        (folder / f"{stack}.json").write_text(json.dumps(template(world), indent=2))


def template(world: World) -> dict[str, Any]:
    """The resources of a stack that Azure knows by a name, as ARM takes them."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {
        "$schema": schema,
        "contentVersion": "1.0.0.0",
        "resources": [made for each in world.resources if (made := _resource(each))],
    }


OUTSIDE: Final = ("location", "kind", "sku", "identity", "tags")
"""What ARM keeps beside the properties."""


def _resource(resource: Resource) -> dict[str, Any] | None:
    id = id_of(resource.type, resource.inputs, subscription="0", otherwise=resource.name)
    if not id or "/providers/" not in id:
        return None
    provider, *path = id.rpartition("/providers/")[2].split("/")
    inputs = {key: _plain(value) for key, value in resource.inputs.items()}
    properties = {key: value for key, value in inputs.items() if key not in OUTSIDE}
    return {
        "type": "/".join([provider, *path[::2]]),
        "apiVersion": "2025-06-01",
        "name": "/".join(path[1::2]),
        **{key: inputs[key] for key in OUTSIDE if key in inputs},
        "properties": inputs.get("properties", properties),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        return "from Azure"
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, list) else value


def of_plumb(text: str) -> Judged:
    stacks = json.loads(text)["stacks"]
    rules = {rule for stack in stacks for rule in stack["passed"]}
    found = [row for stack in stacks for row in stack["findings"]]
    return Judged(len(rules | {row["rule"] for row in found}), len(found))


def of_checkov(text: str) -> Judged:
    said = json.loads(text)
    results = [each["results"] for each in (said if isinstance(said, list) else [said])]
    failed = [check for each in results for check in each["failed_checks"]]
    judged = [*failed, *(check for each in results for check in each["passed_checks"])]
    return Judged(len({check["check_id"] for check in judged}), len(failed))


def _run(command: Sequence[str], env: Mapping[str, str] | None = None) -> tuple[float, str, int]:
    """Seconds, what it said, and the most memory it took, in bytes."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ENOUGH:
        raise SystemExit(f"{' '.join(command)} failed: {said[-2000:]}")
    return time.perf_counter() - start, said, used.ru_maxrss * 1024
