"""The trace file (Parquet): the whole truth of a reading, which a review tool edits.

One row per curve and registered row: ``curve``, ``row``, ``column`` (of the scan,
unfolded, null where unread), ``scan_row`` (row of the page where the ink is; the same
as ``row`` unless the page is turned), ``confidence`` and ``origin`` (one of
``ORIGINS``, which also says why a row is unread). ``reviewed`` says which rows a person
has accepted or edited; where the column is missing, nobody has. Hashes and names are in
the file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.check.finding import Finding
from veernet.errors import InputError, one_line
from veernet.export.onpage import ink
from veernet.export.provenance import Provenance
from veernet.files import check_readable, replacing
from veernet.records import ORIGINS, UNREAD, Registration, Trace
from veernet.rectify import OUTSIDE

Marks = NDArray[np.bool_]

FORMAT = "veernet trace 1"
WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("curve", WORDS),
        ("row", pa.int32()),
        ("column", pa.float64()),
        ("scan_row", pa.float64()),
        ("confidence", pa.float32()),
        ("origin", WORDS),
    ]
)
REVIEWED = pa.field("reviewed", pa.bool_())
NEEDED = ("curve", "row", "column", "confidence", "origin")
TALLEST = 600_000
"""Rows of a trace beyond which a row number is a slip; pages have 500,000 at most."""


def write_traces(
    path: Path,
    traces: Sequence[Trace],
    registration: Registration,
    provenance: Provenance,
    *,
    findings: Sequence[Finding] = (),
    reviewed: Mapping[str, Marks] | None = None,
) -> None:
    """Write the traces of a section, whole or not at all.

    Parameters
    ----------
    path
        The file to write.
    traces
        Of one section; the order is kept.
    registration
        Where rows and columns lie on the page.
    provenance
        Goes into the metadata, key by key, beside format, section and depth unit.
    findings
        What a person should look at: the metadata ``findings`` is a JSON list of them,
        each as in the report.
    reviewed
        By mnemonic (rows,) which rows of a trace a person has accepted or edited.
    """
    parts = [_to_table(trace, registration) for trace in traces]
    table = pa.concat_tables(parts) if parts else SCHEMA.empty_table()
    if reviewed is not None and any(marks.any() for marks in reviewed.values()):
        marks = [
            reviewed.get(t.mnemonic, np.zeros(t.row.size, dtype=np.bool_))
            for t in traces
        ]
        table = table.append_column(REVIEWED, [pa.array(np.concatenate(marks))])
    metadata = {
        "format": FORMAT,
        "section": registration.section,
        "depth_unit": registration.depth.unit,
        "findings": json.dumps([finding.to_dict() for finding in findings]),
        **provenance.to_dict(),
    }
    table = table.unify_dictionaries().replace_schema_metadata(metadata)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_traces(path: Path) -> tuple[tuple[Trace, ...], dict[str, str]]:
    """Read a trace file, as written or as edited by another tool.

    Rows that an edit took out of the middle of a curve are unread, as are rows without
    a column. ``scan_row`` is not read: it follows from the registration.

    Returns
    -------
    traces
        In the order in which the curves first appear, their rows consecutive.
    metadata
        What `write_traces` put there, if the editing tool kept it; see
        `Provenance.from_dict`.

    Raises
    ------
    InputError
        If it is no trace file, or a row is doubled or makes no sense.
    """
    traces, _, metadata = read_reviewed(path)
    return traces, metadata


def read_reviewed(
    path: Path,
) -> tuple[tuple[Trace, ...], dict[str, Marks], dict[str, str]]:
    """Read a trace file as `read_traces` does, and what a person has looked at.

    Returns
    -------
    traces, metadata
        As of `read_traces`.
    reviewed
        By mnemonic (rows,) which rows of the trace a person has accepted or edited; it
        stands between the two.

    Raises
    ------
    InputError
        As of `read_traces`.
    """
    check_readable(path)
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
        # Bytes that went wrong unpack to words that are none, and to indices beyond.
        table.validate(full=True)
    # Names of columns that are no text are found when the file is opened.
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        msg = f"{path} is no Parquet file: {one_line(str(error))[:120]}"
        raise InputError(msg) from error
    missing = [name for name in NEEDED if name not in table.column_names]
    if missing:
        msg = f"{path} is no trace file: it has no column {', '.join(missing)}"
        raise InputError(msg)
    curve, names = _words(table, "curve", path)
    columns = _columns(table, path)
    seen = _marks(table, path)
    traces = []
    reviewed = {}
    for place, name in enumerate(names):
        own = curve == place
        part = {key: column[own] for key, column in columns.items()}
        trace = _to_trace(name, part, path)
        traces.append(trace)
        marks = np.zeros(trace.row.size, dtype=np.bool_)
        marks[columns["row"][own].astype(np.int64) - trace.row[0]] = seen[own]
        reviewed[trace.mnemonic] = marks
    return tuple(traces), reviewed, _metadata(table.schema.metadata)


def _marks(table: pa.Table, path: Path) -> Marks:
    """Return the rows that were reviewed; an older file has no such column."""
    if REVIEWED.name not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.bool_)
    marks = table.column(REVIEWED.name)
    if not pa.types.is_boolean(marks.type):
        msg = f"column reviewed in {path} holds {marks.type}: use true and false"
        raise InputError(msg)
    found: Marks = marks.fill_null(fill_value=False).to_numpy()
    return found


def _to_table(trace: Trace, registration: Registration) -> pa.Table:
    """Lay out one trace; null, not NaN, is what table tools take for unread."""
    rows = len(trace.row)
    where = ink(trace, registration)
    columns = [
        pa.array([trace.mnemonic] * rows, pa.string()).dictionary_encode(),
        pa.array(trace.row, pa.int32()),
        pa.array(trace.column, pa.float64(), from_pandas=True),
        pa.array(where.row, pa.float64(), from_pandas=True),
        pa.array(trace.confidence.astype(np.float32)),
        pa.DictionaryArray.from_arrays(
            pa.array(trace.origin, pa.int32()), pa.array(ORIGINS, pa.string())
        ),
    ]
    return pa.table(columns, schema=SCHEMA)


def _words(
    table: pa.Table, name: str, path: Path
) -> tuple[NDArray[np.int64], list[str]]:
    """Return a column of words, of which every row must have one.

    Returns
    -------
    index
        (rows,) of each row's word among the words.
    words
        In the order in which they first occur.
    """
    column = table.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of a table without rows
        column = pa.concat_arrays(column.chunks) if column.chunks else column
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = column.dictionary.to_pylist()
    index = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(int)
    wrong = [place for place, word in enumerate(words) if not isinstance(word, str)]
    at = np.flatnonzero((index < 0) | np.isin(index, wrong))
    if at.size:
        place = int(at[0])
        word = words[index[place]] if index[place] >= 0 else None
        msg = f"entry {place} of column {name} in {path} is {word!r}, not a word"
        raise InputError(msg)
    used, first = np.unique(index, return_index=True)
    order = used[np.argsort(first)]
    places = np.zeros(len(words) + 1, dtype=np.int64)
    places[order] = np.arange(order.size)
    return places[index], [words[k] for k in order]


def _columns(table: pa.Table, path: Path) -> dict[str, NDArray[np.generic]]:
    """Return the columns of numbers, and origins as indices into ``ORIGINS``."""
    index: dict[str, int] = {word: place for place, word in enumerate(ORIGINS)}
    origin, words = _words(table, "origin", path)
    unknown = next((word for word in words if word not in index), None)
    if unknown is not None:
        msg = f"origin {unknown!r} in {path} is not known: use {', '.join(ORIGINS)}"
        raise InputError(msg)
    return {
        "row": _cast(table, "row", pa.int64(), path),
        "column": _cast(table, "column", pa.float64(), path),
        "confidence": _cast(table, "confidence", pa.float64(), path),
        "origin": np.array([index[w] for w in words], dtype=np.uint8)[origin],
    }


def _cast(
    table: pa.Table, name: str, kind: pa.DataType, path: Path
) -> NDArray[np.generic]:
    """Return a column as numbers; null becomes NaN, except that a row must be whole."""
    try:
        cast = table.column(name).cast(kind)
    except pa.ArrowException as error:
        reason = one_line(str(error))[:120]
        msg = f"column {name} in {path} does not hold {kind} throughout: {reason}"
        raise InputError(msg) from error
    if pa.types.is_integer(kind) and cast.null_count:
        msg = f"{cast.null_count} entries of column {name} in {path} are empty"
        raise InputError(msg)
    numbers: NDArray[np.generic] = cast.to_numpy()
    return numbers


def _to_trace(name: str, columns: dict[str, NDArray[np.generic]], path: Path) -> Trace:
    """Put the rows of a curve in order, one for each from the first to the last."""
    row = columns["row"].astype(np.int64)
    if row.min() < -OUTSIDE or row.max() - row.min() > TALLEST:
        msg = f"the rows of {name} in {path} run from {row.min()} to {row.max()}"
        raise InputError(msg)
    rows, counts = np.unique(row, return_counts=True)
    if counts.max() > 1:
        twice = rows[counts.argmax()]
        msg = f"row {twice} of {name} occurs {counts.max()} times in {path}: keep one"
        raise InputError(msg)
    column = columns["column"].astype(np.float64)
    confidence = columns["confidence"].astype(np.float64)
    origin = columns["origin"].astype(np.uint8)
    _check(name, row, column, confidence, origin, path)
    full = np.arange(rows[0], rows[-1] + 1)
    read = np.isfinite(column)
    place = row[read] - rows[0]
    filled = Trace(
        name,
        full,
        np.full(len(full), np.nan),
        np.zeros(len(full)),
        np.full(len(full), ORIGINS.index("none"), dtype=np.uint8),
    )
    filled.column[place] = column[read]
    filled.confidence[place] = confidence[read]
    known = read | np.isin(origin, UNREAD)
    filled.origin[row[known] - rows[0]] = origin[known]
    return filled


def _check(
    name: str,
    row: NDArray[np.int64],
    column: Floats,
    confidence: Floats,
    origin: NDArray[np.uint8],
    path: Path,
) -> None:
    """Refuse samples that contradict themselves, naming the first."""
    read = ~np.isnan(column)
    wrong = {
        "an infinite column": np.isinf(column),
        "a confidence outside 0 to 1": read & ~((confidence >= 0) & (confidence <= 1)),
    }
    for unread in UNREAD:
        what = f"a column of origin {ORIGINS[unread]}: say manual"
        wrong[what] = read & (origin == unread)
    for what, where in wrong.items():
        if np.any(where):
            msg = f"row {row[where][0]} of {name} in {path} has {what}"
            raise InputError(msg)


def _metadata(raw: Mapping[bytes, bytes] | None) -> dict[str, str]:
    """Return our part of the metadata; what a table tool added is left."""
    known = {"format", "section", "depth_unit", "findings", *Provenance().to_dict()}
    decoded = {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
        for key, value in (raw or {}).items()
    }
    return {key: value for key, value in decoded.items() if key in known}
