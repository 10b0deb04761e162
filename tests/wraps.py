"""A track in which a curve wraps, drawn with its grid, for the tests of wraps."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from tests.panels import MARGIN, curve, evidence, panel
from veernet.records import Evidence

ROWS, WIDTH = 240, 200
AT = np.arange(float(ROWS))


def peak(height):
    """Return unfolded columns of a curve with one peak, in track widths from 0."""
    return MARGIN + WIDTH * (0.6 + (height - 0.6) * np.exp(-(((AT - 125) / 14) ** 2)))


def inked(columns):
    """Return a track's ink, (rows, columns) of 255, of a curve that wraps."""
    ink = np.zeros((ROWS, WIDTH + 2 * MARGIN + 1), dtype=np.uint8)
    for count in range(-1, 4):
        line = np.stack([columns - count * WIDTH, AT], axis=1)
        cv2.polylines(ink, [np.rint(line).astype(np.int32)], False, 255, 2)
    ink[:, : MARGIN - 1] = ink[:, MARGIN + WIDTH + 2 :] = 0
    return ink


def drawn(columns, unseen):
    """Return a panel of a curve that wraps, and evidence without some of its ink."""
    one = panel([curve(wraps=True)], ROWS, WIDTH)
    ink = inked(columns)
    image = 255 - ink
    image[::20] = 0  # depth lines
    image[:, MARGIN - 1 : MARGIN + 2] = 0  # edges
    image[:, MARGIN + WIDTH - 1 : MARGIN + WIDTH + 2] = 0
    image[:, MARGIN + 20 : MARGIN + WIDTH : 20] = 0  # uprights
    seen = evidence(one, []).maps
    seen[0] = np.where(unseen, ink // 8, ink)
    return replace(one, image=image), Evidence(seen, evidence(one, []).lines)


def nowhere():
    return np.zeros((ROWS, WIDTH + 2 * MARGIN + 1), dtype=bool)
