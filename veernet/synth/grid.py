"""Grids: depth lines, linear and logarithmic scale lines, borders, all of them worn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from veernet.axes import Floats
from veernet.synth.dashes import worn_gaps
from veernet.synth.ink import UNBROKEN, Ink, stroke
from veernet.synth.layout import Layout
from veernet.synth.scales import draw_decades, draw_scale_lines

INTERVALS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Feet between depth lines that prints use."""


@dataclass(frozen=True)
class Ruling:
    """How one rank of grid lines is inked."""

    width: float
    darkness: float
    cuts: tuple[float, ...] = ()
    """On, off, on ... in pixels; empty for an unbroken line."""
    flaky: float = 0.0
    """Largest share of the darkness that a single line lacks."""

    def cut(self, length: float, phase: float) -> Floats:
        """Arc lengths where a line of this ruling breaks."""
        if not self.cuts:
            return UNBROKEN
        repeats = int(length / sum(self.cuts)) + 3
        return np.cumsum(np.tile(self.cuts, repeats)) - phase


@dataclass(frozen=True)
class Grid:
    """A track's grid.

    Parameters
    ----------
    depth_feet, depth_major, depth_heavy
        Feet between depth lines, and how many of them make a major and a heavy one.
    depth_phase
        Feet from the strip's top to the first heavy line.
    fractions, ranks
        Place of each scale line between the edges, and its rank: 0 minor, 1 major,
        2 datum.
    depth_rulings
        Ink of minor, major and heavy depth lines.
    scale_rulings
        Ink of minor, major and datum scale lines.
    border
        Ink of the edges.
    decades
        Of a logarithmic scale, the first digit at the left edge and how many decades
        there are; None for a linear one.
    worn, depth_worn
        Shares of the scale and of the depth lines that a copy has broken up, each at
        places of its own.
    lost
        Share of the lines that a copy has lost altogether, majors less often.
    bleed
        Columns that ink has run: lines swell where they cross.
    stretch
        Row where the paper slipped under the scanner, the rows that it took, and those
        by which every depth line below is displaced; None where it did not.
    """

    depth_feet: float
    depth_major: int
    depth_heavy: int
    depth_phase: float
    fractions: tuple[float, ...]
    ranks: tuple[int, ...]
    depth_rulings: tuple[Ruling, Ruling, Ruling]
    scale_rulings: tuple[Ruling, Ruling, Ruling]
    border: Ruling
    decades: tuple[float, int] | None = None
    worn: float = 0.0
    depth_worn: float = 0.0
    lost: float = 0.0
    bleed: float = 0.0
    stretch: tuple[float, float, float] | None = None

    @property
    def scale(self) -> Literal["linear", "log"]:
        """Kind of scale that the lines show."""
        return "linear" if self.decades is None else "log"


