"""The files of a section that was read: LAS, audit trail, trace, curves, overlay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from veernet.archive.packing import CURVES_FILE
from veernet.archive.records import ArchiveSettings, Log
from veernet.archive.registering import SectionToRead
from veernet.archive.tables import CURVES, write_parquet
from veernet.digitise import Result
from veernet.export import (
    Deed,
    Provenance,
    write_audit,
    write_las,
    write_overlay,
    write_traces,
)
from veernet.files import together
from veernet.records import Scan

VERB = "veernet archive run"


def write_section(
    folder: Path,
    log: Log,
    scan: Scan,
    found: SectionToRead,
    result: Result,
    provenance: Provenance,
    settings: ArchiveSettings,
) -> list[str]:
    """Write a section, and return the names of its files.

    Parameters
    ----------
    folder
        Of the attempt.
    log
        That it is of; its id stands in the table of curves.
    scan, found, result, provenance
        The page, how it is registered, what was read, and from what.
    settings
        Give the date, and say whether an overlay is wanted.
    """
    registration = found.registration
    when = datetime.fromtimestamp(settings.when, UTC)
    las = folder / f"{found.name}.las"
    files = [las.name, f"{found.name}.audit.txt", f"{found.name}.parquet"]
    deed = Deed(
        VERB,
        remarks=found.remarks,
        notes=[finding.text for finding in result.findings],
    )
    deed_text = (
        f"all read by {VERB} {provenance.version}, tracer {provenance.tracer}, "
        f"weights {provenance.weights}"
    )
    with together():
        write_las(las, result.curves, registration, provenance, found.remarks)
        write_audit(las, result.curves, registration, provenance, deed, when=when)
        write_traces(
            folder / f"{found.name}.parquet",
            result.traces,
            registration,
            provenance.done_on(when, [deed_text]),
            findings=result.findings,
        )
        if settings.overlay:
            path = folder / f"{found.name}.png"
            drawn = write_overlay(path, scan, registration, result.traces)
            files += [path.name for path in drawn]
    if found.proposed and not (folder / found.source).exists():
        (folder / found.source).write_bytes(found.content)
        files.append(found.source)
    _add_curves(folder / CURVES_FILE, log, found, result)
    return files


def _add_curves(path: Path, log: Log, found: SectionToRead, result: Result) -> None:
    """Add the curves of a section to the table of a log."""
    rows = [
        {
            "log": log.log,
            "section": found.name,
            "curve": curve.mnemonic,
            "unit": curve.unit,
            "depth_unit": found.registration.depth.unit,
            "depth0": float(curve.depth[0]),
            "step": found.registration.step,
            "values": pa.array(curve.value.astype(np.float32), from_pandas=True),
            "confidence": pa.array(curve.confidence.astype(np.float32)),
        }
        for curve in result.curves
    ]
    columns = {name: [row[name] for row in rows] for name in CURVES.names[:7]}
    for name in ("values", "confidence"):
        parts = [row[name] for row in rows]
        ends = np.cumsum([0, *(len(part) for part in parts)])
        columns[name] = pa.ListArray.from_arrays(
            pa.array(ends, pa.int32()), pa.concat_arrays(parts)
        )
    table = pa.table(columns, schema=CURVES)
    if path.is_file():
        table = pa.concat_tables([pq.read_table(path, use_threads=False), table])
    write_parquet(path, table.combine_chunks())
