"""What is said when the disk has no room, whoever asked for what."""

import logging
import sqlite3

LOG = logging.getLogger("sandbox")

OF_THE_DISK = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}
"""What SQLite says where the file is at fault, and not the statement."""


def caused(error: Exception) -> bool:
    """Whether the disk is why; extended codes have the plain one in their last byte."""
    return (
        isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in OF_THE_DISK
    )


def message(error: Exception) -> str:
    return f"The sandbox cannot keep this: {error}. Make room on its disk."


def noted(what: str, error: Exception) -> None:
    """One line in the log for something that is lost or has to wait."""
    LOG.warning("%s is not kept: %s. Make room on the disk.", what, error)
