"""The finished runs of a sweep in one Parquet file, to be kept beside the code.

A run leaves networks, logs and tables of some ten megabytes; what its figures are made
of fits into less than a hundredth. A file has a row for each run: what it says of
itself, its tables as nested columns, and its landscape. Numbers are rounded: no figure
of the study has more digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from veernet import leftovers
from veernet.errors import InputError
from veernet.files import replacing
from veernet.study.parts import CURVES, LANDSCAPE, MASKS, RUN, SCORED, read_log

SUFFIX = ".parquet"

TABLES = ("masks", "curves", "history")
"""Nested columns: a list of rows for each run."""

DROPPED = ["mae_px", "median_px", "mse"]
"""Columns of runs of older code that nothing reads, or that others give."""

BITS = 10
"""Of a number, after the first: at most one part in two thousand is rounded away."""

DIGITS = 4
"""Of numbers that were written as text."""

LEVEL = 9
"""Of zstd: at 19 a file is a twentieth smaller, and takes seven times as long."""


@dataclass(frozen=True)
class Kept:
    """The runs of a file, or one that lies in a folder of its own.

    Parameters
    ----------
    records : (runs,)
        By name, what ``run.json``, ``scored.json`` and ``landscape.json`` say, the last
        None where no landscape was measured.
    tables
        By name (:data:`TABLES`) the rows of all runs, with their ``run``.
    """

    records: dict[str, tuple[str, str, str | None]]
    tables: dict[str, pd.DataFrame]


def add_run(path: Path, name: str, run: Path) -> None:
    """Add a finished run to the file of its sweep, in place of one of its name.

    The file is written anew beside itself and takes its name when it is whole, under a
    lock: a process that is killed loses what it would have added and nothing else, and
    those that finish at once wait for each other.

    Raises
    ------
    InputError
        If the run is not finished.
    """
    add_runs(path, {name: run})


def add_runs(path: Path, runs: dict[str, Path]) -> None:
    """Add several runs, each with its name and its folder, as :func:`add_run` does."""
    for run in runs.values():
        if not (run / SCORED).is_file():
            msg = f"{run} is no finished run of the study: nothing to keep"
            raise InputError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        leftovers.clear(path.parent)
        own = [_short(read_folder(run, name)) for name, run in sorted(runs.items())]
        before = [read_kept(path)] if path.exists() else []
        whole = joined([without(old, runs) for old in before] + own)
        with replacing(path) as temporary:
            _write(whole, temporary)


def kept_files(folder: Path, *, nested: bool = True) -> Iterator[Path]:
    """Return the files of sweeps in a folder, and those below it.

    Tables of single runs are none, nor is what another process is writing, or one that
    was killed has left: those have hidden names.
    """
    found = sorted((folder.rglob if nested else folder.glob)(f"*{SUFFIX}"))
    tables = (MASKS, CURVES)
    return (p for p in found if p.name not in tables and not p.name.startswith("."))


def kept_names(path: Path) -> dict[str, bool]:
    """Return the names of the runs of a file, and whether each has a landscape.

    Raises
    ------
    InputError
        If it is no such file, or damaged.
    """
    table = _read(path, ["run", "landscape"])
    landscapes = table["landscape"].is_valid().to_pylist()
    return dict(zip(table["run"].to_pylist(), landscapes, strict=True))


def read_kept(path: Path) -> Kept:
    """Read the runs of a file.

    Raises
    ------
    InputError
        If it is no such file, or damaged.
    """
    table = _read(path, None)
    parts = [table[name].to_pylist() for name in ("told", "scored", "landscape")]
    names = table["run"].to_pylist()
    records = dict(zip(names, zip(*parts, strict=True), strict=True))
    return Kept(records, {name: _flat(table[name], names) for name in TABLES})


def read_folder(run: Path, name: str) -> Kept:
    """Read a finished run from its own folder, every digit of it."""
    landscape = run / LANDSCAPE
    records = (
        (run / RUN).read_text("utf-8"),
        (run / SCORED).read_text("utf-8"),
        landscape.read_text("utf-8") if landscape.is_file() else None,
    )
    tables = {
        "masks": pd.read_parquet(run / MASKS),
        "curves": pd.read_parquet(run / CURVES),
        "history": read_log(run),
    }
    for table in tables.values():
        table.insert(0, "run", name)
    return Kept({name: records}, tables)


def joined(parts: Iterable[Kept]) -> Kept:
    """Put runs together, in the order of their names."""
    known = list(parts)
    records = {name: own for part in known for name, own in part.records.items()}
    tables = {}
    for name in TABLES:
        whole = pd.concat([part.tables[name] for part in known], ignore_index=True)
        order = whole["run"].argsort(kind="stable")
        tables[name] = whole.iloc[order].reset_index(drop=True)
    return Kept(dict(sorted(records.items())), tables)


def without(kept: Kept, names: Iterable[str]) -> Kept:
    """Leave out the runs of some names."""
    gone = set(names)
    records = {name: own for name, own in kept.records.items() if name not in gone}
    tables = {name: t[~t["run"].isin(gone)] for name, t in kept.tables.items()}
    return Kept(records, tables)


def below(kept: Kept, folder: Path) -> Kept:
    """Give runs the names that they have seen from above a folder."""
    names = {name: (folder / name).as_posix() for name in kept.records}
    records = {names[name]: own for name, own in kept.records.items()}
    tables = {n: t.assign(run=t["run"].map(names)) for n, t in kept.tables.items()}
    return Kept(records, tables)


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    try:
        table = pq.read_table(path, columns=columns, page_checksum_verification=True)
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:120]
        msg = f"{path} cannot be read as runs of the study: {reason}"
        raise InputError(msg) from error
    if not {*(columns or ("run", "told", *TABLES))} <= set(table.column_names):
        msg = f"{path} holds no runs of the study"
        raise InputError(msg)
    return table


def _write(kept: Kept, path: Path) -> None:
    """Write runs, like beside like; the same runs make the same file."""
    names = list(kept.records)
    columns: dict[str, Any] = {"run": names}
    for index, part in enumerate(("told", "scored", "landscape")):
        columns[part] = pa.array([kept.records[n][index] for n in names], pa.string())
    for name in TABLES:
        columns[name] = _nested(kept.tables[name], names)
    table = pa.table(columns)
    leaves = [(name, leaf) for name in TABLES for leaf in table[name].type.value_type]
    paths = [f"{name}.list.element.{leaf.name}" for name, leaf in leaves]
    scores = {
        path
        for path, (name, leaf) in zip(paths, leaves, strict=True)
        if name != "history" and pa.types.is_primitive(leaf.type)
    }
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=LEVEL,
        store_schema=False,
        write_page_checksum=True,
        # Bytes of one significance side by side: those that were rounded are all 0.
        column_encoding=dict.fromkeys(scores, "BYTE_STREAM_SPLIT"),
        use_dictionary=[path for path in paths if path not in scores],
    )


def _nested(table: pd.DataFrame, names: list[str]) -> pa.ListArray:
    """Return the rows of each run as a list; the table is in the order of the names."""
    counts = table["run"].value_counts().reindex(names, fill_value=0).to_numpy()
    rows = pa.Table.from_pandas(table.drop(columns="run"), preserve_index=False)
    structs = rows.replace_schema_metadata().combine_chunks().to_struct_array()
    if isinstance(structs, pa.ChunkedArray):
        structs = structs.combine_chunks()
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), structs)


def _flat(column: pa.ChunkedArray, names: list[str]) -> pd.DataFrame:
    lists = column.combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pa.ChunkedArray) else lists
    counts = np.diff(lists.offsets.to_numpy())
    table: pd.DataFrame = pa.Table.from_struct_array(lists.flatten()).to_pandas()
    table.insert(0, "run", np.repeat(np.asarray(names, dtype=object), counts))
    return table


def _short(kept: Kept) -> Kept:
    """Round the numbers of a run, and sort its scores."""
    tables = {}
    for name, table in kept.tables.items():
        own = table.drop(columns=[n for n in DROPPED if n in table])
        floats = [n for n in own if pd.api.types.is_float_dtype(own[n])]
        if name == "history":
            own = own.assign(**{str(n): own[n].map(_digits) for n in floats})
        else:
            keys = [n for n in ("set", "tracer", "label", "picture") if n in own]
            own = own.assign(**{str(n): _rounded(own[n]) for n in floats})
            own = own.sort_values(keys)
        tables[name] = own
    records = {
        name: (run, scored, None if landscape is None else _shorter(landscape))
        for name, (run, scored, landscape) in kept.records.items()
    }
    return Kept(records, tables)


def _rounded(numbers: pd.Series) -> Any:  # noqa: ANN401 - an array of float32
    """Return float32 with only the first bits of their fractions."""
    mantissa, exponent = np.frexp(numbers.to_numpy(dtype=np.float64))
    scale = 2.0 ** (BITS + 1)
    return np.ldexp(np.round(mantissa * scale) / scale, exponent).astype(np.float32)


def _digits(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def _shorter(landscape: str) -> str:
    """Round the numbers of a landscape, and leave out its spaces."""

    def short(value: Any) -> Any:  # noqa: ANN401 - of a JSON document
        if isinstance(value, float):
            return _digits(value)
        if isinstance(value, dict):
            return {name: short(part) for name, part in value.items()}
        return [short(part) for part in value] if isinstance(value, list) else value

    return json.dumps(short(json.loads(landscape)), separators=(",", ":"))
