"""Which registration files belong to which scans, by their names."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from veernet.errors import InputError

SUFFIXES = (".yaml", ".yml")


def own_registrations(scans: pd.DataFrame, folder: Path | None) -> NDArray[np.object_]:
    """Return the registration files of each scan, one a line; empty if it has none.

    Parameters
    ----------
    scans
        With ``address``, and ``registration`` where a manifest tells it.
    folder
        Holds NAME.yaml, or several NAME.SECTION.yaml, for NAME.tif. Where scans in
        several folders have one name, the file is in a folder of the same name.

    Raises
    ------
    InputError
        If there is no such folder, or it holds no YAML.
    """
    faults = (
        scans["registration"].fillna("").astype(str).to_numpy(object)
        if "registration" in scans
        else np.full(len(scans), "", dtype=object)
    )
    if folder is None:
        return faults
    files = _files(folder)
    if not files:
        msg = f"{folder} holds no .yaml: name the folder of the registrations"
        raise InputError(msg)
    places = [PurePosixPath(str(one)) for one in scans["address"]]
    scans_of: dict[str, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        scans_of[place.stem].append(index)
    found: dict[int, list[str]] = defaultdict(list)
    for file in files:
        for index in _those_of(file, scans_of, places):
            found[index].append(str(file))
    for index, paths in found.items():
        if not faults[index]:
            faults[index] = "\n".join(sorted(paths))
    return faults


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        msg = f"there is no folder {folder}: name that of the registrations"
        raise InputError(msg)
    return [
        Path(where).absolute() / name
        for where, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(SUFFIXES)
    ]


def _those_of(
    file: Path, scans_of: dict[str, list[int]], places: list[PurePosixPath]
) -> list[int]:
    """Return which scans a registration file is of: well.5in.yaml is of well.tif."""
    stem = file.stem
    while stem not in scans_of:
        stem, dot, _ = stem.rpartition(".")
        if not dot:
            return []
    several = scans_of[stem]
    if len(several) == 1:
        return several
    return [i for i in several if places[i].parent.name == file.parent.name]
