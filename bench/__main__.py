"""Measures design budgets against one sandbox of its own, and prints a table in Markdown."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench import arm, checkov, dataplane, large, load, page
from bench.row import Row
from components.stack_file import PROJECT, ROOT, open_stack_file
from policies.values import Unknown
from scripts.checking import mocked

RUNS = 5
BIN = Path(sys.executable).parent

ONE_RULE_PACK = """
import pulumi_policy as sdk

def validate(resource, report):
    if resource.resource_type == "azure-native:cognitiveservices:Account":
        if resource.props["properties"]["disableLocalAuth"] is not True:
            report("keys are on")

sdk.PolicyPack("one", [sdk.ResourceValidationPolicy("one-rule", "Keys are off.", validate)])
"""


def seconds(
    command: list[str], folder: Path, env: dict[str, str], *, may_say: tuple[int, ...] = (0,)
) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    took = time.perf_counter() - start
    if done.returncode not in may_say:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took


@dataclass(frozen=True)
class Pairs:
    """Seconds of two things measured in turn, so that a busy moment falls on both."""

    measured: Sequence[tuple[float, float]]

    @classmethod
    def of(cls, one: Callable[[], float], other: Callable[[], float]) -> Self:
        return cls([(one(), other()) for _ in range(RUNS)])

    @property
    def medians(self) -> tuple[float, float]:
        ours, theirs = zip(*self.measured, strict=True)
        return statistics.median(ours), statistics.median(theirs)

    @property
    def ratio(self) -> float:
        """The median of what each pair says: a machine that slows down midway shifts no pair."""
        return statistics.median(ours / theirs for ours, theirs in self.measured)


@contextmanager
def sandbox(folder: Path) -> Iterator[dict[str, str]]:
    """A sandbox of our own; yields the environment that points at it."""
    plumb = str(BIN / "plumb")
    own = {**os.environ, "PLUMB_SANDBOX_DIR": str(folder)}
    subprocess.run([plumb, "sandbox", "up"], env=own, check=True, capture_output=True)
    try:
        text = subprocess.run(
            [plumb, "sandbox", "env", "--json"], env=own, check=True, capture_output=True
        ).stdout
        told = json.loads(text)
        yield {k: v for k, v in own.items() if k not in told["unset"]} | told["set"]
    finally:
        subprocess.run([plumb, "sandbox", "down"], env=own, check=False, capture_output=True)


def literal(value: Any) -> Any:
    """A value as a flat program would write it; what only Azure knows becomes a word."""
    if isinstance(value, Unknown):
        return "from Azure"
    if isinstance(value, Mapping):
        return {key: literal(inner) for key, inner in value.items()}
    return [literal(inner) for inner in value] if isinstance(value, list) else value


def flat_program(folder: Path, stack: str) -> Path:
    """A Pulumi project that declares the stack's Azure resources without our components."""
    world = mocked.run(ROOT / "__main__.py", PROJECT, stack, open_stack_file(stack).config)
    recorded = [
        {
            "urn": each.urn,
            "type": each.type,
            "name": f"{each.name}-{number}",
            "inputs": literal(each.inputs),
            "dependencies": sorted(each.dependencies),
        }
        for number, each in enumerate(world.resources)
        if each.type.startswith("azure-native:")
    ]
    folder.mkdir()
    (folder / "resources.json").write_text(json.dumps(recorded))
    shutil.copy(Path(__file__).with_name("flat.py"), folder / "__main__.py")
    (folder / "Pulumi.yaml").write_text(
        "name: flat\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
    )
    (folder / ".venv").symlink_to(BIN.parent)
    return folder


def one_rule_pack(folder: Path) -> Path:
    folder.mkdir()
    (folder / "__main__.py").write_text(ONE_RULE_PACK)
    (folder / "PulumiPolicy.yaml").write_text(
        "description: one\nversion: 0.1.0\n"
        f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: {BIN.parent}}}}}\n"
    )
    return folder


