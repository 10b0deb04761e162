"""A page as tall as logs are, with ten curves and a reading of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.export import Provenance, write_traces
from veernet.files import sha256
from veernet.records import CurveSpec, Registration, Trace, Track
from veernet.registration import save_registrations

COLUMNS = 1700
TOP = 200
"""Rows above the first and below the last depth point."""


def make_page(scan: Path, rows: int) -> None:
    """Draw ten curves in three tracks, bilevel and packed as scanners pack it."""
    rng = np.random.default_rng(7)
    bounds = ((40, 540, 3), (640, 1140, 4), (1160, 1660, 3))
    page = np.full((rows, COLUMNS), True)
    page[::40, 40:1660] = False
    traces, tracks = [], []
    row = np.arange(TOP, rows - TOP, dtype=np.int64)
    for place, (left, right, count) in enumerate(bounds):
        page[:, [left, right]] = False
        specs = []
        for number in range(count):
            walk = np.cumsum(rng.normal(0, 1.2, row.size))
            walk -= np.convolve(walk, np.ones(4001) / 4001, "same")
            middle = left + (number + 1) * (right - left) / (count + 1)
            column = np.clip(middle + walk, left + 4, right - 4)
            for beside in (-1, 0, 1):
                page[row, np.rint(column).astype(int) + beside] = False
            confidence = np.where(rng.random(row.size // 50 + 1) < 0.1, 0.5, 0.95)
            confidence = np.repeat(confidence, 50)[: row.size]
            name = f"C{place + 1}{number + 1}"
            origin = np.ones(row.size, np.uint8)
            traces.append(Trace(name, row, column, confidence, origin))
            specs.append(CurveSpec(name, "UNIT", Scale("linear", 0, 100)))
        edges = Edge((0.0,), (left,)), Edge((0.0,), (right,))
        tracks.append(Track(f"T{place + 1}", *edges, tuple(specs)))
    Image.fromarray(page).save(scan, compression="group4", dpi=(200, 200))
    last = rows - TOP - 1
    points = DepthPoint(TOP, 1000), DepthPoint(last, 1000 + (last - TOP) / 20)
    registration = Registration("main", DepthAxis("ft", points), tuple(tracks))
    save_registrations(scan.with_suffix(".yaml"), registration)
    made = Provenance(scan=scan.name, scan_sha256=sha256(scan))
    write_traces(scan.with_suffix(".parquet"), traces, registration, made)
