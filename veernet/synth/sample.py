"""A sample log for trying things out: two tracks, a depth column and a legend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.files import replacing
from veernet.records import CurveSpec, Grey, Line, Registration, Track, Weight
from veernet.register.geometry.simplify import simplify_mask
from veernet.registration import save_registrations
from veernet.synth.clutter import letter, stamp
from veernet.synth.curves import DrawnCurve, Manner
from veernet.synth.dashes import dash_cuts
from veernet.synth.degrade import Scanner, scan
from veernet.synth.grid import Grid, Ruling, depth_line_rows, ink_grid
from veernet.synth.ink import Ink, stroke
from veernet.synth.layout import Layout, draw_shift
from veernet.synth.pens import STROKES, draw_curve
from veernet.synth.write import edge_of, write_true_las

ROWS_PER_FOOT = 10.0
"""Rows to a foot of depth at `DOTS_PER_INCH`: five inches of paper to 100 ft is 10."""

LEGEND = 220
"""Rows above the log, where the scales are printed."""

COLUMNS = 1700
"""Pixels across the page: 8.5 inches at `DOTS_PER_INCH`."""

DOTS_PER_INCH = (200, 200)
"""Across and down the page: what archives scan bilevel logs at."""

FIRST_DEPTH = 4000.0
"""Feet: depth of the first depth line."""

LINE_SKEW = 0.002
"""Rows that depth lines fall per column: the page lies a tenth of a degree askew."""

FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True)
class _Plan:
    """A curve of the sample: what it is called, how it is drawn, how lively it is."""

    mnemonic: str
    unit: str
    scale: Scale
    line: Line
    weight: Weight
    manner: Manner
    wraps: bool = False
    beside: bool = False


PLAIN = Manner(
    wrap=0.0, spiky=0.0, saturate=0.0, blocky=0.0, stop=0.0, hairline=0.0, broad=0.0
)
BEDS = replace(PLAIN, kinds=(1, 0, 0, 0), spread=(0.15, 0.19))
SMOOTH = replace(PLAIN, kinds=(0, 0, 1, 0), spread=(0.12, 0.15))
QUIET = replace(PLAIN, kinds=(0, 0, 0, 1))
"""Manners of the curves of the sample: none spiky or saturated; the shares of each kind
of signal are those of `veernet.synth.signals.KINDS`."""

RESISTIVITY = Scale("log", 0.2, 2000.0)
"""Ohm metres: four decades, as resistivities are printed."""

PLANS = (
    (
        _Plan(
            "GR", "GAPI", Scale("linear", 0, 150), "solid", "medium", BEDS, wraps=True
        ),
        _Plan("CALI", "IN", Scale("linear", 6, 16), "short-dash", "thin", QUIET),
    ),
    (
        _Plan("ILD", "OHMM", RESISTIVITY, "solid", "medium", SMOOTH),
        _Plan("ILM", "OHMM", RESISTIVITY, "long-dash", "thin", SMOOTH, beside=True),
    ),
)
BENDS = 0.25
"""Columns by which a point of an edge may lie off the line of the others and be left
out: half of what a person can measure."""

TRACKS = (("T1", 110.0, 600.0), ("T2", 760.0, 1600.0))
"""Name, left and right column of each track."""


def write_sample(out: str | Path, seed: int = 0, rows: int = 3000) -> None:
    """Write a sample: ``sample.tif`` (G4), ``sample.yaml`` and ``sample.las``.

    A gamma ray that wraps with a dashed calliper, and two resistivities on a
    logarithmic scale, one of them dashed, of 300 feet; on a page that is turned by a
    tenth of a degree and scanned to one bit.

    Parameters
    ----------
    out
        Folder, made if need be.
    seed
        The same seed gives the same bytes.
    rows
        Of the log, without the legend.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    image, registration, drawn = draw_sample(np.random.default_rng(seed), rows)
    with replacing(folder / "sample.tif") as temporary:
        Image.fromarray(image).convert("1").save(
            temporary, format="TIFF", compression="group4", dpi=DOTS_PER_INCH
        )
    save_registrations(folder / "sample.yaml", registration)
    write_true_las(folder / "sample.las", registration, drawn, top=LEGEND)


def draw_sample(
    rng: np.random.Generator, rows: int
) -> tuple[Grey, Registration, dict[str, DrawnCurve]]:
    """Draw the sample page.

    Returns
    -------
    image : (rows + legend, columns) uint8
        Bilevel, 0 black, 255 white.
    registration
        Of its two tracks.
    drawn
        Curves by mnemonic; their rows count from the end of the legend.
    """
    page: Ink = np.zeros((LEGEND + rows, COLUMNS), dtype=np.float32)
    shift = draw_shift(rng, rows, 0.002)
    log, tracks = page[LEGEND:], []
    drawn: dict[str, DrawnCurve] = {}
    for (name, left, right), plans in zip(TRACKS, PLANS, strict=True):
        layout = Layout(
            rows=rows,
            columns=COLUMNS,
            left=left,
            width=right - left,
            rows_per_foot=ROWS_PER_FOOT,
            shift=shift,
            line_skew=LINE_SKEW,
            pivot=(TRACKS[0][2] + TRACKS[1][1]) / 2,
        )
        grid = _grid(plans[0].scale)
        ink_grid(rng, log, layout, grid)
        curves = _draw_curves(rng, layout, plans)
        for curve in curves.values():
            curve.draw(log, layout)
        _print_legend(page, layout, plans)
        if not drawn:
            _number_depths(log, layout, grid)
        drawn.update(curves)
        tracks.append(_track(name, layout, plans))
    image = scan(page, rng, Scanner(bilevel=1.0, clean=0.0, severity=0.5))
    return image, _registration(rows, tuple(tracks)), drawn