def rows(folder: Path) -> Iterator[Row]:
    """Every budget, in the order of the table."""
    with sandbox(folder / "sandbox") as env:
        pulumi = ["pulumi", "--non-interactive", "--color", "never"]

        def run(*arguments: str, where: Path = ROOT) -> float:
            return seconds([*pulumi, *arguments], where, env)

        run("stack", "init", "dev", "--no-select")
        flat = flat_program(folder / "flat", "dev")
        run("stack", "init", "dev", where=flat)

        preview = Pairs.of(
            lambda: run("preview", "--stack", "dev"),
            lambda: run("preview", "--stack", "dev", where=flat),
        )
        ours, theirs = preview.medians
        yield Row(
            what="`pulumi preview` of dev, against a flat program with the same Azure resources",
            figure=f"{ours:.2f} s, {theirs:.2f} s: {preview.ratio:.2f}x",
            budget="1.15x",
            kept=preview.ratio <= 1.15,
        )

        one = one_rule_pack(folder / "one-rule")
        gated, ungated = Pairs.of(
            lambda: run("preview", "--stack", "dev", "--policy-pack", "policies"),
            lambda: run("preview", "--stack", "dev", "--policy-pack", str(one)),
        ).medians
        yield Row(
            what="the gate, against a pack of one rule",
            figure=f"{gated:.2f} s - {ungated:.2f} s = {gated - ungated:+.2f} s",
            budget="+0.6 s",
            kept=gated - ungated <= 0.6,
        )

        yield from checkov.pack_rows(folder / "pack", env)

        plumb = str(BIN / "plumb")
        check, helped = Pairs.of(
            lambda: seconds([plumb, "check"], ROOT, env, may_say=(0, 1)),
            lambda: seconds([plumb, "--help"], ROOT, env),
        ).medians
        yield Row(
            what="`plumb check`, three stacks",
            figure=f"{check:.2f} s",
            budget="1.5 s",
            kept=check <= 1.5,
        )
        yield Row(
            what="`plumb --help`", figure=f"{helped:.2f} s", budget="0.3 s", kept=helped <= 0.3
        )

        first = run("up", "--stack", "dev", "--yes", "--policy-pack", "policies")
        yield Row(
            what="first `up` of dev on a running sandbox, preview and gate included",
            figure=f"{first:.1f} s",
            budget="10 s",
            kept=first <= 10,
        )
        plain, gated = Pairs.of(
            lambda: run("up", "--stack", "dev", "--yes"),
            lambda: run("up", "--stack", "dev", "--yes", "--policy-pack", "policies"),
        ).medians
        yield Row(
            what="second `up` of dev, no change",
            figure=f"{plain:.1f} s",
            budget="5 s",
            kept=plain <= 5,
        )
        yield Row(
            what="the same under the gate, which judges its preview and its update",
            figure=f"{gated:.1f} s",
            budget="5 s + 2 x 0.6 s",
            kept=gated <= 6.2,
        )

        many = large.project(folder / "large", BIN.parent)
        run("stack", "init", "large", where=many)
        took = run("preview", "--stack", "large", where=many)
        yield Row(
            what="`pulumi preview` of 50 accounts with 20 deployments each",
            figure=f"{took:.0f} s",
            budget="30 s",
            kept=took <= 30,
        )

    yield from dataplane.rows(folder / "dataplane")
    yield from arm.rows()
    yield from checkov.rows(folder / "checkov")
    yield from page.rows()
    yield from load.rows(folder / "load")

    demo = {**os.environ, "PLUMB_SANDBOX_DIR": str(folder / "demo")}
    took = seconds(["make", "demo"], ROOT, demo)
    subprocess.run([plumb, "sandbox", "down"], env=demo, check=False, capture_output=True)
    yield Row(
        what="`make demo` with the tools in place",
        figure=f"{took:.0f} s",
        budget="45 s",
        kept=took <= 45,
    )


def main() -> None:
    print(f"| what ({RUNS} runs in turn, medians) | measured | budget | |\n|---|---|---|---|")
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder)):
            over += not row.kept
            verdict = "kept" if row.kept else "**over**"
            print(f"| {row.what} | {row.figure} | {row.budget} | {verdict} |", flush=True)
    raise SystemExit(1 if over else 0)


if __name__ == "__main__":
    main()
