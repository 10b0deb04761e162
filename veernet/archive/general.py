"""Faults of the machine, and not of a log: the run stops at them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from veernet.archive.sources import is_remote

GENERAL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}
"""Errors that say nothing of a log: the disk is full, or may not be written."""


def raise_general(error: BaseException) -> None:
    """Raise again what says nothing of the log, if that lies behind an error."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in GENERAL:
            raise seen
        if isinstance(seen, OSError) and "No space left" in str(seen):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        seen = seen.__cause__ or seen.__context__


def gone_folder(address: str, others: Iterable[str]) -> str | None:
    """Return the folder of a file that is not there if it tells of a lost mount.

    Parameters
    ----------
    address
        Of the file.
    others
        Addresses of other logs of the plan. One that is there tells that somebody has
        taken away the folder of a well, and no more.

    Returns
    -------
    str
        The folder, gone or empty; None if it is neither, or others are there.
    """
    if is_remote(address):
        return None
    folder = Path(address).parent
    if folder.is_dir() and any(folder.iterdir()):
        return None
    there = any(not is_remote(one) and Path(one).is_file() for one in others)
    return None if there else str(folder)
