"""Somebody who works off what the gate asks for: types what it says, knows what it leaves open."""

import csv
import json
import re
import shlex
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from azure.appconfiguration import AzureAppConfigurationClient
from azure.identity import DefaultAzureCredential

from tests.end_to_end.azure_clients import entered
from tests.end_to_end.local_azure import Said, told
from tests.end_to_end.project import Project

AT_MOST_S = 45 * 60

PEAK = {"chat": "24", "triage": "8"}
"""Calls in the busiest minute, as the product owner expects them."""

BACK_TO = {"chat": "primary/chat-v4", "triage": "primary/chat-reserved"}

DATASETS = {"primary/triage-v1": "datasets/triage.jsonl"}
JUDGE = "dev:primary/judge-v1"
"""Where no caller has a right, since it must be let see what callers must not."""

APPROVERS = {
    "product": "product-owner",
    "security": "security-officer",
    "responsible-ai": "responsible-ai-lead",
    "operations": "operator",
}

ORDER = (
    *("plumb capacity", "plumb readiness record", "plumb cost"),
    *("plumb evaluate", "plumb load", "plumb review", "plumb readiness approve"),
)
"""What rests on nothing comes first; who loads a deployment leaves it to itself meanwhile."""

SUCCESS = "- {name: solved without a person, baseline: 0.31, target: 0.4, source: report 12}\n"

COMMAND = re.compile(r"plumb (?:[^;,.]|\.(?! |$))+")


@dataclass(frozen=True)
class Asked:
    """One thing to do: a command, and the deployment that the finding was about."""

    command: str
    about: str

    @property
    def phase(self) -> int:
        """What rests on nothing comes first; who approves has seen everything else."""
        return next(n for n, each in enumerate(ORDER) if self.command.startswith(each))


@dataclass
class Person:
    """With a checkout and a sandbox; what they type, and what is said to it, is in typed.log."""

    project: Project

    def asked(self, stack: str) -> list[Asked]:
        """What the gate wants to have done, each once."""
        said = self.project.plumb("check", "--stack", stack, "--json")
        (report,) = json.loads(said.out)["stacks"]
        found = []
        for row in report["findings"]:
            commands = COMMAND.findall(row["message"].rpartition("Fix: ")[2])
            assert commands, row["message"]
            found += [Asked(command, row["resource"]["name"]) for command in commands]
        return list(dict.fromkeys(found))

    def work_off(self, stack: str) -> int:
        """Does the first things first; how many there were."""
        asked = self.asked(stack)
        first = min((each.phase for each in asked), default=0)
        todo = [each for each in asked if each.phase == first]
        with ThreadPoolExecutor(len(todo) if first == ORDER.index("plumb load") else 1) as pool:
            list(pool.map(self.do, todo))
        return len(todo)

    def do(self, asked: Asked) -> None:
        """Types it; it must end in yes."""
        words = shlex.split(asked.command)[1:]
        role = words[words.index("--role") + 1] if "--role" in words else ""
        filled = list(self._filled_in(words, asked))
        command = ["plumb", *filled]
        variables = self.project.variables(APPROVERS.get(role, "operator"))
        said = told(command, self.project.folder, variables, at_most_s=AT_MOST_S)
        self.keep(shlex.join(command), said)
        assert said.code == 0, f"{shlex.join(command)}\n{said.all}"

    def keep(self, command: str, said: Said) -> None:
        """What docs/first-release.md shows is taken from here."""
        with (self.project.folder / "typed.log").open("a") as log:
            log.write(f"$ {command}\n{said.all}\n")

    def _filled_in(self, words: list[str], asked: Asked) -> Iterator[str]:
        before = ""
        route = words[words.index("--route") + 1] if "--route" in words else ""
        target = words[words.index("--target") + 1] if "--target" in words else ""
        for word in words:
            yield self._answer(word, before, words, route, target, asked)
            before = word

    def _answer(
        self, word: str, before: str, words: list[str], route: str, target: str, asked: Asked
    ) -> str:
        match word, before:
            case "DATASET", _:
                return DATASETS.get(target, "datasets/cora.jsonl")
            case "DEPLOYMENT", "--judge":
                return JUDGE
            case "SCENARIO", _:
                return "scenarios/chat.yaml"
            case "RPM", _:
                return PEAK[route]
            case "TOKENS", "--prompt":
                return "600"
            case "TOKENS", _:
                return "300"
            case "URL", _:
                return "https://wiki.contoso.com/cora/capacity"
            case "NAME", _:
                return "Olaf Operator"
            case "TICKET", _:
                return "CHG-1402"
            case "FILE", "--metrics":
                return self._written("success.yaml", SUCCESS)
            case "FILE", "--ratings":
                return str(self._rated(self._run_of(asked.about)))
            case "FILE", _:
                return self._written(f"rollback-{route}.yaml", self._rehearsed(route))
            case "RUN", _:
                return self._run_of(asked.about).name
            case _, "--exchange-rate":
                return word.replace("RATE", "0.86")
        assert not re.search(r"\b[A-Z]{3,}\b", word), f"what is {word} in {words}?"
        return word

    def _written(self, name: str, text: str) -> str:
        (self.project.folder / name).write_text(text)
        return name

    def _rehearsed(self, route: str) -> str:
        """Takes a route of staging back and forth by its flag, with a watch in hand."""
        routing = self.project.outputs("staging")["routing"]
        flag = self.project.outputs("staging")["routes"][route]["flag"]
        key = f".appconfig.featureflag/{flag}"
        began, watch = datetime.now(UTC), time.monotonic()
        with (
            entered(self.project.variables()),
            DefaultAzureCredential() as credential,
            AzureAppConfigurationClient(routing["endpoint"], credential) as store,
        ):
            for enabled in (False, True):
                setting = store.get_configuration_setting(key, label=routing["label"])
                setting.enabled = enabled
                store.set_configuration_setting(setting)
                found = store.get_configuration_setting(key, label=routing["label"])
                assert found.enabled is enabled
        return (
            f'target: {BACK_TO[route]}\ntestedAt: "{began:%Y-%m-%dT%H:%M:%SZ}"\n'
            f"minutes: {(time.monotonic() - watch) / 60:.3f}\n"
        )

    def _run_of(self, resource: str) -> Path:
        """The newest evaluation of the deployment that a resource is."""
        runs = self.project.folder / ".plumb" / "runs"
        return max(
            run.parent
            for run in runs.glob("*-evaluate-*/result.json")
            if _resource(json.loads(run.read_text())["identity"]) == resource
        )

    def _rated(self, run: Path) -> Path:
        """The sheet, filled in by somebody who has looked up every answer."""
        truths = dict(_truths(run / "dataset.jsonl"))
        (sheet,) = run.rglob("sheet.csv")
        with sheet.open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            truth = truths[row["question"].removeprefix("'")]
            row["good"] = "yes" if _holds(row["answer"], truth) else "no"
        filled = run / "ratings.csv"
        with filled.open("w", newline="") as file:
            lines = csv.DictWriter(file, rows[0].keys())
            lines.writeheader()
            lines.writerows(rows)
        return filled


def _resource(identity: dict[str, str]) -> str:
    return f"{identity['account']}-{identity['deployment']}"


def _truths(dataset: Path) -> Iterator[tuple[str, str]]:
    for line in dataset.read_text().splitlines():
        row = json.loads(line)
        yield row["query"], row.get("ground_truth", "")


def _holds(answer: str, truth: str) -> bool:
    return words(truth) <= words(answer)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
