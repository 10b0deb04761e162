"""Clutter: ink beside curves and grids, as numerals, names, pips and recorder marks."""

from __future__ import annotations

import cv2
import numpy as np

from veernet.synth.ink import Ink, stroke
from veernet.synth.layout import Layout

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)
NAMES = (
    *("GR", "SP", "CALI", "RHOB", "NPHI", "DT", "ILD", "ILM", "SFLU", "LLD", "LLS"),
    *("MSFL", "PEF", "TENS", "DRHO", "CNL", "REPEAT", "CASING", "TD", "FR", "BACKUP"),
    *("GAMMA RAY", "NEUTRON", "DENSITY", "CALIPER", "<--GR", "DT-->", "<-CALI->"),
)


def letter(text: str, font: int, size: float, thickness: int) -> Ink:
    """Set a word as a small picture of its ink, (rows, columns) darkness."""
    (width, height), base = cv2.getTextSize(text, font, size, thickness)
    picture = np.zeros((height + base + 4, width + 4), dtype=np.uint8)
    cv2.putText(picture, text, (2, height + 1), font, size, 255, thickness, cv2.LINE_AA)
    return np.asarray(picture / 255, dtype=np.float32)


def stamp(
    canvas: Ink, sprite: Ink, row: int, column: int, *, boxed: bool = False
) -> None:
    """Lay a small picture on the canvas, in place; boxed wipes what lies under it."""
    top, left = max(row, 0), max(column, 0)
    bottom = min(row + sprite.shape[0], canvas.shape[0])
    right = min(column + sprite.shape[1], canvas.shape[1])
    if bottom <= top or right <= left:
        return
    part = sprite[top - row : bottom - row, left - column : right - column]
    place = canvas[top:bottom, left:right]
    canvas[top:bottom, left:right] = part if boxed else np.maximum(place, part)


def draw_word(rng: np.random.Generator, scale: float) -> Ink:
    """Letter a numeral or a name at random, level or turned."""
    kind = rng.random()
    if kind < 0.45:
        text = str(int(rng.integers(1, 400)) * 50)
    elif kind < 0.6:
        text = str(int(rng.integers(-99, 1000)))
    else:
        text = NAMES[int(rng.integers(len(NAMES)))]
    font = FONTS[int(rng.integers(len(FONTS)))]
    size = float(rng.choice([rng.uniform(0.4, 0.75), rng.uniform(0.6, 1.0)])) * scale
    if font == cv2.FONT_HERSHEY_PLAIN:
        size *= 1.7
    sprite = letter(text, font, size, int(rng.integers(1, 4)))
    quarter_turns = int(rng.choice([0, 0, 0, 1, 3]))
    return np.ascontiguousarray(np.rot90(sprite, quarter_turns))


def ink_labels(
    rng: np.random.Generator, canvas: Ink, layout: Layout, *, boxed: bool
) -> None:
    """Put one to three words anywhere in the track, in place."""
    for _ in range(int(rng.integers(1, 4))):
        sprite = draw_word(rng, layout.scale)
        row = int(rng.integers(-10, layout.rows))
        column = int(rng.integers(-20, layout.columns))
        stamp(canvas, sprite, row, column, boxed=boxed)


