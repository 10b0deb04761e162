"""The plan of a generated town: where streets, lots, houses, parks and water lie.

Streets are the lines of a grid in coordinates that a smooth field bends, so they curve
together as streets do; a lot is a cell of a finer grid between them. What a lot holds
is looked up by its number, so a plan costs a few lookups a pixel and no loop over
houses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

Field = NDArray[np.float32]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

HOUSES, HALLS, TOWERS, PARK, EMPTY, SITE = range(6)
"""What a block between streets may be: a site is under construction."""

SHARES = (0.42, 0.12, 0.1, 0.1, 0.17, 0.09)
LOTS = np.array([30.0, 62.0, 46.0, 40.0, 40.0, 40.0])
"""Pixels along a lot, by the kind of block."""
BUILT = np.array([0.88, 0.85, 0.7, 0.06, 0.03, 0.0])
"""Share of the lots with a building."""
HEIGHTS = np.array(
    [[2.0, 4.5], [3.0, 6.0], [8.0, 20.0], [2.0, 3.0], [2.0, 3.0], [2, 3]]
)
"""Pixels of shadow that a building throws, at the least and at the most."""

TABLE = 4096
"""Entries from which lots and blocks take what they are."""


@dataclass(frozen=True)
class Plan:
    """Where things lie, all (rows, columns).

    Parameters
    ----------
    lot
        Number of each pixel's lot, an index into tables of ``TABLE`` entries.
    across, down
        Place within the lot, 0 to 1.
    kind
        Of the block.
    height
        Of the building in the pixel, in pixels of shadow; 0 where there is none.
    rim
        Distance from the wall inwards, in pixels; 0 outside buildings.
    street, verge
        Distance from the middle of the nearest street in pixels, and half its width.
    water
        Whether there is water, pools included.
    trees
        Whether a crown or a lawn covers the ground.
    """

    lot: Indices
    across: Field
    down: Field
    kind: Indices
    height: Field
    rim: Field
    street: Field
    verge: Field
    water: Flags
    trees: Flags

    @property
    def road(self) -> Flags:
        """Whether there is a road."""
        return self.street < self.verge

    @property
    def building(self) -> Flags:
        """Whether there is a building."""
        return self.height > 0


def fractal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell: float,
    octaves: int = 4,
    fall: float = 0.55,
) -> Field:
    """Rough field of zero mean and unit spread, (rows, columns).

    Parameters
    ----------
    cell
        Pixels over which its largest features vary.
    octaves, fall
        How many halvings of that are added, each so much weaker than the one before.
    """
    total = np.zeros(shape, dtype=np.float32)
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        coarse = [int(np.ceil(side / size)) + 3 for side in shape]
        noise = rng.standard_normal(coarse, dtype=np.float32)
        # Magnified about a random place, so that no grid shows at the picture's corner.
        down, across = rng.uniform(0, 1, 2)
        matrix = np.array([[1 / size, 0, 1 + across], [0, 1 / size, 1 + down]])
        total += np.float32(fall**octave) * cv2.warpAffine(
            noise,
            matrix,
            shape[::-1],
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
    spread = max(float(total.std()), 1e-6)
    return np.asarray((total - total.mean()) / spread, dtype=np.float32)


def draw_plan(rng: np.random.Generator, shape: tuple[int, int], bearing: float) -> Plan:
    """Draw the plan of a part of a town.

    Parameters
    ----------
    rng
        Where every draw comes from.
    shape
        Rows and columns.
    bearing
        Of the streets, in radians.
    """
    row, column = np.indices(shape, dtype=np.float32)
    bend = [9 * fractal(rng, shape, 260, 2) for _ in range(2)]
    u = np.cos(bearing) * column + np.sin(bearing) * row + bend[0]
    v = -np.sin(bearing) * column + np.cos(bearing) * row + bend[1]
    width, street = np.zeros(shape, np.float32), np.full(shape, 1e3, np.float32)
    cells, places, spans = [], [], []
    for axis in (u, v):
        edges, half = _streets(rng, float(axis.min()), float(axis.max()))
        index = np.clip(np.searchsorted(edges, axis) - 1, 0, edges.size - 2)
        for side in (0, 1):
            away = np.abs(axis - edges[index + side])
            nearer = away - half[index + side] < street - width
            street = np.where(nearer, away, street)
            width = np.where(nearer, half[index + side], width)
        start = edges[index] + half[index]
        cells.append(index)
        places.append(axis - start)
        spans.append(edges[index + 1] - half[index + 1] - start)
    block = _number(*cells)
    kinds = rng.choice(len(SHARES), TABLE, p=SHARES)
    kind = kinds[block]
    street, width = _artery(rng, street, width, u, v)
    lot, across, down, sides = _lots(block, kind, places, spans)
    water = _water(rng, shape)
    bridge = width > 8
    road = (street < width) & (~water | bridge)
    street = np.where(road | ~water, street, 1e3)
    plan = Plan(
        lot=lot,
        across=across,
        down=down,
        kind=kind,
        height=np.zeros(shape, np.float32),
        rim=np.zeros(shape, np.float32),
        street=street.astype(np.float32),
        verge=width.astype(np.float32),
        water=water & ~road,
        trees=np.zeros(shape, dtype=bool),
    )
    plan = _build(rng, plan, sides)
    return _plant(rng, plan)


def _streets(
    rng: np.random.Generator, low: float, high: float
) -> tuple[Floats, Floats]:
    """Return the middles of parallel streets, from edge to edge, and half widths."""
    gaps = rng.uniform(75, 170, int((high - low) / 75) + 4)
    edges = low - rng.uniform(20, 150) + np.cumsum(np.r_[0.0, gaps])
    return edges, rng.choice([3.5, 4.5, 6.0], edges.size, p=[0.45, 0.4, 0.15])


def _artery(
    rng: np.random.Generator, street: Field, width: Field, u: Field, v: Field
) -> tuple[Field, Field]:
    """Lay a wide road across the grid, in half of the parts."""
    if rng.random() < 0.5:
        return street, width
    slope, half = rng.uniform(-0.7, 0.7), rng.uniform(9, 14)
    line = (v - slope * u) / np.hypot(1, slope)
    away = np.abs(line - np.quantile(line, rng.uniform(0.25, 0.75)))
    nearer = away - half < street - width
    return np.where(nearer, away, street), np.where(nearer, half, width)


def _number(*cells: Indices) -> Indices:
    """Scatter the cells of a grid over the entries of a table."""
    mixed = np.zeros_like(cells[0])
    for cell, prime in zip(cells, (73_856_093, 19_349_663, 83_492_791), strict=False):
        mixed ^= cell.astype(np.int64) * prime
    return np.asarray((mixed ^ (mixed >> 13)) % TABLE)


def _lots(
    block: Indices, kind: Indices, places: list[Field], spans: list[Field]
) -> tuple[Indices, Field, Field, list[Field]]:
    """Divide blocks evenly: number, place across and down, and sides of the lots."""
    numbers, within, sides = [], [], []
    for place, span in zip(places, spans, strict=True):
        count = np.maximum(np.rint(span / LOTS[kind]), 1)
        side = np.maximum(span, 1) / count
        index = np.floor(place / side)
        numbers.append(index.astype(np.int64))
        within.append((place / side - index).astype(np.float32))
        sides.append(side.astype(np.float32))
    return _number(block, *numbers), within[0], within[1], sides


def _water(rng: np.random.Generator, shape: tuple[int, int]) -> Flags:
    """Flood a coast, a creek, a lake or nothing."""
    what = rng.random()
    if what < 0.4:
        return np.zeros(shape, dtype=bool)
    row, column = np.indices(shape, dtype=np.float32)
    rough = 22 * fractal(rng, shape, 180, 6, 0.5)
    turn = rng.uniform(0, 2 * np.pi)
    middle = [side * rng.uniform(0.2, 0.8) for side in shape]
    ramp = np.cos(turn) * (column - middle[1]) + np.sin(turn) * (row - middle[0])
    if what < 0.65:
        return np.asarray(ramp + rough > rng.uniform(20, 0.35 * min(shape)))
    if what < 0.85:
        bent = ramp + 3 * rough
        return np.asarray(np.abs(bent) < rng.uniform(14, 34))
    lake = np.hypot(row - middle[0], column - middle[1]) + rough
    return np.asarray(lake < rng.uniform(0.09, 0.2) * min(shape))


def _build(rng: np.random.Generator, plan: Plan, sides: list[Field]) -> Plan:
    """Put buildings and pools on the lots that are dry and off the roads."""
    taken = np.zeros(TABLE, dtype=bool)
    taken[plan.lot[plan.water]] = True
    lower, upper = rng.uniform(0.08, 0.22, (2, 2, TABLE))
    # A wing is left out of one corner of every third building.
    notch = np.where(rng.random(TABLE) < 0.35, rng.uniform(0.3, 0.6, TABLE), 0.0)
    corner = rng.integers(0, 2, (2, TABLE))
    near = []
    parts = []
    for place, side, low, high, end in zip(
        (plan.across, plan.down), sides, lower, upper, corner, strict=True
    ):
        start, stop = low[plan.lot], 1 - high[plan.lot]
        part = (place - start) / (stop - start)
        parts.append(np.where(end[plan.lot] == 1, part, 1 - part))
        near.append(np.minimum(place - start, stop - place) * side)
    rim = np.minimum(*near)
    cut = notch[plan.lot]
    wing = (parts[0] < cut) & (parts[1] < cut)
    chance = rng.random(TABLE)
    stands = (chance[plan.lot] < BUILT[plan.kind]) & ~taken[plan.lot]
    clear = plan.street > plan.verge + 3
    inside = (rim > 0) & ~wing & stands & clear
    low, high = HEIGHTS[plan.kind].transpose(2, 0, 1)
    height = low + (high - low) * rng.random(TABLE)[plan.lot] ** 2
    pool = rng.random(TABLE) < 0.22
    centre = (0.14, 0.3)
    basin = np.hypot(plan.across - centre[0], (plan.down - centre[1]) * 0.6) < 0.1
    basin &= pool[plan.lot] & stands & (plan.kind == HOUSES) & clear & ~inside
    return replace(
        plan,
        height=np.where(inside, height, 0).astype(np.float32),
        rim=_inwards(inside),
        water=plan.water | basin,
    )


def _inwards(inside: Flags) -> Field:
    """Distance of each pixel of a building from its wall."""
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance, dtype=np.float32)


def _plant(rng: np.random.Generator, plan: Plan) -> Plan:
    """Grow lawns in parks, and trees there, along streets and in gardens."""
    shape = plan.water.shape
    rough = fractal(rng, shape, 26, 5, 0.7)
    lawn = (plan.kind == PARK) & (rough > -0.5)
    lawn |= (fractal(rng, shape, 150, 6, 0.6) > 2.0) & (plan.kind == EMPTY)
    wanted = np.full(shape, 0.02)
    wanted[plan.kind == HOUSES] = 0.25
    wanted[plan.kind == PARK] = 1.0
    beside = (plan.street > plan.verge) & (plan.street < plan.verge + 5)
    wanted[beside & (plan.kind != SITE)] = 0.9
    crowns = np.zeros(shape, dtype=np.uint8)
    count = int(rng.uniform(0.0012, 0.0045) * crowns.size)
    at = rng.integers(0, shape, (count, 2))
    for (row, column), radius, chance in zip(
        at.tolist(), rng.gamma(4.0, 0.8, count), rng.random(count), strict=True
    ):
        if chance < wanted[row, column]:
            size = int(16 * min(radius + 1, 7))
            centre = (column * 16, row * 16)
            cv2.circle(crowns, centre, size, 255, -1, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(crowns, (0, 0), 1.0).astype(np.float32) / 255
    crown = soft + 0.16 * fractal(rng, shape, 5, 3, 0.8) > 0.55
    free = ~plan.water & ~plan.building
    trees = ((lawn & ~plan.road) | crown) & free
    return replace(plan, trees=trees)
