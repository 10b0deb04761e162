"""What is wrong with the machine, and not with a log: the run stops for it."""

from __future__ import annotations

import errno
import os
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


def gone_folder(address: str) -> str | None:
    """Return the folder of a file that is not there if that is gone as well."""
    if is_remote(address):
        return None
    folder = Path(address).parent
    return None if folder.is_dir() and any(folder.iterdir()) else str(folder)
