"""What is said when the disk has no room, whoever asked for what."""

import logging
import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

LOG = logging.getLogger("sandbox")


def message(error: Exception) -> str:
    return f"The sandbox cannot keep this: {error}. Make room on its disk."


def answer(request: Request, error: Exception) -> Response:
    """503, since clients try that again, and the disk may have room by then."""
    if request.url.path.startswith("/_plumb/"):
        return JSONResponse({"error": message(error)}, 503)
    told = {"code": "ServiceUnavailable", "message": message(error)}
    return JSONResponse({"error": told}, 503)


def noted(what: str, error: sqlite3.OperationalError) -> None:
    """One line in the log for something that nobody waits for."""
    LOG.warning("%s is not kept: %s. Make room on the disk.", what, error)
