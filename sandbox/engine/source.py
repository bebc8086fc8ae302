"""Which engine this machine uses: the person's own, or one that we build."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine.cache import ENGINE, LANGUAGE_HOST, VERSION, Cache

AskVersion = Callable[[Path], str]
"""Runs `pulumi version`; empty if it does not answer."""


@dataclass(frozen=True)
class Own:
    """An official CLI that is on PATH already. It gets nothing of ours in its way."""

    pulumi: Path


@dataclass(frozen=True)
class Built:
    """Ours, in the cache."""

    cache: Cache


def choose(search: Sequence[Path], cache: Cache, ask_version: AskVersion) -> Own | Built:
    """The first pulumi on PATH if it is complete and new enough; ours otherwise.

    Only the first counts: a newer one behind it would not be what a person gets who types the name.
    """
    for pulumi in found(search, cache):
        if has_language_host(pulumi) and new_enough(ask_version(pulumi)):
            return Own(pulumi)
        break
    return Built(cache)


def found(search: Sequence[Path], cache: Cache) -> Iterator[Path]:
    """Each pulumi on PATH but our own, which is there whenever someone took over our settings."""
    for folder in search:
        pulumi = folder / ENGINE
        if pulumi.is_file() and not same(folder, cache.bin):
            yield pulumi


def same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def has_language_host(pulumi: Path) -> bool:
    """Package managers put links on PATH; the host lies beside the link or beside the file."""
    return any(
        (folder / LANGUAGE_HOST).is_file() for folder in (pulumi.parent, pulumi.resolve().parent)
    )


def new_enough(version: str, least: str = VERSION) -> bool:
    numbers = version_numbers(version)
    return numbers is not None and numbers >= (version_numbers(least) or ())


def version_numbers(version: str) -> tuple[int, ...] | None:
    """`v3.259.0`, `go1.26` or `3.260.0-alpha.1+dirty` as numbers; None if it is no version."""
    match = re.match(r"\s*(?:v|go)?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(part or 0) for part in match.groups()) if match else None
