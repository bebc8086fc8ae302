"""`python -m sandbox serve`: the process that `plumb sandbox up` starts."""

import argparse
import sys
from pathlib import Path

FACES = ("arm", "identity", "provider")


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m sandbox")
    commands = options.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="run in the foreground until SIGTERM")
    serving.add_argument("--dir", type=Path, required=True)
    serving.add_argument("--profile", choices=("fast", "azure"))
    for face in FACES:
        serving.add_argument(f"--{face}-port", type=int, default=0)
    wanted = options.parse_args(arguments)

    # Here, not above: a wrong option is answered at once.
    from sandbox.lifecycle import CannotStart, serve

    try:
        serve(
            wanted.dir.resolve(),
            ports={face: getattr(wanted, f"{face}_port") for face in FACES},
            profile=wanted.profile,
        )
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
