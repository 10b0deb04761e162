"""A small log drawn on paper, with its registration and truth, for end-to-end tests."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

ROWS, COLUMNS = 700, 320
TOP, ROWS_PER_FOOT = 40, 10

REGISTRATION = """\
image: well.png
section: main
depth:
  unit: ft
  points:
    - {row: 40, depth: 1000}
    - {row: 640, depth: 1060}
step: 0.5
well: {WELL: TEST 1}
tracks:
  - name: T1
    left: 20
    right: 300
    curves:
      - {mnemonic: GR, unit: GAPI, left: 0, right: 140, scale: linear}
"""


def truth(depth: np.ndarray) -> np.ndarray:
    """Gamma ray in GAPI at depths in ft."""
    along = np.asarray(depth) - 1000
    return 70 + 35 * np.sin(along / 4.0) + 8 * np.sin(along / 1.1)


def draw(folder: Path) -> tuple[Path, Path]:
    """Write well.png and well.yaml, and return their paths."""
    rows = np.arange(ROWS)
    columns = 20 + 2 * truth(1000 + (rows - TOP) / ROWS_PER_FOOT)
    image = np.full((ROWS, COLUMNS), 255, dtype=np.uint8)
    points = np.round(np.stack([columns, rows], axis=1) * 16).astype(np.int32)
    cv2.polylines(image, [points[:, None]], False, 0, 2, cv2.LINE_AA, shift=4)
    scan, registration = folder / "well.png", folder / "well.yaml"
    cv2.imwrite(str(scan), image)
    registration.write_text(REGISTRATION)
    return scan, registration
