"""Paint the columns of a page: grids with curves, depths, print and pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from veernet.axes import Floats
from veernet.dashes import DASHES
from veernet.records import Grey
from veernet.synth.pages.layouts import PageColumn

Colour = tuple[int, int, int]

INKS: tuple[Colour, ...] = ((0, 0, 0), (0, 130, 0), (210, 20, 20), (20, 30, 200))
"""Colours of curves, RGB of 255: black, green, red and blue, as plotters print them."""

ROCKS: tuple[Colour, ...] = (
    (0, 190, 190),
    (240, 130, 40),
    (200, 0, 200),
    (250, 240, 120),
    (160, 160, 160),
)
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True)
class Press:
    """How a page is printed.

    Parameters
    ----------
    dots
        Per inch.
    fine, heavy
        Colours of a grid's thin and heavy lines.
    ground
        Of the paper.
    coloured
        Whether curves and rocks have colours.
    border
        Rows and columns of the lines about a track.
    """

    dots: float
    fine: Colour
    heavy: Colour
    ground: Colour
    coloured: bool
    border: int

    def size(self, inches: float) -> int:
        """Return pixels of a length, one at least."""
        return max(1, round(inches * self.dots))


@dataclass(frozen=True)
class DepthGrid:
    """Rows of depth lines: every which is heavier, and which depth each has."""

    rows: Floats
    depths: Floats
    heavier: int
    numerals: float
    """Depth from one numeral to the next."""


def division_fractions(column: PageColumn) -> Floats:
    """Return where the lines of a track stand, as fractions of its width."""
    if column.divisions:
        return np.linspace(0, 1, column.divisions + 1)
    inner = [
        (decade + np.log10(digit)) / column.decades
        for decade in range(column.decades)
        for digit in range(1, 10)
    ]
    return np.array([*inner, 1.0])


def paint_grid(
    page: Grey, left: int, right: int, column: PageColumn, grid: DepthGrid, how: Press
) -> None:
    """Paint depth lines and division lines from the first row to the last."""
    top, bottom = round(grid.rows[0]), round(grid.rows[-1])
    paint_lines(page, left, right, grid, how)
    for index, fraction in enumerate(division_fractions(column)):
        at = round(left + fraction * (right - left))
        every = 5 if column.divisions else 9
        colour = how.heavy if index % every == 0 else how.fine
        page[top : bottom + 1, at] = colour
    half = how.border // 2
    for at in (left, right):
        page[top : bottom + 1, max(0, at - half) : at - half + how.border] = how.heavy


def paint_lines(page: Grey, left: int, right: int, grid: DepthGrid, how: Press) -> None:
    """Paint depth lines across a column."""
    for index, row in enumerate(grid.rows):
        heavy = index % grid.heavier == 0
        thick = 2 if heavy else 1
        colour = how.heavy if heavy else how.fine
        page[round(row) : round(row) + thick, left : right + 1] = colour


def paint_curves(
    page: Grey,
    left: int,
    right: int,
    rows: tuple[int, int],
    how: Press,
    rng: np.random.Generator,
) -> None:
    """Paint one to three curves that stay within a track."""
    styles = ["solid", *DASHES]
    for _ in range(rng.integers(1, 4)):
        colour = INKS[rng.integers(len(INKS))] if how.coloured else INKS[0]
        length = rows[1] - rows[0]
        rough = gaussian_filter1d(rng.normal(size=length), rng.uniform(3, 12))
        slow = gaussian_filter1d(rng.normal(size=length), 120)
        shape = rough / rough.std() * rng.uniform(0.05, 0.14) + slow / slow.std() * 0.12
        fraction = np.clip(rng.uniform(0.25, 0.75) + shape, 0.01, 0.99)
        way = np.stack(
            [left + fraction * (right - left), np.arange(*rows)], axis=1
        ).round()
        style = styles[rng.integers(len(styles))] if rng.random() < 0.5 else "solid"
        pattern = [p * how.dots / 200 for p in DASHES.get(style, (1e6, 0))]
        at, on, index = 0.0, True, 0
        while at < length:
            stop = at + max(2.0, pattern[index % len(pattern)])
            if on:
                piece = way[int(at) : int(stop) + 1].astype(np.int32)
                cv2.polylines(page, [piece], False, colour, 1 + int(how.dots > 120))
            at, on, index = stop, not on, index + 1


def paint_depths(
    page: Grey, left: int, right: int, grid: DepthGrid, how: Press, *, crossed: bool
) -> None:
    """Paint depth numerals at their lines: turned where the column is narrow."""
    if crossed:
        every = DepthGrid(grid.rows[:: grid.heavier], grid.depths, 1, grid.numerals)
        paint_lines(page, left, right, every, how)
    width = right - left
    turned = width < how.size(0.35)
    printed = np.flatnonzero(np.mod(grid.depths, grid.numerals) == 0)
    tall = min(how.size(0.1), round((0.55 if turned else 0.9) * width))
    for index in printed:
        word = word_of(f"{grid.depths[index]:.0f}", tall)
        word = np.rot90(word) if turned else word
        row = round(grid.rows[index]) - word.shape[0] // 2
        column = (left + right) // 2 - word.shape[1] // 2
        lay(page, word, row, column, clear=True)


def paint_text(
    page: Grey, left: int, right: int, grid: DepthGrid, how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint remarks of one to four lines at irregular depths."""
    row = grid.rows[0] + how.size(rng.uniform(0.1, 0.6))
    while row < grid.rows[-1] - how.size(0.6):
        for _ in range(rng.integers(1, 5)):
            length = rng.uniform(0.3, 0.95)
            words = line_of_words(rng, length * (right - left), how.size(0.07))
            lay(page, words, round(row), left + how.size(0.05))
            row += how.size(0.11)
        row += how.size(rng.uniform(0.15, 1.5))


