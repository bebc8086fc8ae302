"""An answer that is lost on its way."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Dropped(Response):
    """The work is done; the connection ends after the first bytes of the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
