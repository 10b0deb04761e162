"""Hash all results again, and see that each log of the plan has ended exactly once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from veernet.archive.ledger import Ledger, Shard
from veernet.errors import InputError
from veernet.files import sha256

MOST_LISTED = 20
"""Of each kind of what is wrong that are told one by one."""


@dataclass
class Verified:
    """What was found.

    Parameters
    ----------
    shards, files, logs
        That were looked at.
    open
        Shards of the plan that are not committed.
    wrong
        A line for each thing that is not as it was written.
    """

    shards: int = 0
    files: int = 0
    logs: int = 0
    open: int = 0
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Say it to a person."""
        listing = [f"wrong: {text}" for text in self.wrong[:MOST_LISTED]]
        if len(self.wrong) > MOST_LISTED:
            listing.append(f"wrong: {len(self.wrong) - MOST_LISTED} more")
        state = f"{len(self.wrong)} wrong" if self.wrong else "all as written"
        listing.append(
            f"{self.shards} shards, {self.files} files, {self.logs} logs: {state}"
        )
        if self.open:
            listing.append(f"{self.open} shards are not read yet: run the plan again")
        return listing


def verify(ledger: Ledger) -> Verified:
    """Verify results.

    Parts of shards that no commit names are left by a kill between two steps; they are
    removed, unless their shard is still being read.
    """
    found = Verified()
    done = ledger.committed()
    named: dict[Shard, str] = {}
    for number in ledger.plans():
        plan = ledger.plan(number)
        for index in range(plan.shards):
            shard = Shard(number, index)
            if shard not in done:
                found.open += 1
                continue
            try:
                named[shard] = ledger.commit(shard)["folder"]
                _verify_shard(ledger, shard, found)
            except (InputError, OSError, ValueError, KeyError, TypeError) as error:
                found.wrong.append(f"{shard}: {error}")
    strange = done - set(ledger.shards())
    found.wrong += [f"{shard}: is in no plan" for shard in sorted(strange)]
    _clear(ledger, named)
    return found


def _verify_shard(ledger: Ledger, shard: Shard, found: Verified) -> None:
    commit = ledger.commit(shard)
    folder = ledger.folder / "shards" / commit["folder"]
    found.shards += 1
    for name, (size, digest) in commit["parts"].items():
        path = folder / name
        found.files += 1
        if not path.is_file():
            found.wrong.append(f"{path}: is gone")
        elif path.stat().st_size != size or sha256(path) != digest:
            found.wrong.append(f"{path}: is not as it was written")
    planned = [log.log for log in ledger.plan(shard.plan).logs_of(shard.number)]
    table = pq.read_table(folder / "rows.parquet", columns=["log"])
    there = Counter(table.column("log").to_pylist())
    found.logs += there.total()
    if sorted(planned) != sorted(there.elements()):
        missing = len(set(planned) - set(there))
        twice = sum(count - 1 for count in there.values())
        found.wrong.append(
            f"{shard}: {missing} logs of the plan are missing, {twice} are there "
            f"twice, {len(set(there) - set(planned))} are of no plan"
        )


def _clear(ledger: Ledger, named: Mapping[Shard, str]) -> None:
    """Clear what is left of shards; where a commit cannot be read nothing goes."""
    shards = ledger.folder / "shards"
    for folder in sorted(shards.iterdir()) if shards.is_dir() else ():
        try:
            shard = Shard.parse(folder.name.rsplit(".", 1)[0])
        except InputError:
            continue
        if named.get(shard, folder.name) != folder.name:
            shutil.rmtree(folder, ignore_errors=True)
    for shard in named:
        shutil.rmtree(ledger.work_folder(shard), ignore_errors=True)