def _grid(scale: Scale) -> Grid:
    """Rule lines every 2, 10 and 50 feet, and ten divisions or the decades."""
    if scale.kind == "log":
        decades = round(np.log10(scale.right / scale.left))
        start = np.log10(scale.left)
        values = np.concatenate([np.arange(1, 10) * 10.0**d for d in range(-1, 5)])
        fractions = (np.log10(values) - start) / decades
        inside = (fractions > 1e-9) & (fractions < 1 - 1e-9)
        leading = np.tile(np.arange(1, 10) == 1, 6)
        places = tuple(fractions[inside].tolist())
        ranks = tuple(leading[inside].astype(int).tolist())
    else:
        decades = 0
        places = tuple(i / 10 for i in range(1, 10))
        ranks = tuple(int(i == 5) for i in range(1, 10))
    fine, middle, heavy = Ruling(1.2, 1.0), Ruling(1.8, 1.0), Ruling(3.0, 1.0)
    return Grid(
        depth_feet=2.0,
        depth_major=5,
        depth_heavy=25,
        depth_phase=0.0,
        fractions=places,
        ranks=ranks,
        depth_rulings=(fine, middle, heavy),
        scale_rulings=(fine, middle, middle),
        border=Ruling(3.0, 1.0),
        decades=(1.0, decades) if decades else None,
    )


def _draw_curves(
    rng: np.random.Generator, layout: Layout, plans: tuple[_Plan, ...]
) -> dict[str, DrawnCurve]:
    curves: dict[str, DrawnCurve] = {}
    first: DrawnCurve | None = None
    for plan in plans:
        curve = draw_curve(
            rng,
            layout.rows,
            layout.rows_per_foot,
            layout.width,
            plan.line,
            manner=plan.manner,
            near=first if plan.beside else None,
        )
        nominal = float(np.mean(STROKES[plan.weight]))
        curves[plan.mnemonic] = replace(
            curve,
            width=np.full(curve.rows.size, nominal),
            weight=plan.weight,
            darkness=1.0,
            wraps=plan.wraps,
            overshoot=0.0,
        )
        first = first or curves[plan.mnemonic]
    return curves


def _number_depths(log: Ink, layout: Layout, grid: Grid) -> None:
    """Print the depth beside every fifth major line, in the depth column."""
    rows, numbers = depth_line_rows(layout, grid)
    for row, number in zip(rows, numbers, strict=True):
        if number % grid.depth_heavy == 0 and 20 < row < layout.rows - 20:
            depth = FIRST_DEPTH + number * grid.depth_feet
            sprite = letter(f"{depth:.0f}", FONT, 0.8, 2)
            top = int(row) - sprite.shape[0] // 2
            stamp(log, sprite, top, int(layout.pivot) - sprite.shape[1] // 2)


def _print_legend(page: Ink, layout: Layout, plans: tuple[_Plan, ...]) -> None:
    """Print the name, the scale and a stroke of each curve above its track."""
    right = layout.left + layout.width
    for number, plan in enumerate(plans):
        base = 60 + 80 * number
        rows = np.full(2, float(base))
        ends = np.array([layout.left, right])
        cuts = dash_cuts(np.random.default_rng(0), plan.line, layout.width, 1.0, 2.0)
        stroke(page, rows, ends, 2.0, cuts=cuts)
        for text, place in (
            (f"{plan.scale.left:g}", 0.0),
            (f"{plan.mnemonic} ({plan.unit})", 0.5),
            (f"{plan.scale.right:g}", 1.0),
        ):
            sprite = letter(text, FONT, 0.7, 2)
            column = layout.left + place * (layout.width - sprite.shape[1])
            stamp(page, sprite, base - 12 - sprite.shape[0], int(column))


def _track(name: str, layout: Layout, plans: tuple[_Plan, ...]) -> Track:
    left, right = (edge_of(layout, edge, LEGEND) for edge in layout.edges)
    return Track(
        name=name,
        left=_measured(left),
        right=_measured(right),
        curves=tuple(
            CurveSpec(p.mnemonic, p.unit, p.scale, p.line, p.weight, wraps=p.wraps)
            for p in plans
        ),
    )


def _measured(edge: Edge) -> Edge:
    """State an edge as a person would measure it: a point wherever it bends."""
    kept = simplify_mask(np.array(edge.rows), np.array(edge.columns), BENDS)
    rows, columns = (np.array(part)[kept] for part in (edge.rows, edge.columns))
    return Edge(
        tuple(float(row) for row in rows), tuple(round(float(c), 1) for c in columns)
    )


def _registration(rows: int, tracks: tuple[Track, ...]) -> Registration:
    pivot = (TRACKS[0][2] + TRACKS[1][1]) / 2
    fall_left = LINE_SKEW * (TRACKS[0][1] - pivot)
    fall_right = LINE_SKEW * (TRACKS[-1][2] - pivot)
    # The first and the last depth line that lie on the page from edge to edge.
    feet = np.array([2.0, np.floor(rows / ROWS_PER_FOOT) - 2.0])
    at = LEGEND + feet * ROWS_PER_FOOT
    points = tuple(
        DepthPoint(
            float(row),
            float(FIRST_DEPTH + foot),
            round(float(row + fall_left), 2),
            round(float(row + fall_right), 2),
        )
        for row, foot in zip(at, feet, strict=True)
    )
    return Registration(
        section="main",
        depth=DepthAxis("ft", points),
        tracks=tracks,
        step=0.5,
        well={"WELL": "GENERATED 1", "COMP": "VEERNET"},
        image="sample.tif",
    )
