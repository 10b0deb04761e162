"""Temporary files beside outputs: who holds them, and what becomes of those left over.

A file that is being written has a hidden name in the folder of its target and is locked
by the run that writes it. A lock ends with its process, so the next run sees what a
killed one left, and clears it. A set of files is renamed after a list of the renamings
is on the disk: a run killed among them has them finished by the next.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no such locks: there a leftover stays
    fcntl = None

PREFIX = ".veernet-"
MOVES = ".moves"
"""Suffix of the list of renamings."""

_OURS = re.compile(r"\.veernet-[0-9a-f]{16}(\.[^/]*)?")

Move = tuple[Path, Path]
"""A temporary file, and the name in the same folder that it is to have."""


def temporary_name(target: Path, suffix: str | None = None) -> Path:
    """Return a new hidden name beside a file, with its suffix unless one is given."""
    ending = target.suffix if suffix is None else suffix
    return target.with_name(f"{PREFIX}{secrets.token_hex(8)}{ending}")


def hold(temporary: Path) -> int:
    """Make an empty file with the rights that any new file gets, and lock it.

    Returns
    -------
    int
        Descriptor that holds the lock until it is closed.

    Raises
    ------
    OSError
        If the file cannot be made.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    descriptor = os.open(temporary, flags, 0o666)
    if fcntl is not None:
        # Some network shares know no locks: what is left there is then not cleared.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


@contextmanager
def noted(moves: Sequence[Move]) -> Iterator[None]:
    """Keep the list of renamings in one folder on the disk while they are done."""
    _, target = moves[0]
    listed = temporary_name(target, MOVES)
    descriptor = hold(listed)
    try:
        names = [[temporary.name, target.name] for temporary, target in moves]
        listed.write_text(json.dumps(names), encoding="utf-8")
        os.fsync(descriptor)
        yield
    finally:
        listed.unlink(missing_ok=True)
        os.close(descriptor)


def clear(folder: Path) -> None:
    """Finish or remove what killed runs left in a folder; what is held stays."""
    if fcntl is None:
        return
    with suppress(OSError):
        found = [path for path in folder.iterdir() if _OURS.fullmatch(path.name)]
        for path in sorted(found, key=lambda path: path.suffix != MOVES):
            # Without rights to a file of somebody else's run it stays.
            with suppress(OSError):
                _clear_one(path)


def _clear_one(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert fcntl is not None
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Nobody else may have us rename files.
        if path.suffix == MOVES and os.fstat(descriptor).st_uid == os.geteuid():
            _finish(path)
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _finish(listed: Path) -> None:
    """Finish the renamings of a list, unless any of its temporary files is held."""
    try:
        names = json.loads(listed.read_text(encoding="utf-8"))
        moves = [(str(temporary), str(target)) for temporary, target in names]
    except ValueError:  # killed while the list was written: nothing was renamed
        return
    for temporary, target in moves:
        plain = os.path.basename(target) == target  # noqa: PTH119 - a name alone
        if not (plain and _OURS.fullmatch(temporary)):
            continue
        source = listed.with_name(temporary)
        if source.is_file():
            source.replace(listed.with_name(target))


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