def draw_grid(
    rng: np.random.Generator, layout: Layout, *, log: bool, stretch: float = 0.0
) -> Grid:
    """Draw a grid at random, at spacings that prints of this depth scale use.

    Parameters
    ----------
    rng, layout
        Where draws come from, and the frame.
    log
        Whether its scale is logarithmic.
    stretch
        Share of the grids whose depth lines slip somewhere.
    """
    fits = [f for f in INTERVALS if 7.0 <= f * layout.rows_per_foot <= 85.0]
    feet = float(rng.choice(fits[:3])) if fits else 30.0 / layout.rows_per_foot
    major = int(rng.choice([5, 5, 10, 1]))
    heavy = major * int(rng.choice([2, 5, 5, 10]))
    decades = draw_decades(rng) if log else None
    fractions, ranks = draw_scale_lines(rng, decades)
    dark = float(rng.choice([1.0, rng.uniform(0.25, 1.0)]))
    thin = rng.uniform(0.8, 2.2) if rng.random() < 0.85 else rng.uniform(2.0, 5.0)
    # Prints leave most of the paper white: close lines are thin ones.
    thin = min(thin * layout.scale, 0.2 * feet * layout.rows_per_foot)
    grow = rng.uniform(1.0, 1.8)
    broken = _broken(rng)
    flaky = float(rng.choice([0.0, rng.uniform(0.0, 0.7)]))
    across = Ruling(thin, dark, broken if rng.random() < 0.3 else (), flaky)
    closest = min(np.diff(fractions), default=1.0) * layout.width
    thin = max(min(thin * rng.uniform(0.8, 1.2), 0.2 * closest), 0.8)
    kind = rng.random()
    cuts: tuple[float, ...] = ()
    if kind < 0.12:  # ticks where depth lines cross, and nothing between
        tick = float(rng.uniform(2, 9))
        cuts = (tick, max(feet * layout.rows_per_foot - tick, 1.0))
    elif kind < 0.4:
        cuts = _broken(rng)
    along = Ruling(thin, dark, cuts, flaky)
    along_major = Ruling(
        thin * grow,
        min(1.0, dark * rng.uniform(1, 1.5)),
        _broken(rng) if rng.random() < 0.12 else (),
        flaky / 2,
    )
    # One line that counts from, such as zero porosity, is printed far heavier.
    heavy_width = thin * grow * rng.uniform(1.2, 2.5)
    datum = Ruling(max(min(heavy_width, 0.4 * closest), thin * grow), 1.0)
    # Nor does ink run from line to line.
    bleed = float(rng.uniform(0.7, 2.2)) if rng.random() < 0.4 else 0.0
    bleed = min(bleed, 0.1 * min(feet * layout.rows_per_foot, float(closest)))
    slipped = None
    if stretch and rng.random() < stretch:
        at = float(rng.uniform(0, layout.rows))
        slipped = (at, float(rng.uniform(1, 60)), float(rng.normal(0, 6)))
    if rng.random() < 0.2 and ranks:
        place = int(rng.integers(len(ranks)))
        ranks = (*ranks[:place], 2, *ranks[place + 1 :])
    return Grid(
        depth_feet=feet,
        depth_major=major,
        depth_heavy=heavy,
        depth_phase=float(rng.uniform(0, feet * heavy)),
        fractions=fractions,
        ranks=ranks,
        depth_rulings=(
            across,
            Ruling(across.width * grow, min(1.0, dark * rng.uniform(1, 1.5))),
            Ruling(across.width * grow * rng.uniform(1, 1.7), 1.0),
        ),
        scale_rulings=(along, along_major, datum),
        border=Ruling(
            rng.uniform(1.0, 5.0) * layout.scale**0.5, float(rng.uniform(0.6, 1.0))
        ),
        decades=decades,
        worn=float(rng.uniform(0.1, 1.0)) if rng.random() < 0.3 else 0.0,
        depth_worn=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.25 else 0.0,
        lost=float(rng.uniform(0.02, 0.5)) if rng.random() < 0.12 else 0.0,
        bleed=bleed if bleed > 0.6 else 0.0,
        stretch=slipped,
    )


def paled(grid: Grid, pale: float) -> Grid:
    """Print a grid as a plot does: thin, in greys, whole, its majors darker."""

    def thin(ruling: Ruling, rank: int) -> Ruling:
        darkness = min(1.0, pale * (1.0 + rank))
        width = min(ruling.width, 0.8 + 0.3 * rank)
        return Ruling(width, darkness, ruling.cuts if ruling.darkness < 0.6 else ())

    depth, scale = grid.depth_rulings, grid.scale_rulings
    return replace(
        grid,
        depth_rulings=(thin(depth[0], 0), thin(depth[1], 1), thin(depth[2], 2)),
        scale_rulings=(thin(scale[0], 0), thin(scale[1], 1), thin(scale[2], 2)),
        border=Ruling(1.0, min(1.0, 3 * pale)),
        worn=0.0,
        depth_worn=0.0,
        lost=0.0,
        bleed=0.0,
    )


def _broken(rng: np.random.Generator) -> tuple[float, ...]:
    """Dots, dashes or ticks that a grid line is printed as, or that a copy leaves."""
    on = float(np.exp(rng.uniform(np.log(1.0), np.log(30.0))))
    off = float(np.exp(rng.uniform(np.log(2.0), np.log(14.0))))
    if rng.random() < 0.3:
        return (on, off, float(rng.uniform(1, 5)), off)
    return (on, off)


