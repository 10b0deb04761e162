"""Drawn pages with known geometry: header, sections with tracks, wander and turn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.dashes import DASHES
from veernet.records import CurveSpec, Grey, Line, Registration, Track

LINEAR = tuple(np.linspace(0, 1, 11).tolist())
LOGARITHMIC = (
    *((place + np.log10(digit)) / 2 for place in (0, 1) for digit in range(1, 10)),
    1.0,
)


LEGEND = 340
"""Rows that a legend takes."""


@dataclass(frozen=True)
class DrawnTrack:
    """Columns of the edges, and where its upright lines are, as fractions."""

    left: float
    right: float
    lines: tuple[float, ...] = LINEAR


@dataclass(frozen=True)
class DrawnLegendLine:
    """A legend line: a name beside its values over a stroke, or above the stroke.

    ``span`` is the part of the track that it stands over.
    """

    track: int
    name: str
    left: str
    right: str
    line: Line = "solid"
    unit: str = ""
    span: tuple[float, float] = (0.0, 1.0)
    named_above: bool = False


@dataclass(frozen=True)
class DrawnSection:
    """Rows of the first and the last depth line, and what is drawn between."""

    first: int
    last: int
    spacing: float = 20.0
    tracks: tuple[DrawnTrack, ...] = (DrawnTrack(60, 360), DrawnTrack(460, 960))
    numerals: tuple[int, int] = (1000, 10)
    """Depth of the first line, and feet from one to the next fifth line."""
    legend: tuple[DrawnLegendLine, ...] = ()
    below: tuple[DrawnLegendLine, ...] = ()
    """Legend lines above the first depth line, and below the last."""


@dataclass(frozen=True)
class DrawnPage:
    """What is drawn, and how the paper lay in the scanner.

    ``wander`` is the reach of a slow sway in columns, ``line_skew`` the rows that a
    line falls for each column to the right.
    """

    rows: int = 6000
    columns: int = 1000
    sections: tuple[DrawnSection, ...] = (DrawnSection(900, 3900),)
    tables: tuple[tuple[int, int], ...] = ((100, 700),)
    wander: float = 0.0
    line_skew: float = 0.0
    streak: int | None = None
    lost: float = 0.0
    seed: int = 0

    def sway(self, row: np.ndarray | float) -> np.ndarray:
        """Columns by which the paper lies further right."""
        return np.asarray(self.wander * np.sin(np.asarray(row) / 700.0))

    def column(self, column: float, row: np.ndarray | float) -> np.ndarray:
        """Where an upright line of the paper is seen."""
        return column + self.sway(row)

    def draw(self) -> Grey:
        """Return the page, black ink on white paper."""
        rng = np.random.default_rng(self.seed)
        flat = np.full((self.rows, self.columns), 255, dtype=np.uint8)
        for first, stop in self.tables:
            _table(flat, first, stop, rng)
        for section in self.sections:
            _section(flat, section, rng)
            _legend(flat, section, section.legend, section.first - LEGEND)
            _legend(flat, section, section.below, section.last + 40)
        page = self._scanned(flat)
        if self.lost:
            page[rng.random(page.shape) < self.lost] = 255
        if self.streak is not None:
            page[:, self.streak : self.streak + 2] = 0
        return page

    def _scanned(self, flat: Grey) -> Grey:
        rows, columns = np.mgrid[: self.rows, : self.columns].astype(np.float32)
        fall = self.line_skew * (columns - (self.columns - 1) / 2)
        at_rows = (rows - fall).astype(np.float32)
        at_columns = (columns - self.sway(rows)).astype(np.float32)
        return cv2.remap(flat, at_columns, at_rows, cv2.INTER_NEAREST, borderValue=255)


def registered(page: DrawnPage, which: int = 0) -> Registration:
    """Return the registration of a section that is right to a fraction of a pixel."""
    section = page.sections[which]
    depth, step = section.numerals
    scale = 5 * section.spacing / step
    middle = (page.columns - 1) / 2
    rows = np.arange(section.first, section.last + 1, 25 * section.spacing)
    outer = section.tracks[0].left, section.tracks[-1].right
    inner = (section.tracks[0].right + section.tracks[-1].left) / 2

    def fallen(row: float, column: float) -> float:
        at = column + float(page.sway(row)) - middle
        return round(row + page.line_skew * at, 2)

    points = tuple(
        DepthPoint(
            fallen(row, inner),
            depth + (row - section.first) / scale,
            *([fallen(row, column) for column in outer] if page.line_skew else ()),
        )
        for row in rows.tolist()
    )
    curves = (
        CurveSpec("GR", "GAPI", Scale("linear", 0, 150)),
        CurveSpec("DT", "US/F", Scale("linear", 140, 40)),
        CurveSpec("RHOB", "G/CC", Scale("linear", 2, 3)),
    )
    ways = np.arange(section.first, section.last + 1, 100.0)

    def edge(column: float) -> Edge:
        return Edge(tuple(ways), tuple(page.column(column, ways).round(2)))

    tracks = tuple(
        Track(f"T{n}", edge(track.left), edge(track.right), (curve,))
        for n, (track, curve) in enumerate(zip(section.tracks, curves, strict=False), 1)
    )
    return Registration("main", DepthAxis("ft", points), tracks)


def _table(flat: Grey, first: int, stop: int, rng: np.random.Generator) -> None:
    """Text between a few rules, as headers have it."""
    for row in range(first, stop, 37):
        for column in range(40, flat.shape[1] - 60, 18):
            if rng.random() < 0.6:
                text = str(rng.integers(10))
                cv2.putText(flat, text, (column, row + 24), 0, 0.6, 0, 1)
    flat[first:stop, 30:33] = flat[first:stop, -33:-30] = 0
    flat[first : first + 3, 30:-30] = flat[stop - 3 : stop, 30:-30] = 0


def _section(flat: Grey, section: DrawnSection, rng: np.random.Generator) -> None:
    rows = np.arange(section.first, section.last + 1e-6, section.spacing)
    for track in section.tracks:
        width = track.right - track.left
        for fraction in track.lines:
            at = round(track.left + fraction * width)
            thick = 3 if fraction in (0, 1) else 1
            columns = slice(at - thick // 2, at + thick // 2 + 1)
            flat[section.first : section.last + 1, columns] = 0
        for index, row in enumerate(rows):
            thick = 3 if index % 5 == 0 else 1
            top = round(row) - thick // 2
            flat[top : top + thick, round(track.left) : round(track.right) + 1] = 0
        walk = np.cumsum(rng.normal(0, 0.02, section.last - section.first))
        course = track.left + width * (0.5 + 0.35 * np.sin(walk * 3))
        way = np.stack([course, np.arange(section.first, section.last)], axis=1)
        cv2.polylines(flat, [np.rint(way).astype(np.int32)], False, 0, 2)
    depth, step = section.numerals
    middle = round((section.tracks[0].right + section.tracks[-1].left) / 2)
    for index, row in enumerate(rows[::5]):
        text = str(depth + index * step)
        cv2.putText(flat, text, (middle - 8 * len(text), round(row) + 7), 0, 0.6, 0, 2)


def _legend(
    flat: Grey, section: DrawnSection, lines: tuple[DrawnLegendLine, ...], top: int
) -> None:
    rows = [top + 40] * len(section.tracks)
    for line in lines:
        track = section.tracks[line.track]
        width = track.right - track.left
        left, right = (round(track.left + at * width) for at in line.span)
        row = rows[line.track]
        middle = (left + right) // 2
        if line.named_above:
            _print(flat, line.name, middle, row, 0.5)
            _stroke(flat, line.line, left, right, row + 10)
            row += 32
            _print(flat, line.unit, middle, row, 0.5)
        else:
            _print(flat, f"{line.name} {line.unit}".strip(), middle, row, 0.5)
            _stroke(flat, line.line, left, right, row + 10)
        _print(flat, line.left, left + 6, row, 0.0)
        _print(flat, line.right, right - 6, row, 1.0)
        rows[line.track] = row + 40


def _print(flat: Grey, text: str, column: int, row: int, anchor: float) -> None:
    """Print text with its left end, middle or right end (0, 0.5, 1) at a column."""
    wide, _ = cv2.getTextSize(text, 0, 0.55, 1)[0]
    at = (round(column - anchor * wide), row)
    cv2.putText(flat, text, at, 0, 0.55, 0, 1, cv2.LINE_AA)


def _stroke(flat: Grey, line: Line, left: int, right: int, row: int) -> None:
    """Draw a stroke at 109 dots per inch: tracks of 900 columns are 8.25 inches."""
    pattern = [max(1, round(length * 0.55)) for length in DASHES.get(line, (1e4, 0))]
    at, index = left, 0
    while at < right:
        end = min(right, at + pattern[index % len(pattern)])
        if index % 2 == 0:
            flat[row : row + 2, at:end] = 0
        at, index = end, index + 1