def ink_depth_column(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Ink what stands beyond the edges: numerals, pips, a neighbour's lines."""
    left, right = layout.edges.mean(axis=1)
    for low, high in ((0.0, left - 6.0), (right + 6.0, float(layout.columns))):
        if high - low < 12:
            continue
        kind = rng.random()
        if kind < 0.15:
            spacing = max(60.0, rng.uniform(5, 50) * layout.rows_per_foot)
            for row in np.arange(rng.uniform(0, spacing), layout.rows, spacing):
                sprite = draw_word(rng, layout.scale)
                stamp(canvas, sprite, int(row), int(rng.uniform(low, high)))
        elif kind < 0.7:
            _ink_depths(rng, canvas, layout, low, high)
        if rng.random() < 0.3:
            _ink_vertical_lines(rng, canvas, low, high)
        if rng.random() < 0.25:
            edge = low if rng.random() < 0.5 else high
            reach = rng.uniform(0, high - low)
            span = np.array([edge, edge + (reach if edge == low else -reach)])
            spacing = rng.uniform(7, 60)
            width = rng.uniform(0.8, 2.5)
            for row in np.arange(rng.uniform(0, spacing), layout.rows, spacing):
                stroke(canvas, np.full(2, row), span, width)


def _ink_depths(
    rng: np.random.Generator, canvas: Ink, layout: Layout, low: float, high: float
) -> None:
    """Print depths down a column, in one type, level or turned."""
    usual = (10, 20, 50, 100, 500)
    fits = [feet for feet in usual if feet * layout.rows_per_foot > 50]
    feet = int(fits[int(rng.integers(min(2, len(fits))))]) if fits else 1000
    spacing = feet * layout.rows_per_foot
    number = int(rng.integers(1, 300)) * feet
    font = FONTS[int(rng.integers(len(FONTS)))]
    size = float(rng.uniform(0.45, 1.0)) * layout.scale
    size *= 1.7 if font == cv2.FONT_HERSHEY_PLAIN else 1.0
    thick = int(rng.integers(1, 4))
    quarter_turns = int(rng.choice([0, 0, 1, 3]))
    column = int(rng.uniform(low, max(low + 1, high - 40 * layout.scale)))
    for row in np.arange(rng.uniform(-0.5, 0.5) * spacing, layout.rows, spacing):
        sprite = np.rot90(letter(str(number), font, size, thick), quarter_turns)
        stamp(canvas, np.ascontiguousarray(sprite), int(row), column)
        number += feet


def _ink_vertical_lines(
    rng: np.random.Generator, canvas: Ink, low: float, high: float
) -> None:
    """Ink the lines of a neighbouring track or of the page's own frame."""
    rows = np.array([-4.0, canvas.shape[0] + 4.0])
    column = rng.uniform(low, high)
    spacing, width = rng.uniform(8, 60), rng.uniform(0.8, 3.0)
    for _ in range(int(rng.integers(1, 5))):
        if low <= column <= high:
            stroke(canvas, rows, np.full(2, column), width)
        column += spacing


def ink_pips(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Ink ticks on an edge at irregular depths (integrated time, hole volume)."""
    edge = layout.edges[int(rng.integers(2))].mean()
    reach = rng.uniform(5, 36) * (1 if rng.random() < 0.5 else -1)
    width = rng.uniform(1.0, 2.5)
    box = rng.uniform(0, 9) if rng.random() < 0.5 else 0.0
    row = rng.uniform(0, 80)
    while row < layout.rows:
        length = reach * (2.0 if rng.random() < 0.1 else 1.0)
        rows = np.array([row, row, row + box, row + box])
        columns = edge + np.array([0.0, length, length, 0.0])
        stroke(canvas, rows, columns, width)
        row += rng.uniform(20, 120)


def ink_minute_marks(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Break an edge, or tick across it, at even intervals: marks of the time."""
    edge = layout.edges[int(rng.integers(2))]
    spacing = rng.uniform(25, 160)
    reach = int(rng.integers(3, 9))
    height = int(rng.integers(2, 14))
    gaps = rng.random() < 0.6
    for row in np.arange(rng.uniform(0, spacing), layout.rows, spacing).astype(np.intp):
        column = round(float(edge[row]))
        if gaps:
            left = max(column - reach, 0)
            canvas[row : row + height, left : max(column + reach + 1, 0)] = 0.0
        else:
            span = column + np.array([-2.0, 2.0]) * reach
            stroke(canvas, np.full(2, float(row)), span, rng.uniform(1.0, 2.5))


def ink_casing_shoe(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Ink the black triangle that marks a casing shoe, on the outside of an edge."""
    side = int(rng.integers(2))
    row = int(rng.integers(layout.rows))
    column = layout.edges[side, row]
    size = rng.uniform(8, 30) * layout.scale
    out = size if side else -size
    tall = size * (1 if rng.random() < 0.7 else -1)
    corners = np.array([(column, row), (column + out, row), (column, row - tall)])
    cv2.fillConvexPoly(canvas, np.rint(corners).astype(np.int32), 1.0, cv2.LINE_8)
