"""A server whose latencies are known: `python -m bench.known_latency PORT FROZEN_S`.

The n-th request it reads is answered after the n-th of `delays()`. It stands still for FROZEN_S
seconds, ten seconds after the first request.
"""

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from typing import Final

STANDS_STILL_AFTER_S: Final = 10.0

_CONTENT: Final = json.dumps(
    {
        "choices": [{"finish_reason": "stop", "message": {"content": "x"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    }
).encode()
_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
    % (len(_CONTENT), _CONTENT)
)


def delays() -> Iterator[float]:
    """Seconds: lognormal around 0.1, as answers of models are."""
    chance = random.Random(7)
    while True:
        yield chance.lognormvariate(-2.3026, 0.5)


async def serve(port: int, frozen_s: float) -> None:
    clock = asyncio.get_running_loop().time
    delay = delays()
    still: list[float] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                if not still:
                    still.append(clock() + STANDS_STILL_AFTER_S)
                await asyncio.sleep(next(delay))
                if still[0] <= clock() < still[0] + frozen_s:
                    await asyncio.sleep(still[0] + frozen_s - clock())
                writer.write(_ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
