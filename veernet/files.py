"""Whole files or none: what is written takes its name only when it is complete."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from veernet.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a temporary name beside a file, which takes the file's place at the end.

    A run that is killed, or a body that raises, leaves the old file or none, never half
    of a new one.

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
    target = check_writable(path)
    temporary = target.with_name(f".veernet-{secrets.token_hex(8)}{target.suffix}")
    _create(temporary, path)
    try:
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        yield temporary
        _flush(temporary)
        temporary.replace(target)
        _flush(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> Path:
    """Return where a path leads in the end, if a file can be written there.

    Raises
    ------
    InputError
        If it is a folder, its folder does not exist or may not be written to, or its
        links lead round in a circle.
    """
    place = destination(path)
    if place.is_dir():
        msg = f"{path} is a folder: name a file to write"
        raise InputError(msg)
    if not place.parent.is_dir():
        msg = f"the folder of {path} does not exist: make it first"
        raise InputError(msg)
    if not os.access(place.parent, os.W_OK):
        msg = f"{path} cannot be written: its folder is not yours to write to"
        raise InputError(msg)
    return place


def check_places(outputs: Iterable[Path], inputs: Iterable[Path] = ()) -> None:
    """Refuse files that cannot be written, or that would replace what is needed.

    Parameters
    ----------
    outputs
        Files to be written, together.
    inputs
        Files that they are made from.

    Raises
    ------
    InputError
        If the folder of an output does not exist or cannot be written to, an output is
        a folder or an input, or two outputs are one.
    """
    taken = {destination(path): "it is read" for path in inputs}
    for path in outputs:
        place = destination(path)
        if place in taken:
            msg = f"{path} cannot be written: {taken[place]}: give it another name"
            raise InputError(msg)
        taken[check_writable(path)] = "another output has that name"


def numbered(path: Path, count: int) -> tuple[Path, ...]:
    """Return names of the parts of a file: ``NAME.1.png`` ..., or its own for one."""
    if count == 1:
        return (path,)
    return tuple(path.with_suffix(f".{k}{path.suffix}") for k in range(1, count + 1))


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
    if not path.is_file():
        msg = f"there is no file {path}: check the path"
        raise InputError(msg)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _create(temporary: Path, path: Path) -> None:
    """Make the temporary file, with the rights that any new file gets."""
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}"
        raise InputError(msg) from error


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
