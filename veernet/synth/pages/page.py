"""A whole page: header, legend, the log in one of the layouts, and a calibration tail.

The truth of a page is where its columns and depth lines are after the paper has turned
and wandered in the scanner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Grey
from veernet.synth.pages import paint
from veernet.synth.pages.layouts import LAYOUTS, Kind, PageColumn
from veernet.synth.pages.paint import Colour, DepthGrid, Press

PRINTS = ((2.0, 5, 50.0, 20.0), (10.0, 5, 100.0, 100.0), (10.0, 5, 50.0, 50.0))
"""Depth units between lines, lines from one heavy one to the next, units between
numerals, and units in an inch: 5 inches, 1 inch and 2 inches to 100 ft."""

DEEP = 300.0, 18_000.0
"""Depths between which a log begins."""

GRIDS: tuple[tuple[Colour, Colour], ...] = (
    ((0, 0, 0), (0, 0, 0)),
    ((130, 130, 130), (60, 60, 60)),
    ((120, 200, 120), (40, 140, 40)),
    ((240, 170, 110), (200, 100, 30)),
    ((120, 170, 240), (50, 90, 200)),
)
"""Colours of fine and heavy lines of the grid."""


@dataclass(frozen=True)
class PlacedColumn:
    """A column of a page as the scanner saw it.

    Parameters
    ----------
    kind
        What it shows.
    left, right : (rows,) float
        Columns of its edges at ``GeneratedPage.rows``.
    """

    kind: Kind
    left: Floats
    right: Floats


@dataclass(frozen=True)
class GeneratedPage:
    """A page with its truth.

    Parameters
    ----------
    image : (rows, columns, 3) or (rows, columns) uint8
        What the scanner saw.
    layout
        The name of its layout.
    rows : (rows,) float
        Of the log, from its first depth line to its last, at the middle column.
    columns
        From left to right, blanks left out.
    depths : (rows,) float
        At ``rows``.
    line_skew
        Rows that a depth line falls for each column to the right.
    dots
        Per inch.
    """

    image: Grey
    layout: str
    rows: Floats
    columns: tuple[PlacedColumn, ...]
    depths: Floats
    line_skew: float
    dots: float

    def of(self, *kinds: Kind) -> list[PlacedColumn]:
        """Return the columns that show something."""
        return [column for column in self.columns if column.kind in kinds]


def generate_page(layout: str, rng: np.random.Generator) -> GeneratedPage:
    """Draw a page.

    Parameters
    ----------
    layout
        One of :data:`~veernet.synth.pages.layouts.LAYOUTS`.
    rng
        Where every draw comes from.
    """
    how = _manner(rng)
    columns = [
        replace(column, inches=column.inches * rng.uniform(0.9, 1.1))
        for column in LAYOUTS[layout]
    ]
    margin = how.size(rng.uniform(0.15, 0.6))
    ends = margin + np.cumsum([0.0, *(c.inches * how.dots for c in columns)])
    grid, length = _grid(rng, how)
    head, legend = how.size(rng.uniform(1.5, 5.0)), how.size(rng.uniform(0.8, 1.6))
    tail = how.size(rng.uniform(0.5, 4.0))
    grid = replace(grid, rows=grid.rows + head + legend)
    shape = (
        head + legend + length + tail,
        round(ends[-1]) + how.size(rng.uniform(0.15, 0.6)),
    )
    page = np.empty((*shape, 3), dtype=np.uint8)
    page[:] = how.ground
    _header(page[:head], how, rng)
    _tail(page[head + legend + length :], how, rng)
    pairs = [(round(a), round(b)) for a, b in pairwise(ends)]
    for column, (left, right) in zip(columns, pairs, strict=True):
        _legend(page[head : head + legend], column, left, right, how, rng)
        _column(page, column, left, right, grid, how, rng)
    line_skew = rng.normal(0, 0.0015) if rng.random() < 0.7 else 0.0
    sway = rng.uniform(0, 5) if rng.random() < 0.6 else 0.0
    image, away = _scanned(page, line_skew, sway, rng)
    rows = np.arange(grid.rows[0], grid.rows[-1], 16.0)
    placed = tuple(
        PlacedColumn(column.kind, left + away(rows), right + away(rows))
        for column, (left, right) in zip(columns, pairs, strict=True)
        if column.kind != "blank"
    )
    depths = np.interp(rows, grid.rows, grid.depths)
    return GeneratedPage(
        _stored(image, how, rng), layout, rows, placed, depths, line_skew, how.dots
    )


def _manner(rng: np.random.Generator) -> Press:
    coloured = bool(rng.random() < 0.5)
    fine, heavy = GRIDS[rng.integers(len(GRIDS))] if coloured else GRIDS[0]
    shade = int(rng.integers(225, 256)) if coloured else 255
    ground = (shade, shade, int(shade * rng.uniform(0.9, 1.0)))
    dots = float(rng.choice([110, 150, 200]))
    return Press(dots, fine, heavy, ground, coloured, int(rng.integers(1, 4)))


def _grid(rng: np.random.Generator, how: Press) -> tuple[DepthGrid, int]:
    """Return depth lines from row 0, and the rows that they take."""
    step, heavier, numerals, inch = PRINTS[rng.integers(len(PRINTS))]
    inches = rng.uniform(11, 18)
    lines = round(inches * inch / step)
    pitch = step / inch * how.dots
    bold = step * heavier
    first = bold * round(rng.uniform(*DEEP) / bold)
    steps = np.arange(lines + 1, dtype=np.float64)
    depths: Floats = first + step * steps
    rows: Floats = pitch * steps
    return DepthGrid(rows, depths, heavier, numerals), int(rows[-1]) + 1


def _column(
    page: Grey, column: PageColumn, left: int, right: int, grid: DepthGrid, how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint a column from the first depth line to the last."""
    rows = round(grid.rows[0]), round(grid.rows[-1])
    if column.kind == "curves":
        paint.paint_grid(page, left, right, column, grid, how)
        paint.paint_curves(page, left, right, rows, how, rng)
    elif column.kind == "depth":
        paint.paint_depths(page, left, right, grid, how, crossed=column.crossed)
    elif column.kind == "text":
        paint.paint_text(page, left, right, grid, how, rng)
        if rng.random() < 0.5:
            page[rows[0] : rows[1] + 1, right - 1 : right + 1] = how.heavy
    elif column.kind == "arrows":
        paint.paint_grid(page, left, right, column, grid, how)
        paint.paint_arrows(page, left, right, rows, how, rng)
    elif column.kind != "blank":
        paints = {
            "lithology": paint.paint_rock,
            "waveforms": paint.paint_waves,
            "image": paint.paint_image,
            "profile": paint.paint_profile,
        }
        paints[column.kind](page, left, right, rows, how, rng)
        if column.crossed:
            paint.paint_lines(page, left, right, grid, how)
        page[rows[0] : rows[1] + 1, [left, right]] = how.heavy


