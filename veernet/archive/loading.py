"""What a worker loads once, and each of its children finds loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from veernet.archive.records import ArchiveSettings
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.digitise import digitise
from veernet.engines import Engine, load_engine
from veernet.files import sha256
from veernet.records import CurveSpec, Grey, Registration, Scan, Track
from veernet.weights import SUFFIXES, weights_file, weights_stem

ROWS, COLUMNS = 400, 260
WIDTH = 200
"""Columns between the edges of the track."""


@dataclass(frozen=True)
class Loaded:
    """What a worker holds, and each of its children finds loaded.

    Parameters
    ----------
    engine
        The network.
    settings
        Of the run.
    weights, weights_sha256
        Their file, for provenance.
    """

    engine: Engine
    settings: ArchiveSettings
    weights: str
    weights_sha256: str


def load(settings: ArchiveSettings, threads: int) -> Loaded:
    """Load the network, and compile what a log will need, once for a worker."""
    weights = None if settings.weights is None else Path(settings.weights)
    engine = load_engine(
        weights,
        settings.engine,  # type: ignore[arg-type]
        threads=threads,
    )
    stem = weights_stem(weights)
    numbers = [weights_file(stem, suffix) for suffix in SUFFIXES[1:]]
    path = next((one for one in numbers if one.is_file()), numbers[0])
    loaded = Loaded(engine, settings, path.name, sha256(path))
    # Read once here, what is compiled for it every child finds compiled.
    digitise(*small_page(), engine)
    engine.rest()
    return loaded


def small_page() -> tuple[Scan, Registration]:
    """Draw two curves that cross, in solid and dashes, and register them."""
    rows = np.arange(ROWS)
    page: Grey = np.full((ROWS, COLUMNS), 255, np.uint8)
    swing = 70 * np.sin(rows / 30.0)
    for sign, drawn in ((1, rows >= 0), (-1, rows % 20 < 12)):
        middle = np.round(30 + WIDTH / 2 + sign * swing).astype(int)
        for off in (0, 1, 2):
            page[rows[drawn], middle[drawn] + off] = 0
    scale = Scale("linear", 0, 1)
    curves = CurveSpec("A", "", scale), CurveSpec("B", "", scale, line="long-dash")
    edges = (Edge((0.0,), (30.0,)), Edge((0.0,), (30.0 + WIDTH,)))
    depth = DepthAxis("ft", (DepthPoint(5, 0), DepthPoint(ROWS - 5.0, 39)))
    return Scan.from_array(page), Registration(
        "main", depth, (Track("T", *edges, curves),)
    )
