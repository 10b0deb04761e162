"""Server-sent events: what the server sends to all open pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

ALIVE = 15.0
"""Seconds after which a comment is sent, so that a closed tab is noticed."""

WAITING = 256
"""Events that a page may be behind; beyond it the oldest are dropped, as each event
says how things stand and not how they have changed."""


class Hub:
    """Passes events from any thread to every page that listens."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: set[asyncio.Queue[bytes]] = set()
        self._stopped = False

    def start(self) -> None:
        """Take the running loop as the one that pages are served by."""
        self._loop = asyncio.get_running_loop()

    def publish(self, event: str, data: dict[str, Any]) -> None:
        """Tell every page; called from any thread."""
        if self._loop is None or self._loop.is_closed():
            return
        text = json.dumps(data, allow_nan=False)
        message = f"event: {event}\ndata: {text}\n\n".encode()
        self._loop.call_soon_threadsafe(self._put, message)

    async def listen(
        self, first: Callable[[], list[tuple[str, dict[str, Any]]]]
    ) -> AsyncIterator[bytes]:
        """Yield events for one page, beginning with how things stand.

        What changes while that is asked is told after it.
        """
        queue: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._queues.add(queue)
        try:
            # An edit may be at work on the document: nobody else waits for it.
            for event, data in await run_in_threadpool(first):
                text = json.dumps(data, allow_nan=False)
                yield f"event: {event}\ndata: {text}\n\n".encode()
            while not self._stopped:
                try:
                    async with asyncio.timeout(ALIVE):
                        message = await queue.get()
                except TimeoutError:
                    message = b": alive\n\n"
                yield message
        finally:
            self._queues.discard(queue)

    def stop(self) -> None:
        """End what every page listens to; called where the pages are served."""
        self._stopped = True
        for queue in self._queues:
            self._put_in(queue, b"")

    def _put(self, message: bytes) -> None:
        for queue in self._queues:
            self._put_in(queue, message)

    @staticmethod
    def _put_in(queue: asyncio.Queue[bytes], message: bytes) -> None:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(message)
