"""What a registration states of a section: depth, tracks, and the curves drawn in them.

`veernet.records` has these among all records that flow between the stages; see there
for what a fraction and a registered row are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from veernet.axes import DepthAxis, Edge, Floats, Scale
from veernet.errors import InputError

Line = Literal["solid", "long-dash", "short-dash", "dot", "dash-dot"]
Weight = Literal["thin", "medium", "heavy"]

LINES: tuple[Line, ...] = ("solid", "long-dash", "short-dash", "dot", "dash-dot")
WEIGHTS: tuple[Weight, ...] = ("thin", "medium", "heavy")


@dataclass(frozen=True)
class CurveSpec:
    """A curve that is drawn in a track: its scale and what it looks like.

    Parameters
    ----------
    mnemonic, unit
        As in the LAS; the mnemonic is unique in a section.
    scale
        Value at each fraction of the track.
    line, weight, colour
        How it is drawn; weight and colour (#rrggbb) only where known.
    wraps, wrap_start
        Ink that leaves an edge continues from the other; the wrap count of the first
        row read.
    backup_of
        Mnemonic of the same quantity on the main scale; this curve fills in where the
        main one is off scale.
    export
        False for a curve that is drawn, and therefore traced, but not wanted.
    """

    mnemonic: str
    unit: str
    scale: Scale
    line: Line = "solid"
    weight: Weight | None = None
    colour: str | None = None
    wraps: bool = False
    wrap_start: int = 0
    backup_of: str | None = None
    export: bool = True


@dataclass(frozen=True)
class Track:
    """A track of a section: two edges and every curve drawn between them.

    Parameters
    ----------
    name
        Unique in a section.
    left, right
        Its edges.
    curves
        Every curve that is drawn in it.
    divisions
        Into which the vertical lines of its grid divide it evenly; None where that is
        not told.
    """

    name: str
    left: Edge
    right: Edge
    curves: tuple[CurveSpec, ...]
    divisions: int | None = None

    def __post_init__(self) -> None:
        if not self.curves:
            msg = f"track {self.name!r} has no curves: list every curve drawn in it"
            raise InputError(msg)
        if self.divisions is not None and self.divisions < 1:
            msg = (
                f"track {self.name!r} has {self.divisions} divisions: count the spaces "
                "between the upright lines from edge to edge, or leave it out"
            )
            raise InputError(msg)
        # Both edges are linear between these rows, so nowhere else are they closer.
        for row in sorted({*self.left.rows, *self.right.rows}):
            left, right = self.left.column_at(row), self.right.column_at(row)
            if left >= right:
                msg = (
                    f"the left edge of track {self.name!r} must lie left of the right "
                    f"one: at row {row:g} they are at columns {left:g} and {right:g}"
                )
                raise InputError(msg)


@dataclass(frozen=True)
class Registration:
    """Where a section's tracks, depths and scales lie on the page.

    Parameters
    ----------
    section
        Names the output when a file holds several.
    depth
        Registered row to depth.
    tracks
        From left to right.
    step
        Of the output, in depth units.
    null_value
        What stands for unread in the LAS.
    well
        Fields for the LAS ~Well section.
    image, page
        The scan beside the registration file, and its page.
    """

    section: str
    depth: DepthAxis
    tracks: tuple[Track, ...]
    step: float = 0.5
    null_value: float = -999.25
    well: dict[str, str] = field(default_factory=dict)
    image: str | None = None
    page: int = 0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.step) and self.step > 0):
            msg = f"step {self.step:g} must be above 0"
            raise InputError(msg)
        if not self.tracks:
            msg = f"section {self.section!r} has no tracks: give one or more"
            raise InputError(msg)
        names = [track.name for track in self.tracks]
        for name in names:
            if names.count(name) > 1:
                msg = f"two tracks are named {name!r}: each needs a name of its own"
                raise InputError(msg)
        drawn: dict[str, Track] = {}
        for track in self.tracks:
            for spec in track.curves:
                if spec.mnemonic in drawn:
                    msg = (
                        f"mnemonic {spec.mnemonic!r} is used in track "
                        f"{drawn[spec.mnemonic].name!r} and again in {track.name!r}: "
                        "each curve of a section needs its own"
                    )
                    raise InputError(msg)
                drawn[spec.mnemonic] = track
        for track in self.tracks:
            for spec in track.curves:
                self._check_backup(spec)

    def _check_backup(self, spec: CurveSpec) -> None:
        if spec.backup_of is None:
            return
        _, main = self.curve(spec.backup_of)
        if main.backup_of is not None:
            msg = (
                f"curve {spec.mnemonic!r} is a back-up of {main.mnemonic!r}, itself a "
                "back-up: name the curve on the main scale"
            )
            raise InputError(msg)
        if main.unit != spec.unit:
            msg = (
                f"curve {spec.mnemonic!r} in {spec.unit!r} is a back-up of "
                f"{main.mnemonic!r} in {main.unit!r}: give both the same unit"
            )
            raise InputError(msg)

    def curve(self, mnemonic: str) -> tuple[Track, CurveSpec]:
        """Return a curve and the track that it is drawn in."""
        for track in self.tracks:
            for spec in track.curves:
                if spec.mnemonic == mnemonic:
                    return track, spec
        known = ", ".join(c.mnemonic for t in self.tracks for c in t.curves)
        msg = (
            f"curve {mnemonic!r} is not in section {self.section!r}, which has {known}"
        )
        raise InputError(msg)

    @property
    def row_range(self) -> tuple[int, int]:
        """First registered row to read and one past the last."""
        rows = self.depth.rows
        return int(np.floor(rows[0])), int(np.ceil(rows[-1])) + 1

    def page_row(self, row: ArrayLike, column: ArrayLike) -> Floats:
        """Return rows of the page where depth lines of registered rows meet columns."""
        at = np.asarray(row, dtype=np.float64)
        if not self.depth.skewed:
            return at + np.zeros_like(np.asarray(column, dtype=np.float64))
        skew_left, skew_right = self.depth.skew_at(at)
        first = np.min([t.left.column_at(at + skew_left) for t in self.tracks], axis=0)
        last = np.max([t.right.column_at(at + skew_right) for t in self.tracks], axis=0)
        along = (np.asarray(column, dtype=np.float64) - first) / (last - first)
        return np.asarray(at + skew_left + along * (skew_right - skew_left))

    def edges_at(self, track: Track, row: ArrayLike) -> tuple[Floats, Floats]:
        """Return columns where depth lines of registered rows meet a track's edges."""
        at = np.asarray(row, dtype=np.float64)
        return self._meet(track.left, at), self._meet(track.right, at)

    def _meet(self, edge: Edge, row: Floats) -> Floats:
        """Return the column where the depth line of registered rows meets an edge."""
        column = edge.column_at(row)
        if self.depth.skewed:
            # Each round shrinks the error by skew times turn: below 0.001 on any page
            # that went through a scanner.
            for _ in range(4):
                column = edge.column_at(self.page_row(row, column))
        return column
