"""Which deployment judges, and by what prompts. The wrong one is refused before it is asked."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, Literal

from components.catalog import Model, model_behind
from policies.throughput import RATED_SKUS
from scripts.evaluate.judges.asking import Through
from scripts.evaluate.judges.ours import OurJudge
from scripts.evaluate.judges.pace import Pace
from scripts.evaluate.judges.sheet import prompts_sha256
from scripts.evaluate.timing import Timing

if TYPE_CHECKING:
    from scripts.client.target import Token
    from scripts.evaluate.row import Judge
    from scripts.opened import Opened
    from scripts.stack_outputs import DeploymentOutputs

Way = Literal["ours", "azure-ai-evaluation"]
"""Whose prompts are asked."""

DATED: Final = len("2026-03-05")


class WrongJudge(Exception):
    """This deployment cannot judge; the message says why and what to do."""


def open_judge(
    opened: "Opened",
    name: str,
    judged: Collection[str],
    *,
    time: Timing,
    token: "Token",
    way: Way = "ours",
) -> "Judge":
    """The judge that `account/deployment` is.

    judged: what it will judge the answers of, `account/deployment` each.

    Raises:
        WrongJudge: it would judge itself, or it cannot judge at all.
    """
    from scripts.client.target import Target, azure_url

    account, held = opened.held(name)
    key, _, deployment = name.partition("/")
    facts = model_behind(held.model, held.version, held.format)
    check(name, held, facts, judged)
    ours = OurJudge(
        account=key,
        deployment=deployment,
        model=held.model,
        version=held.version,
        sku=held.sku,
        names_itself=names_itself(held),
        thinks=facts is not None and facts.kind == "reasoning",
        ask=Through(
            Target(
                base_url=azure_url(account.endpoint),
                model=deployment,
                token=token,
                family=held.model,
                name=name,
            ),
            time,
        ),
        pace=pace(held, facts, time),
        clock=time.clock,
        ends=time.until,
    )
    if way == "ours":
        return ours
    from scripts.evaluate.judges.azure_ai_evaluation import through_azure_ai_evaluation

    prompts(way)
    return through_azure_ai_evaluation(ours, account.endpoint)


def prompts(way: Way) -> str:
    """The hash of the prompts that are asked.

    Raises:
        WrongJudge: whose they are is not installed.
    """
    if way == "ours":
        return prompts_sha256()
    from scripts.evaluate.judges import azure_ai_evaluation

    try:
        azure_ai_evaluation.installed()
    except azure_ai_evaluation.NotInstalled as error:
        raise WrongJudge(str(error)) from None
    return azure_ai_evaluation.its_prompts_sha256()


def check(
    name: str, held: "DeploymentOutputs", facts: Model | None, judged: Collection[str]
) -> None:
    """Refuses who cannot judge.

    Raises:
        WrongJudge: see `open_judge`.
    """
    if name in judged:
        raise WrongJudge(f"{name} would judge its own answers. Fix: --judge another deployment")
    if facts and facts.kind == "embeddings":
        raise WrongJudge(f"{name} is {held.model}, which says nothing. Fix: --judge a chat model")
    if held.sku.endswith("Batch"):
        raise WrongJudge(f"{name} is {held.sku}: it takes no questions. Fix: --judge another")


def kin(held: "DeploymentOutputs", judged: Collection["DeploymentOutputs"]) -> bool:
    """Whether it is of the same model and version as what it judges: such a judge likes its own."""
    return (held.model, held.version) in {(each.model, each.version) for each in judged}


def names_itself(held: "DeploymentOutputs") -> str:
    """How what its answers call their model begins. Other publishers spell theirs as they like."""
    if held.format != "OpenAI":
        return ""
    return f"{held.model}-{held.version}" if len(held.version) == DATED else held.model


def pace(held: "DeploymentOutputs", facts: Model | None, time: Timing) -> Pace:
    """As fast as its capacity admits; a provisioned one says itself when it is full."""
    if held.sku not in RATED_SKUS or facts is None:
        return Pace(None, None, time.clock, time.wait)
    return Pace(
        held.capacity * facts.tokens_per_unit,
        held.capacity * facts.requests_per_unit,
        time.clock,
        time.wait,
    )
