"""Only requests that mean this machine: a page from elsewhere can't reach in by DNS rebinding."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OURS = ("127.0.0.1", "localhost")


class OnlyOurHost:
    """Refuses any other Host header before anything else looks at the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = headers.get(b"host", b"").decode("latin-1").partition(":")[0]
            if host not in OURS:
                refused = JSONResponse(
                    {"error": {"code": "MisdirectedRequest", "message": "Not this host."}}, 421
                )
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)
