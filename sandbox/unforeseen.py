"""What nobody thought of: logged with its request, and answered all the same."""

import logging

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import no_room

LOG = logging.getLogger("sandbox")
CODE = "InternalServerError"
MESSAGE = "The sandbox failed, and not you. Its log.txt says where; please report it."


class Unforeseen:
    """Outermost: no exception leaves it, and none is lost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            return
        except Exception as error:
            answer = _answer(scope["method"], scope["path"], error)
            if not begun:
                await answer(scope, receive, send)


def status(error: Exception) -> int:
    """503 for a full disk: clients try that again, and there may be room by then."""
    return 503 if no_room.caused(error) else 500


def _answer(method: str, path: str, error: Exception) -> Response:
    if no_room.caused(error):
        no_room.noted(f"{method} {path}", error)
        return told(path, 503, "ServiceUnavailable", no_room.message(error))
    # Without the query: tickets stand in it.
    LOG.error("%s %s", method, path, exc_info=error)
    return told(path, 500, CODE, MESSAGE)


def told(path: str, status: int, code: str, message: str) -> Response:
    """An error in the form of whoever was asked."""
    if path.startswith("/_plumb/"):
        return JSONResponse({"error": message}, status)
    if path.endswith(("/token", "/oauth2/v2.0/token")):
        return JSONResponse({"error": code, "error_description": message}, status)
    return JSONResponse({"error": {"code": code, "message": message}}, status)
