"""An answer that is lost on its way: the work is done, the caller cannot know."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HANG_UP = "plumb.hang_up"


class Protocol(HttpToolsProtocol):
    """HTTP with a way for the application to hang up, which ASGI does not have."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {HANG_UP: {"now": self.transport.abort}}


class Dropped(Response):
    """The connection ends without a byte; where that cannot be done, after the first bytes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        extension = scope.get("extensions", {}).get(HANG_UP)
        if extension is None:
            headers = [(b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            return
        extension["now"]()
        # Until uvicorn has heard of it, too: before that it would answer 500 by itself.
        while (await receive())["type"] != "http.disconnect":
            pass
