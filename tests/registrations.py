"""Registrations with known geometry, for the tests of everything that maps by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from veernet.axes import (
    SCALES,
    DepthAxis,
    DepthPoint,
    Edge,
    Floats,
    Scale,
    ScaleKind,
)
from veernet.records import LINES, WEIGHTS, CurveSpec, Registration, Track

# The same examples everywhere, and no deadline: a shared machine may be slow at times.
seeded = settings(deadline=None, derandomize=True, max_examples=200)


def upright(column: float) -> Edge:
    """Return an edge at one column."""
    return Edge((0.0,), (column,))


def track(name: str, left: float, right: float, *curves: CurveSpec) -> Track:
    """Return a track with upright edges; one curve unless given."""
    drawn = curves or (CurveSpec(f"C-{name}", "V", Scale("linear", 0, 1)),)
    return Track(name, upright(left), upright(right), drawn)


def registration(
    *tracks: Track, rows: tuple[float, float] = (0.0, 100.0), step: float = 0.5
) -> Registration:
    """Return a level registration whose depth is a tenth of the row."""
    points = tuple(DepthPoint(row, row / 10) for row in rows)
    return Registration("main", DepthAxis("ft", points), tracks, step)


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper laid askew on the scanner: the oracle for turned pages.

    A place on the paper is (across, along), in pixels; the turn is rigid.
    """

    angle: float
    row: float = 40.0
    column: float = 60.0

    def on_page(self, across: Floats, along: Floats) -> tuple[Floats, Floats]:
        """Row and column of the page."""
        sin, cos = np.sin(self.angle), np.cos(self.angle)
        return (
            self.row + across * sin + along * cos,
            self.column + across * cos - along * sin,
        )

    def on_paper(self, row: Floats, column: Floats) -> tuple[Floats, Floats]:
        """Across and along."""
        sin, cos = np.sin(self.angle), np.cos(self.angle)
        down, right = row - self.row, column - self.column
        return right * cos + down * sin, down * cos - right * sin

    def edge(self, across: float) -> Edge:
        """Return a line along the paper, as long as any page."""
        rows, columns = self.on_page(np.full(2, across), np.array([-9e3, 9e3]))
        return Edge(tuple(rows.tolist()), tuple(columns.tolist()))

    def registration(
        self, tracks: dict[str, tuple[float, float]], along: tuple[float, float]
    ) -> Registration:
        """Register tracks; the depth column is at across 0, depth is along / 10."""
        outer = min(t[0] for t in tracks.values()), max(t[1] for t in tracks.values())
        points = []
        for place in along:
            row, _ = self.on_page(np.zeros(1), np.array([place]))
            ends, _ = self.on_page(np.array(outer), np.full(2, place))
            points.append(DepthPoint(float(row[0]), place / 10, *map(float, ends)))
        drawn = tuple(
            Track(name, self.edge(left), self.edge(right), track(name, 0, 1).curves)
            for name, (left, right) in tracks.items()
        )
        return Registration("main", DepthAxis("m", tuple(points)), drawn)


def _running(start: float, gaps: list[float]) -> list[float]:
    return (start + np.cumsum([0.0, *gaps])).tolist()


@st.composite
def scales(draw: st.DrawFn, kinds: tuple[ScaleKind, ...]) -> Scale:
    """Scales as they are printed: a span is no tiny part of its own values."""
    kind = draw(st.sampled_from(kinds))
    if kind == "log":
        left = draw(st.floats(1e-3, 10))
        ends = (left, left * 10 ** draw(st.floats(0.3, 5)))
        return Scale(kind, *(ends if draw(st.booleans()) else ends[::-1]))
    if kind == "linear":
        left = draw(st.floats(-1e3, 1e3))
        span = draw(st.floats(10, 2e4)) * draw(st.sampled_from([-1, 1]))
        return Scale(kind, left, left + span)
    gaps = draw(st.lists(st.floats(0.05, 1), min_size=1, max_size=6))
    rises = [draw(st.floats(0.1, 1e3)) for _ in gaps]
    fractions = [value / sum(gaps) for value in _running(0, gaps)]
    values = _running(draw(st.floats(-100, 100)), rises)
    if draw(st.booleans()):
        values = values[::-1]
    return Scale(kind, values[0], values[-1], tuple(fractions), tuple(values))


@st.composite
def depth_axes(draw: st.DrawFn) -> DepthAxis:
    """Depth axes of stretched paper, level or turned."""
    gaps = draw(st.lists(st.floats(5, 5000), min_size=1, max_size=8))
    rows = _running(draw(st.floats(0, 1e5)), gaps)
    depths = _running(
        draw(st.floats(-100, 2e4)), [gap / draw(st.floats(0.5, 40)) for gap in gaps]
    )
    turned = draw(st.booleans())
    points = []
    for row, depth in zip(rows, depths, strict=True):
        turn = [draw(st.floats(-2, 2)) for _ in range(2)] if turned else []
        points.append(DepthPoint(row, depth, *(row + by for by in turn)))
    return DepthAxis(draw(st.sampled_from(["ft", "m"])), tuple(points))


@st.composite
def edges(draw: st.DrawFn, low: float, high: float) -> Edge:
    """Edges that wander between two columns."""
    count = draw(st.integers(1, 5))
    rows = _running(draw(st.floats(0, 1e4)), [draw(st.floats(50, 1e5))] * (count - 1))
    columns = tuple(draw(st.floats(low, high)) for _ in rows)
    if count == 1 and draw(st.booleans()):
        rows = [0.0]
    return Edge(tuple(rows), columns)


printable = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u00a0"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.isprintable() and bool(text.strip()))


@st.composite
def registrations(draw: st.DrawFn) -> Registration:
    """Any registration, as the generator may write one."""
    names = draw(st.lists(printable, min_size=1, max_size=4, unique=True))
    curves: list[CurveSpec] = []
    for name in names:
        scale = draw(scales(SCALES))
        wraps = scale.kind != "piecewise" and draw(st.booleans())
        mains = [curve.mnemonic for curve in curves if curve.backup_of is None]
        curves.append(
            CurveSpec(
                name,
                "V",
                scale,
                draw(st.sampled_from(LINES)),
                draw(st.sampled_from([None, *WEIGHTS])),
                draw(st.sampled_from([None, "#00cc00", "#A0B1c2"])),
                wraps,
                draw(st.integers(-3, 3)) if wraps else 0,
                draw(st.sampled_from([None, *mains])),
                draw(st.booleans()),
            )
        )
    tracks = tuple(
        Track(f"T{index}", draw(edges(-9, 100)), draw(edges(101, 2000)), (curve,))
        for index, curve in enumerate(curves)
    )
    return Registration(
        section=draw(st.sampled_from(["main", "repeat 2", "5in"])),
        depth=draw(depth_axes()),
        tracks=tracks,
        step=draw(st.floats(1e-4, 10)),
        null_value=draw(st.sampled_from([-999.25, -9999.0, 0.0])),
        well=draw(st.dictionaries(printable, st.just("") | printable, max_size=4)),
        image=draw(st.none() | printable),
        page=draw(st.integers(0, 9)),
    )
