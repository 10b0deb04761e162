"""The folder of results: its plans, its run, and the commits that readers go by.

::

    run.json                 what every driver of this folder must agree on
    plans/0.parquet          the plan; 1, 2, ... are of retries
    work/0-000012/           a shard that is being read: see `veernet.archive.shardwork`
    shards/0-000012.TOKEN/   its parts: las.zip, traces.zip, curves.parquet, ...
    commits/0-000012.json    names that folder, with sizes and hashes: the shard is done

A shard is done when its commit is there, and not before. A commit is made by one
atomic step, in which the first one wins.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from veernet import __version__, leftovers
from veernet.archive.plan import Plan
from veernet.archive.records import ArchiveSettings
from veernet.errors import InputError
from veernet.files import sha256

FORMAT = "veernet archive 1"

FOLDERS = ("plans", "commits", "shards", "work")

_SHARD = re.compile(r"(\d+)-(\d{6})")


@dataclass(frozen=True, order=True)
class Shard:
    """A shard of a plan of the folder.

    Parameters
    ----------
    plan
        0, or of which retry.
    number
        In that plan.
    """

    plan: int
    number: int

    def __str__(self) -> str:
        return f"{self.plan}-{self.number:06d}"

    @classmethod
    def parse(cls, name: str) -> Shard:
        """Take a shard from its name."""
        found = _SHARD.fullmatch(name)
        if found is None:
            msg = f"{name} is no shard"
            raise InputError(msg)
        return cls(int(found[1]), int(found[2]))


class Ledger:
    """The folder of results.

    Parameters
    ----------
    folder
        As `veernet.archive.beginning.begin` made it.

    Raises
    ------
    InputError
        If there is no run in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._plans: dict[int, Plan] = {}

    @cached_property
    def run(self) -> dict[str, Any]:
        """What all drivers agree on.

        Raises
        ------
        InputError
            If there is none, or it is of another version.
        """
        path = self.folder / "run.json"
        if not path.is_file():
            msg = (
                f"{self.folder} holds no results of an archive: name the folder that "
                "was given to veernet archive run --out"
            )
            raise InputError(msg)
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            msg = f"{path} is damaged: {error}"
            raise InputError(msg) from error
        if record.get("format") != FORMAT:
            msg = f"{path} is not of this version ({FORMAT}): use the one that made it"
            raise InputError(msg)
        return record

    @property
    def settings(self) -> ArchiveSettings:
        """How its logs are read."""
        return ArchiveSettings(**self.run["settings"])

    def plan(self, number: int) -> Plan:
        """Return a plan of the folder."""
        if number not in self._plans:
            self._plans[number] = Plan(self.plan_path(number))
        return self._plans[number]

    def plan_path(self, number: int) -> Path:
        """Return where a plan is kept."""
        return self.folder / "plans" / f"{number}.parquet"

    def plans(self) -> list[int]:
        """Return the numbers of its plans: 0, and of retries."""
        names = [path.stem for path in (self.folder / "plans").glob("*.parquet")]
        return sorted(int(name) for name in names if name.isdigit())

    def shards(self) -> list[Shard]:
        """Return all shards of all plans."""
        return [Shard(p, n) for p in self.plans() for n in range(self.plan(p).shards)]

    def committed(self) -> set[Shard]:
        """Return the shards that are done: what one listing of a folder tells."""
        try:
            names = [path.name for path in (self.folder / "commits").iterdir()]
        except FileNotFoundError:
            return set()
        return {
            Shard(int(found[1]), int(found[2]))
            for name in names
            if name.endswith(".json") and (found := _SHARD.fullmatch(name[:-5]))
        }

    def commit_path(self, shard: Shard) -> Path:
        """Return where the commit of a shard stands."""
        return self.folder / "commits" / f"{shard}.json"

    def is_committed(self, shard: Shard) -> bool:
        """Whether a shard is done."""
        return self.commit_path(shard).exists()

    def commit(self, shard: Shard) -> dict[str, Any]:
        """Return the commit of a shard.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        path = self.commit_path(shard)
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            msg = (
                f"{path} cannot be read: {error}: take it away, and run the plan again"
            )
            raise InputError(msg) from error
        return record

    def part(self, shard: Shard, name: str) -> Path:
        """Return where a part of a shard that is done lies."""
        return self.folder / "shards" / str(self.commit(shard)["folder"]) / name

    def work_folder(self, shard: Shard) -> Path:
        """Return where a shard is read."""
        return self.folder / "work" / str(shard)

    def put_commit(self, shard: Shard, folder: Path, counts: Mapping[str, int]) -> bool:
        """Commit a shard, and return whether this was the first commit of it.

        Parameters
        ----------
        shard
            That is done.
        folder
            In ``shards``, with its parts, all of them on the disk.
        counts
            Logs by how they ended.
        """
        parts = {
            path.name: [path.stat().st_size, sha256(path)]
            for path in sorted(folder.iterdir())
        }
        record = {
            "shard": str(shard),
            "folder": folder.name,
            "logs": sum(counts.values()),
            "counts": dict(sorted(counts.items())),
            "parts": parts,
            "version": __version__,
        }
        return put_new(self.commit_path(shard), record)


def put_new(path: Path, record: Mapping[str, Any]) -> bool:
    """Write JSON under a name that nothing has, in one step; False if something has."""
    while True:
        try:
            return _put_new(path, json.dumps(record, indent=1) + "\n")
        except FileNotFoundError:
            # What clears leftovers may take a file for one before it is locked.
            if not path.parent.is_dir():
                raise


def _put_new(path: Path, text: str) -> bool:
    temporary = leftovers.temporary_name(path)
    descriptor = leftovers.hold(temporary)
    try:
        # Of a disk that is nearly full a part is taken, and that without an error.
        left = text.encode()
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
        # A link, unlike a renaming, never takes the place of what is there.
        os.link(temporary, path)
        leftovers.flush(path.parent)
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            temporary.unlink()
        os.close(descriptor)
    return True
