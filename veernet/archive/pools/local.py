"""The processes of this machine: a thread of the driver for each, which feeds it."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from pathlib import Path

from veernet.archive.ledger import Ledger, Shard
from veernet.archive.reader import Event, read_shard
from veernet.archive.worker import Worker
from veernet.engines import available_cores

Given = tuple[Shard, bool]

LEAVING = 10.0
"""Seconds that threads are given to let go of their shards."""


class LocalPool:
    """Workers on this machine.

    Parameters
    ----------
    results
        The folder of results.
    workers
        How many; as many as cores unless given.
    """

    def __init__(self, results: Path, workers: int | None = None) -> None:
        cores = available_cores()
        count = workers or cores
        self._results = results
        self._stopped = threading.Event()
        self._events: queue.Queue[tuple[int, Event]] = queue.Queue()
        self._given: list[queue.Queue[Given | None]] = [
            queue.Queue() for _ in range(count)
        ]
        settings = Ledger(results).settings
        threads = max(1, cores // count)
        self._workers = [
            Worker(settings, threads, self._stopped.is_set) for _ in range(count)
        ]
        self._threads = [
            threading.Thread(target=self._serve, args=(slot,), daemon=True)
            for slot in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def slots(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    def give(self, slot: int, shard: Shard, *, backwards: bool) -> None:
        """Have a worker read a shard."""
        self._given[slot].put((shard, backwards))

    def events(self, seconds: float) -> list[tuple[int, Event]]:
        """Return what has happened, see `veernet.archive.pools.WorkerPool`."""
        found: list[tuple[int, Event]] = []
        with suppress(queue.Empty):
            found.append(self._events.get(timeout=seconds))
            while True:
                found.append(self._events.get_nowait())
        return found

    def pids(self) -> list[int]:
        """Return the worker processes that there are."""
        return [pid for worker in self._workers if (pid := worker.pid) is not None]

    def close(self) -> None:
        """End all workers."""
        self._stopped.set()
        for given in self._given:
            given.put(None)
        for thread in self._threads:
            thread.join(LEAVING)

    def _serve(self, slot: int) -> None:
        worker = self._workers[slot]
        try:
            while (given := self._given[slot].get()) is not None:
                shard, backwards = given
                self._read(slot, shard, worker, backwards=backwards)
        finally:
            worker.close()

    def _read(
        self, slot: int, shard: Shard, worker: Worker, *, backwards: bool
    ) -> None:
        try:
            for event in read_shard(self._results, shard, worker, backwards=backwards):
                if self._stopped.is_set():
                    return
                self._events.put((slot, event))
        except Exception as error:  # noqa: BLE001, RUF100 - the driver is told, and ends
            text = f"{shard}: {type(error).__name__}: {error}"
            self._events.put((slot, {"event": "defect", "text": text}))
