"""Engines of an archive: what carries shards to workers, and events back."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from veernet.archive.ledger import Shard
from veernet.archive.reader import Event


class WorkerPool(Protocol):
    """Workers in numbered slots, each of which reads one shard at a time."""

    @property
    def slots(self) -> int:
        """How many workers there are."""

    def give(self, slot: int, shard: Shard, *, backwards: bool) -> None:
        """Have a worker read a shard; see `veernet.archive.reader.read_shard`."""

    def events(self, seconds: float) -> list[tuple[int, Event]]:
        """Return what has happened, with the slot, within so many seconds.

        The last event of a shard is ``shard`` or ``stop``; or ``died``, where the
        worker has gone, which is replaced.
        """

    def pids(self) -> list[int]:
        """Return the worker processes of this machine, as far as they are known."""

    def close(self) -> None:
        """End all workers, whatever they are doing."""


def make_pool(
    engine: str, results: Path, workers: int | None, address: str | None
) -> WorkerPool:
    """Make a pool.

    Parameters
    ----------
    engine
        local or ray.
    results
        The folder of results, which every worker can reach under this path.
    workers
        How many; as many as cores, or as the cluster has, unless given.
    address
        Of a Ray cluster; None to start one on this machine.

    Raises
    ------
    InputError
        If Ray is wanted and not installed, or there is no such cluster.
    """
    if engine == "ray":
        from veernet.archive.pools.ray import RayPool  # noqa: PLC0415 - of an extra

        return RayPool(results, workers, address)
    from veernet.archive.pools.local import LocalPool  # noqa: PLC0415

    return LocalPool(results, workers)
