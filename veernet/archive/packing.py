"""Pack the logs of a shard, and commit it."""

from __future__ import annotations

import secrets
import shutil
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from veernet import leftovers
from veernet.archive.ledger import Ledger, Shard
from veernet.archive.shardwork import ShardWork
from veernet.archive.tables import CURVES, MEASURES, ROWS, write_parquet, write_table

ZIPS = {
    "las.zip": (".las", ".audit.txt"),
    "traces.zip": (".parquet",),
    "overlays.zip": (".png",),
    "registrations.zip": (".yaml",),
}
"""Parts of a shard that hold files of logs, and how those end."""

CURVES_FILE = "curves.arrow.parquet"
"""Of a log: its rows of the table of curves."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that the same files give the same bytes."""


def counted(row: Mapping[str, Any]) -> str:
    """Return what a log counts as: its outcome, and the reason of a bad one."""
    outcome, reason = row["outcome"], row.get("reason") or ""
    return f"{outcome}:{reason}" if reason else str(outcome)


def commit_shard(
    ledger: Ledger, shard: Shard, work: ShardWork, rows: Sequence[Mapping[str, Any]]
) -> bool:
    """Pack all logs of a shard and commit it; False if somebody was first.

    Parameters
    ----------
    ledger
        To commit to.
    shard
        Of which every log has ended.
    work
        With the files of its logs.
    rows
        Of its logs, in the order of the plan.
    """
    token = secrets.token_hex(4)
    packed = work.folder / f".packed.{token}"
    packed.mkdir()
    _pack(packed, work.folder, rows)
    for path in packed.iterdir():
        leftovers.flush(path)
    leftovers.flush(packed)
    shards = ledger.folder / "shards"
    final = shards / f"{shard}.{token}"
    packed.rename(final)
    leftovers.flush(shards)
    first = ledger.put_commit(shard, final, Counter(counted(row) for row in rows))
    if not first:
        shutil.rmtree(final, ignore_errors=True)
        return False
    # Whoever was about to commit the same shard loses, and needs its parts no more.
    for other in shards.glob(f"{shard}.*"):
        if other != final:
            shutil.rmtree(other, ignore_errors=True)
    shutil.rmtree(work.folder, ignore_errors=True)
    return True


def _pack(packed: Path, folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    write_table(packed / "rows.parquet", ROWS, rows)
    measures = [{"log": row["log"], **row.get("measures", {})} for row in rows]
    write_table(packed / "measures.parquet", MEASURES, measures)
    tables = [
        pq.read_table(path, schema=CURVES, use_threads=False)
        for row in rows
        if row.get("files") and (path := folder / row["log"] / CURVES_FILE).is_file()
    ]
    curves = pa.concat_tables(tables) if tables else CURVES.empty_table()
    write_parquet(packed / "curves.parquet", curves.combine_chunks())
    for name, suffixes in ZIPS.items():
        files = [
            (f"{row['log']}/{file}", folder / row["log"] / file)
            for row in rows
            for file in row.get("files", ())
            if file.endswith(suffixes)
        ]
        if files or name == "las.zip":
            _zip(packed / name, files)


def _zip(path: Path, files: Sequence[tuple[str, Path]]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            # Traces and pictures are packed already.
            plain = file.suffix in {".parquet", ".png"}
            entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
