"""Ray: an actor for each worker, on one machine or on a cluster.

Only tasks and actors of Ray Core are used, and nothing rests on its retries: an actor
that dies is told to the driver, which has its shard read again by a new one. What is
true stands in the folder of results, which every machine must reach under one path.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from veernet.archive.ledger import Ledger, Shard
from veernet.archive.reader import Event, read_shard
from veernet.archive.worker import Worker
from veernet.errors import InputError

BASE = 2**30
"""Bytes that an actor asks for beside the limit of a log: itself, and the network."""

SHARED = 0.9
"""Of the memory of a cluster that actors ask for, at most."""

QUIET = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_worker_niceness": "0",
}
"""Variables for Ray: no notice on start, no statistics sent, time to start on a busy
machine, and actors that are as quick as other processes."""


def _ray() -> Any:  # noqa: ANN401 - Ray is of an extra
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415
    except ImportError as error:
        msg = "engine ray needs Ray: pip install 'veernet[archive]'"
        raise InputError(msg) from error
    return ray


def why(said: str) -> str:
    """Return the line of what Ray says of an actor's end that tells a person most.

    It begins with what has happened; of an actor that could not begin, that is a name
    inside Ray, and the error stands at the end.
    """
    lines = said.strip().splitlines() or [""]
    return lines[-1].strip() if "creation task" in lines[0] else lines[0]


class Reader:
    """What an actor is: a worker, and the folder that it reads for.

    Parameters
    ----------
    results
        The folder of results.
    threads
        That the network runs in.
    """

    def __init__(self, results: str, threads: int) -> None:
        self._results = Path(results)
        if not (self._results / "run.json").is_file():
            msg = f"{results} is not on this machine: every machine must see it"
            raise FileNotFoundError(msg)
        self._worker = Worker(Ledger(self._results).settings, threads)

    def read(self, shard: str, *, backwards: bool) -> Iterator[Event]:
        """Read a shard, see `veernet.archive.reader.read_shard`."""
        yield from read_shard(
            self._results, Shard.parse(shard), self._worker, backwards=backwards
        )


class RayPool:
    """Actors of Ray.

    Parameters
    ----------
    results
        The folder of results.
    workers
        How many; as many as cores unless given.
    address
        Of a cluster, ``auto`` for the one of this machine; None to start one here,
        which ends with the run.

    Raises
    ------
    InputError
        If Ray is not installed, or there is no such cluster.
    """

    def __init__(
        self, results: Path, workers: int | None = None, address: str | None = None
    ) -> None:
        self._ray = _ray()
        self._results = results.absolute()
        self._own = not self._ray.is_initialized()
        if self._own:
            self._connect(address, workers)
        had = self._ray.cluster_resources()
        cores = max(1, int(had.get("CPU", 1)))
        count = workers or cores
        self._threads = 1
        # More than there is would be waited for without end.
        self._memory = int(
            min(
                Ledger(results).settings.memory + BASE,
                SHARED * had.get("memory", BASE) / count,
            )
        )
        self._cpus = math.floor(100 * min(1.0, cores / count)) / 100
        self._actors = [self._actor() for _ in range(count)]
        self._reading: dict[Any, int] = {}

    @property
    def slots(self) -> int:
        """How many actors there are."""
        return len(self._actors)

    def give(self, slot: int, shard: Shard, *, backwards: bool) -> None:
        """Have an actor read a shard."""
        stream = self._actors[slot].read.remote(str(shard), backwards=backwards)
        self._reading[stream] = slot

    def events(self, seconds: float) -> list[tuple[int, Event]]:
        """Return what has happened, see `veernet.archive.pools.WorkerPool`."""
        if not self._reading:
            time.sleep(seconds)
            return []
        streams = list(self._reading)
        options = {"timeout": seconds, "fetch_local": False}
        ready, waiting = self._ray.wait(streams, num_returns=1, **options)
        if ready and waiting:
            options["timeout"] = 0
            more, _ = self._ray.wait(waiting, num_returns=len(waiting), **options)
            ready += more
        found = []
        for stream in ready:
            slot = self._reading[stream]
            event = self._take(stream, slot)
            if event is not None:
                found.append((slot, event))
        return found

    def pids(self) -> list[int]:
        """Return nothing: actors may be on any machine."""
        return []

    def close(self) -> None:
        """End all actors, and the cluster if it was started here."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._own:
            self._ray.shutdown()

    def _take(self, stream: Any, slot: int) -> Event | None:  # noqa: ANN401
        """Take the next event of a shard, the last of which ends its stream."""
        exceptions = self._ray.exceptions
        try:
            event: Event = self._ray.get(next(stream))
        except StopIteration:
            self._reading.pop(stream, None)
            return None
        except exceptions.RayActorError as error:
            self._reading.pop(stream)
            self._actors[slot] = self._actor()
            text = f"an actor of Ray ended: {why(str(error))}"
            return {"event": "died", "text": text}
        except exceptions.RayTaskError as error:
            self._reading.pop(stream)
            cause = error.cause
            kind = "stop" if isinstance(cause, (InputError, OSError)) else "defect"
            return {"event": kind, "text": f"{type(cause).__name__}: {cause}"}
        if event["event"] in {"shard", "stop"}:
            self._reading.pop(stream)
        return event

    def _connect(self, address: str | None, workers: int | None) -> None:
        here = {"num_cpus": workers} if address is None and workers else {}
        try:
            self._ray.init(
                # Without one Ray would look for a cluster that may be gone.
                address=address or "local",
                include_dashboard=False if address is None else None,
                log_to_driver=False,
                logging_level="ERROR",
                **here,
            )
        except Exception as error:  # Ray raises several kinds, plain ones among them
            what = "Ray cannot be started on this machine"
            if address is not None:
                what = f"--address {address}: there is no cluster of Ray"
            said = str(error).strip().splitlines() or [type(error).__name__]
            msg = f"{what}: {said[0]}"
            raise InputError(msg) from error

    def _actor(self) -> Any:  # noqa: ANN401
        """Start an actor; nothing is tried again by Ray itself."""
        made = self._ray.remote(Reader).options(
            num_cpus=self._cpus,
            memory=self._memory,
            max_restarts=0,
            max_task_retries=0,
        )
        return made.remote(str(self._results), self._threads)
