"""A curve under review: its trace, what of it a person has seen, and its bytes."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import ORIGINS, Registration, Trace

REVIEWED, EDITED = 1, 2
"""Bits of a row's flags: a person has accepted it; a person has changed it."""

RAW, PACKED = b"r", b"z"
"""Before samples that are kept as they are, and packed."""

LONG = 20_000
"""Rows of samples that are kept as they are."""

NONE = ORIGINS.index("none")


@dataclass(frozen=True)
class KeptSamples:
    """Consecutive samples of a curve.

    Parameters
    ----------
    column
        (rows,) unfolded column of the scan, NaN where unread.
    confidence
        (rows,) 0 to 1, of single precision, as the trace file has it.
    origin
        (rows,) index into ``ORIGINS``.
    flags
        (rows,) sum of ``REVIEWED`` and ``EDITED``.
    """

    column: Floats
    confidence: NDArray[np.float32]
    origin: NDArray[np.uint8]
    flags: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, rows: slice) -> KeptSamples:
        return KeptSamples(
            self.column[rows],
            self.confidence[rows],
            self.origin[rows],
            self.flags[rows],
        )

    @classmethod
    def unread(cls, rows: int) -> KeptSamples:
        """Return samples of which nothing is known."""
        return cls(
            np.full(rows, np.nan),
            np.zeros(rows, np.float32),
            np.full(rows, NONE, np.uint8),
            np.zeros(rows, np.uint8),
        )

    def put(self, at: int, other: KeptSamples) -> None:
        """Overwrite samples from a place on."""
        rows = slice(at, at + len(other))
        self.column[rows] = other.column
        self.confidence[rows] = other.confidence
        self.origin[rows] = other.origin
        self.flags[rows] = other.flags

    def pack(self) -> bytes:
        """Return the samples as the document keeps them.

        Long ones are kept as they are: packing a whole curve would take longer than an
        edit may.
        """
        whole = (self.column.astype("<f8"), self.confidence.astype("<f4"))
        parts = [*whole, self.origin, self.flags]
        raw = b"".join(part.tobytes() for part in parts)
        return RAW + raw if len(self) > LONG else PACKED + zlib.compress(raw, 1)

    @classmethod
    def unpack(cls, packed: bytes, rows: int) -> KeptSamples:
        """Return what was packed; the arrays may be written to."""
        body = memoryview(packed)[1:]
        raw = bytearray(body if packed[:1] == RAW else zlib.decompress(body))
        return cls(
            np.frombuffer(raw, "<f8", rows, 0),
            np.frombuffer(raw, "<f4", rows, 8 * rows),
            np.frombuffer(raw, np.uint8, rows, 12 * rows),
            np.frombuffer(raw, np.uint8, rows, 13 * rows),
        )

    def to_page(self) -> bytes:
        """Return the samples as the page takes them: columns of single precision."""
        parts = (self.column.astype("<f4"), self.confidence.astype("<f4"))
        return b"".join(part.tobytes() for part in (*parts, self.origin, self.flags))


@dataclass(frozen=True)
class KeptPatch:
    """Rows of a curve before and after a change.

    Parameters
    ----------
    curve
        Its mnemonic.
    row0
        First registered row.
    before, after
        Of one length.
    """

    curve: str
    row0: int
    before: KeptSamples
    after: KeptSamples

    def turned(self) -> KeptPatch:
        """Return the patch that takes this one back."""
        return KeptPatch(self.curve, self.row0, self.after, self.before)

    def to_page(self) -> dict[str, Any]:
        """Return what the page puts in the place of what it has."""
        return {
            "curve": self.curve,
            "row0": self.row0,
            "rows": len(self.after),
            "data": base64.b64encode(self.after.to_page()).decode(),
        }


@dataclass
class ReviewedCurve:
    """A curve of a section, as it stands.

    Parameters
    ----------
    mnemonic
        Of the curve.
    first_row
        Registered row of the first sample.
    samples
        One a row; changed in place, by patches alone.
    revision
        Of the document when it last changed.
    doubts
        What `veernet.review.doubt` has worked out of this state.
    """

    mnemonic: str
    first_row: int
    samples: KeptSamples
    revision: int
    doubts: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, trace: Trace, revision: int) -> ReviewedCurve:
        """Take a trace as it was read."""
        rows = len(trace.row)
        samples = KeptSamples(
            np.array(trace.column, dtype=np.float64),
            np.array(trace.confidence, dtype=np.float32),
            np.array(trace.origin, dtype=np.uint8),
            np.zeros(rows, np.uint8),
        )
        first = int(trace.row[0]) if rows else 0
        return cls(trace.mnemonic, first, samples, revision)

    @property
    def stop_row(self) -> int:
        """One past the last registered row."""
        return self.first_row + len(self.samples)

    def trace(self) -> Trace:
        """Return the curve as a trace, of copied arrays."""
        return Trace(
            self.mnemonic,
            np.arange(self.first_row, self.stop_row, dtype=np.int64),
            self.samples.column.copy(),
            self.samples.confidence.astype(np.float64),
            self.samples.origin.copy(),
        )

    def part(self, row0: int, rows: int) -> KeptSamples:
        """Return a copy of some rows.

        Raises
        ------
        InputError
            If the curve does not have them.
        """
        start = row0 - self.first_row
        if rows < 1 or start < 0 or start + rows > len(self.samples):
            msg = (
                f"{self.mnemonic} has rows {self.first_row} to {self.stop_row - 1}, "
                f"not {row0} to {row0 + rows - 1}"
            )
            raise InputError(msg)
        part = self.samples[start : start + rows]
        return KeptSamples(
            part.column.copy(),
            part.confidence.copy(),
            part.origin.copy(),
            part.flags.copy(),
        )

    def apply(self, patch: KeptPatch, revision: int) -> None:
        """Put the rows of a patch in place; the curve grows to where they are."""
        self.cover(patch.row0, patch.row0 + len(patch.after))
        self.samples.put(patch.row0 - self.first_row, patch.after)
        self.revision = revision

    def cover(self, start: int, stop: int) -> None:
        """Add unread rows so that the curve has all from start to stop."""
        if not len(self.samples):
            self.first_row = start
        first, last = min(start, self.first_row), max(stop, self.stop_row)
        if (first, last) == (self.first_row, self.stop_row):
            return
        grown = KeptSamples.unread(last - first)
        grown.put(self.first_row - first, self.samples)
        self.first_row, self.samples = first, grown


Reading = dict[str, ReviewedCurve]
"""The curves of a section by mnemonic."""


def cover_registration(
    reading: Reading, registration: Registration, revision: int
) -> None:
    """Give every curve of a registration all of its rows, unread where not traced."""
    rows = registration.row_range
    for track in registration.tracks:
        for spec in track.curves:
            blank = ReviewedCurve(
                spec.mnemonic, rows[0], KeptSamples.unread(0), revision
            )
            reading.setdefault(spec.mnemonic, blank).cover(*rows)


def edited_rows(curves: Iterable[ReviewedCurve]) -> dict[str, int]:
    """Return how many rows a person has changed, of the curves that have any."""
    manual = ORIGINS.index("manual")
    counts = {
        curve.mnemonic: int(
            (
                (curve.samples.flags & EDITED > 0) | (curve.samples.origin == manual)
            ).sum()
        )
        for curve in curves
    }
    return {name: count for name, count in counts.items() if count}
