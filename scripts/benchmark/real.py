"""Sections of real scans, read once by every method and kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmark import peers
from benchmark.cache import Cache
from benchmark.cases import Sheet
from benchmark.definitions import OWN
from benchmark.methods import (
    OURS,
    Columns,
    Method,
    Reading,
    Readings,
    chosen_methods,
    methods,
)
from veernet.axes import Floats
from veernet.digitise import digitise
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
    readings
        By method and mnemonic, row by row.
    """

    registration: Registration
    readings: dict[str, Readings]

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
        column = self.readings[method][mnemonic].column
        return spec.scale.value_at((column - left) / (right - left))

    def same_ink(self, method: str, mnemonic: str) -> float:
        """Share of the rows read that lie on another curve as the method read it."""
        columns = {}
        for track in self.registration.tracks:
            edges = self.registration.edges_at(track, self.rows)
            for spec in track.curves:
                column = self.readings[method][spec.mnemonic].column
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


def read_section(
    path: str,
    folder: Path,
    engine: Engine,
    kept: Cache,
    only: Sequence[str] | None = None,
) -> Section:
    """Read a section with every method, or only some; its scan lies in ``scans``.

    What a method without a network is told of where the curves begin comes from this
    tool's own reading.
    """
    file = place(path, folder)
    (registration,) = load_registrations(file)
    picture = folder / "scans" / str(registration.image)
    known = chosen_methods(methods(engine.spec.confidence), only)
    return read_kept(picture, file, registration, engine, known, kept)


def read_kept(
    picture: Path,
    file: Path,
    registration: Registration,
    engine: Engine,
    known: Mapping[str, Method],
    kept: Cache,
    guide: Columns | None = None,
) -> Section:
    """Read a section with every method of which the cache holds no reading.

    Parameters
    ----------
    picture, file, registration
        The scan, and its registration with the file that it came from.
    engine
        As for ``digitise``.
    known
        The methods, this tool among them.
    kept
        Where readings are kept, method by method.
    guide
        The truth, where it is known.
    """
    files = sha256(picture), sha256(file)
    # Without the truth, methods are told what the tool has read.
    stores = {
        name: (kept.for_method(name) if guide else kept).arrays("section", *files, name)
        for name in known
    }
    stored = {name: store.read() for name, store in stores.items()}
    found = {n: _unpacked(arrays) for n, arrays in stored.items() if arrays is not None}
    missing = {name: method for name, method in known.items() if name not in found}
    if missing:
        scan = open_scan(picture, registration.page)
        ours = found.get(OURS)
        if guide is None and ours:
            guide = {mnemonic: reading.column for mnemonic, reading in ours.items()}
        for name, read in read_all(scan, registration, engine, missing, guide).items():
            found[name] = read
            stores[name].write(_packed(read))
    return Section(registration, {name: found[name] for name in known})


def read_all(
    scan: Scan,
    registration: Registration,
    engine: Engine,
    known: Mapping[str, Method],
    guide: Columns | None = None,
) -> dict[str, Readings]:
    """Read every panel of a section with every method.

    Parameters
    ----------
    scan, registration, engine
        As for ``digitise``.
    known
        The methods, this tool first.
    guide
        The truth, or what this tool has read, where either is known.

    Returns
    -------
    dict
        Readings by method.
    """
    found: dict[str, Readings] = {name: {} for name in known}
    if OURS in known:
        found[OURS] = read_ours(scan, registration, engine)
        if guide is None:
            guide = {name: reading.column for name, reading in found[OURS].items()}
    others = {name: method for name, method in known.items() if name != OURS}
    if not others:
        return found
    coloured = any(name.startswith("colour") for name in others)
    tinted = _tints(scan, registration) if coloured else None
    for panel in panels(scan, registration):
        names = [spec.mnemonic for spec in panel.curves]
        unknown = {n: np.full(panel.image.shape[0], np.nan) for n in names}
        tints = next(tinted) if tinted else {}
        sheet = Sheet(registration, panel, guide or unknown, tints)
        evidence = segment(panel, engine)
        for name, method in others.items():
            found[name].update(method(sheet, evidence))
    return found


def read_ours(scan: Scan, registration: Registration, engine: Engine) -> Readings:
    """Read a section with this tool, as its users do."""
    return {
        trace.mnemonic: Reading(
            trace.column, np.where(np.isfinite(trace.column), trace.confidence, 0.0)
        )
        for trace in digitise(scan, registration, engine).traces
    }


def has_colours(registration: Registration) -> bool:
    """Whether any curve is registered with a colour."""
    return any(c.colour for t in registration.tracks for c in t.curves)


def _packed(readings: Readings) -> dict[str, Floats]:
    """Return readings as arrays by what they are and mnemonic, joined by a colon."""
    return {
        f"{part}:{mnemonic}": getattr(reading, part)
        for mnemonic, reading in readings.items()
        for part in Reading._fields
    }


def _unpacked(arrays: Mapping[str, Floats]) -> Readings:
    """Return the readings that were packed."""
    start = f"{Reading._fields[0]}:"
    names = [key.removeprefix(start) for key in arrays if key.startswith(start)]
    return {n: Reading(*(arrays[f"{p}:{n}"] for p in Reading._fields)) for n in names}


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
