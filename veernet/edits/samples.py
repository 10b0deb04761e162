"""The arrays that edits change: a stretch of a curve, and patches that replace one."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import Trace

HEAD = struct.Struct("<qq")
"""First row and number of rows, before the arrays as bytes."""

KINDS = ("<f8", "<f8", "u1", "?")
"""Of the arrays as bytes: column, confidence, origin, reviewed."""

ENDS = 8
"""Rows at an end of a doubtful stretch that an edit may leave out: picks are set a few
rows beside where a curve is wrong, above it or below."""


@dataclass(frozen=True, eq=False)
class Samples:
    """A curve, or a stretch of one, a sample for each of its consecutive rows.

    Parameters
    ----------
    row0
        First registered row.
    column
        (rows,) unfolded column of the scan, NaN where unread.
    confidence
        (rows,) as in `Trace`; 0 where unread.
    origin
        (rows,) index into ``ORIGINS``.
    reviewed
        (rows,) whether a person has accepted or edited the row.
    """

    row0: int
    column: Floats
    confidence: Floats
    origin: NDArray[np.uint8]
    reviewed: NDArray[np.bool_]

    @classmethod
    def from_trace(
        cls, trace: Trace, reviewed: NDArray[np.bool_] | None = None
    ) -> Samples:
        """Take the samples of a trace; no row is reviewed unless it is said."""
        row0 = int(trace.row[0]) if trace.row.size else 0
        if reviewed is None:
            reviewed = np.zeros(trace.row.size, dtype=np.bool_)
        return cls(row0, trace.column, trace.confidence, trace.origin, reviewed)

    def to_trace(self, mnemonic: str) -> Trace:
        """Return the samples as the trace of a curve."""
        row = np.arange(self.row0, self.row0 + self.rows, dtype=np.int64)
        return Trace(mnemonic, row, self.column, self.confidence, self.origin)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.column.size

    @property
    def row1(self) -> int:
        """Last registered row."""
        return self.row0 + self.rows - 1

    @property
    def read(self) -> NDArray[np.bool_]:
        """(rows,) where there is a column."""
        return np.isfinite(self.column)

    def part(self, row0: int, row1: int) -> Samples:
        """Return a copy of the rows from row0 to row1, both included."""
        inside = slice(row0 - self.row0, row1 + 1 - self.row0)
        return Samples(
            row0,
            self.column[inside].copy(),
            self.confidence[inside].copy(),
            self.origin[inside].copy(),
            self.reviewed[inside].copy(),
        )

    def same_as(self, other: Samples) -> bool:
        """Tell whether both hold the same rows, equal to the byte."""
        return self.row0 == other.row0 and all(
            ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes()
            for ours, theirs in zip(self.arrays(), other.arrays(), strict=True)
        )

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return the arrays: column, confidence, origin and reviewed."""
        return self.column, self.confidence, self.origin, self.reviewed

    def to_bytes(self) -> bytes:
        """Return all of it as bytes, little endian; see `from_bytes`."""
        stored = zip(self.arrays(), KINDS, strict=True)
        parts = [array.astype(kind).tobytes() for array, kind in stored]
        return HEAD.pack(self.row0, self.rows) + b"".join(parts)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Samples:
        """Take what `to_bytes` gave, equal to the byte."""
        row0, rows = HEAD.unpack_from(raw)
        at = HEAD.size
        arrays = []
        for kind in KINDS:
            arrays.append(np.frombuffer(raw, kind, rows, at).copy())
            at += arrays[-1].nbytes
        column, confidence, origin, reviewed = arrays
        return cls(row0, column, confidence, origin, reviewed)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists for JSON, None where there is no column."""
        column = [c if np.isfinite(c) else None for c in self.column.tolist()]
        return {
            "row0": self.row0,
            "column": column,
            "confidence": self.confidence.tolist(),
            "origin": self.origin.tolist(),
            "reviewed": self.reviewed.tolist(),
        }


def differ(one: Samples, other: Samples) -> NDArray[np.bool_]:
    """Return (rows,) where two stretches of the same rows differ in anything."""
    changed = np.zeros(one.rows, dtype=np.bool_)
    for old, new in zip(one.arrays(), other.arrays(), strict=True):
        changed |= (old != new) & ~(np.isnan(old) & np.isnan(new))
    return changed


@dataclass(frozen=True, eq=False)
class Patch:
    """What takes the place of a stretch of a curve, and what was there.

    Parameters
    ----------
    curve
        Its mnemonic.
    before, after
        Of the same rows.
    """

    curve: str
    before: Samples
    after: Samples

    @classmethod
    def between(cls, curve: str, before: Samples, after: Samples) -> list[Patch]:
        """Return the patch of the rows that differ, or none if none does."""
        at = np.flatnonzero(differ(before, after))
        if not at.size:
            return []
        rows = before.row0 + int(at[0]), before.row0 + int(at[-1])
        return [cls(curve, before.part(*rows), after.part(*rows))]

    @property
    def row0(self) -> int:
        """First registered row."""
        return self.after.row0

    @property
    def row1(self) -> int:
        """Last registered row."""
        return self.after.row1

    @property
    def changed(self) -> NDArray[np.bool_]:
        """(rows,) where anything differs."""
        return differ(self.before, self.after)

    def reverse(self) -> Patch:
        """Return the patch that takes this one back."""
        return Patch(self.curve, self.after, self.before)

    def to_bytes(self) -> bytes:
        """Return the samples before and after as bytes, without the curve's name."""
        return self.before.to_bytes() + self.after.to_bytes()

    @classmethod
    def from_bytes(cls, curve: str, raw: bytes) -> Patch:
        """Take what `to_bytes` gave."""
        half = len(raw) // 2
        return cls(
            curve, Samples.from_bytes(raw[:half]), Samples.from_bytes(raw[half:])
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the curve and its samples after the patch, for JSON."""
        return {"curve": self.curve, **self.after.to_dict()}


def patched(
    curves: Mapping[str, Samples], patches: Iterable[Patch]
) -> dict[str, Samples]:
    """Put patches in place.

    Parameters
    ----------
    curves
        By mnemonic; none of its arrays is changed.
    patches
        In the order in which they are put in place.

    Returns
    -------
    dict
        All curves; those without a patch are the same objects.

    Raises
    ------
    InputError
        If what a patch replaces is not what is there: it was made from another state.
    """
    result = dict(curves)
    for patch in patches:
        old = result[patch.curve]
        inside = old.row0 <= patch.row0 and patch.row1 <= old.row1
        if not inside or not old.part(patch.row0, patch.row1).same_as(patch.before):
            msg = (
                f"rows {patch.row0} to {patch.row1} of {patch.curve} are not those "
                "that the edit was made from: make it again"
            )
            raise InputError(msg)
        new = old.part(old.row0, old.row1)
        at = slice(patch.row0 - old.row0, patch.row1 + 1 - old.row0)
        for array, part in zip(new.arrays(), patch.after.arrays(), strict=True):
            array[at] = part
        result[patch.curve] = new
    return result


def reverse(patches: Sequence[Patch]) -> tuple[Patch, ...]:
    """Return the patches that take others back, in the order to put them in place."""
    return tuple(patch.reverse() for patch in reversed(patches))
