"""Generated sets that are drawn once and kept on disk, for studies of many runs.

A strip takes about as long to draw as a small network takes to learn from it; a study
that shows the same set to hundreds of networks draws it once.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from torch.utils.data import Dataset
from tqdm import tqdm

from veernet.errors import InputError
from veernet.files import write_text
from veernet.synth.dataset import GeneratedDataset, Sample, to_sample

Arrays = dict[str, NDArray[Any]]

ARRAYS = ("image", "mask", "columns", "curve_class", "edges")
"""What is kept of each strip, one array a file, strips first."""


class KeptDataset(Dataset[Sample]):
    """The samples of a generated dataset, read from disk.

    Parameters
    ----------
    folder
        That :func:`keep` wrote.
    """

    def __init__(self, folder: Path) -> None:
        files = {name: folder / f"{name}.npy" for name in ARRAYS}
        # Mapped, so that processes share one copy and a set may exceed memory.
        self.arrays = {name: np.load(f, mmap_mode="r") for name, f in files.items()}

    def __len__(self) -> int:
        return len(self.arrays["image"])

    def __getitem__(self, index: int) -> Sample:
        image, mask, columns, curve_class, edges = (
            self.arrays[name][index] for name in ARRAYS
        )
        classes = curve_class.tolist()
        return to_sample(image, mask, columns, classes, len(classes), edges)


def keep(dataset: GeneratedDataset, folder: Path, workers: int = 2) -> KeptDataset:
    """Draw a whole generated dataset into a folder, or take it from there.

    Parameters
    ----------
    dataset
        What is drawn, of a stated length, all strips of one size.
    folder
        Of kept sets; each has a folder of its own, named by the hash of all that it
        depends on, the code that draws it included.
    workers
        Processes that draw; 0 draws in this one.

    Raises
    ------
    InputError
        If the set takes shapes from LAS files, which its name would not tell.
    """
    if dataset.shapes is not None:
        msg = "a set with shapes from LAS files cannot be kept: draw it afresh"
        raise InputError(msg)
    own = folder / digest(dataset)
    own.mkdir(parents=True, exist_ok=True)
    with FileLock(own / "lock"):
        if not (own / "set.json").is_file():
            _draw(dataset, own, workers)
    return KeptDataset(own)


def digest(dataset: GeneratedDataset) -> str:
    """Return the hash of all that the samples of a dataset depend on."""
    described = json.dumps(_description(dataset), sort_keys=True)
    found = hashlib.sha256(described.encode())
    for path in _drawing_code():
        found.update(path.read_bytes())
    return found.hexdigest()[:24]


@cache
def _drawing_code() -> tuple[Path, ...]:
    """Return the files of this package that a sample is drawn by, sorted.

    They are what the dataset imports, and what that imports, wherever in the package.
    """
    package = Path(__file__).parents[1]
    found: set[Path] = set()
    waiting = ["veernet.synth.dataset"]
    while waiting:
        parts = waiting.pop().split(".")[1:]
        stem = package.joinpath(*parts)
        named = (stem.with_suffix(".py"), stem / "__init__.py")
        for path in {path for path in named if path.is_file()} - found:
            found.add(path)
            waiting += _imported(path)
    return tuple(sorted(found))


def _imported(path: Path) -> Iterator[str]:
    """Return what a file imports of this package, names of modules among others."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # A name that is imported from a package may be a module of it.
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [node.module, *inner]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "veernet")


def _description(dataset: GeneratedDataset) -> dict[str, object]:
    return {
        "recipe": asdict(dataset.recipe),
        "length": dataset.length,
        "seed": dataset.seed,
        "stream": dataset.stream,
        "label_width": dataset.label_width,
        "bridge_gaps": dataset.bridge_gaps,
        "classes": dataset.classes,
        "blank": dataset.blank,
    }


def _arrays(dataset: GeneratedDataset, index: int) -> Arrays:
    image, mask, strip = dataset.drawn(index)
    classes = [dataset.classes[line] for line in strip.lines]
    return {
        "image": image,
        "mask": mask,
        "columns": strip.columns.astype(np.float32),
        "curve_class": np.array(classes, dtype=np.int64),
        "edges": strip.edges.astype(np.float32),
    }


def _draw(dataset: GeneratedDataset, folder: Path, workers: int) -> None:
    whole: dict[str, np.memmap[Any, Any]] = {}
    strips = tqdm(_drawn(dataset, workers), "drawing", len(dataset), disable=None)
    for index, arrays in enumerate(strips):
        for name, array in arrays.items():
            if name not in whole:
                shape = (len(dataset), *array.shape)
                whole[name] = np.lib.format.open_memmap(
                    folder / f"{name}.npy", "w+", array.dtype, shape
                )
            whole[name][index] = array
    for kept in whole.values():
        kept.flush()
    write_text(folder / "set.json", json.dumps(_description(dataset), indent=2))


def _drawn(dataset: GeneratedDataset, workers: int) -> Iterator[Arrays]:
    draw = partial(_arrays, dataset)
    if not workers:
        yield from map(draw, range(len(dataset)))
        return
    # Forked processes would inherit the threads of torch, and hang.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(draw, range(len(dataset)), chunksize=16)
