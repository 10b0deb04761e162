"""What was done already, so that a run goes on where another ended.

Results are kept under the hash of all that they depend on: the definition of the set,
the numbers of the network, and the code that reads and scores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import veernet
from benchmark.methods import OURS, PERFECT, WITH_NETWORK
from veernet.axes import Floats
from veernet.files import replacing, sha256
from veernet.weights import SUFFIXES, weights_file, weights_stem

READERS = (
    *("cases", "confidence", "methods", "peers", "perfect", "real", "scoring"),
    "stability",
)
"""Modules beside this one that results depend on."""

LEFT_OUT = ("training", "losses", "model", "weights", "synth")
"""Parts of the package that readings do not depend on but through the weights."""

TRACER = "trace"
"""The part that only methods with a network depend on."""

DRAWING = "synth"
"""The part that draws strips."""


@dataclass(frozen=True)
class Cache:
    """A folder of results.

    Parameters
    ----------
    folder
        Made if need be.
    network, reading, drawing
        Hashes of the weights, and of the code that reads pages and that draws them.
    simple
        Hash of the code that reads pages, without the tracer.
    """

    folder: Path
    network: str
    reading: str
    drawing: str
    simple: str

    def for_method(self, name: str) -> Cache:
        """Return the cache of a method that is told of the truth where to begin.

        One that sees no network needs no tracer either, and is not run again where the
        tracer has changed.
        """
        traced = name in (OURS, *PERFECT, *WITH_NETWORK)
        return self if traced else replace(self, reading=self.simple)

    def lines(self, *parts: object) -> Lines:
        """Return the results of a set that has many: one JSON document a line."""
        return Lines(self._path("jsonl", *parts))

    def arrays(self, *parts: object) -> Arrays:
        """Return the readings of a section: arrays by name."""
        return Arrays(self._path("npz", *parts))

    def _path(self, suffix: str, *parts: object) -> Path:
        key = digest([digest(part) for part in (*parts, self.network, self.reading)])
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{key[:24]}.{suffix}"


@dataclass(frozen=True)
class Lines:
    """Results that come one at a time; a line that was cut short is done again."""

    path: Path

    def read(self) -> dict[int, Any]:
        """Return what is there by its index."""
        found: dict[int, Any] = {}
        if self.path.is_file():
            for line in self.path.read_text("utf-8").splitlines():
                try:
                    index, document = json.loads(line)
                except json.JSONDecodeError:
                    continue
                found[index] = document
        return found

    def append(self, index: int, document: object) -> None:
        """Add a result."""
        with self.path.open("a", encoding="utf-8") as stream:
            # The line before may have been cut short.
            stream.write("\n" + json.dumps([index, document], allow_nan=False))


@dataclass(frozen=True)
class Arrays:
    """Arrays by name, written at once."""

    path: Path

    def read(self) -> dict[str, Floats] | None:
        """Return what is there, None if there is nothing."""
        if not self.path.is_file():
            return None
        with np.load(self.path) as found:
            return {name: found[name] for name in found.files}

    def write(self, arrays: dict[str, Floats]) -> None:
        """Write them, whole or not at all."""
        with replacing(self.path) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]


def open_cache(folder: Path, weights: Path | None) -> Cache:
    """Open the cache of a network with the code as it is."""
    stem = weights_stem(weights)
    files = [weights_file(stem, suffix) for suffix in SUFFIXES]
    network = digest([sha256(path) for path in files if path.is_file()])
    package = Path(veernet.__file__).parent
    parts = [
        path
        for path in sorted(package.rglob("*.py"))
        if not set(path.relative_to(package).parts) & set(LEFT_OUT)
    ]
    own = [Path(__file__).with_name(f"{name}.py") for name in READERS]
    simple = [p for p in parts if TRACER not in p.relative_to(package).parts]
    drawing = sorted((package / DRAWING).rglob("*.py"))
    return Cache(
        folder,
        network,
        reading=_hash([*parts, *own]),
        drawing=_hash(drawing),
        simple=_hash([*simple, *own]),
    )


def digest(value: object) -> str:
    """Return a hash of a definition, the same for the same fields."""
    plain = asdict(value) if is_dataclass(value) else value  # type: ignore[arg-type]
    text = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _hash(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()
