"""A fine-tuning API that says what a test wants, and a subscription that does."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2
import openai

from scripts.exit import Exit
from scripts.finetune.asking import Jobs
from scripts.subscription.facts import (
    FOUNDRY,
    Account,
    LiveDeployment,
    ModelKey,
    OfferedModel,
    Room,
    Unknown,
)
from tests.finetune.facts import BASE, JOB, MODEL

KEY = ModelKey(format="OpenAI", name="gpt-4.1-mini", version="2025-04-14")
CURVE = "step,train_loss,valid_loss\n" + "".join(
    f"{step},{3 - step / 10},{3.1 - step / 10}\n" for step in range(1, 17)
)
NOT_ALLOWED = {"error": {"code": "PermissionDenied", "message": "lacks the data action"}}


def training(*questions):
    rows = [
        {"messages": [{"role": "user", "content": each}, {"role": "assistant", "content": "x"}]}
        for each in questions
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


@dataclass
class Api:
    """Answers by path; what `first` holds is answered before."""

    statuses: list[str] = field(default_factory=lambda: ["succeeded"])
    """Of the job, one each time that it is asked for; the last stays."""
    first: list[object] = field(default_factory=list)
    """Status codes, or errors to raise."""
    files: dict[str, object] = field(default_factory=dict)
    """Content, or a status code."""
    headers: dict[str, str] = field(default_factory=dict)
    earlier: int = 0
    """How many events there are before somebody asks; each time that somebody does adds one."""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.files = {
            "file-1": training("Question: where is it?", "when?"),
            "file-2": training("who?"),
            "file-3": CURVE,
        } | self.files

    def __call__(self, request):
        path = request.url.path.partition("/openai/v1/")[2]
        self.asked.append(path)
        if self.first:
            now = self.first.pop(0)
            if isinstance(now, BaseException):
                raise now
            return httpx2.Response(now, json=NOT_ALLOWED, headers=self.headers)
        match path.split("/"):
            case ["fine_tuning", "jobs", _]:
                return httpx2.Response(200, json=self._job())
            case ["fine_tuning", "jobs", _, "events"]:
                return httpx2.Response(200, json={"data": self._events(), "has_more": False})
            case ["fine_tuning", "jobs", _, "checkpoints"]:
                return httpx2.Response(200, json={"data": self._checkpoints(), "has_more": False})
            case ["files", id, "content"]:
                found = self.files[id]
                if isinstance(found, int):
                    return httpx2.Response(found, json=NOT_ALLOWED)
                if isinstance(found, BaseException):
                    raise found
                return httpx2.Response(200, content=found.encode())
        raise AssertionError(f"nobody asks for {path}")

    def _job(self):
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        done = status == "succeeded"
        return JOB.model_dump() | {
            "object": "fine_tuning.job",
            "status": status,
            "fine_tuned_model": MODEL if done else None,
            "result_files": ["file-3"] if done else [],
        }

    def _events(self):
        known = self.earlier + len([path for path in self.asked if path.endswith("events")])
        return [
            {"id": f"e-{n}", "created_at": n // 10, "level": "info", "message": f"Step {n}"}
            for n in range(1, known + 1)
        ][::-1]

    def _checkpoints(self):
        return [{"id": "c", "step_number": 16, "fine_tuned_model_checkpoint": MODEL}]

    def jobs(self, clock, until=120.0):
        client = openai.OpenAI(
            base_url="https://contoso.openai.azure.com/openai/v1/",
            api_key="t",
            max_retries=0,
            http_client=httpx2.Client(transport=httpx2.MockTransport(self)),
        )
        return Jobs(client, until, clock.monotonic, clock.sleep)


@dataclass
class Subscribed:
    """As much of a subscription as is asked about a model."""

    refused: bool = False
    deployed: tuple[str, ...] = (MODEL,)

    def _or(self, answer):
        return (
            Unknown(reason="not asked", fix="ask", code=Exit.NOT_REACHED)
            if self.refused
            else answer
        )

    def capacities(self, model):
        assert model == KEY
        found = (("swedencentral", "Standard", 700.0), ("eastus2", "Standard", 5.0))
        rooms = [
            Room(location=location, sku=sku, available=0.0, available_fine_tuned=free)
            for location, sku, free in found
        ]
        return self._or(tuple(rooms))

    def accounts(self):
        parts = dict.fromkeys(("resource_group", "location", "subdomain", "kind", "state"), "x")
        return self._or((Account(id="/x", name="contoso", **parts),))

    def deployments(self, account):
        return self._or(
            tuple(
                LiveDeployment(
                    name=f"d-{number}",
                    model=ModelKey(format="OpenAI", name=model, version="1"),
                    sku="Standard",
                    capacity=1,
                    upgrade_option="",
                    spillover=None,
                    state="Succeeded",
                )
                for number, model in enumerate((*self.deployed, BASE))
            )
        )

    def models(self, location):
        parts = {"is_default": True, "replacement": None, "skus": (), "lifecycle": "Legacy"}
        return self._or(
            (
                OfferedModel(
                    key=KEY,
                    kind=FOUNDRY,
                    retires=datetime(2027, 4, 14, tzinfo=UTC),
                    fine_tune_retires=datetime(2027, 10, 14, tzinfo=UTC),
                    **parts,
                ),
            )
        )
