"""Keep finished runs of the study in small files, or go on from runs that were kept.

    python scripts/keep_runs.py runs/study/small data/study/small
    python scripts/keep_runs.py --restore data/study/small runs/study/small

The first packs every finished run of a folder, each into a file of its name. The second
makes folders of them again, so that a sweep passes over what they hold. What is there
already is left as it is. ``veernet report`` reads either kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from veernet.errors import InputError
from veernet.study.pack import SUFFIX, lacks, pack, unpack
from veernet.study.run import SCORED


def main(argv: Sequence[str] | None = None) -> None:
    """Pack or unpack what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--restore", action="store_true")
    options = parser.parse_args(argv)
    move = restore if options.restore else keep
    print(f"{options.target}: {move(options.source, options.target)} runs more")


def keep(runs: Path, target: Path) -> int:
    """Pack the finished runs that are not packed yet, and return how many."""
    if (runs / SCORED).is_file():
        msg = f"{runs} is a run itself: name the folder that it lies in"
        raise InputError(msg)
    found = 0
    for scored in sorted(runs.rglob(SCORED)):
        run = scored.parent.relative_to(runs)
        out = target / run.with_name(run.name + SUFFIX)
        if not out.exists() or lacks(out, runs / run):
            out.parent.mkdir(parents=True, exist_ok=True)
            pack(runs / run, out)
            found += 1
    return found


def restore(kept: Path, target: Path) -> int:
    """Unpack the runs that have no folder yet, and return how many."""
    found = 0
    for packed in sorted(kept.rglob(f"*{SUFFIX}")):
        run = target / packed.relative_to(kept).with_name(packed.stem)
        if not run.exists():
            unpack(packed, run)
            found += 1
    return found


if __name__ == "__main__":
    main()
