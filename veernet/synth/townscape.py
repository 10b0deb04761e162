"""What a generated town looks like from above: its colours, shadows and light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Grey
from veernet.synth.town import TABLE, Field, Flags, Plan, fractal

BUILDING, LAND, ROAD, VEGETATION, WATER, UNLABELLED = range(6)

"""Classes, in the order of the Dubai set."""

Colours = NDArray[np.float32]

ROOFS = np.array(
    [
        [0.93, 0.92, 0.9],
        [0.8, 0.79, 0.77],
        [0.79, 0.69, 0.55],  # of the tone of sand
        [0.66, 0.42, 0.33],
        [0.45, 0.45, 0.47],
        [0.56, 0.62, 0.68],
    ]
)
ROOF_SHARES = (0.3, 0.22, 0.22, 0.1, 0.1, 0.06)


@dataclass(frozen=True)
class Town:
    """What the views of one town share: the light, the ground and the streets' bearing.

    Parameters
    ----------
    bearing
        Of the streets, in radians.
    sun
        (down, across) unit vector in which shadows fall.
    sand, asphalt, leaves, sea
        RGB, 0 to 1.
    """

    bearing: float
    sun: tuple[float, float]
    sand: Floats
    asphalt: Floats
    leaves: Floats
    sea: Floats


def draw_town(rng: np.random.Generator) -> Town:
    """Draw what the views of one town share."""
    turn = rng.uniform(0, 2 * np.pi)

    def near(colour: tuple[float, float, float], spread: float) -> Floats:
        tone = np.array(colour) * (1 + spread * rng.standard_normal())
        return np.clip(tone + 0.3 * spread * rng.standard_normal(3), 0.03, 0.95)

    return Town(
        bearing=float(rng.uniform(0, np.pi / 2)),
        sun=(float(np.sin(turn)), float(np.cos(turn))),
        sand=near((0.78, 0.68, 0.54), 0.07),
        asphalt=near((0.44, 0.44, 0.45), 0.1),
        leaves=near((0.27, 0.36, 0.19), 0.12),
        sea=near((0.16, 0.34, 0.38), 0.15),
    )


def paint(
    rng: np.random.Generator, town: Town, plan: Plan, mask: NDArray[np.int64]
) -> Colours:
    """Colour what the plan shows, in the light of the town, (rows, columns, 3)."""
    shape = mask.shape[0], mask.shape[1]
    fine = fractal(rng, shape, 3, 2)
    clumps = fractal(rng, shape, 14, 4)
    broad = fractal(rng, shape, 110, 5)
    # Tracks of cars on open ground: where a rough field is nearly level at a height.
    tracks = np.abs(fractal(rng, shape, 90, 3) - 0.4) < 0.03
    land = _tone(town.sand, 0.07 * broad + 0.03 * clumps + 0.03 * fine + 0.06 * tracks)
    tint = _tone(town.leaves, 0.2 * clumps + 0.2 * fine)
    layers = {
        LAND: land,
        ROAD: _asphalt(rng, town, plan, fine),
        VEGETATION: tint,
        WATER: _sea(town, plan, clumps, fine),
        BUILDING: _roofs(rng, plan, fine),
        UNLABELLED: _site(rng, town, clumps, fine),
    }
    picture = np.zeros((*shape, 3), dtype=np.float32)
    for index, layer in layers.items():
        here = mask == index
        picture[here] = layer[here]
    dark = _shadow(plan, town) & (mask != WATER)
    picture[dark] *= np.array([0.42, 0.45, 0.52], dtype=np.float32)
    return picture


def _tone(colour: Floats, change: Field) -> Colours:
    """Return a colour that is lighter by so many parts, (rows, columns, 3)."""
    return np.asarray(colour * (1 + change)[..., None], dtype=np.float32)


def _site(rng: np.random.Generator, town: Town, clumps: Field, fine: Field) -> Colours:
    """Churned soil with slabs of concrete, heaps and what lies about on a site."""
    soil = _tone(town.sand * (0.72, 0.68, 0.66), 0.2 * clumps + 0.12 * fine)
    slab = fractal(rng, fine.shape, 34, 3) > 0.7
    soil[slab] = _tone(np.full(3, 0.62), 0.05 * fine)[slab]
    heap = fractal(rng, fine.shape, 9, 2) > 1.2
    soil[heap] *= np.float32(1.35)
    goods = fractal(rng, fine.shape, 7, 1) > 1.9
    soil[goods] = [0.72, 0.42, 0.2] if rng.random() < 0.5 else [0.25, 0.38, 0.6]
    return soil


def _asphalt(rng: np.random.Generator, town: Town, plan: Plan, fine: Field) -> Colours:
    """Asphalt with kerbs, lines on wide roads, and cars."""
    road = _tone(town.asphalt, 0.04 * fine + 0.05 * fractal(rng, fine.shape, 60, 3))
    kerb = np.abs(plan.street - plan.verge) < 0.9
    road[kerb] = 0.5 * road[kerb] + 0.35
    line = (plan.verge > 5) & (plan.street < 0.7)
    line |= (plan.verge > 8) & (np.abs(plan.street - plan.verge / 2) < 0.5)
    road[line] = 0.4 * road[line] + 0.5
    lanes = np.argwhere(np.abs(plan.street - 0.45 * plan.verge) < 0.5)
    if len(lanes):
        count = int(rng.poisson(len(lanes) / 60))
        for row, column in lanes[rng.integers(len(lanes), size=count)].tolist():
            # Each lies along one of the two bearings of the streets.
            turn = np.degrees(town.bearing) + 90 * int(rng.integers(2))
            box = cv2.boxPoints(((column, row), (5.0, 2.4), float(turn)))
            shade = [
                float(c)
                for c in rng.choice([0.12, 0.6, 0.92]) + rng.uniform(-0.1, 0.1, 3)
            ]
            cv2.fillPoly(road, [np.rint(box).astype(np.int32)], shade)
    return road


def _sea(town: Town, plan: Plan, clumps: Field, fine: Field) -> Colours:
    """Water that is lighter in the shallows; small basins are turquoise."""
    depth = cv2.distanceTransform(plan.water.astype(np.uint8), cv2.DIST_L2, 5)
    water = _tone(town.sea, 0.04 * clumps + 0.03 * fine)
    shallow = np.exp(-depth / 9.0)[..., None].astype(np.float32)
    shelf = (0.6 * town.sea + 0.4 * np.array([0.45, 0.66, 0.62])).astype(np.float32)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        plan.water.astype(np.uint8), connectivity=8
    )
    small = np.zeros(count, dtype=bool)
    small[1:] = stats[1:, cv2.CC_STAT_AREA] < 120
    water += 0.5 * shallow * (shelf - water)
    water[small[labels]] = [0.33, 0.68, 0.74]
    return water


def _roofs(rng: np.random.Generator, plan: Plan, fine: Field) -> Colours:
    """Flat roofs with a parapet and boxes, and gables of which one half is darker."""
    shades = ROOFS[rng.choice(len(ROOFS), TABLE, p=ROOF_SHARES)]
    shades = np.clip(shades * (1 + 0.08 * rng.standard_normal((TABLE, 1))), 0.1, 1)
    roof = _tone(np.ones(3), 0.02 * fine) * shades[plan.lot].astype(np.float32)
    gable = (rng.random(TABLE) < 0.35)[plan.lot]
    side = np.where(rng.random(TABLE)[plan.lot] < 0.5, plan.across, plan.down) < 0.5
    roof[gable & side] *= np.float32(0.8)
    rim = ~gable & (plan.rim > 0) & (plan.rim < 1.6)
    roof[rim] = np.minimum(roof[rim] * 1.15 + 0.03, 1)
    box = rng.uniform(0.3, 0.7, (2, TABLE))[:, plan.lot]
    there = np.maximum(np.abs(plan.across - box[0]), np.abs(plan.down - box[1])) < 0.06
    roof[there & ~gable] *= np.float32(0.7)
    return roof.astype(np.float32)


def _shadow(plan: Plan, town: Town) -> Flags:
    """Where buildings and trees keep the sun off the ground."""
    low = np.where(plan.trees, 2.0, 0.0).astype(np.float32)
    height = np.maximum(plan.height, low)
    dark = np.zeros(height.shape, dtype=bool)
    for step in range(1, int(height.max(initial=0)) + 1):
        matrix = np.array([[1, 0, step * town.sun[1]], [0, 1, step * town.sun[0]]])
        moved = cv2.warpAffine(
            height, matrix, height.shape[::-1], flags=cv2.INTER_NEAREST
        )
        # What is as high as the ray is at that place lies in the light again.
        dark |= moved - step > np.where(plan.building, plan.height, 0)
    return dark & ~plan.trees


def draw_beyond(rng: np.random.Generator, shape: tuple[int, int]) -> Flags:
    """Cut a corner off every sixth view: it lies beyond the strip that was flown."""
    if rng.random() > 1 / 6:
        return np.zeros(shape, dtype=bool)
    row, column = np.indices(shape)
    turn = rng.uniform(0, 2 * np.pi)
    ramp = np.cos(turn) * (column - shape[1] / 2) + np.sin(turn) * (row - shape[0] / 2)
    return np.asarray(ramp > np.quantile(ramp, rng.uniform(0.9, 0.98)))


def photograph(rng: np.random.Generator, picture: Colours, beyond: Flags) -> Grey:
    """Lens, haze, exposure and noise, to 8 bits."""
    sharp = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 0.9)))
    haze = rng.uniform(0.0, 0.12)
    light = rng.uniform(0.85, 1.1) * (1 + 0.02 * rng.standard_normal(3))
    seen = (1 - haze) * sharp * light + haze * np.array([0.72, 0.76, 0.8])
    seen += rng.uniform(0.008, 0.025) * rng.standard_normal(picture.shape)
    seen[beyond] = 0
    return np.asarray(np.rint(255 * np.clip(seen, 0, 1)), dtype=np.uint8)
