"""The records that flow between the stages: frozen, validated, units stated.

A pixel is (row, column), 0-based, and its centre has integer coordinates. Depth
increases with row and is in the log's own unit; values are in the curve's own unit.
*Fraction* is the place between the edges of a track: 0 at its left edge, 1 at its
right one; an unfolded fraction goes beyond both when a curve wraps. A *registered row*
is a row of the scan at the depth column, where the depth points were measured: on a
page that is turned, the depth line of a registered row climbs or falls across the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.registered import (
    LINES,
    WEIGHTS,
    CurveSpec,
    Line,
    Registration,
    Track,
    Weight,
)

__all__ = [
    "LINES",
    "OFF_SCALE",
    "ORIGINS",
    "UNREAD",
    "WEIGHTS",
    "Affinity",
    "BandReader",
    "Curve",
    "CurveSpec",
    "Evidence",
    "Grey",
    "Guess",
    "Line",
    "Origin",
    "Panel",
    "Registration",
    "Scan",
    "ScanInfo",
    "Trace",
    "TracedPath",
    "Track",
    "Weight",
]

Grey = NDArray[np.uint8]

Origin = Literal["none", "auto", "bridged", "manual", "off-left", "off-right"]

ORIGINS: tuple[Origin, ...] = (
    "none",
    "auto",
    "bridged",
    "manual",
    "off-left",
    "off-right",
)
"""Where a sample of a trace came from; its index is what ``Trace.origin`` holds.

Three of them have no column: none is lost, off-left and off-right are beyond an edge.
"""
OFF_SCALE = (ORIGINS.index("off-left"), ORIGINS.index("off-right"))
UNREAD = (ORIGINS.index("none"), *OFF_SCALE)


class BandReader(Protocol):
    """Reads a band of rows from an open page."""

    def __call__(self, start: int, stop: int) -> Grey:
        """Return rows start to stop as (rows, columns) grey or (rows, columns, 3)."""


@dataclass(frozen=True)
class ScanInfo:
    """What a page of a file is, known before its pixels are read.

    Parameters
    ----------
    path
        The file, as the user named it; empty for a picture made in memory.
    page, pages
        The page that was opened, counted from 0, and how many the file has.
    rows, columns
        Size in pixels.
    mode
        What is stored: bilevel, grey, grey16, palette, rgb, rgba, cmyk or pdf.
    compression
        The codec's name as the format calls it; empty if there is none.
    dpi
        (across, down) as the file states it, None where it states none or nonsense.
    banded
        Whether bands are read without decoding the whole page.
    notes
        What was found odd and how it was mended, one sentence each.
    """

    path: str
    page: int
    pages: int
    rows: int
    columns: int
    mode: str
    compression: str = ""
    dpi: tuple[float, float] | None = None
    banded: bool = False
    notes: tuple[str, ...] = ()

    @property
    def damage(self) -> tuple[str, ...]:
        """The notes that tell of lost pixels: all of them say damaged."""
        return tuple(note for note in self.notes if "damaged" in note)


@dataclass(frozen=True)
class Scan:
    """One page of paper, read in bands.

    Parameters
    ----------
    info
        What the page is.
    reader
        Returns a band as 8-bit grey, or as RGB where the page has colour.
    """

    info: ScanInfo
    reader: BandReader = field(repr=False)

    @classmethod
    def from_array(cls, image: Grey) -> Scan:
        """Make a scan of a picture in memory, (rows, columns[, 3]) 8-bit."""
        if image.dtype != np.uint8 or image.ndim not in {2, 3}:
            msg = f"a scan is 8-bit grey or RGB, not {image.dtype} {image.shape}"
            raise InputError(msg)
        mode = "grey" if image.ndim == 2 else "rgb"
        info = ScanInfo("", 0, 1, image.shape[0], image.shape[1], mode, banded=True)
        return cls(info, lambda start, stop: image[start:stop])

    def read_colour(self, start: int, stop: int) -> Grey:
        """Return rows start to stop as (rows, columns, 3) RGB, 0 black, 255 white."""
        band = self.read_stored(start, stop)
        return band if band.ndim == 3 else np.repeat(band[..., None], 3, axis=2)

    def read(self, start: int, stop: int) -> Grey:
        """Return rows start to stop as (rows, columns) grey, 0 black, 255 white."""
        band = self.read_stored(start, stop)
        if band.ndim == 2:
            return band
        # Rec. 601 luma in integers, as every grey conversion in this field does.
        weights = np.array([77, 150, 29], dtype=np.uint16)
        return ((band.astype(np.uint16) @ weights) >> 8).astype(np.uint8)

    def read_stored(self, start: int, stop: int) -> Grey:
        """Return rows start to stop as grey, or as RGB where the page has colour."""
        if not 0 <= start <= stop <= self.info.rows:
            msg = f"rows {start} to {stop} are not on a page of {self.info.rows} rows"
            raise InputError(msg)
        return self.reader(start, stop)


@dataclass(frozen=True)
class Panel:
    """Tracks that are decoded together, resampled to vertical edges and level depths.

    Row i of the image is registered row ``row_start + i``. Column ``margin`` is the
    leftmost edge, ``margin + width`` the rightmost one.

    Parameters
    ----------
    tracks
        Tracks whose columns overlap, or a single one.
    row_start
        Registered row of the first row of the image.
    width, margin
        Columns between the outer edges, and the paper kept beyond each.
    edges
        (tracks, 2, rows) columns in the panel of each track's left and right edge.
    image
        (rows, width + 2 margin + 1) grey, 0 black, 255 white.
    tint
        As large: what colour the ink is of; see `veernet.colour.tints`. None where the
        scan has no colour, or no curve of the panel is known by one.
    """

    tracks: tuple[Track, ...]
    row_start: int
    width: int
    margin: int
    edges: Floats
    image: Grey
    tint: Grey | None = None

    @property
    def curves(self) -> tuple[CurveSpec, ...]:
        """Every curve of the panel, in the order of the registration."""
        return tuple(c for t in self.tracks for c in t.curves)

    def without_picture(self) -> Panel:
        """Return the panel with pictures of no columns: where it lies, and no more."""
        return replace(self, image=self.image[:, :0].copy(), tint=None)

    def edges_of(self, mnemonic: str) -> tuple[Floats, Floats]:
        """Return the edge columns, left and right, each (rows,), of a curve's track."""
        for track, (left, right) in zip(self.tracks, self.edges, strict=True):
            if any(c.mnemonic == mnemonic for c in track.curves):
                return left, right
        msg = f"curve {mnemonic!r} is not in this panel"
        raise InputError(msg)


