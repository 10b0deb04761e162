"""Pictures in several parts, as few viewers open one of a whole log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from veernet.files import remove


def numbered(path: Path, count: int) -> tuple[Path, ...]:
    """Return names of the parts of a file: ``NAME.1.png`` ..., or its own for one."""
    if count == 1:
        return (path,)
    return tuple(path.with_suffix(f".{k}{path.suffix}") for k in range(1, count + 1))


def earlier_parts(path: Path) -> Iterator[Path]:
    """Yield the files that lie where a file or parts of it would be written."""
    part = re.compile(rf"{re.escape(path.stem)}\.\d+{re.escape(path.suffix)}")
    if path.parent.is_dir():
        for there in sorted(path.parent.iterdir()):
            if there.name == path.name or part.fullmatch(there.name):
                yield there


def parts_of(path: Path, count: int) -> tuple[Path, ...]:
    """Return names for the parts of a file that is written anew.

    What an earlier one of another number of parts has left goes with the old files, so
    that none of it is taken for a part of the new one.
    """
    names = numbered(path, count)
    for there in earlier_parts(path):
        if there.is_file() and there.name not in {name.name for name in names}:
            remove(there)
    return names
