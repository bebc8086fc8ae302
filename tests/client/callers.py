"""Callers that ask over real sockets; what they would have slept is noted."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from scripts.client.router import AsyncRouter, Router


class Threads:
    """Asks from a thread; what it would have slept is noted."""

    def __init__(self, route, **more):
        self.slept = []
        self.router = Router(route=route, sleep=self.slept.append, **more)

    def close(self):
        self.router.close()

    def ask(self, question="Where is my parcel?", **wanted):
        return self.router.ask(question, **wanted)

    def ask_at_once(self, users):
        with ThreadPoolExecutor(len(users)) as pool:
            return list(pool.map(lambda user: self.ask(user=user), users))

    def read(self, **wanted):
        with self.router.stream("Where is my parcel?", **wanted) as stream:
            return list(stream), stream.reply


class EventLoop:
    """The same in an event loop."""

    def __init__(self, route, **more):
        self.slept = []

        async def nap(seconds):
            self.slept.append(seconds)

        self.made = lambda: AsyncRouter(route=route, sleep=nap, **more)

    def close(self):
        """Nothing is left: each question has a loop of its own."""

    def ask(self, question="Where is my parcel?", **wanted):
        async def run():
            router = self.made()
            try:
                return await router.ask(question, **wanted)
            finally:
                await router.close()

        return asyncio.run(run())

    def ask_at_once(self, users):
        async def run():
            router = self.made()
            try:
                asked = (router.ask("Where is my parcel?", user=user) for user in users)
                return await asyncio.gather(*asked)
            finally:
                await router.close()

        return asyncio.run(run())

    def read(self, **wanted):
        async def run():
            router = self.made()
            try:
                async with router.stream("Where is my parcel?", **wanted) as stream:
                    return [text async for text in stream], stream.reply
            finally:
                await router.close()

        return asyncio.run(run())
