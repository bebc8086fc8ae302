"""A kept verdict on a job: found again, made again from its files, and held against today."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from scripts.exit import Exit
from scripts.finetune.kept import REPORT, Kept, NoRun
from scripts.finetune.place import Place
from scripts.finetune.recompute import recompute
from scripts.finetune.report import SCHEMA, Report, of

FRESH: Final = timedelta(hours=24)
"""What an account has room for is another matter the day after."""


class NotVerified(Exception):
    """No verdict allows it; the message says which is needed."""


def verified(runs: Path, job: str, stack: str, place: Place, now: datetime) -> Report:
    """The newest verdict on a job for a deployment, if it is a yes that still holds.

    Raises:
        NotVerified: there is none, or it is no yes, or too old, or not what its files say.
    """
    again = f"Fix: plumb finetune verify {job} --stack {stack} --deployment {place.name}" + (
        f" --like {place.like}" if place.is_new else ""
    )
    told = max(
        _reports(runs, job, stack, place.name),
        key=lambda each: str(each[1]["asked_at"]),
        default=None,
    )
    if told is None:
        raise NotVerified(f"{job} is not verified for {stack}, {place.name}. {again}")
    folder, said = told
    name = f"{job} in run {folder.name}"
    if said.get("exit_code") != Exit.YES:
        raise NotVerified(f"{name}: {said.get('verdict')}. {again}")
    age = now - datetime.fromisoformat(said["asked_at"])
    if not timedelta(0) <= age <= FRESH:
        raise NotVerified(
            f"{name} was verified at {said['asked_at']}, more than {FRESH // timedelta(hours=1)} "
            f"hours from now. {again}"
        )
    try:
        if recompute(folder) != said:
            raise NoRun(f"{folder.name}: its files do not say what it said")
        found = of(folder)
    except NoRun as error:
        raise NotVerified(f"{error}. {again}") from None
    wanted = found.facts.surroundings.wanted
    declared = (place.base, place.settings.sku, place.settings.capacity)
    if (wanted.base, wanted.sku, wanted.capacity) != declared:
        raise NotVerified(f"{name}: the stack file has changed since. {again}")
    return found


def _reports(runs: Path, job: str, stack: str, place: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in runs.glob(f"*-finetune-*/{REPORT}"):
        try:
            said = Kept(file.parent).report()
        except NoRun:
            continue
        about = (said.get("schema"), said.get("stack"), said.get("deployment"))
        if about == (SCHEMA, stack, place) and said.get("job", {}).get("id") == job:
            yield file.parent, said
