"""Why the engine cannot be had, and what to do about it."""


class Failure(Exception):
    """One line for a person: what is missing, and what to do.

    Exit codes: 1 something is broken, 4 could not be reached or is not allowed.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


INSTEAD = "or install the official pulumi, 3.259.0 or later, on PATH"


def no_network(what: str) -> Failure:
    return Failure(
        f"No network: {what} cannot be downloaded. Fix: connect, or name a proxy or a mirror that "
        f"this machine may use (for Go: GOPROXY, for pip: its configuration), {INSTEAD}; "
        "then run the same command again.",
        exit_code=4,
    )


def no_room(where: str, free_bytes: int, needed_bytes: int) -> Failure:
    return Failure(
        f"No room: building the engine needs {needed_bytes / 1e9:.1f} GB in {where}, and "
        f"{free_bytes / 1e9:.1f} GB are free. Fix: free some, or set XDG_CACHE_HOME, GOPATH and "
        f"GOCACHE to a larger disk, {INSTEAD}; then run the same command again.",
        exit_code=4,
    )


def broken(what: str, log: str) -> Failure:
    return Failure(
        f"{what}; the last lines of its output are in {log}. Fix what they name, {INSTEAD}; "
        "then run the same command again.",
        exit_code=1,
    )
