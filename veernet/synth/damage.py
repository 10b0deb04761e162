"""Damage of paper and by scanners: folds, floods of toner, torn edges, streaks, bands.

All of it comes over a picture that is already scanned, and none of it moves ink. What
would hide most of a curve is left out: nobody could read it there.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Grey
from veernet.synth.texture import cloud, grain

Area = NDArray[np.bool_]

HIDDEN = 0.3
"""Share of a curve's rows, inside the strip, that one damage may cover at most."""


def damage(
    rng: np.random.Generator, image: Grey, columns: Floats, severity: float
) -> Grey:
    """Damage a scan, each way at its share.

    Parameters
    ----------
    rng
        Where every draw comes from.
    image : (rows, columns) uint8
        As scanned, 0 black, 255 white; not changed.
    columns : (curves, rows) float
        True columns, NaN where not drawn: no damage hides more than a part of a curve.
    severity
        Factor on the share of every damage.

    Returns
    -------
    (rows, columns) uint8
        Two tones stay two.
    """
    image = image.copy()
    tones = np.sort(image[::4, ::4], axis=None)
    paper, black = tones[int(0.8 * tones.size)], tones[0]
    for share, way in DAMAGES:
        if rng.random() < share * severity:
            area, dark = way(rng, image.shape)
            if hidden(area, columns) <= HIDDEN:
                image[area] = black if dark else paper
    return image


def hidden(area: Area, columns: Floats) -> float:
    """Return the largest share of a curve's rows in the strip that an area covers."""
    most = 0.0
    for column in columns:
        rows = np.flatnonzero(np.isfinite(column))
        at = np.rint(column[rows]).astype(np.intp)
        inside = (at >= 0) & (at < area.shape[1])
        if np.count_nonzero(inside) >= 20:
            most = max(most, float(area[rows[inside], at[inside]].mean()))
    return most


def fold_bar(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Darken a band across the strip: dense in its middle, grain towards its sides."""
    rows, columns = shape
    area = np.zeros(shape, dtype=bool)
    height = int(np.exp(rng.uniform(np.log(4), np.log(40))))
    top = int(rng.integers(-height // 2, rows))
    start, stop = max(top, 0), min(top + height, rows)
    across = np.abs(np.arange(start, stop) - top - height / 2) / (height / 2)
    dense = rng.uniform(-0.3, 2.0) - rng.uniform(0.8, 2.5) * across**2
    along = 1.2 * (cloud(rng, (1, columns), int(rng.integers(2, 7)))[0] - 0.5)
    texture = grain(rng, (stop - start, columns))
    area[start:stop] = texture < dense[:, None] + along[None, :]
    return area, True


def lost_band(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Bleach a band across the strip, ragged at its sides: a page's end, a bad copy."""
    rows, columns = shape
    height = rng.uniform(3, 40)
    top = rng.uniform(-height / 2, rows)
    ragged = rng.uniform(0.5, 5.0) * grain(rng, (2, columns))
    at = np.arange(rows)[:, None]
    area = (at > top + ragged[0]) & (at < top + height + ragged[1])
    if rng.random() < 0.5:
        area &= grain(rng, shape) < rng.uniform(-0.5, 2.0)
    return area, False


def toner_flood(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Flood a patch with toner, solid inside and in specks around."""
    field = cloud(rng, shape, int(rng.integers(2, 6)))
    level = float(np.quantile(field[::8, ::8], rng.uniform(0.86, 0.99)))
    depth = (field - level) * rng.uniform(6, 30)
    rough = grain(rng, shape) * rng.uniform(0.1, 0.8)
    return np.asarray(depth + rough > 0.4), True


def torn_edge(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Tear a side off: beyond it the scanner saw its lid, white or black."""
    rows, columns = shape
    reach = rng.uniform(4, 0.3 * columns)
    coarse = cloud(rng, (rows, 1), int(rng.integers(2, 6)))[:, 0]
    fine = grain(rng, (rows, 1))[:, 0] * rng.uniform(0.3, 2.5)
    tear = reach * (1.6 * coarse - 0.5) + fine
    area = np.arange(columns)[None, :] < tear[:, None]
    return (area if rng.random() < 0.5 else area[:, ::-1]), bool(rng.random() < 0.4)


def dark_streaks(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Draw hair lines down the strip, as dirt on the glass does, whole or in dots."""
    area = np.zeros(shape, dtype=bool)
    for _ in range(int(rng.integers(1, 6))):
        column = int(rng.integers(shape[1]))
        width = int(rng.choice([1, 1, 1, 2, 3]))
        part = area[:, column : column + width]
        kept = rng.uniform(-1.0, 3.0)
        part |= grain(rng, (shape[0], 1)) < kept
        if rng.random() < 0.3:
            start, stop = np.sort(rng.integers(0, shape[0] + 1, 2))
            part[:start] = False
            part[stop:] = False
    return area, True


def white_streak(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Blank a stripe down the strip, where the scanner was blind."""
    area = np.zeros(shape, dtype=bool)
    column = int(rng.integers(shape[1]))
    area[:, column : column + int(rng.choice([1, 2, 3, 6, 12, 18]))] = True
    return area, False


def halftone(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Sow a patch of a shaded page as a screen of dots, where a threshold met grey."""
    rows, columns = shape
    pitch = float(rng.uniform(2.5, 6.0))
    at, across = np.arange(rows)[:, None], np.arange(columns)[None, :]
    screen = np.sin(2 * np.pi * at / pitch) * np.sin(2 * np.pi * across / pitch)
    patch = cloud(rng, shape, int(rng.integers(1, 5)))
    light = np.quantile(patch[::8, ::8], rng.uniform(0.5, 0.95))
    level = 1.02 - np.clip(4 * (patch - light), 0, 1) * rng.uniform(0.1, 0.8)
    return np.asarray(screen + 0.15 * grain(rng, shape) > level), True


def scratches(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Area, bool]:
    """Scratch the film or fold the sheet along slanted lines, white or black."""
    canvas = np.zeros(shape, dtype=np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        start = (int(rng.integers(shape[1])), int(rng.integers(shape[0])))
        angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(20, 400)
        stop = (
            int(start[0] + length * np.cos(angle)),
            int(start[1] + length * np.sin(angle)),
        )
        cv2.line(canvas, start, stop, 1, int(rng.integers(1, 3)))
    return np.asarray(canvas > 0), bool(rng.random() < 0.4)


DAMAGES = (
    (0.06, fold_bar),
    (0.05, lost_band),
    (0.025, toner_flood),
    (0.03, torn_edge),
    (0.08, dark_streaks),
    (0.03, white_streak),
    (0.02, halftone),
    (0.03, scratches),
)
"""Share of the scans that suffer each damage, and what it covers in which tone."""
