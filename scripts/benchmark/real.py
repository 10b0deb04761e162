"""Sections of real scans, read once by every method and kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmark import peers
from benchmark.cache import Cache
from benchmark.cases import Sheet
from benchmark.definitions import OWN
from benchmark.methods import OURS, Columns, Method, methods
from veernet.axes import Floats
from veernet.engines import Engine
from veernet.evaluate import LINE_WIDTH
from veernet.files import sha256
from veernet.records import Grey, Panel, Registration, Scan
from veernet.rectify import panels
from veernet.registration import load_registrations
from veernet.scan import open_scan
from veernet.segment import segment

VARIABLE = "VEERNET_REAL"
"""Names the private folder."""


@dataclass(frozen=True)
class Section:
    """A section of a scan, as every method read it.

    Parameters
    ----------
    registration
        Where its tracks, depths and scales lie.
    columns
        By method and mnemonic, (rows,) unfolded columns of the page, NaN where unread.
    """

    registration: Registration
    columns: dict[str, Columns]

    @property
    def rows(self) -> Floats:
        """(rows,) registered rows."""
        return np.arange(*self.registration.row_range, dtype=np.float64)

    @property
    def depth(self) -> Floats:
        """(rows,) depth."""
        return self.registration.depth.depth_at(self.rows)

    def value(self, method: str, mnemonic: str) -> Floats:
        """(rows,) value of a curve as a method read it, NaN where unread."""
        track, spec = self.registration.curve(mnemonic)
        left, right = self.registration.edges_at(track, self.rows)
        column = self.columns[method][mnemonic]
        return spec.scale.value_at((column - left) / (right - left))

    def same_ink(self, method: str, mnemonic: str) -> float:
        """Share of the rows read that lie on another curve as the method read it."""
        columns = {}
        for track in self.registration.tracks:
            edges = self.registration.edges_at(track, self.rows)
            for spec in track.curves:
                column = self.columns[method][spec.mnemonic]
                columns[spec.mnemonic] = folded(column, edges, wraps=spec.wraps)
        own = columns.pop(mnemonic)
        if not columns or not np.isfinite(own).any():
            return 0.0
        away = np.abs(np.stack(list(columns.values())) - own)
        return float(
            np.sum(np.any(away <= LINE_WIDTH, axis=0)) / np.isfinite(own).sum()
        )

    def width(self, mnemonic: str) -> float:
        """Columns of a curve's track, in the mean."""
        track, _ = self.registration.curve(mnemonic)
        left, right = self.registration.edges_at(track, self.rows)
        return float(np.mean(right - left))


def folded(column: Floats, edges: tuple[Floats, Floats], *, wraps: bool) -> Floats:
    """Return unfolded columns as those where the ink is."""
    left, right = edges
    return left + np.mod(column - left, right - left) if wraps else column


def real_folder() -> Path | None:
    """Return the private folder, None where there is none."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def place(path: str, folder: Path) -> Path:
    """Return a file of the private folder, or one beside this module."""
    if path.startswith(OWN):
        return Path(__file__).with_name(path.removeprefix(OWN))
    return folder / path


def read_section(path: str, folder: Path, engine: Engine, kept: Cache) -> Section:
    """Read a section with every method; its scan lies in ``scans``.

    What a method without a network is told of where the curves begin comes from this
    tool's own reading.
    """
    file = place(path, folder)
    (registration,) = load_registrations(file)
    picture = folder / "scans" / str(registration.image)
    arrays = kept.arrays("section", sha256(picture), sha256(file))
    found = arrays.read()
    if found is None:
        scan = open_scan(picture, registration.page)
        known = methods(engine.spec.confidence)
        found = read_all(scan, registration, engine, known)
        arrays.write(found)
    return Section(registration, by_method(found))


def read_all(
    scan: Scan,
    registration: Registration,
    engine: Engine,
    known: dict[str, Method],
    guide: Columns | None = None,
) -> dict[str, Floats]:
    """Read every panel of a section with every method.

    Parameters
    ----------
    scan, registration, engine
        As for ``digitise``.
    known
        The methods, this tool first.
    guide
        The truth, where it is known.

    Returns
    -------
    dict
        (rows,) unfolded columns of the page by method and mnemonic, joined by a colon.
    """
    found: dict[str, Floats] = {}
    tinted = _tints(scan, registration) if "colour centroid" in known else None
    for panel in panels(scan, registration):
        names = [spec.mnemonic for spec in panel.curves]
        unknown = {n: np.full(panel.image.shape[0], np.nan) for n in names}
        tints = next(tinted) if tinted else {}
        sheet = Sheet(registration, panel, guide or unknown, tints)
        evidence = segment(panel, engine)
        for name, method in known.items():
            columns = method(sheet, evidence)
            if guide is None and name == OURS:
                sheet = Sheet(registration, panel, columns, tints)
            found.update({f"{name}:{n}": column for n, column in columns.items()})
    return found


def by_method(arrays: dict[str, Floats]) -> dict[str, Columns]:
    """Return readings by method and mnemonic."""
    found: dict[str, Columns] = {}
    for key, column in arrays.items():
        method, mnemonic = key.split(":", 1)
        found.setdefault(method, {})[mnemonic] = column
    return found


def _tints(scan: Scan, registration: Registration) -> Iterator[dict[str, Grey]]:
    """Return, panel by panel, where the picture has the colour of each curve."""
    colours = sorted(
        {c.colour for t in registration.tracks for c in t.curves if c.colour}
    )
    seen = [panels(_tinted(scan, colour), registration) for colour in colours]
    for each in zip(*seen, strict=True):
        by_colour: dict[str, Panel] = dict(zip(colours, each, strict=True))
        yield {
            spec.mnemonic: by_colour[spec.colour].image
            for spec in each[0].curves
            if spec.colour
        }


def _tinted(scan: Scan, colour: str) -> Scan:
    """Return a scan that shows where another has a colour."""

    def read(start: int, stop: int) -> Grey:
        return peers.tint_of(scan.read_colour(start, stop), colour)

    return Scan(scan.info, read)


@lru_cache(maxsize=1)
def say_skipped() -> None:
    """Say once that there is no private folder."""
    print(f"real sets are skipped: {VARIABLE} names no folder")
