"""Checks of edits: rows exist, columns are legal; and how columns are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.edits.samples import Patch, Samples, differ
from veernet.errors import InputError
from veernet.records import OFF_SCALE, ORIGINS, CurveSpec, Registration

MANUAL, GAP = ORIGINS.index("manual"), ORIGINS.index("none")

BEYOND = 5.0
"""Columns beyond the edges in which a curve that does not wrap may run: as far as the
tracer follows one (``OVERSHOOT`` of `veernet.trace.corridors`), whose columns are whole
ones, and one more, so that what it has read can be set by hand again."""


@dataclass(frozen=True)
class Applied:
    """What came of an edit.

    Parameters
    ----------
    patches
        One a curve at the most, cut to the rows that change; none if nothing changes.
    notes
        What the person who made the edit should know, one sentence each.
    """

    patches: tuple[Patch, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """The curves that an edit works on, and where they lie.

    Parameters
    ----------
    curves
        By mnemonic.
    registration
        Of the section.
    """

    curves: Mapping[str, Samples]
    registration: Registration

    def spec(self, curve: str) -> CurveSpec:
        """Return a curve's description; refuse one that was not read."""
        _, spec = self.registration.curve(curve)
        if curve not in self.curves:
            msg = f"curve {curve!r} has no trace: digitise the scan first"
            raise InputError(msg)
        return spec

    def backups(self, curve: str) -> list[str]:
        """Return the back-ups of a curve that were read."""
        specs = (s for track in self.registration.tracks for s in track.curves)
        names = [s.mnemonic for s in specs if s.backup_of == curve]
        return [name for name in names if name in self.curves]

    def part(self, curve: str, row0: int, row1: int) -> Samples:
        """Return a copy of some rows of a curve; refuse rows that it does not have."""
        self.spec(curve)
        samples = self.curves[curve]
        for row in (row0, row1):
            if not samples.row0 <= row <= samples.row1:
                msg = (
                    f"row {row} is not in the trace of {curve}, which has rows "
                    f"{samples.row0} to {samples.row1}"
                )
                raise InputError(msg)
        return samples.part(row0, row1)

    def edges(self, curve: str, row0: int, row1: int) -> tuple[Floats, Floats]:
        """Return (rows,) columns of the edges of a curve's track."""
        track, _ = self.registration.curve(curve)
        return self.registration.edges_at(track, np.arange(row0, row1 + 1))

    def depth(self, row: float) -> str:
        """Return the depth of a row, as it is written in notes and labels."""
        depth = self.registration.depth
        return f"{float(depth.depth_at(row)):.2f} {depth.unit}"

    def patch(self, curve: str, after: Samples, *, checked: bool = True) -> list[Patch]:
        """Return what changes as a patch, or none if nothing does.

        Columns that were read in the track already need not be ``checked``: the tracer
        follows a curve a little beyond its edge.

        Raises
        ------
        InputError
            If a column that changes lies beyond the track of a curve that does not
            wrap.
        """
        before = self.curves[curve].part(after.row0, after.row1)
        if checked:
            self.check_columns(curve, after, differ(before, after))
        return Patch.between(curve, before, after)

    def in_one_track(self, curve: str, other: str) -> bool:
        """Return whether what one curve could be read from the other can be, too."""
        (ours, _), (theirs, _) = map(self.registration.curve, (curve, other))
        return ours is theirs

    def beyond(self, curve: str, samples: Samples) -> NDArray[np.bool_]:
        """Return (rows,) where a curve that does not wrap lies beyond its track."""
        if self.spec(curve).wraps:
            return np.zeros(samples.rows, dtype=np.bool_)
        left, right = self.edges(curve, samples.row0, samples.row1)
        with np.errstate(invalid="ignore"):
            outside = samples.column < left - BEYOND
            outside |= samples.column > right + BEYOND
        return outside

    def check_columns(
        self, curve: str, after: Samples, changed: NDArray[np.bool_]
    ) -> None:
        """Refuse columns that change and lie beyond the track, unless it wraps."""
        at = np.flatnonzero(self.beyond(curve, after) & changed)
        if at.size:
            first = int(at[0])
            left, right = self.edges(curve, after.row0, after.row1)
            msg = (
                f"row {after.row0 + first}: column {after.column[first]:.1f} of "
                f"{curve} lies beyond its track, columns {left[first]:.1f} to "
                f"{right[first]:.1f}, and only a curve with wraps: true goes on "
                "there: say that it is off scale, or register that it wraps"
            )
            raise InputError(msg)


def set_columns(
    samples: Samples, columns: Floats, where: NDArray[np.bool_] | slice = slice(None)
) -> None:
    """Set columns by hand, in place, and with them what is known of their rows."""
    samples.column[where] = columns
    samples.confidence[where] = 1.0
    samples.origin[where] = MANUAL
    samples.reviewed[where] = True


def clear(
    samples: Samples,
    origin: int = GAP,
    where: NDArray[np.bool_] | slice = slice(None),
) -> None:
    """Make rows unread, in place: a gap, or off scale on one side."""
    samples.column[where] = np.nan
    samples.confidence[where] = 0.0
    samples.origin[where] = origin
    samples.reviewed[where] = True


def has_values(samples: Samples) -> NDArray[np.bool_]:
    """Return (rows,) where a curve has a column, or is known to be off scale."""
    return samples.read | np.isin(samples.origin, OFF_SCALE)
