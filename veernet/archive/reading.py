"""Read one log, in the process that is there for it alone: from its scan to its files.

What goes wrong with a log is how the log ends, with the reason.
"""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from veernet.archive.general import raise_general
from veernet.archive.judging import Judged, judge
from veernet.archive.loading import Loaded
from veernet.archive.outputs import write_section
from veernet.archive.records import Log
from veernet.archive.registering import Incomplete, SectionToRead, registrations_of
from veernet.archive.sources import local_file
from veernet.clock import Clock
from veernet.digitise import Result, digitise
from veernet.errors import InputError, Refused
from veernet.export import Provenance
from veernet.files import sha256
from veernet.records import Registration, Scan
from veernet.scan import open_scan

STARVED = ("bad_alloc", "insufficient memory", "unable to allocate", "out of memory")
"""What libraries say in errors of their own where memory is at its limit."""

LONGEST = 500
"""Characters of a reason that are kept."""


class Ended(Exception):
    """A log has ended: how, and why."""

    def __init__(self, outcome: str, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.row: dict[str, Any] = {
            "outcome": outcome,
            "reason": reason,
            "detail": one_line(detail),
        }


@dataclass
class Read:
    """What is known of a log, as far as it was read."""

    row: dict[str, Any]
    clock: Clock = field(default_factory=Clock)


def read(log: Log, folder: Path, loaded: Loaded) -> dict[str, Any]:
    """Read a log into a folder, and return its row of the ledger.

    Parameters
    ----------
    log
        Of the plan.
    folder
        Empty; takes LAS, audit trail, trace, curves and perhaps overlay.
    loaded
        Of `veernet.archive.loading.load`.

    Returns
    -------
    dict
        Columns of `veernet.archive.tables.ROWS`, and ``stages``: seconds of each.

    Raises
    ------
    OSError
        If something is wrong that is not the log's: the disk is full.
    """
    known = Read({"sections": [], "curves": 0, "depths": 0, "files": []})
    try:
        ended = _read(log, folder, loaded, known)
    except Ended as end:
        ended = {"files": [], **end.row}
    except MemoryError as error:
        ended = Ended("failed", "memory", f"not enough memory: {error}").row
    except Exception as error:  # noqa: BLE001, RUF100 - is how the log ends
        raise_general(error)
        ended = {**_defect(error), "files": []}
    return {**known.row, **ended, "stages": known.clock.seconds}


def _read(log: Log, folder: Path, loaded: Loaded, known: Read) -> dict[str, Any]:
    with _fetched(log, known) as path:
        known.row["scan_sha256"] = sha256(path)
        found = _registered(log, path, folder, known)
        judged: list[Judged] = []
        refused: list[Ended] = []
        for one in found:
            try:
                others = [o.registration for o in found if _beside(o, one)]
                result, scan = _digitised(one, path, loaded, known, others)
            except Ended as end:
                if end.row["outcome"] != "refused":
                    raise
                refused.append(end)
                continue
            with known.clock.stage("write"):
                made = _provenance(log, one, scan, loaded, known)
                files = write_section(
                    folder, log, scan, one, result, made, loaded.settings
                )
            known.row["files"] += files
            seen = replace(one, remarks=(*scan.info.damage, *one.remarks))
            judged.append(judge(seen, result))
    if not judged:
        raise Ended(
            outcome="refused",
            reason=refused[0].row["reason"],
            detail="; ".join(map(str, refused)),
        )
    return _summed(judged, [str(one) for one in refused], known)


@contextmanager
def _fetched(log: Log, known: Read) -> Iterator[Path]:
    """Lend the scan, and see that it is the one that was planned."""
    start, lent = time.perf_counter(), False
    try:
        with local_file(log.address) as path:
            size = path.stat().st_size
            lent = True
            known.clock.add("fetch", time.perf_counter() - start)
            if log.bytes > 0 and size != log.bytes:
                text = (
                    f"{log.address} has {size} bytes, and had {log.bytes} when "
                    "planned: if that is as it should be, veernet archive retry "
                    "--reason changed"
                )
                raise Ended(outcome="refused", reason="changed", detail=text)
            yield path
    except (OSError, ValueError, ImportError) as error:
        if lent:
            raise
        raise_general(error)
        text = f"{log.address} cannot be read: {error}"
        if isinstance(error, FileNotFoundError):
            text = f"there is no {log.address}"
        raise Ended(outcome="failed", reason="missing", detail=text) from error


def _registered(
    log: Log, path: Path, folder: Path, known: Read
) -> Sequence[SectionToRead]:
    with known.clock.stage("register"):
        try:
            return registrations_of(log, path)
        except Refused as error:
            raise Ended(
                outcome="refused", reason="proposal", detail=str(error)
            ) from error
        except Incomplete as error:
            # What was proposed is kept: a person fills in what is missing.
            (folder / error.source).write_bytes(error.content)
            end = Ended(outcome="refused", reason="proposal", detail=str(error))
            end.row["files"] = [error.source]
            raise end from error
        except InputError as error:
            raise_general(error)
            reason = "registration" if log.how in {"own", "none"} else "proposal"
            # A page that cannot be opened is no fault of its registration.
            _opened(path, 0)
            raise Ended(outcome="refused", reason=reason, detail=str(error)) from error


def _opened(path: Path, page: int) -> Scan:
    try:
        return open_scan(path, page)
    except InputError as error:
        raise_general(error)
        raise Ended(outcome="failed", reason="decode", detail=str(error)) from error


def _beside(other: SectionToRead, one: SectionToRead) -> bool:
    """Tell whether another section is on the page of a section."""
    return other is not one and other.registration.page == one.registration.page


def _digitised(
    one: SectionToRead,
    path: Path,
    loaded: Loaded,
    known: Read,
    others: Sequence[Registration],
) -> tuple[Result, Scan]:
    with known.clock.stage("decode"):
        scan = _opened(path, one.registration.page)
    known.row.update(rows=scan.info.rows, columns=scan.info.columns)
    try:
        result = digitise(scan, one.registration, loaded.engine, others=others)
    except InputError as error:
        raise_general(error)
        text = f"section {one.name}: {error}"
        raise Ended(outcome="refused", reason="registration", detail=text) from error
    if result.refused:
        raise Ended(
            outcome="refused",
            reason="unread",
            detail=f"section {one.name}: {result.refused}",
        )
    for stage, seconds in result.timings.items():
        known.clock.add(stage, seconds)
    return result, scan


def _provenance(
    log: Log, one: SectionToRead, scan: Scan, loaded: Loaded, known: Read
) -> Provenance:
    from veernet import __version__  # noqa: PLC0415
    from veernet.export.parameters import resolution_text  # noqa: PLC0415

    return Provenance(
        scan=log.address.rsplit("/", 1)[-1],
        scan_sha256=known.row["scan_sha256"],
        registration=one.source,
        registration_sha256=hashlib.sha256(one.content).hexdigest(),
        weights=loaded.weights,
        weights_sha256=loaded.weights_sha256,
        version=__version__,
        tracer="dp",
        resolution=resolution_text(scan.info.dpi),
    )


def _summed(
    judged: Sequence[Judged], refused: Sequence[str], known: Read
) -> dict[str, Any]:
    """Return how a log ended of which one section at least was read."""
    rows = sum(one.rows for one in judged)
    cells = sum(one.depths * one.curves for one in judged)
    doubt = sum(one.doubtful for one in judged) / max(rows, 1)
    doubts = [text for one in judged for text in one.texts]
    doubts += [f"not read: {text}" for text in refused]
    worst = max(judged, key=lambda one: one.worst_weight)
    looked_at = bool(refused) or any(one.to_be_looked_at for one in judged)
    known.row.update(
        sections=[one.section for one in judged],
        curves=sum(one.curves for one in judged),
        depths=sum(one.depths for one in judged),
        read=sum(one.read for one in judged) / max(cells, 1),
        doubt=doubt,
        doubts=doubts,
        worst_section=worst.section,
        worst_row=worst.worst_row,
    )
    detail = doubts[0] if looked_at and doubts else ""
    return {
        "outcome": "doubt" if looked_at else "done",
        "reason": "",
        "detail": one_line(detail),
    }


def _defect(error: BaseException) -> dict[str, Any]:
    text = str(error).lower()
    if any(word in text for word in STARVED):
        return Ended("failed", "memory", f"not enough memory: {error}").row
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    return Ended("failed", "ours", f"{type(error).__name__} at {place}: {error}").row


def one_line(text: str) -> str:
    """Return a reason as one line that is not too long."""
    return " ".join(str(text).split())[:LONGEST]