def _header(page: Grey, how: Press, rng: np.random.Generator) -> None:
    """Paint boxes with print, as the heading of a log has them."""
    row, width = how.size(0.1), page.shape[1]
    while row < len(page) - how.size(0.4):
        tall = how.size(rng.uniform(0.3, 1.2))
        stop = min(len(page) - 2, row + tall)
        cv2.rectangle(page, (how.size(0.1), row), (width - how.size(0.1), stop), 0, 2)
        parts = int(rng.integers(1, 6))
        for at in range(row + how.size(0.05), stop - how.size(0.12), how.size(0.15)):
            for part in range(parts):
                begin = how.size(0.15) + part * width // parts
                room = rng.uniform(0.2, 0.7) * width / parts
                paint.lay(
                    page, paint.line_of_words(rng, room, how.size(0.08)), at, begin
                )
        row = stop + how.size(rng.uniform(0, 0.3))


def _tail(page: Grey, how: Press, rng: np.random.Generator) -> None:
    """Paint a table of calibrations."""
    columns, pitch = int(rng.integers(3, 9)), how.size(0.13)
    for row in range(how.size(0.3), len(page) - how.size(0.2), pitch):
        for column in range(columns):
            number = f"{rng.uniform(0, 2000):.2f}"
            begin = how.size(0.2) + column * page.shape[1] // columns
            paint.lay(page, paint.word_of(number, how.size(0.07)), row, begin)


def _legend(
    box: Grey, column: PageColumn, left: int, right: int, how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint the box above a column: names and values over strokes."""
    cv2.rectangle(box, (left, 0), (right, len(box) - 1), 0, 1)
    if column.kind != "curves":
        return
    for row in range(how.size(0.1), len(box) - how.size(0.25), how.size(0.3)):
        name = paint.line_of_words(rng, 0.3 * (right - left), how.size(0.08))
        paint.lay(box, name, row, (left + right - name.shape[1]) // 2)
        for text, at in (("0", left + 4), ("150", right - how.size(0.3))):
            paint.lay(box, paint.word_of(text, how.size(0.08)), row, at)
        stroke = row + how.size(0.12)
        box[stroke : stroke + 2, left:right] = 0


def _scanned(
    page: Grey, line_skew: float, sway: float, rng: np.random.Generator
) -> tuple[Grey, Callable[[Floats], Floats]]:
    """Turn a page and let it wander; return it, and the wander by row."""
    phase, length = rng.uniform(0, 6), rng.uniform(500, 1500)

    def away(rows: Floats) -> Floats:
        return np.asarray(sway * np.sin(rows / length + phase))

    if not line_skew and not sway:
        return page, away
    rows, columns = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    fall = line_skew * (columns - (page.shape[1] - 1) / 2)
    at_rows = (rows - fall).astype(np.float32)
    at_columns = (columns - away(rows)).astype(np.float32)
    edge = tuple(int(v) for v in page[0, 0])
    seen = cv2.remap(page, at_columns, at_rows, cv2.INTER_LINEAR, borderValue=edge)
    return np.asarray(seen, dtype=np.uint8), away


def _stored(image: Grey, how: Press, rng: np.random.Generator) -> Grey:
    """Return what is stored: colours, grey or bilevel."""
    if how.coloured:
        return image
    grey = np.asarray(image.min(axis=2), dtype=np.uint8)
    if rng.random() < 0.2:
        return grey
    bilevel: NDArray[np.bool_] = grey > 150
    if rng.random() < 0.5:
        bilevel &= rng.random(grey.shape) > 0.002 * rng.random()
    return np.where(bilevel, 255, 0).astype(np.uint8)
