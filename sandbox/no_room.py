"""What is said when the disk takes nothing, whoever asked for what."""

import logging
import sqlite3

LOG = logging.getLogger("sandbox")

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
OF_THE_DISK = BUSY | {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
}
"""What SQLite says where the file is at fault, and not the statement."""


def caused(error: Exception) -> bool:
    """Whether the disk is why."""
    return isinstance(error, sqlite3.OperationalError) and _code(error) in OF_THE_DISK


def message(error: Exception) -> str:
    return f"The sandbox cannot keep this: {error}. {_remedy(error)}"


def noted(what: str, error: Exception) -> None:
    """One line in the log for something that is lost or has to wait."""
    LOG.warning("%s is not kept: %s. %s", what, error, _remedy(error))


def _remedy(error: Exception) -> str:
    if isinstance(error, sqlite3.OperationalError) and _code(error) in BUSY:
        return "Close what else has its state.db open."
    return "Make room on its disk."


def _code(error: sqlite3.OperationalError) -> int:
    """Extended codes have the plain one in their last byte."""
    return error.sqlite_errorcode & 0xFF
