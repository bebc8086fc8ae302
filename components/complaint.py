"""What is told of a stack file: one mistake, its place, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from components.stack_file import Place


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One thing wrong with a stack file, and what to do about it."""

    place: Place
    message: str
    refers_to: Place | None = None
    """Another setting that this is about; if that one is wrong too, this may not be."""


def choices(wrong: str, known: Iterable[str]) -> str:
    """A fix that names what may be written instead, the likeliest first."""
    there = sorted(known)
    near = get_close_matches(wrong, there, n=3, cutoff=0.5)
    return f"Fix: use {' or '.join(near or there) or 'nothing'}"
