"""`python -m sandbox.engine`: install the engine, or say where it is."""

import argparse
import os
import signal
import sys
from pathlib import Path

from sandbox.engine.cache import VERSION, cache
from sandbox.engine.failure import Failure
from sandbox.engine.source import Own, choose


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["host"]:
        # The launcher starts this: the executor beside it, the engine's options, its address.
        return serve(executor=arguments[1], engine=arguments[-1])
    options = argparse.ArgumentParser(
        prog="python -m sandbox.engine",
        description="The Pulumi engine. Exits 0 yes, 1 broken, 2 wrong use, 4 not reached.",
    )
    commands = options.add_subparsers(dest="command", required=True)
    install = commands.add_parser("install", help="build the engine, if this machine has none")
    install.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    commands.add_parser(
        "path", help="the folder to put on PATH; an empty line if your own pulumi serves"
    )
    wanted = options.parse_args(arguments)
    try:
        return install_engine(quiet=wanted.quiet) if wanted.command == "install" else path()
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code


def search_path() -> list[Path]:
    return [Path(folder) for folder in os.get_exec_path() if folder]


def install_engine(*, quiet: bool) -> int:
    # Here, not above: `path` stands in the way of every `plumb sandbox env`.
    from sandbox.engine.build import install
    from sandbox.engine.progress import Progress
    from sandbox.engine.tool import run

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = Progress(sys.stderr, quiet=quiet)
    source = choose(search_path(), cache(), pulumi_version)
    if isinstance(source, Own):
        progress.done(f"engine: your own {source.pulumi}")
        return 0
    try:
        install(source.cache, search_path(), run, progress)
    except KeyboardInterrupt:
        progress.done(
            "engine: stopped. What was fetched and compiled so far is kept; run it again."
        )
        return 130
    progress.done(f"engine: pulumi {VERSION} in {source.cache.bin}")
    return 0


def path() -> int:
    source = choose(search_path(), cache(), pulumi_version)
    if isinstance(source, Own):
        print()
        return 0
    if not source.cache.holds_engine():
        raise Failure("The engine is not installed yet. Fix: run `make setup`.", exit_code=4)
    print(source.cache.bin)
    return 0


def pulumi_version(pulumi: Path) -> str:
    from sandbox.engine.tool import run

    answer = run([str(pulumi), "version"], env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    return answer.output if answer.ok else ""


def serve(executor: str, engine: str) -> int:
    # Until the host can end its children, a signal just ends it: an interrupted import would
    # print its traceback into someone's preview.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sandbox.engine.language_host import serve_until_the_engine_leaves

    serve_until_the_engine_leaves(executor, engine)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
