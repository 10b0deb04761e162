"""Make a plan: which logs, how each is registered, and which are read together."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from veernet.archive.header import sizes_of
from veernet.archive.own import own_registrations
from veernet.archive.records import PIXEL, PIXELS_A_BYTE, How
from veernet.archive.tables import PLAN, PLAN_FORMAT
from veernet.errors import InputError
from veernet.files import replacing

MOST_LOGS = 256
"""Of a shard: a million logs are 4,000 commits, which a folder lists in a moment."""

FEWEST_SHARDS = 64
"""Of a plan with as many logs: so that some tens of workers end at about one time."""

NAME = 40
"""Letters of the file's name that the id of a log begins with."""

HASHED = 10
"""Hexadecimal digits of the hash that it ends with: 40 bits, for logs of one name."""

KNOWN = ("address", "bytes", "rows", "columns", "registration", "like", "year")
"""Columns of a manifest that are no field of the well."""


@dataclass(frozen=True)
class Registering:
    """How the logs of a plan come by their registrations.

    Parameters
    ----------
    folder
        Of YAML files, NAME.yaml or NAME.section.yaml for NAME.tif.
    like
        A template for all logs that have none of their own.
    propose
        Have a registration proposed for those.
    """

    folder: Path | None = None
    like: Path | None = None
    propose: bool = False

    @property
    def otherwise(self) -> How:
        """How a log is registered that has no registration of its own."""
        if self.like is not None:
            return "like"
        return "register" if self.propose else "none"


def make_plan(scans: pd.DataFrame, registering: Registering) -> pa.Table:
    """Make a plan of the scans that were found.

    Parameters
    ----------
    scans
        Of `veernet.archive.sources.find_scans`.
    registering
        Where their registrations come from.

    Returns
    -------
    pyarrow.Table
        Of `veernet.archive.tables.PLAN`, in the order of the shards.

    Raises
    ------
    InputError
        If an address is given twice.
    """
    address = scans["address"].astype(str).to_numpy(object)
    _check_unique(address)
    sizes = _bytes(scans, address)
    pixels = _pixels(scans, address)
    own = own_registrations(scans, registering.folder)
    like = _column(scans, "like", "")
    how = np.full(len(address), registering.otherwise, dtype=object)
    used = np.full(len(address), str(_absolute(registering.like) or ""), dtype=object)
    for name, given in (("like", like), ("own", own)):
        has = given != ""
        how[has], used[has] = name, given[has]
    product = pixels.astype(np.float64).prod(axis=1)
    work = np.where(product > 0, product, PIXELS_A_BYTE * sizes) / PIXEL
    ids = _ids(address, sizes)
    columns = {
        "log": ids,
        "address": address,
        "bytes": sizes,
        "rows": pixels[:, 0],
        "columns": pixels[:, 1],
        "how": how,
        "registrations": used,
        "well": _wells(scans),
        "year": _column(scans, "year", 0).astype(np.int16),
        "shard": deal(work, ids),
    }
    return in_order(pa.table(columns, PLAN))


def in_order(plan: pa.Table) -> pa.Table:
    """Return the rows of a plan in the order of the shards, and of the ids in each."""
    keys = [("shard", "ascending"), ("log", "ascending")]
    return plan.take(pc.sort_indices(plan, sort_keys=keys))


def write_plan(path: Path, plan: pa.Table, when: int, about: dict[str, str]) -> None:
    """Write a plan, a row group for each shard, whole or not at all.

    Parameters
    ----------
    path
        Of the Parquet file.
    plan
        Of `make_plan`.
    when
        Seconds since 1970 that the outputs are dated by.
    about
        What it was made from, for a person.
    """
    shards = plan.column("shard").to_numpy()
    starts = np.flatnonzero(np.diff(shards, prepend=-1))
    metadata = {"format": PLAN_FORMAT, "when": str(when), **about}
    schema = PLAN.with_metadata(metadata)
    with replacing(path) as temporary:
        # Statistics and dictionaries of 4,000 groups would be most of the file.
        options = {"compression": "zstd", "write_statistics": False}
        with pq.ParquetWriter(temporary, schema, use_dictionary=False, **options) as to:
            for start, stop in zip(starts, [*starts[1:], len(shards)], strict=True):
                part = plan.slice(start, stop - start).combine_chunks()
                to.write_table(part.replace_schema_metadata(metadata))


