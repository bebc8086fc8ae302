"""The whole state of a sandbox in one file, and back."""

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request

from sandbox import passing
from sandbox.around import Around
from sandbox.clock import stamp
from sandbox.control import Order, Wanted, body_of
from sandbox.directory import NAMES
from sandbox.identity import KEY_SETTING
from sandbox.schema import FORGOTTEN, VERSION

MARK: Final = 0x706C756D
"""SQLite's application id of such a file: it tells one from every other database."""

OWN: Final = ("control_secret", "ports", KEY_SETTING)
"""Settings that stay a sandbox's own, so that open shells keep working."""

ORIGIN: Final = "saved_from"
"""Where the endpoints of the resources in a file lead to, and what time it was there."""

BESIDE: Final = Path("state", ".pulumi")
"""What Pulumi knows of the resources, if its state is kept in the sandbox's folder."""


class NotSaved(ValueError):
    """A file cannot be written or taken; the text says why."""


class FileWanted(Wanted):
    file: Path
    dry_run: bool = False


def orders(around: Around) -> list[Order]:
    """POST /_plumb/save and /_plumb/restore."""

    async def saved(request: Request) -> Any:
        around.flush()
        return save(around, FileWanted.model_validate(await body_of(request)).file)

    async def restored(request: Request) -> Any:
        wanted = FileWanted.model_validate(await body_of(request))
        if wanted.dry_run:
            return described(wanted.file)
        around.flush()  # or what waits in memory would be written into the other state
        told = restore(around, wanted.file)
        await passing.happen(around)
        return told

    return [
        Order(path="/save", methods=("POST",), handler=saved),
        Order(path="/restore", methods=("POST",), handler=restored),
    ]


def save(around: Around, file: Path) -> dict[str, Any]:
    """Write all of it, in place of an earlier such file: whole, or not at all.

    Raises:
        NotSaved: the file is something else, or its folder cannot be written to.
    """
    if file.exists():
        described(file)
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        around.store.execute("VACUUM INTO ?", (str(unfinished),))
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as made:
            _finish(around, made)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    except (OSError, sqlite3.DatabaseError) as error:
        raise NotSaved(f"{file} cannot be written: {error}. Fix: name another file.") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return described(file)


def _finish(around: Around, made: sqlite3.Connection) -> None:
    """What a copy has beyond the tables, and what it must not have."""
    made.executemany("DELETE FROM settings WHERE key = ?", [(key,) for key in OWN])
    origin = {"arm": around.settings.arm, "now": stamp(around.clock.now())}
    made.execute("INSERT INTO settings VALUES (?, ?)", (ORIGIN, json.dumps(origin)))
    made.execute("CREATE TABLE beside (path TEXT PRIMARY KEY, content BLOB NOT NULL)")
    home = around.store.path.parent / BESIDE
    for each in sorted(home.rglob("*")):
        if each.is_file():
            made.execute(
                "INSERT INTO beside VALUES (?, ?)", (str(each.relative_to(home)), each.read_bytes())
            )
    made.execute(f"PRAGMA application_id = {MARK}")
    made.execute("VACUUM")  # or the secrets would still lie between the pages


def described(file: Path) -> dict[str, Any]:
    """What a file holds.

    Raises:
        NotSaved: it is not one of ours, of another version, or damaged.
    """
    with _opened(file) as found:
        (mark,) = found.execute("PRAGMA application_id").fetchone()
        (version,) = found.execute("PRAGMA user_version").fetchone()
        if mark != MARK:
            raise NotSaved(f"{file} is no saved sandbox. Fix: name one that `save` has written.")
        if version != VERSION:
            raise NotSaved(
                f"{file} was saved by another version of the sandbox ({version}, not {VERSION}). "
                "Fix: go back to that version."
            )
        (state,) = found.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            raise NotSaved(f"{file} is damaged: {state}. Fix: take another one.")
        counted = found.execute("SELECT type, count(*) FROM resources GROUP BY type ORDER BY type")
        (now,) = found.execute(
            "SELECT json_extract(value, '$.now') FROM settings WHERE key = ?", (ORIGIN,)
        ).fetchone()
        return {
            "file": str(file),
            "now": now,
            "resources": dict(counted.fetchall()),
            "events": found.execute("SELECT count(*) FROM events").fetchone()[0],
        }


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    if not file.is_file():
        raise NotSaved(f"there is no file {file}. Fix: name one that `save` has written.")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            yield found
    except sqlite3.DatabaseError as error:
        raise NotSaved(f"{file} does not open: {error}. Fix: take another one.") from None


def restore(around: Around, file: Path) -> dict[str, Any]:
    """Put a saved state in place of the present one, in one transaction.

    The sandbox's own secrets, ports and people stay; its clock goes back, or on, to the saved time.

    Raises:
        NotSaved: the file cannot be taken; nothing has changed.
    """
    told = described(file)
    store = around.store
    home = store.path.parent / BESIDE
    store.execute("ATTACH DATABASE ? AS saved", (str(file),))
    try:
        with store.transaction():
            _take(around)
            # All that may fail is done before anything has changed.
            _lay_ready(home, store.execute("SELECT path, content FROM saved.beside"))
    except (OSError, sqlite3.DatabaseError) as error:
        raise NotSaved(f"{file} cannot be taken: {error}.") from None
    finally:
        store.execute("DETACH DATABASE saved")
    _swap(home)
    around.clock.restore({"now": told["now"], "rate": around.clock.rate})
    around.journal.clear()
    for forget in around.after_reset:
        forget()
    return told


def _take(around: Around) -> None:
    store = around.store
    for table in FORGOTTEN:
        store.execute(f"DELETE FROM main.{table}")
        store.execute(f"INSERT INTO main.{table} SELECT * FROM saved.{table}")
    own, people = _listed(OWN), _listed(NAMES)
    store.execute(f"DELETE FROM main.settings WHERE key NOT IN ({own})", OWN)
    store.execute(
        f"INSERT INTO main.settings SELECT * FROM saved.settings WHERE key NOT IN ({own})", OWN
    )
    store.execute(f"DELETE FROM main.principals WHERE name NOT IN ({people})", NAMES)
    store.execute(
        f"INSERT INTO main.principals SELECT * FROM saved.principals WHERE name NOT IN ({people})",
        NAMES,
    )
    saved_from = store.setting(ORIGIN)["arm"]
    around.settings.unset(ORIGIN)
    if saved_from != around.settings.arm:
        for table in ("resources", "operations"):
            column = "body" if table == "resources" else "final"
            store.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)",
                (saved_from, around.settings.arm),
            )


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))


def _inside(path: str) -> Path:
    """A path that leads nowhere else, whoever wrote it."""
    found = Path(path)
    if found.is_absolute() or ".." in found.parts:
        raise NotSaved(f"it holds a file for {path}, outside of its folder. Fix: take another one.")
    return found


def _lay_ready(home: Path, rows: Iterable[sqlite3.Row]) -> None:
    """Pulumi's state as it was, beside the present one."""
    fresh = home.with_name(f"{home.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for row in rows:
        file = fresh / _inside(str(row["path"]))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(row["content"]))


def _swap(home: Path) -> None:
    fresh, old = home.with_name(f"{home.name}.new"), home.with_name(f"{home.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if home.exists():
        home.rename(old)
    fresh.rename(home)
    shutil.rmtree(old, ignore_errors=True)