def ink_grid(rng: np.random.Generator, canvas: Ink, layout: Layout, grid: Grid) -> None:
    """Ink the grid and the edges of a track, in place.

    Nothing of it counts as a curve: that is what the network has to learn.
    """
    _ink_depth_lines(rng, canvas, layout, grid)
    across = canvas.copy()
    canvas[:] = 0.0
    at = np.linspace(-8.0, layout.rows + 8.0, max(3, layout.rows // 32))
    at = np.union1d(at, layout.jump_rows)
    shift = layout.shift_at(at)
    # A copy breaks the lines of one rank alike; the phase is what differs, or does not.
    aligned = rng.random() < 0.5
    spacing = grid.depth_feet * layout.rows_per_foot
    for fraction, rank in zip(grid.fractions, grid.ranks, strict=True):
        ruling = grid.scale_rulings[rank]
        if _is_lost(rng, grid, rank):
            continue
        phase = 0.0 if aligned else float(rng.uniform(0, 20))
        if ruling.cuts and abs(sum(ruling.cuts) - spacing) < 1e-6:
            phase = at[0] - grid.depth_phase * layout.rows_per_foot + ruling.cuts[0] / 2
            phase %= spacing
        ruling = replace(
            ruling, darkness=ruling.darkness * (1 - ruling.flaky * rng.random())
        )
        columns = np.full(at.size, layout.left + fraction * layout.width)
        length = layout.rows + 40.0
        cuts = ruling.cut(length, phase)
        if rank < 2 and grid.worn and rng.random() < grid.worn:
            cuts = worn_gaps(rng, length, ink=(4, 90), gap=(2, 14))
        _ink_vertical(canvas, layout, ruling, at, columns + shift, cuts)
    for edge in (layout.left, layout.left + layout.width):
        if rng.random() < 0.9:
            columns = np.full(at.size, edge)
            _ink_vertical(canvas, layout, grid.border, at, columns + shift, UNBROKEN)
    # Ink adds up where lines cross: of a faint grid a threshold keeps the crossings.
    canvas += across
    if grid.bleed:
        # Blurred before it is cut, a crossing of two lines runs further than a line.
        run = cv2.GaussianBlur(canvas, (0, 0), grid.bleed)
        np.maximum(canvas, run * (1.0 + 0.5 * grid.bleed), out=canvas)
    np.minimum(canvas, 1.0, out=canvas)


def _is_lost(rng: np.random.Generator, grid: Grid, rank: int) -> bool:
    return bool(grid.lost and rng.random() < grid.lost / (1 + 2 * rank))


def _ink_vertical(
    canvas: Ink,
    layout: Layout,
    ruling: Ruling,
    rows: Floats,
    columns: Floats,
    cuts: Floats,
) -> None:
    reach = ruling.width + 1
    if columns.max() < -reach or columns.min() > layout.columns + reach:
        return
    stroke(
        canvas,
        rows,
        columns,
        ruling.width,
        darkness=ruling.darkness,
        cuts=cuts,
    )


def depth_line_rows(layout: Layout, grid: Grid) -> tuple[Floats, Floats]:
    """Return the row of each depth line at the left edge, and its number.

    Numbers are counted from a heavy line.
    """
    spacing = grid.depth_feet * layout.rows_per_foot
    first = grid.depth_phase * layout.rows_per_foot
    reach = 20 + abs(layout.tilt) * (layout.columns + abs(layout.left))
    numbers = np.arange(
        np.ceil((-reach - first) / spacing),
        np.floor((layout.rows + reach - first) / spacing) + 1,
    )
    return first + numbers * spacing, numbers


def _ink_depth_lines(
    rng: np.random.Generator, canvas: Ink, layout: Layout, grid: Grid
) -> None:
    start = max(layout.left, -4.0)
    stop = min(layout.left + layout.width, layout.columns + 4.0)
    if stop <= start:
        return
    ends = np.array([start, stop])
    fall = layout.tilt * (ends - layout.left) + layout.line_skew * (ends - layout.pivot)
    rows, numbers = depth_line_rows(layout, grid)
    if grid.stretch is not None:
        first, length, by = grid.stretch
        rows = rows + by * np.clip((rows - first) / length, 0.0, 1.0)
    for row, number in zip(rows, numbers, strict=True):
        rank = int(number % grid.depth_major == 0) + int(number % grid.depth_heavy == 0)
        ruling = grid.depth_rulings[rank]
        if _is_lost(rng, grid, rank):
            continue
        cuts = ruling.cut(stop - start, float(rng.uniform(0, 8)))
        if rank < 2 and grid.depth_worn and rng.random() < grid.depth_worn:
            cuts = worn_gaps(rng, stop - start, ink=(2, 60), gap=(2, 16))
        nearest = int(np.clip(row, 0, layout.rows - 1))
        stroke(
            canvas,
            row + fall,
            ends + layout.shift[nearest],
            ruling.width,
            darkness=ruling.darkness * (1 - ruling.flaky * rng.random()),
            cuts=cuts,
        )
