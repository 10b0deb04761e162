"""What a job has made, put into the document as one entry of its journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from veernet.errors import InputError
from veernet.export import read_traces
from veernet.records import ORIGINS
from veernet.review.document import Document
from veernet.review.lines import Reading, ReviewedCurve
from veernet.review.regdoc import Document as RegistrationDocument
from veernet.review.work import RESULT, TRACE

MANUAL = ORIGINS.index("manual")


class WouldOverwrite(Exception):
    """A re-run would take rows, or a registration, that a person has made.

    Parameters
    ----------
    by_curve
        How many rows of each curve a person has changed or accepted.
    registration
        Whether it is the registration that would go.
    """

    def __init__(self, by_curve: dict[str, int], *, registration: bool = False) -> None:
        rows = sum(by_curve.values())
        said = f"{rows} rows that you have edited or accepted would be read anew"
        if registration:
            said = "the registration that is there would be proposed anew"
        super().__init__(f"{said}: keep them, or replace them (undo brings them back)")
        self.by_curve = by_curve


@dataclass(frozen=True)
class Reread:
    """How a section is read again.

    Parameters
    ----------
    section
        Its name.
    registration
        With which it was read.
    replace
        Take the rows too that a person has edited or accepted.
    """

    section: str
    registration: RegistrationDocument
    replace: bool


def touched_rows(reading: Reading) -> dict[str, int]:
    """Count the rows of each curve that a person has changed or accepted."""
    counts = {name: int(_touched(curve).sum()) for name, curve in reading.items()}
    return {name: count for name, count in counts.items() if count}


def take_proposal(
    document: Document, folder: Path, before: Sequence[RegistrationDocument]
) -> None:
    """Put a proposed registration in the place of what there was before.

    Raises
    ------
    InputError
        If a person has registered something since.
    """
    outcome = _result(folder)
    documents: list[RegistrationDocument] = outcome["documents"]
    with document.lock:
        if document.documents() != list(before):
            msg = "the registration was changed while one was proposed: propose again"
            raise InputError(msg)
        document.commit(
            "registration",
            "registration proposed",
            base=document.revision,
            content={"findings": outcome["findings"]},
            documents=documents,
        )


def checked(folder: Path) -> list[dict[str, Any]]:
    """Return what the check of a registration has found."""
    found: list[dict[str, Any]] = _result(folder)["findings"]
    return found


def take_reading(document: Document, folder: Path, how: Reread) -> None:
    """Put a reading in the place of what there is, rows of a person's kept.

    Raises
    ------
    InputError
        If the registration is no longer the one that was read with.
    """
    outcome = _result(folder)
    traces, _ = read_traces(folder / TRACE)
    with document.lock:
        section = document.section(how.section)
        if section.document != how.registration:
            msg = "the registration was changed while it was read: digitise again"
            raise InputError(msg)
        revision = document.revision + 1
        reading = {one.mnemonic: ReviewedCurve.of(one, revision) for one in traces}
        kept = 0 if how.replace else _keep(section.reading, reading)
        content = {key: outcome[key] for key in ("metadata", "timings", "found")}
        again = f", {kept} rows kept" if kept else ""
        document.commit(
            "reading",
            f"digitised{again}",
            base=document.revision,
            section=how.section,
            content=content,
            readings={how.section: reading},
        )


def _keep(old: Reading, new: Reading) -> int:
    """Take over the rows of a reading that a person has changed or accepted."""
    kept = 0
    for name, curve in old.items():
        mask = _touched(curve)
        if not mask.any() or name not in new:
            continue
        taken = new[name]
        taken.cover(curve.first_row, curve.stop_row)
        start = curve.first_row - taken.first_row
        where = start + np.flatnonzero(mask)
        for ours, theirs in zip(_arrays(taken), _arrays(curve), strict=True):
            ours[where] = theirs[mask]
        kept += int(mask.sum())
    return kept


def _touched(curve: ReviewedCurve) -> np.ndarray:
    samples = curve.samples
    return np.asarray((samples.flags > 0) | (samples.origin == MANUAL))


def _arrays(curve: ReviewedCurve) -> Sequence[np.ndarray]:
    kept = curve.samples
    return kept.column, kept.confidence, kept.origin, kept.flags


def _result(folder: Path) -> dict[str, Any]:
    outcome: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return outcome
