"""Whole files or none: what is written takes its name only when it is complete."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path

from veernet import leftovers
from veernet.errors import InputError

_Written = dict[Path, tuple[Path, int]]
"""By its temporary name, the target of a file and the descriptor that holds it."""

_SET: ContextVar[_Written | None] = ContextVar("veernet_files", default=None)
_GONE: ContextVar[set[Path]] = ContextVar("veernet_gone")


@contextmanager
def together() -> Iterator[None]:
    """Let all files that a block writes take their names at its end, as a set.

    If the block raises, or the run is killed in it, none of them is there and all old
    ones are. A run killed among the renamings has them finished by the next run.
    """
    if _SET.get() is not None:
        yield
        return
    written: _Written = {}
    gone: set[Path] = set()
    token, other = _SET.set(written), _GONE.set(gone)
    try:
        yield
        _rename(written, gone)
    finally:
        _SET.reset(token)
        _GONE.reset(other)
        for temporary in list(written):
            _let_go(written, temporary)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a temporary name beside a file, which takes the file's place at the end.

    A run that is killed, or a body that raises, leaves the old file or none, never half
    of a new one. Within `together` it takes its place with the others.

    Parameters
    ----------
    path
        The file to write; its folder must exist. A link is followed, so that the file
        it points at is replaced and the link stays.

    Yields
    ------
    Path
        An empty file in the same folder, with the same suffix, to be written.

    Raises
    ------
    InputError
        If nothing can be written at that place.
    """
    with together():
        target = check_writable(path)
        temporary = leftovers.temporary_name(target)
        written = _SET.get()
        assert written is not None
        written[temporary] = target, _create(temporary, path)
        try:
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            yield temporary
            leftovers.flush(temporary)
        except BaseException:
            _let_go(written, temporary)
            raise


def _rename(written: _Written, gone: Iterable[Path]) -> None:
    """Let files take their names, with no signal between the first and the last.

    What is to go goes last.
    """
    folders: dict[Path, list[leftovers.Move]] = {}
    for temporary, (target, _) in written.items():
        folders.setdefault(target.parent, []).append((temporary, target))
    with _undisturbed(), ExitStack() as lists:
        if len(written) > 1:
            for moves in folders.values():
                lists.enter_context(leftovers.noted(moves))
        for folder, moves in folders.items():
            for temporary, target in moves:
                temporary.replace(target)
            leftovers.flush(folder)
        for path in gone:
            path.unlink(missing_ok=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C and a request to end back until a block is done, where that goes."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _let_go(written: _Written, temporary: Path) -> None:
    """Remove a temporary file, if it has not taken its name, and end its lock."""
    _, descriptor = written.pop(temporary)
    temporary.unlink(missing_ok=True)
    os.close(descriptor)


def check_writable(path: Path) -> Path:
    """Return where a path leads in the end, if a file can be written there.

    Raises
    ------
    InputError
        If it is a folder, a device or a pipe, its folder does not exist or may not be
        written to, or its links lead round in a circle.
    """
    place = destination(path)
    if place.is_dir():
        msg = f"{path} is a folder: name a file to write"
        raise InputError(msg)
    if place.exists() and not place.is_file():
        msg = f"{path} is a device or a pipe: name a file to write"
        raise InputError(msg)
    if not place.parent.is_dir():
        msg = f"the folder of {path} does not exist: make it first"
        raise InputError(msg)
    if not os.access(place.parent, os.W_OK):
        msg = f"{path} cannot be written: its folder is not yours to write to"
        raise InputError(msg)
    return place


def check_places(
    outputs: Iterable[Path], inputs: Iterable[Path] = (), *, overwrite: bool = True
) -> None:
    """Refuse files that cannot be written, or that would replace what is needed.

    What killed runs left in the folders of the outputs is cleared.

    Parameters
    ----------
    outputs
        Files to be written, together.
    inputs
        Files that they are made from.
    overwrite
        Whether an output may be there already.

    Raises
    ------
    InputError
        If the folder of an output does not exist or cannot be written to, an output is
        a folder, a device or an input, two outputs are one, or one is there that may
        not be written over.
    """
    taken = {destination(path): "it is read" for path in inputs}
    for path in outputs:
        place = destination(path)
        if place in taken:
            msg = f"{path} cannot be written: {taken[place]}: give it another name"
            raise InputError(msg)
        taken[check_writable(path)] = "another output has that name"
        leftovers.clear(place.parent)
        if not overwrite:
            check_new(path)


def check_new(path: Path) -> None:
    """Refuse a file that is there.

    Raises
    ------
    InputError
        If it is there.
    """
    if path.exists():
        msg = f"{path} is there: give another name, or --overwrite to write over it"
        raise InputError(msg)


def new_folder(folder: Path, *, overwrite: bool = True) -> None:
    """Make a folder for many files, and clear what killed runs left in it.

    Raises
    ------
    InputError
        If it holds files already that may not be written over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    leftovers.clear(folder)
    if not overwrite and any(folder.iterdir()):
        msg = (
            f"{folder} holds files: name another, or overwrite=true to write over them"
        )
        raise InputError(msg)


def check_readable(path: Path) -> None:
    """Refuse what is no file; a pipe or a device would be waited for without end.

    Raises
    ------
    InputError
        If there is no such file, or it is a folder, a device or a pipe.
    """
    if path.is_file():
        return
    if path.is_dir():
        msg = f"{path} cannot be read: it is a folder: name a file"
    elif path.exists():
        msg = f"{path} cannot be read: it is a device or a pipe: name a file"
    else:
        msg = f"there is no file {path}: check the path"
    raise InputError(msg)


def remove(path: Path) -> None:
    """Let a file go; within `together`, when the new ones have taken their names."""
    with together():
        _GONE.get().add(path)


def destination(path: Path) -> Path:
    """Return where a path leads in the end, its links followed."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        msg = f"{path}: its links lead round in a circle: name a file"
        raise InputError(msg) from error


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, its line ends as they are, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    check_readable(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stamp_of(path: Path) -> tuple[int, ...]:
    """Return what changes with a file: its size, its time, and which file it is."""
    stated = path.stat()
    return stated.st_size, stated.st_mtime_ns, stated.st_ino


def check_unchanged(path: Path, stamp: tuple[int, ...]) -> None:
    """Refuse a file that is not as it was when its stamp was taken.

    Raises
    ------
    InputError
        If it has changed, or is gone.
    """
    if not path.is_file() or stamp_of(path) != stamp:
        msg = (
            f"{path} changed while it was read: wait until it is saved, then try again"
        )
        raise InputError(msg)


def _create(temporary: Path, path: Path) -> int:
    """Make and hold the temporary file of a path."""
    try:
        return leftovers.hold(temporary)
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}"
        raise InputError(msg) from error
