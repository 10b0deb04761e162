"""Keep finished runs of the study in one Parquet file for each sweep.

    python scripts/keep_runs.py runs/study/small data/study/small

A sweep of ``veernet train`` keeps its runs by itself, and its file can be copied; this
is for folders of runs whose file is gone, and for the zip files in which older code
kept one run each. A run goes into the file of the experiment that makes it; one that is
kept already is left as it is. ``veernet report`` reads folders and files alike.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from veernet.errors import InputError
from veernet.study.arms import arm_of
from veernet.study.kept import SUFFIX, add_runs, kept_files, kept_names
from veernet.study.parts import RUN, SCORED


def main(argv: Sequence[str] | None = None) -> None:
    """Keep what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args(argv)
    print(f"{options.target}: {keep(options.source, options.target)} runs more")


def keep(source: Path, target: Path) -> int:
    """Keep the finished runs that are not kept yet, and return how many."""
    if (source / SCORED).is_file():
        msg = f"{source} is a run itself: name the folder that it lies in"
        raise InputError(msg)
    files = kept_files(target, nested=False)
    known = {name for path in files for name in kept_names(path)}
    with TemporaryDirectory() as temporary:
        found = {path.parent.name: path.parent for path in source.rglob(SCORED)}
        for path in source.rglob("*.zip"):
            if path.stem not in {*found, *known}:
                found[path.stem] = _unpacked(path, Path(temporary) / path.stem)
        new = {name: run for name, run in found.items() if name not in known}
        by_file: dict[str, dict[str, Path]] = {}
        for name, run in sorted(new.items()):
            by_file.setdefault(_experiment(run), {})[name] = run
        for experiment, runs in by_file.items():
            add_runs(target / f"{experiment}{SUFFIX}", runs)
    return len(new)


def _experiment(run: Path) -> str:
    """Return the experiment that makes a run."""
    document = json.loads((run / RUN).read_text("utf-8"))
    labels, name = document["labels"], document["labels"]["optimizer"]
    base = document["settings"].get(f"rates.{name}", labels["lr"])
    stem = arm_of(labels, {(labels["loss"], name): base}).experiment.removesuffix(
        "_small"
    )
    return f"{stem}_{labels['profile']}"


def _unpacked(path: Path, run: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as file:
            file.extractall(run)
    except (OSError, zipfile.BadZipFile) as error:
        msg = f"{path} cannot be unpacked: {error}"
        raise InputError(msg) from error
    return run


if __name__ == "__main__":
    main()
