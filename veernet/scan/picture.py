"""PNG and JPEG pictures, decoded whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from math import nan
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from veernet.errors import InputError
from veernet.records import Grey, Scan, ScanInfo
from veernet.scan.boundary import listening, one_line, refusing
from veernet.scan.limits import Dpi, check_memory, check_page, check_size, clean_dpi
from veernet.scan.samples import Notes, grey_table
from veernet.scan.upright import ON_ITS_SIDE, UPRIGHT, turned

_MODES = {
    "1": "bilevel",
    "L": "grey",
    "LA": "grey",
    "I;16": "grey16",
    "P": "palette",
    "RGB": "rgb",
    "RGBA": "rgba",
    "CMYK": "cmyk",
}
"""What Pillow makes of PNG and JPEG, as `veernet.records.ScanInfo` calls it."""

_PEAK = {"1": 3, "L": 3, "I;16": 6, "P": 11, "RGB": 14, "CMYK": 14}
"""Bytes of memory per pixel, at most, from opening to the finished picture: measured
on pictures of 32 million pixels, 2026-11."""

_PEAK_COMPOSITE = 22
"""The same where it has transparency and is put on paper."""

_ORIENTATION = 274
"""Tag of the orientation in EXIF 2.3, as in TIFF 6.0."""

_PNG = b"\x89PNG\r\n\x1a\n"

_CHECKSUM = 4
"""Bytes after the data of a chunk."""

_MARK, _SCAN = 0xFF, 0xDA
"""What begins a segment of a JPEG, and the one that pixels follow."""


def count_png(path: Path) -> int:
    """Return 1: of an animated PNG the still picture is read; refuse one cut short."""
    if not _ends_as_png(path):
        open_png(path, 0)
    return 1


def count_jpeg(path: Path) -> int:
    """Return 1; refuse a picture that is cut short."""
    # A file without its last mark may hold all rows: decoding tells.
    if not _ends_as_jpeg(path):
        open_jpeg(path, 0)
    return 1


def _ends_as_png(path: Path) -> bool:
    """Tell whether the chunks of a PNG go on to the last one."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(len(_PNG))
        while len(head := file.read(8)) == 8:
            if head[4:] == b"IEND":
                return True
            length = int.from_bytes(head[:4], "big")
            if file.tell() + length + _CHECKSUM > size:
                return False
            file.seek(length + _CHECKSUM, os.SEEK_CUR)
    return False


def _ends_as_jpeg(path: Path) -> bool:
    """Tell whether the mark of the end follows the first scan of a JPEG.

    Pixels never look like it, as a byte of 255 in them is followed by 0.
    """
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == _MARK:
            if head[1] == _SCAN:
                return b"\xff\xd9" in file.read()
            file.seek(int.from_bytes(head[2:], "big") - 2, os.SEEK_CUR)
    return False


def open_png(path: Path, page: int) -> Scan:
    """Open a PNG; see `veernet.scan.open_scan`."""
    return _open(path, page, PngImageFile, "deflate")


def open_jpeg(path: Path, page: int) -> Scan:
    """Open a JPEG; see `veernet.scan.open_scan`."""
    return _open(path, page, JpegImageFile, "jpeg")


def whole_page(info: ScanInfo, picture: Grey) -> Scan:
    """Return the scan of a page that was decoded whole; refuse a black one."""
    if not picture.any():
        msg = f"{info.path}: is black all over: export it again from its source"
        raise InputError(msg)
    rows, columns = picture.shape[:2]
    info = replace(info, rows=rows, columns=columns, banded=False)
    return Scan(info, lambda start, stop: picture[start:stop])


def without_colour(picture: Grey) -> Grey:
    """Return (rows, columns) of an RGB picture that is grey throughout."""
    first = picture[..., 0]
    grey = all(np.array_equal(first, picture[..., other]) for other in (1, 2))
    return np.ascontiguousarray(first) if grey else picture


def _open(
    path: Path, page: int, kind: Callable[[Path], ImageFile], compression: str
) -> Scan:
    where = str(path)
    check_page(where, page, 1)
    # The class and not Image.open, whose limit on pixels is one for the whole process.
    # It reads the header only: sizes are checked before anything is decoded.
    with listening() as messages, refusing(where), kind(path) as stored:
        mode = _MODES.get(stored.mode)
        if mode is None:
            msg = f"{where}: has pixels of the kind {stored.mode}: save it as RGB"
            raise InputError(msg)
        check_size(where, stored.height, stored.width)
        each = _PEAK_COMPOSITE if _is_composite(stored) else _PEAK.get(stored.mode, 14)
        check_memory(where, stored.height * stored.width * each)
        # First of all, or the search for EXIF loads a PNG and keeps its failure back.
        stored.load()
        dpi, dpi_notes = clean_dpi(*_stated_dpi(stored))
        orientation, turn_notes = _orientation(stored)
        picture, notes = _on_paper(stored)
    if orientation in ON_ITS_SIDE:
        dpi = dpi and dpi[::-1]
    info = ScanInfo(
        path=where,
        page=0,
        pages=1,
        rows=0,
        columns=0,
        mode=mode,
        compression=compression,
        dpi=dpi,
        notes=(*turn_notes, *dpi_notes, *notes, *messages),
    )
    return whole_page(info, np.ascontiguousarray(turned(picture, orientation)))


def _is_composite(stored: Image.Image) -> bool:
    """Return whether a picture will be put on paper, as its header says."""
    return stored.mode in {"LA", "RGBA"} or "transparency" in stored.info


def _stated_dpi(stored: Image.Image) -> Dpi:
    """Return the resolution that a picture states, NaN where it states none."""
    try:
        across, down = (float(value) for value in stored.info.get("dpi", (nan, nan)))
    except (TypeError, ValueError, ZeroDivisionError):
        return nan, nan
    return across, down


def _orientation(stored: Image.Image) -> tuple[int, Notes]:
    """Return how a picture is turned, upright where its EXIF makes no sense."""
    try:
        stated = stored.getexif().get(_ORIENTATION, UPRIGHT)
    # EXIF is a small TIFF, and as prone to damage as a large one.
    except Exception as error:
        return UPRIGHT, (f"its EXIF is damaged and not used: {one_line(error)}",)
    if stated == UPRIGHT:
        return UPRIGHT, ()
    if stated not in range(1, 9):
        return UPRIGHT, (f"the file states orientation {stated!r}: not used",)
    return int(stated), (f"turned upright from orientation {stated}",)


def _on_paper(stored: Image.Image) -> tuple[Grey, Notes]:
    """Decode a picture to (rows, columns[, 3]), what is transparent showing paper."""
    if stored.mode == "I;16":
        samples = np.asarray(stored)
        table, notes = grey_table(16, int(samples.max()))
        return table[samples], notes
    if stored.has_transparency_data:
        return _composite(stored)
    if stored.mode in {"1", "L"}:
        return np.asarray(stored.convert("L")), ()
    picture = np.asarray(stored.convert("RGB"))
    return (without_colour(picture) if stored.mode == "P" else picture), ()


def _composite(stored: Image.Image) -> tuple[Grey, Notes]:
    """Put a transparent picture on white paper."""
    grey = stored.mode in {"1", "L", "LA"}
    drawn = stored.convert("RGBA")
    notes: Notes = ()
    if drawn.getchannel("A").getextrema() == (0, 0):
        notes = ("every pixel is stated to be transparent: shown all the same",)
        paper = drawn
    else:
        paper = Image.new("RGBA", drawn.size, "white")
        paper.alpha_composite(drawn)
    return np.asarray(paper.convert("L" if grey else "RGB")), notes
