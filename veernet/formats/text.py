"""Bytes, text and numbers of small files, for all readers of foreign formats."""

from __future__ import annotations

import re
from pathlib import Path

from veernet.errors import InputError
from veernet.files import check_readable
from veernet.yamldoc import LARGEST

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a registration file.

    Raises
    ------
    InputError
        If it cannot be read, is empty, or is so large that it must be the scan.
    """
    check_readable(path)
    try:
        if path.stat().st_size > LARGEST:
            msg = f"{path} is too large for a registration: is it the scan?"
            raise InputError(msg)
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}): name a registration file"
        raise InputError(msg) from error
    if not content.strip():
        msg = f"{path} is empty: name a registration file"
        raise InputError(msg)
    return content


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, in UTF-8 or, failing that, as Windows wrote it.

    Raises
    ------
    InputError
        If it cannot be read or is no text.
    """
    # Ctrl-Z ended the text files of old systems.
    content = read_bytes(path).rstrip(b"\x1a")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        msg = f"{path} is not text: is it the scan?"
        raise InputError(msg)
    found = re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        msg = f"{path}, line {line}: not text: is it the scan?"
        raise InputError(msg)
    return text.splitlines()


def as_number(text: str) -> float | None:
    """Return a finite decimal number, or None if the text is none."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) < float("inf") else None


def shown(value: float) -> str:
    """Return a number in the fewest digits that give it back: 250, 2575.5."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def listed(names: list[str], most: int = 8) -> str:
    """Return names as a person lists them, each once and no more than so many."""
    unique = list(dict.fromkeys(names))
    more = len(unique) - most
    return ", ".join(unique[:most]) + (f" and {more} more" if more > 0 else "")
