"""The size of a page from the header of its file, before any pixel is read."""

from __future__ import annotations

import logging
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from veernet.archive.sources import is_remote

# What it finds odd is told when the file is read; without a handler it is printed.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

AT_ONCE = 8
"""Files whose headers are asked for at one time: disks and networks make them wait."""


def sizes_of(addresses: list[str]) -> NDArray[np.int32]:
    """Return rows and columns of the first page of each file, (n, 2); 0 where unknown.

    What is wrong with a file is told when it is read, not here.
    """
    # Pillow warns of what is large; the filters belong to the process, not a thread.
    with warnings.catch_warnings(), ThreadPoolExecutor(AT_ONCE) as threads:
        warnings.simplefilter("ignore")
        found = list(threads.map(_size, addresses))
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def _size(address: str) -> tuple[int, int]:
    path = Path(address)
    suffix = path.suffix.lower()
    if is_remote(address) or suffix == ".pdf":
        return 0, 0
    try:
        if suffix in {".tif", ".tiff"}:
            with tifffile.TiffFile(path) as file:
                page = file.pages.first
                size = page.imagelength, page.imagewidth
        else:
            with Image.open(path) as picture:
                size = picture.height, picture.width
    except Exception:  # noqa: BLE001, RUF100 - a damaged file raises anything
        return 0, 0
    rows, columns = map(int, size)
    # A header may say anything: what no page can be is not known.
    sound = 0 < rows < 2**31 and 0 < columns < 2**31
    return (rows, columns) if sound else (0, 0)