def deal(work: NDArray[np.float64], ids: pa.Array) -> NDArray[np.int32]:
    """Return the shard of each log, (n,), so that shards are of even work.

    The logs are dealt out in the order of their work, the greatest first, to and fro.
    """
    count = len(work)
    each = max(1, min(MOST_LOGS, count // FEWEST_SHARDS))
    shards = -(-count // each)
    keys = [("work", "descending"), ("log", "ascending")]
    table = pa.table({"work": work, "log": ids})
    turn, place = np.divmod(np.arange(count), shards)
    shard = np.empty(count, dtype=np.int32)
    order = pc.sort_indices(table, sort_keys=keys).to_numpy()
    shard[order] = np.where(turn % 2 == 0, place, shards - 1 - place)
    return shard


def _check_unique(address: NDArray[np.object_]) -> None:
    twice = pd.Series(address).duplicated()
    if twice.any():
        msg = f"{address[twice.to_numpy()][0]} is given twice: name each log once"
        raise InputError(msg)


def _column(scans: pd.DataFrame, name: str, absent: str | int) -> NDArray[np.object_]:
    if name not in scans:
        return np.full(len(scans), absent, dtype=object)
    return scans[name].fillna(absent).to_numpy(object)


def _bytes(scans: pd.DataFrame, address: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return sizes; a file whose size a manifest does not tell is asked for it."""
    sizes = scans["bytes"].to_numpy(np.int64).copy()
    for index in np.flatnonzero(sizes < 0):
        path = Path(str(address[index]))
        sizes[index] = path.stat().st_size if path.is_file() else 0
    return sizes


def _pixels(scans: pd.DataFrame, address: NDArray[np.object_]) -> NDArray[np.int32]:
    found = np.stack(
        [_column(scans, name, 0).astype(np.int32) for name in ("rows", "columns")],
        axis=1,
    )
    unknown = np.flatnonzero(found.prod(axis=1, dtype=np.int64) == 0)
    if "rows" in scans:
        # A manifest that tells sizes is believed, whatever it leaves open.
        return found
    found[unknown] = sizes_of([str(address[i]) for i in unknown])
    return found


def _ids(address: NDArray[np.object_], sizes: NDArray[np.int64]) -> pa.Array:
    """Name each log by its file, so that a person knows it, and a hash."""
    keep = re.compile(r"[^A-Za-z0-9_-]+")

    def name(one: str, size: int) -> str:
        file = one.rsplit("/", 1)[-1]
        stem = keep.sub("_", file.rsplit(".", 1)[0] or file)[:NAME]
        digest = hashlib.sha256(f"{one}|{size}".encode()).hexdigest()[:HASHED]
        return f"{stem}-{digest}"

    named = (name(one, int(size)) for one, size in zip(address, sizes, strict=True))
    return pa.array(named, pa.string())


def _wells(scans: pd.DataFrame) -> pa.Array:
    """Return the fields of each well as JSON, empty where a manifest has none."""
    names = [c for c in scans.columns if c not in KNOWN]
    keys = [str(name).upper() for name in names]
    if not names:
        return pa.array(np.full(len(scans), "", dtype=object), pa.string())
    rows = zip(*(scans[name].fillna("").astype(str) for name in names), strict=True)
    texts = (
        json.dumps({k: v for k, v in zip(keys, row, strict=True) if v}) for row in rows
    )
    return pa.array(texts, pa.string())


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()