@dataclass(frozen=True)
class Affinity:
    """How well the colour of the ink at each pixel of a panel agrees with each curve.

    Parameters
    ----------
    tint
        (rows, columns) of the panel, a number for each colour of ink. One map serves
        all curves.
    weight
        (curves, 256) per curve of the panel and tint, 255 where the ink is certainly of
        the curve's colour, about 128 where its colour tells nothing, 0 where it is
        another.
    """

    tint: Grey
    weight: NDArray[np.uint8]


@dataclass(frozen=True)
class Evidence:
    """What is known of each pixel of a panel before curves are traced.

    Parameters
    ----------
    maps
        (styles, rows, columns) probability that a curve of the style passes through the
        pixel, as 8-bit: 255 is certainty. Eight bits keep a tall panel in memory and
        lie below the noise of any network.
    lines
        Per map, the line styles that it stands for.
    centre
        (rows, columns) probability that a curve of whatever style has its column in the
        pixel, as 8-bit; None from a network that does not tell.
    affinity
        What colour says; None where it says nothing.
    """

    maps: NDArray[np.uint8]
    lines: tuple[tuple[Line, ...], ...]
    centre: NDArray[np.uint8] | None = None
    affinity: Affinity | None = None

    def __post_init__(self) -> None:
        if self.maps.ndim != 3 or len(self.lines) != self.maps.shape[0]:
            msg = f"{len(self.lines)} line styles for maps of shape {self.maps.shape}"
            raise InputError(msg)
        if self.centre is not None and self.centre.shape != self.maps.shape[1:]:
            msg = f"a centre of {self.centre.shape} for maps of {self.maps.shape}"
            raise InputError(msg)
        if self.affinity and self.affinity.tint.shape != self.maps.shape[1:]:
            msg = f"tints {self.affinity.tint.shape} for maps of {self.maps.shape}"
            raise InputError(msg)

    def index_of(self, line: Line) -> int:
        """Return the index of the map that stands for a line style."""
        for index, lines in enumerate(self.lines):
            if line in lines:
                return index
        msg = f"no map stands for a {line} line: the maps are {self.lines}"
        raise InputError(msg)


@dataclass(frozen=True)
class Guess:
    """A stretch of a wrapping curve across which its wrap count was guessed.

    Parameters
    ----------
    start, stop
        Rows of the panel: the first that is in doubt, and one past the last. The count
        is that of the rows from ``stop`` on.
    step
        Probability that the count below the stretch is right, if it is right above.
    probability
        That the count below is right, by all guesses of the curve and its level.
    """

    start: int
    stop: int
    step: float
    probability: float


@dataclass(frozen=True)
class TracedPath:
    """A curve as traced in a panel, one sample a row.

    Parameters
    ----------
    mnemonic
        Of the curve.
    column
        (rows,) unfolded column in the panel, NaN where unread.
    confidence
        (rows,) probability that the column lies within one line width of the truth.
    origin
        (rows,) index into ``ORIGINS``.
    guesses
        Where the wrap count was guessed, from top to bottom.
    """

    mnemonic: str
    column: Floats
    confidence: Floats
    origin: NDArray[np.uint8]
    guesses: tuple[Guess, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A curve as read from the scan: the whole truth of a reading, one sample a row.

    Parameters
    ----------
    mnemonic
        Of the curve.
    row
        (rows,) registered rows, consecutive.
    column
        (rows,) column of the scan on the depth line of the row, unfolded, NaN where
        unread.
    confidence
        (rows,) probability that the column lies within one line width of the truth; 0
        where unread.
    origin
        (rows,) index into ``ORIGINS``.
    """

    mnemonic: str
    row: NDArray[np.int64]
    column: Floats
    confidence: Floats
    origin: NDArray[np.uint8]

    def __post_init__(self) -> None:
        shapes = {
            a.shape for a in (self.row, self.column, self.confidence, self.origin)
        }
        if len(shapes) != 1 or self.row.ndim != 1:
            msg = f"the arrays of trace {self.mnemonic!r} differ in shape: {shapes}"
            raise InputError(msg)


@dataclass(frozen=True)
class Curve:
    """A depth-indexed curve.

    Parameters
    ----------
    mnemonic, unit
        As in the LAS.
    depth
        (samples,) in the log's unit, strictly increasing.
    value
        (samples,) in the curve's unit, NaN where it could not be read.
    confidence
        (samples,) the lower of the two rows that a value lies between; 0 where unread.
    """

    mnemonic: str
    unit: str
    depth: Floats
    value: Floats
    confidence: Floats
