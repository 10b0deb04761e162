"""How much of a reading hangs on what should not matter: noise, and the engine.

The maps of a network are kept in 8 bits, so that a step of one level is the least that
two engines, or two machines, may differ by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.cache import Cache
from benchmark.definitions import EnginesSet, StabilitySet
from benchmark.real import place
from veernet.engines import Engine, EngineName, load_engine
from veernet.errors import InputError
from veernet.evaluate import LINE_WIDTH
from veernet.files import sha256
from veernet.network import ConfidenceTable
from veernet.records import Evidence, Panel, TracedPath
from veernet.rectify import panels
from veernet.registration import load_registrations
from veernet.scan import open_scan
from veernet.segment import segment
from veernet.trace import Costs, Followed, follow_paths, name_curves

EXACT = "OpenVINO, exact"

ENGINES: dict[str, tuple[EngineName, bool]] = {
    EXACT: ("openvino", True),
    "OpenVINO": ("openvino", False),
    "ONNX Runtime": ("onnx", False),
}
"""Engines on a processor, and whether in single precision throughout; the first is what
the others are held against."""


@dataclass(frozen=True)
class Change:
    """How the reading of a curve changed with something that should not matter.

    Parameters
    ----------
    test, change, section, curve
        What changed, and which curve it is.
    rows
        Of the section.
    moved
        Share of them that moved by more than 3 px.
    flipped
        Share of them that were read before and not after, or the other way round.
    """

    test: str
    change: str
    section: str
    curve: str
    rows: int
    moved: float
    flipped: float


def run_stability(
    given: StabilitySet, folder: Path, engine: Engine, kept: Cache
) -> list[Change]:
    """Trace sections again from maps with noise of a level or so."""
    found: list[Change] = []
    words = f"noise of {given.noise} in 255"
    for section in given.sections:
        file, picture = _files(section, folder)
        key = sha256(picture), sha256(file), given.noise, given.seed
        lines = kept.lines("stability", *key)
        done = lines.read()
        if not done:
            rng = np.random.default_rng(given.seed)
            before, after = [], []
            for panel, evidence in _seen(file, picture, engine):
                noisy = perturbed(evidence, given.noise, rng)
                before.append(follow_paths(panel, evidence, Costs()))
                after.append(follow_paths(panel, noisy, Costs()))
            confidence = engine.spec.confidence
            one, other = (_named_paths(each, confidence) for each in (before, after))
            changes = compare(one, other, given.name, words, section)
            done = {0: [asdict(change) for change in changes]}
            lines.append(0, done[0])
        found += _named(done[0], given.name)
    return found


def run_engines(
    given: EnginesSet, folder: Path, weights: Path | None, kept: Cache
) -> list[Change]:
    """Read sections with every engine that is installed, and hold them together."""
    found: list[Change] = []
    for section in given.sections:
        file, picture = _files(section, folder)
        lines = kept.lines("engines", sha256(picture), sha256(file))
        done = lines.read()
        if not done:
            paths = {name: _read(file, picture, name, weights) for name in ENGINES}
            changes = [
                change
                for name, read in paths.items()
                if name != EXACT and read and paths[EXACT]
                for change in compare(paths[EXACT], read, given.name, name, section)
            ]
            done = {0: [asdict(change) for change in changes]}
            lines.append(0, done[0])
        found += _named(done[0], given.name)
    return found


def perturbed(evidence: Evidence, noise: int, rng: np.random.Generator) -> Evidence:
    """Return evidence with noise of at most so many levels on its maps and centre."""

    def add(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        steps = rng.integers(-noise, noise + 1, levels.shape, dtype=np.int16)
        return np.asarray(np.clip(levels + steps, 0, 255), dtype=np.uint8)

    centre = None if evidence.centre is None else add(evidence.centre)
    return replace(evidence, maps=add(evidence.maps), centre=centre)


def compare(
    before: Sequence[TracedPath],
    after: Sequence[TracedPath],
    test: str,
    change: str,
    section: str,
) -> list[Change]:
    """Compare two readings of a panel, curve by curve."""
    found = []
    for one, other in zip(before, after, strict=True):
        away = np.abs(one.column - other.column)
        flipped = np.isfinite(one.column) != np.isfinite(other.column)
        found.append(
            Change(
                test,
                change,
                Path(section).stem,
                one.mnemonic,
                away.size,
                float(np.mean(away > LINE_WIDTH)),
                float(np.mean(flipped)),
            )
        )
    return found


def _read(
    file: Path, picture: Path, name: str, weights: Path | None
) -> list[TracedPath]:
    """Read a section with an engine, nothing with a note if it cannot run."""
    kind, exact = ENGINES[name]
    try:
        engine = load_engine(weights, kind, exact=exact)
    except InputError as error:
        print(f"engine {name} is left out: {error}")
        return []
    followed = [
        follow_paths(panel, evidence, Costs())
        for panel, evidence in _seen(file, picture, engine)
    ]
    return _named_paths(followed, engine.spec.confidence)


def _named_paths(
    followed: Sequence[Sequence[Followed]], confidence: ConfidenceTable | None
) -> list[TracedPath]:
    """Name the paths of a section at once, as the tool does."""
    return list(chain(*name_curves(followed, confidence=confidence)))


def _seen(
    file: Path, picture: Path, engine: Engine
) -> Iterator[tuple[Panel, Evidence]]:
    """Yield every panel of a section, and what a network sees in it."""
    (registration,) = load_registrations(file)
    for panel in panels(open_scan(picture, registration.page), registration):
        yield panel, segment(panel, engine)
        engine.rest()


def _files(section: str, folder: Path) -> tuple[Path, Path]:
    """Return the registration of a section, and its scan."""
    file = place(section, folder)
    (registration,) = load_registrations(file)
    return file, folder / "scans" / str(registration.image)


def _named(documents: list[dict[str, Any]], test: str) -> list[Change]:
    return [Change(**{**document, "test": test}) for document in documents]
