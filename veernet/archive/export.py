"""Unpack what was read of some logs: a folder for each."""

from __future__ import annotations

import shutil
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from veernet.archive.ledger import Ledger, Shard
from veernet.archive.packing import ZIPS, counted
from veernet.archive.status import ledger_rows
from veernet.errors import InputError
from veernet.files import check_new, replacing


@dataclass(frozen=True)
class WantedLogs:
    """Which logs; those that fit all that is given.

    Parameters
    ----------
    ids
        Of logs; a * stands for anything.
    wells
        What a field of the well says, its UWI or name, in any case.
    outcomes
        done, doubt, refused, failed, or with a reason: failed:time.
    """

    ids: tuple[str, ...] = ()
    wells: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()

    def fits(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row of the ledger is meant."""
        if self.ids and not any(fnmatchcase(row["log"], one) for one in self.ids):
            return False
        if self.wells and not self._of_well(str(row["well"] or "")):
            return False
        kinds = {row["outcome"], counted(row)}
        return not self.outcomes or not kinds.isdisjoint(self.outcomes)

    def _of_well(self, well: str) -> bool:
        # JSON has the values in quotes: whole values are compared.
        return any(f'"{one.casefold()}"' in well.casefold() for one in self.wells)


def export(
    ledger: Ledger, out: Path, wanted: WantedLogs, *, overwrite: bool = False
) -> tuple[int, int]:
    """Unpack the files of logs into folders of their ids.

    Parameters
    ----------
    ledger
        Of the folder of results.
    out
        Made if it is not there.
    wanted
        Which logs.
    overwrite
        Whether files may be there already.

    Returns
    -------
    logs, files
        How many were unpacked.

    Raises
    ------
    InputError
        If no log fits, none of those has files, or a file is there already.
    """
    rows = ledger_rows(ledger, ["outcome", "reason", "well", "files"]).to_pylist()
    meant = [row for row in rows if wanted.fits(row)]
    if not meant:
        msg = f"{ledger.folder}: no log that has ended fits: see veernet archive status"
        raise InputError(msg)
    by_shard: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in meant:
        if row["files"]:
            by_shard[row["shard"]].append(row)
    if not by_shard:
        ends = ", ".join(sorted({counted(row) for row in meant}))
        msg = f"{ledger.folder}: nothing was read of these logs ({ends})"
        raise InputError(msg)
    if not overwrite:
        for row in meant:
            for name in row["files"]:
                check_new(out / row["log"] / name)
    files = 0
    for shard, of_shard in sorted(by_shard.items()):
        files += _unpack(ledger, Shard.parse(shard), of_shard, out)
    return sum(map(len, by_shard.values())), files


def _unpack(ledger: Ledger, shard: Shard, rows: list[dict[str, Any]], out: Path) -> int:
    count = 0
    for name in ZIPS:
        path = ledger.part(shard, name)
        if not path.is_file():
            continue
        with zipfile.ZipFile(path) as archive:
            there = set(archive.namelist())
            for row in rows:
                for file in row["files"]:
                    member = f"{row['log']}/{file}"
                    if member in there:
                        _write(archive, member, out / row["log"] / Path(file).name)
                        count += 1
    return count


def _write(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        archive.open(member) as source,
        replacing(target) as temporary,
        temporary.open("wb") as to,
    ):
        shutil.copyfileobj(source, to)
