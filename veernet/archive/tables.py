"""The tables of an archive: its plan, and of a shard its rows and curves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PLAN_FORMAT = "veernet plan 1"

PLAN = pa.schema(
    [
        ("log", pa.string()),
        ("address", pa.string()),
        ("bytes", pa.int64()),
        ("rows", pa.int32()),
        ("columns", pa.int32()),
        ("how", pa.string()),
        ("registrations", pa.string()),
        ("well", pa.string()),
        ("year", pa.int16()),
        ("shard", pa.int32()),
    ]
)
"""A row for each log, in the order of the shards, each of which is a row group."""

ROWS = pa.schema(
    [
        ("log", pa.string()),
        ("address", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("how", pa.string()),
        ("sections", pa.list_(pa.string())),
        ("curves", pa.int32()),
        ("depths", pa.int32()),
        ("read", pa.float32()),
        ("doubt", pa.float32()),
        ("doubts", pa.list_(pa.string())),
        ("worst_section", pa.string()),
        ("worst_row", pa.int32()),
        ("rows", pa.int32()),
        ("columns", pa.int32()),
        ("scan_sha256", pa.string()),
        ("year", pa.int16()),
        ("well", pa.string()),
        ("files", pa.list_(pa.string())),
    ]
)
"""The ledger: the same for the same plan, settings and version, to the byte.

``read`` is the share of the depths of all curves with a value; ``doubt`` the share of
the rows of all curves that a person should look at, and ``doubts`` says where.
"""

MEASURES = pa.schema(
    [
        ("log", pa.string()),
        ("attempts", pa.int16()),
        ("seconds", pa.float32()),
        ("core_seconds", pa.float32()),
        ("peak_bytes", pa.int64()),
        ("stages", pa.map_(pa.string(), pa.float32())),
        ("megapixels", pa.float32()),
        ("host", pa.string()),
        ("said", pa.string()),
    ]
)
"""What a log took: differs from run to run, and is kept apart for that. Seconds are of
the clock, and of a core; stages are of the clock."""

CURVES = pa.schema(
    [
        ("log", pa.string()),
        ("section", pa.string()),
        ("curve", pa.string()),
        ("unit", pa.string()),
        ("depth_unit", pa.string()),
        ("depth0", pa.float64()),
        ("step", pa.float64()),
        ("values", pa.list_(pa.float32())),
        ("confidence", pa.list_(pa.float32())),
    ]
)
"""A row for each curve: values at depth0, depth0 + step, ...; null where unread."""


def write_table(
    path: Path, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]
) -> None:
    """Write rows as Parquet; keys that the table has not are left out."""
    names = set(schema.names)
    kept = [{k: v for k, v in row.items() if k in names} for row in rows]
    write_parquet(path, pa.Table.from_pylist(kept, schema=schema))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet, the same bytes for the same rows."""
    pq.write_table(table, path, compression="zstd")
