"""`plumb smoke`: does every deployment and route of a stack answer?"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from scripts import options
from scripts.exit import Exit

if TYPE_CHECKING:
    from components.sections import Settings
    from scripts.smoke.probe import Answer, Probe, Result
    from scripts.stack_outputs import StackOutputs

AT_ONCE = 4


def smoke_command(
    stack: options.Stack,
    as_json: options.AsJson = False,
) -> None:
    """Ask every deployment and route of a stack one question, streamed and not.

    Signs in as you are (DefaultAzureCredential). Exit code: 0 all answer well, 1 one does not,
    2 wrong use, 3 not deployed or throttled, 4 not reached or not allowed.

    \b
    Examples:
      plumb smoke --stack dev
      plumb smoke --stack prod --json | jq .verdict
    """
    # Here, not above: `plumb --help` must not wait for openai.
    from scripts.model_client import connect, sign_in, warm_up
    from scripts.opened import open_stack
    from scripts.smoke.probe import ask, patiently

    opened = open_stack(stack)
    outputs = opened.outputs
    missing = list(not_deployed(opened.declared, outputs))
    token = sign_in()
    clients = {key: connect(each.endpoint, token) for key, each in outputs.accounts.items()}
    for client in clients.values():
        warm_up(client)
    asked = patiently(lambda probe: ask(clients[probe.account], probe))
    results = _run(list(probes(outputs)), asked)
    code = verdict(results, missing)
    if as_json:
        typer.echo(json.dumps(report(stack, results, missing, code), indent=2))
    else:
        _print_table(stack, results, missing, code)
    raise typer.Exit(code)


def not_deployed(declared: "Settings", outputs: "StackOutputs") -> Iterator[str]:
    """What the stack file declares and the deployed stack does not have."""
    for key, account in declared.accounts.items():
        there = outputs.accounts.get(key)
        for name in account.deployments:
            if there is None or name not in there.deployments:
                yield f"{key}/{name}"
    for key in declared.routes:
        if key not in outputs.routes:
            yield f"route {key}"


def probes(outputs: "StackOutputs") -> Iterator["Probe"]:
    """Every deployment, then the stable deployment behind every route."""
    from scripts.smoke.probe import Probe, kinds

    def of(subject: str, target: str) -> Iterator[Probe]:
        account, _, name = target.partition("/")
        declared = outputs.accounts[account].deployments[name]
        for kind in kinds(declared):
            yield Probe(
                subject=subject, kind=kind, account=account, deployment=name, declared=declared
            )

    for account, each in sorted(outputs.accounts.items()):
        for name in sorted(each.deployments):
            yield from of(f"{account}/{name}", f"{account}/{name}")
    for key, route in sorted(outputs.routes.items()):
        yield from of(f"route {key}", route.stable)


def _run(asked: list["Probe"], ask: Callable[["Probe"], "Answer"]) -> list["Result"]:
    """Asks several at once, and says how far it is while a person watches."""
    from concurrent.futures import ThreadPoolExecutor

    from rich.console import Console

    from scripts.smoke.probe import judge

    with (
        Console(stderr=True).status(f"asking {len(asked)} questions …"),
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        return list(pool.map(lambda probe: judge(probe, ask), asked))


def verdict(results: list["Result"], missing: list[str]) -> Exit:
    """The gravest of all answers. A stack with nothing to ask has not passed."""
    codes = {result.code for result in results}
    if missing or not results:
        codes.add(Exit.CANNOT_TELL)
    for code in (Exit.NO, Exit.NOT_REACHED, Exit.CANNOT_TELL):
        if code in codes:
            return code
    return Exit.YES


WORDS = {
    Exit.YES: "every deployment and route answers",
    Exit.NO: "something answers wrongly",
    Exit.CANNOT_TELL: "cannot tell",
    Exit.NOT_REACHED: "not reached, or not allowed",
}


def report(stack: str, results: list["Result"], missing: list[str], code: Exit) -> dict[str, Any]:
    """The JSON answer, `plumb.smoke/1`."""
    return {
        "schema": "plumb.smoke/1",
        "stack": stack,
        "verdict": WORDS[code],
        "exit_code": int(code),
        "not_deployed": missing,
        "results": [
            {
                "subject": result.probe.subject,
                "kind": result.probe.kind,
                "account": result.probe.account,
                "deployment": result.probe.deployment,
                "ok": result.code == Exit.YES,
                "problems": list(result.problems),
                **(
                    {
                        "model": answer.model,
                        "latency_ms": answer.latency_ms,
                        "first_token_ms": answer.first_token_ms,
                        "prompt_tokens": answer.prompt_tokens,
                        "completion_tokens": answer.completion_tokens,
                        "filter_annotations": answer.filter_annotations,
                    }
                    if (answer := result.answer)
                    else {}
                ),
            }
            for result in results
        ],
    }


def told(results: list["Result"]) -> dict[str, list[str]]:
    """Each problem once, with all whom it befell."""
    found: dict[str, list[str]] = {}
    for result in results:
        for problem in result.problems:
            found.setdefault(problem, []).append(f"{result.probe.subject} ({result.probe.kind})")
    everyone = [f"all {len(results)} of them"]
    return {
        problem: everyone if len(subjects) == len(results) > 1 else subjects
        for problem, subjects in found.items()
    }


def _print_table(stack: str, results: list["Result"], missing: list[str], code: Exit) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"smoke {stack}", title_justify="left", box=None, pad_edge=False)
    for heading in ("", "what", "asked for", "ms", "first token", "tokens in/out", "filter"):
        table.add_column(heading, justify="right" if heading in ("ms", "first token") else "left")
    for result in results:
        answer = result.answer
        row = ["[green]ok[/]" if result.code == Exit.YES else "[red]no[/]", result.probe.subject]
        row.append(result.probe.kind)
        if answer:
            row += [
                f"{answer.latency_ms:.0f}",
                "" if answer.first_token_ms is None else f"{answer.first_token_ms:.0f}",
                f"{answer.prompt_tokens}/{answer.completion_tokens}",
                "annotated" if answer.filter_annotations else "",
            ]
        table.add_row(*row)
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(table)
    for problem, subjects in told(results).items():
        console.print(f"{', '.join(subjects)}: {problem}", markup=False)
    for name in missing:
        console.print(f"{name}: declared, not deployed. Fix: pulumi up --stack {stack}")
    good = sum(result.code == Exit.YES for result in results)
    console.print(f"{good} of {len(results)} answers are good: {WORDS[code]}")
