"""A fixed grid of tiles over a picture, in which every pixel belongs to one tile."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from veernet.errors import InputError


@dataclass(frozen=True)
class Tile:
    """A window of a picture, and the part of it that is the window's own.

    Parameters
    ----------
    row, column
        Of the window's top left pixel.
    own_rows, own_columns
        From (included) and to (excluded) which row and column of the picture the window
        answers for: of two that overlap, each has the half that lies further inside it.
    """

    row: int
    column: int
    own_rows: tuple[int, int]
    own_columns: tuple[int, int]

    @property
    def own(self) -> tuple[slice, slice]:
        """The own part as an index into the picture."""
        return slice(*self.own_rows), slice(*self.own_columns)

    @property
    def inside(self) -> tuple[slice, slice]:
        """The own part as an index into the window."""
        return (
            slice(*(at - self.row for at in self.own_rows)),
            slice(*(at - self.column for at in self.own_columns)),
        )


def plan_tiles(
    shape: tuple[int, int], size: tuple[int, int], overlap: int = 0
) -> list[Tile]:
    """Cut a picture into windows on a fixed grid.

    Parameters
    ----------
    shape
        Rows and columns of the picture.
    size
        Of a window; a side of the picture that is shorter is one window, part of which
        lies beyond the picture.
    overlap
        Pixels that neighbours share; the last window of a row or column ends with the
        picture, and shares more.

    Returns
    -------
    list of Tile
        Row by row. Their own parts cover the picture, each pixel once.

    Raises
    ------
    InputError
        If a side is empty, or the overlap is negative or more than half of a window.
    """
    if min(shape) < 1:
        msg = f"a picture of {shape[0]} x {shape[1]} pixels is empty: leave it out"
        raise InputError(msg)
    if not 0 <= overlap <= min(size) // 2:
        msg = (
            f"tiles of {size[0]} x {size[1]} cannot overlap by {overlap}: choose from "
            "0 to half of the shorter side"
        )
        raise InputError(msg)
    down, across = (
        _spans(length, window, overlap)
        for length, window in zip(shape, size, strict=True)
    )
    return [
        Tile(row, column, own_rows, own_columns)
        for row, own_rows in down
        for column, own_columns in across
    ]


def _spans(length: int, window: int, overlap: int) -> list[tuple[int, tuple[int, int]]]:
    """Return the start of each window along a side, and the span that it owns."""
    last = max(0, length - window)
    starts = sorted({*range(0, last + 1, window - overlap), last})
    meets = [(start + window + after) // 2 for start, after in pairwise(starts)]
    spans = pairwise([0, *meets, length])
    return list(zip(starts, spans, strict=True))
