"""The same for asyncio. The work is done in threads, of which an open stream takes one."""

import asyncio
import threading
from collections.abc import AsyncIterator

from .client import Asked, Kaucim
from .errors import Unread
from .reading import Reading
from .stream import Message

_END = object()


class AsyncKaucim:
    """Every method of `Kaucim`, to be awaited; `ask` and `follow_up` give an `AsyncAsked`, `follow` is for `async for`."""

    def __init__(self, *arguments, **options):
        self._kaucim = Kaucim(*arguments, **options)

    def __getattr__(self, name):
        method = getattr(self._kaucim, name)

        async def call(*arguments, **options):
            return await asyncio.to_thread(method, *arguments, **options)

        return call

    async def ask(self, *arguments, **options) -> "AsyncAsked":
        return AsyncAsked(self, await asyncio.to_thread(self._kaucim.ask, *arguments, **options))

    async def follow_up(self, *arguments, **options) -> "AsyncAsked":
        return AsyncAsked(self, await asyncio.to_thread(self._kaucim.follow_up, *arguments, **options))

    async def history(self) -> list[dict]:
        return await asyncio.to_thread(lambda: list(self._kaucim.history()))

    async def follow(self, task_id: str, **options) -> AsyncIterator[Message]:
        loop, is_left = asyncio.get_running_loop(), threading.Event()
        queue: asyncio.Queue = asyncio.Queue(1)

        def read():
            try:
                for message in self._kaucim.follow(task_id, **options):
                    if is_left.is_set():
                        return
                    # One at a time: a slow reader is waited for here, and by the server.
                    asyncio.run_coroutine_threadsafe(queue.put(message), loop).result()
                end: object = _END
            except Exception as error:
                end = error
            if not is_left.is_set():
                asyncio.run_coroutine_threadsafe(queue.put(end), loop)

        # Not of the pool that `to_thread` uses: a hundred open streams would leave it no thread for a cancel.
        threading.Thread(target=read, daemon=True, name=f"kaucim {task_id}").start()
        try:
            while (message := await queue.get()) is not _END:
                if isinstance(message, Exception):
                    raise message
                yield message
        finally:
            # It hangs up with the next event, a heartbeat at the latest; what it may be about to hand over is let go.
            is_left.set()
            while not queue.empty():
                queue.get_nowait()


class AsyncAsked:
    """A question that was accepted."""

    def __init__(self, kaucim: AsyncKaucim, asked: Asked):
        self._kaucim = kaucim
        self.accepted, self.task_id, self.lot = asked.accepted, asked.task_id, asked.lot

    def follow(self, **options) -> AsyncIterator[Message]:
        return self._kaucim.follow(self.task_id, **options)

    async def follow_up(self, question: str, **options) -> "AsyncAsked":
        return await self._kaucim.follow_up(self.task_id, question, **options)

    async def result(self) -> dict:
        reading = Reading()
        async for message in self.follow():
            reading.apply(message)
        if reading.result is None:
            raise Unread(reading.error["message"] if reading.error else "it was cancelled", reading)
        return reading.result

    async def cancel(self) -> str:
        return await self._kaucim.cancel(self.task_id)