def paint_rock(
    page: Grey, left: int, right: int, rows: tuple[int, int], how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint beds of rock in colours and patterns, as mud logs show lithology."""
    row = rows[0]
    while row < rows[1]:
        stop = min(rows[1], row + how.size(rng.uniform(0.2, 3.0)))
        bed = page[row:stop, left:right]
        bed[:] = ROCKS[rng.integers(len(ROCKS))] if how.coloured else (255, 255, 255)
        pitch = max(4, how.size(0.05))
        if rng.random() < 0.7:
            bed[::pitch] = 0
            for course, at in enumerate(range(0, bed.shape[0], pitch)):
                bed[at : at + pitch, course % 2 * pitch :: 2 * pitch] = 0
        else:
            dots = rng.random(bed.shape[:2]) < 0.04
            bed[dots] = 0
        row = stop


def paint_waves(
    page: Grey, left: int, right: int, rows: tuple[int, int], how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint waveforms: dark stripes that arrive later where rock is slow."""
    length = rows[1] - rows[0]
    late = gaussian_filter1d(rng.normal(size=length), 60)
    late = 0.1 * (right - left) * late / max(1e-9, late.std())
    at = np.arange(right - left)[None] - late[:, None] - 0.25 * (right - left)
    phase = at / how.size(rng.uniform(0.1, 0.2)) * 2 * np.pi
    wave = np.sin(phase) * np.exp(-((at / (0.5 * (right - left))) ** 2))
    wave[at < 0] *= 0.15
    grey = np.clip(255 - 200 * np.clip(wave, 0, 1), 0, 255)
    dark = grey.astype(np.uint8)
    if not how.coloured:
        dark = np.where(grey < 150, 0, 255).astype(np.uint8)
    page[rows[0] : rows[1], left:right] = dark[..., None]


def paint_image(
    page: Grey, left: int, right: int, rows: tuple[int, int], how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint an image of the borehole wall: brown and yellow layers that dip."""
    shape = rows[1] - rows[0], right - left
    layers = gaussian_filter(rng.normal(size=shape), (3, shape[1] / 3))
    spots = gaussian_filter(rng.normal(size=shape), 4)
    shade = layers / layers.std() + 0.5 * spots / spots.std()
    shade = 1 / (1 + np.exp(-shade))
    colours = np.stack([80 + 175 * shade, 30 + 170 * shade, 10 + 60 * shade], axis=2)
    if not how.coloured:
        colours = np.repeat(
            np.where(rng.random(shape) < shade, 255, 0)[..., None], 3, 2
        )
    page[rows[0] : rows[1], left:right] = colours


def paint_arrows(
    page: Grey, left: int, right: int, rows: tuple[int, int], how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint the arrows of a dipmeter."""
    row = float(rows[0])
    while row < rows[1] - how.size(0.1):
        column = left + (right - left) * float(np.clip(rng.beta(1.5, 4), 0.03, 0.95))
        line_skew = rng.uniform(0, 2 * np.pi)
        reach = how.size(0.07)
        tip = column + reach * np.cos(line_skew), row + reach * np.sin(line_skew)
        place = round(column), round(row)
        cv2.circle(page, place, max(2, how.size(0.02)), (0, 0, 0), -1)
        cv2.line(page, place, (round(tip[0]), round(tip[1])), (0, 0, 0), 1)
        row += how.size(rng.uniform(0.03, 0.3))


def paint_profile(
    page: Grey, left: int, right: int, rows: tuple[int, int], how: Press,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint the outline of a borehole about its axis, on no grid."""
    shape = gaussian_filter1d(rng.normal(size=rows[1] - rows[0]), 25)
    reach = (right - left) * (0.15 + 0.02 * shape / max(1e-9, shape.std()))
    for side in (-1, 1):
        at = (left + right) / 2 + side * reach
        way = np.stack([at, np.arange(*rows)], axis=1).round().astype(np.int32)
        cv2.polylines(page, [way], False, (0, 0, 0), 1)
    page[rows[0] : rows[1], (left + right) // 2] = (0, 0, 0)
    page[rows[0] : rows[1], [left, right]] = (0, 0, 0)
    assert how.border >= 1


def word_of(text: str, rows: int) -> NDArray[np.bool_]:
    """Return print of a height as a picture, true where there is ink."""
    large = 30
    wide, high = cv2.getTextSize(text, FONT, 1.2, 3)[0]
    canvas = np.zeros((high + 8, wide + 8), dtype=np.uint8)
    cv2.putText(canvas, text, (4, high + 3), FONT, 1.2, 255, 3)
    scale = rows / large
    size = max(1, round(canvas.shape[1] * scale)), max(1, round(len(canvas) * scale))
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA) > 90)


def line_of_words(
    rng: np.random.Generator, columns: float, rows: int
) -> NDArray[np.bool_]:
    """Return a line of random words about as wide as said."""
    letters = "aeiourstlnmdcp"
    text = ""
    while True:
        word = "".join(rng.choice(list(letters), rng.integers(2, 9)))
        longer = f"{text} {word}".strip()
        if text and word_of(longer, rows).shape[1] > columns:
            return word_of(text, rows)
        text = longer
        if len(text) > 60:
            return word_of(text, rows)


def lay(
    page: Grey, word: NDArray[np.bool_], row: int, column: int, *, clear: bool = False
) -> None:
    """Lay print on a page, as far as it fits; ``clear`` takes what is beneath away."""
    bottom, right = row + word.shape[0], column + word.shape[1]
    if row < 0 or column < 0 or bottom > page.shape[0] or right > page.shape[1]:
        return
    place = page[row:bottom, column:right]
    if clear:
        place[:] = 255
    place[word] = 0
