"""Notes that are added to a log: labels with arrows, stamps, handwriting."""

from __future__ import annotations

import cv2
import numpy as np

from veernet.axes import Floats
from veernet.synth.clutter import NAMES, draw_word, letter, stamp
from veernet.synth.ink import Ink, stroke
from veernet.synth.layout import Layout
from veernet.synth.texture import cloud

HANDS = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
REMARKS = (
    "O.K.",
    "see core",
    "DST 2",
    "tight",
    "gas",
    "Top",
    "good show",
    "swc",
    "perf",
)
STAMPS = ("RECEIVED", "COPY", "CONFIDENTIAL", "FILE", "CORRECTED", "FIELD PRINT")
MARKS = ("FR GR", "FR", "TD", "CSG", "LOGGERS TD", "REPEAT", "SCALE CHANGE", "DRIFT")


def ink_arrow_labels(
    rng: np.random.Generator, canvas: Ink, layout: Layout, columns: Floats
) -> None:
    """Name one curve or a few with a word beside it and an arrow, or a line, to it.

    Parameters
    ----------
    rng, canvas, layout
        Where draws come from; the paper, changed in place; the frame.
    columns : (curves, rows) float
        Where the curves are; NaN where they are not drawn.
    """
    for _ in range(int(rng.integers(1, 4))):
        if not len(columns):
            return
        row = int(rng.integers(layout.rows))
        column = float(columns[int(rng.integers(len(columns))), row])
        if not 0 <= column < layout.columns:
            continue
        name = NAMES[int(rng.integers(len(NAMES)))].strip("<->")
        size = float(rng.uniform(0.4, 0.9)) * layout.scale
        sprite = letter(name, cv2.FONT_HERSHEY_SIMPLEX, size, int(rng.integers(1, 3)))
        boxed = rng.random() < 0.3
        if boxed:
            sprite[[0, -1]] = 1.0
            sprite[:, [0, -1]] = 1.0
        side = 1 if rng.random() < 0.5 else -1
        off = column + side * rng.uniform(8, 70) * layout.scale
        base = row + rng.uniform(-40, 40) * layout.scale
        corner = off if side > 0 else off - sprite.shape[1]
        stamp(canvas, sprite, round(base - sprite.shape[0] / 2), round(corner))
        stroke(
            canvas,
            np.array([base, float(row)]),
            np.array([off, column]),
            float(rng.uniform(0.8, 2.0)),
        )
        if rng.random() < 0.7:
            _ink_head(canvas, (base, off), (float(row), column), 5.0 * layout.scale)


def _ink_head(
    canvas: Ink, tail: tuple[float, float], tip: tuple[float, float], size: float
) -> None:
    """Ink an arrow's head at the tip, both (row, column)."""
    run = np.array(tip) - np.array(tail)
    length = np.hypot(*run)
    if length < 1:
        return
    back = np.array(tip) - run / length * 1.6 * size
    aside = np.array([-run[1], run[0]]) / length * 0.6 * size
    corners = np.stack([np.array(tip), back + aside, back - aside])[:, ::-1]
    cv2.fillConvexPoly(canvas, np.rint(corners).astype(np.int32), 1.0, cv2.LINE_8)


def _rotated(sprite: Ink, degrees: float, lean: float) -> Ink:
    """Turn and lean a small picture about its middle, on a larger one."""
    rows, columns = sprite.shape
    reach = int(0.5 * np.hypot(rows, columns)) + 2
    rotation = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
    rotation[0, 1] += lean
    rotation[:, 2] += (reach - columns / 2, reach - rows / 2)
    rotated = cv2.warpAffine(sprite, rotation, (2 * reach, 2 * reach))
    return np.asarray(rotated, dtype=np.float32)


def ink_handwriting(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Write a number or a remark by hand, perhaps underlined or ringed."""
    if rng.random() < 0.6:
        text = str(int(rng.integers(10, 9999)))
    else:
        text = REMARKS[int(rng.integers(len(REMARKS)))]
    size = float(rng.uniform(0.6, 1.7)) * layout.scale
    hand = HANDS[int(rng.integers(len(HANDS)))]
    sprite = letter(text, hand, size, int(rng.integers(1, 4)))
    kind = rng.random()
    if kind < 0.25:
        sprite[-2:] = 1.0
    elif kind < 0.35:
        middle = (sprite.shape[1] // 2, sprite.shape[0] // 2)
        cv2.ellipse(sprite, middle, (middle[0] - 1, middle[1] - 1), 0, 0, 360, 1.0, 2)
    rotated = _rotated(sprite, float(rng.normal(0, 12)), float(rng.normal(0, 0.25)))
    rotated *= np.float32(rng.uniform(0.5, 1.0))
    row, column = rng.integers(-30, layout.rows), rng.integers(-60, layout.columns - 20)
    stamp(canvas, rotated, int(row), int(column))


def ink_stamp(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Stamp a word in a frame, askew and in patches, across whatever is there."""
    text = STAMPS[int(rng.integers(len(STAMPS)))]
    size = float(rng.uniform(0.8, 1.6)) * layout.scale
    word = letter(text, cv2.FONT_HERSHEY_DUPLEX, size, int(rng.integers(2, 4)))
    sprite: Ink = np.pad(word, 8)
    thick = int(rng.integers(1, 4))
    if rng.random() < 0.7:
        cv2.rectangle(
            sprite, (1, 1), (sprite.shape[1] - 2, sprite.shape[0] - 2), 1.0, thick
        )
    rotated = _rotated(sprite, float(rng.normal(0, 15)), 0.0)
    patches = cloud(rng, rotated.shape, int(rng.integers(3, 8)))
    rotated *= np.clip(1.6 * patches + rng.uniform(-0.2, 0.4), 0, 1)
    row, column = rng.integers(-60, layout.rows - 20), rng.integers(-90, layout.columns)
    stamp(canvas, rotated * np.float32(rng.uniform(0.5, 1)), int(row), int(column))


def ink_mark_line(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Rule a line across the track, with a word: a first reading, a change of scale."""
    row = float(rng.uniform(0, layout.rows))
    left, right = layout.edges[:, int(row)]
    spill = rng.uniform(0, 20)
    ends = np.array([left - spill, right + spill])
    stroke(canvas, np.full(2, row), ends, float(rng.uniform(1.0, 3.0)))
    if rng.random() < 0.5:
        sprite = draw_word(rng, layout.scale)
    else:
        text = f"{MARKS[int(rng.integers(len(MARKS)))]} {int(rng.integers(500, 15000))}"
        sprite = letter(text, cv2.FONT_HERSHEY_SIMPLEX, 0.6 * layout.scale, 2)
    column = int(rng.uniform(max(left, 0), max(min(right, layout.columns), 1)))
    stamp(canvas, sprite, int(row) - sprite.shape[0] - 1, column)


def ink_scribble(rng: np.random.Generator, canvas: Ink, layout: Layout) -> None:
    """Ink a hand's writing: a looping stroke some letters long."""
    count = int(rng.integers(12, 60))
    turns = np.cumsum(rng.normal(0, 0.9, count))
    size = rng.uniform(3, 9)
    rows = rng.uniform(0, layout.rows) + np.cumsum(np.sin(turns)) * size
    columns = rng.uniform(0, layout.columns) + np.cumsum(np.cos(turns) + 0.3) * size
    lift = rng.random(count) < 0.08
    rows[lift] = np.nan
    stroke(canvas, rows, columns, rng.uniform(1.0, 3.5), darkness=rng.uniform(0.5, 1))
