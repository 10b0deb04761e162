"""The pixels of a scan at halving sizes, in one file, of which tiles are cut."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.errors import InputError
from veernet.records import Grey

TILE = 512
"""Rows and columns of a tile: capped both ways, as a browser's pictures are."""

NARROW = 256
"""Columns of a level beyond which a wide page is halved again."""

SHORT = 1024
"""Rows of a level beyond which a tall page is halved again: the log as a strip."""

SLIVER = 8
"""Columns below which a level would show nothing of the page."""

FORMAT = 1
"""Raised when the file of a pyramid changes; part of its key."""


@dataclass(frozen=True)
class Level:
    """One size of the page.

    Parameters
    ----------
    rows, columns
        Of the level; each is half of the one above it, rounded up.
    offset
        Bytes before it in the file.
    """

    rows: int
    columns: int
    offset: int


@dataclass(frozen=True)
class TileLayout:
    """What is in the file of a pyramid.

    Parameters
    ----------
    channels
        1 grey, 3 RGB.
    levels
        From full size down.
    """

    channels: int
    levels: tuple[Level, ...]

    @classmethod
    def of(cls, rows: int, columns: int, channels: int) -> TileLayout:
        """Lay out the levels of a page of (rows, columns)."""
        levels: list[Level] = []
        offset = 0
        while True:
            levels.append(Level(rows, columns, offset))
            offset += rows * columns * channels
            halved = (columns + 1) // 2
            if not (columns > NARROW or rows > SHORT) or halved < SLIVER:
                return cls(channels, tuple(levels))
            rows, columns = (rows + 1) // 2, halved

    @property
    def size(self) -> int:
        """Bytes of the file."""
        last = self.levels[-1]
        return last.offset + last.rows * last.columns * self.channels

    def to_json(self) -> str:
        """Return what `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> TileLayout:
        """Read a layout; whatever is wrong with it is a ValueError."""
        try:
            given: dict[str, Any] = json.loads(text)
            levels = tuple(Level(**level) for level in given["levels"])
            known = cls.of(levels[0].rows, levels[0].columns, given["channels"])
        except (KeyError, TypeError, IndexError) as error:
            msg = "no layout of a pyramid"
            raise ValueError(msg) from error
        if known.levels != levels:
            msg = "a layout of another format"
            raise ValueError(msg)
        return known


def halve(image: Grey) -> Grey:
    """Average each 2 x 2 pixels, so that a thin line stays as grey.

    Parameters
    ----------
    image
        (rows, columns[, 3]) 8-bit; an odd last row or column is averaged with itself.
    """
    rows, columns = image.shape[:2]
    if rows % 2 or columns % 2:
        image = cv2.copyMakeBorder(
            image, 0, rows % 2, 0, columns % 2, cv2.BORDER_REPLICATE
        )
    size = ((columns + 1) // 2, (rows + 1) // 2)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


class Pyramid:
    """Tiles of a page, from the file that `veernet.review.decode` wrote.

    Parameters
    ----------
    file
        The pyramid.
    layout
        Of the file.
    """

    def __init__(self, file: Path, layout: TileLayout) -> None:
        self.layout = layout
        if file.stat().st_size != layout.size:
            msg = f"{file} has {file.stat().st_size} bytes, not {layout.size}"
            raise ValueError(msg)
        self._pixels: NDArray[np.uint8] = np.memmap(file, np.uint8, "r")

    def pixels(self, level: int) -> Grey:
        """Return a level as (rows, columns[, 3]), read from the disk as it is used."""
        at = self.layout.levels[level]
        stop = at.offset + at.rows * at.columns * self.layout.channels
        shape: tuple[int, ...] = (at.rows, at.columns)
        if self.layout.channels == 3:
            shape = (*shape, 3)
        return self._pixels[at.offset : stop].reshape(shape)

    def tile(self, level: int, row: int, column: int) -> bytes:
        """Return a tile as PNG.

        Parameters
        ----------
        level
            0 is full size.
        row, column
            Of the tile, counted in tiles.

        Raises
        ------
        InputError
            If there is no such tile.
        """
        if not 0 <= level < len(self.layout.levels):
            last = len(self.layout.levels) - 1
            msg = f"there is no level {level}: they are 0 to {last}"
            raise InputError(msg)
        at = self.layout.levels[level]
        if not (0 <= row * TILE < at.rows and 0 <= column * TILE < at.columns):
            msg = f"level {level} has no tile at row {row}, column {column}"
            raise InputError(msg)
        part = self.pixels(level)[
            row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE
        ]
        if part.ndim == 3:
            part = part[..., ::-1]  # OpenCV writes blue first
        packed, png = cv2.imencode(
            ".png", np.ascontiguousarray(part), [cv2.IMWRITE_PNG_COMPRESSION, 1]
        )
        assert packed
        return png.tobytes()
