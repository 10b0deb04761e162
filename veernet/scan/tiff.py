"""TIFF pages, of any height, read strip by strip or tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import nan
from pathlib import Path

import numpy as np
from tifffile import TiffFile, TiffPage

from veernet.errors import InputError
from veernet.records import BandReader, Grey, Scan, ScanInfo
from veernet.scan.boundary import listening, refusing
from veernet.scan.counts import mended
from veernet.scan.kinds import mend_kind
from veernet.scan.layout import COMPRESSIONS, NONE, SegmentLayout
from veernet.scan.limits import Dpi, check_decoded, check_page, clean_dpi
from veernet.scan.samples import Notes, Pixels, Range, pixels_of
from veernet.scan.segments import Segments, extremes
from veernet.scan.upright import ON_ITS_SIDE, UPRIGHT, turned, upright_bands

_PER_INCH = {2: 1.0, 3: 2.54}
"""Resolution units of TIFF 6.0; 1 is no unit."""

_WHOLE_NUMBERS = {1, 4}
"""Sample formats of TIFF 6.0: unsigned and undefined."""

_MOST_STRETCHES = 4
"""Damaged stretches that a note lists."""


def count_tiff_pages(path: Path) -> int:
    """Return how many pages a TIFF has.

    Raises
    ------
    InputError
        If it is damaged.
    """
    with listening(), _open(path) as file:
        return len(file.pages)


def open_tiff(path: Path, page: int) -> Scan:
    """Open a page of a TIFF.

    Parameters
    ----------
    path
        Of the file.
    page
        Counted from 0.

    Returns
    -------
    Scan
        Strips and tiles that are missing or damaged are blank paper, and noted.

    Raises
    ------
    InputError
        If the page is not there, is of a kind that is not read, is larger than a log
        can be, or has no row that can be decoded.
    """
    with listening() as messages, _open(path) as file:
        pages = len(file.pages)
        check_page(str(path), page, pages)
        where = str(path) if pages == 1 else f"{path}, page {page}"
        with refusing(where):
            source = file.pages[page]
            kind_notes = mend_kind(source)
            _check_kind(source, where)
            layout, count_notes = mended(SegmentLayout.of(source, where), source)
            segments = Segments(path, source, layout, where)
            values, blank_notes = _survey(segments, where)
            pixels = pixels_of(source, values, where)
            dpi, notes = _dpi(source)
            orientation, turn_notes = _orientation(source)
    notes = (
        *turn_notes,
        *kind_notes,
        *notes,
        *pixels.notes,
        *count_notes,
        *blank_notes,
        *messages,
    )
    info = ScanInfo(
        path=str(path),
        page=page,
        pages=pages,
        rows=layout.rows,
        columns=layout.columns,
        mode=pixels.mode,
        compression=_compression(layout, source),
        dpi=dpi,
        banded=layout.count > 1,
        notes=notes,
    )
    scan = Scan(info, _bands(segments, pixels))
    return _upright(scan, orientation, 3 if pixels.has_colour else 1)


@contextmanager
def _open(path: Path) -> Iterator[TiffFile]:
    """Open a TIFF that has pages."""
    with refusing(str(path)), TiffFile(path) as file:
        if len(file.pages) == 0:
            msg = f"{path}: has no pages, or is cut short: copy or download it again"
            raise InputError(msg)
        yield file


def _check_kind(page: TiffPage, where: str) -> None:
    """Refuse a page whose samples are not those of a scan."""
    if int(page.compression) not in COMPRESSIONS:
        name = getattr(page.compression, "name", page.compression)
        msg = f"{where}: is compressed as {name}: save it with LZW or G4 compression"
        raise InputError(msg)
    bits = page.bitspersample
    whole = int(page.sampleformat) in _WHOLE_NUMBERS and int(page.imagedepth) == 1
    if not (whole and isinstance(bits, int) and 1 <= bits <= 16):
        msg = (
            f"{where}: its samples are of {bits} bits, format {page.sampleformat:d}, "
            f"depth {page.imagedepth}: save it with unsigned samples of 8 bits"
        )
        raise InputError(msg)


def _survey(segments: Segments, where: str) -> tuple[Range, Notes]:
    """Decode a page once: the range of its samples, and notes of what is damaged.

    Raises
    ------
    InputError
        If no row of the page can be decoded.
    """
    layout = segments.layout
    lowest = np.full(layout.samples, (1 << layout.bits) - 1, dtype=np.int64)
    highest = np.zeros(layout.samples, dtype=np.int64)
    blank: list[tuple[int, int]] = []
    fault = ""
    any_sound = False
    for number, segment in segments.each():
        top, _ = layout.corner(number)
        bottom = min(top + layout.height, layout.rows)
        if top + segment.sound < bottom:
            blank.append((top + segment.sound, bottom))
            fault = fault or segment.fault
        if segment.sound:
            any_sound = True
            least, most = extremes(segment, layout)
            np.minimum(lowest, least, out=lowest)
            np.maximum(highest, most, out=highest)
    if not any_sound:
        msg = (
            f"{where}: none of its {layout.count} strips or tiles can be decoded "
            f"({fault}): copy or download it again"
        )
        raise InputError(msg)
    return Range(lowest, highest), _blank_notes(blank, fault)


def _blank_notes(blank: list[tuple[int, int]], fault: str) -> Notes:
    """Say which rows are left blank; the stretches come in order from the top."""
    if not blank:
        return ()
    merged = [blank[0]]
    for start, stop in blank[1:]:
        if start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    listed = ", ".join(f"{a} to {b - 1}" for a, b in merged[:_MOST_STRETCHES])
    others = len(merged) - _MOST_STRETCHES
    more = f" and {others} more stretches" if others > 0 else ""
    return (f"rows {listed}{more} are missing or damaged, and left blank: {fault}",)


def _bands(segments: Segments, pixels: Pixels) -> BandReader:
    """Return the reader of a page as it is stored."""
    layout = segments.layout
    depth = (3,) if pixels.has_colour else ()

    def read(start: int, stop: int) -> Grey:
        band = np.full((stop - start, layout.columns, *depth), 255, dtype=np.uint8)
        for row, column, samples in segments.read(start, stop):
            height, width, _ = samples.shape
            rows = slice(row - start, row - start + height)
            band[rows, column : column + width] = pixels.picture(samples)
        return band

    return read


def _upright(scan: Scan, orientation: int, depth: int) -> Scan:
    """Turn a page upright; one that lies on its side has to be read whole."""
    info = scan.info
    if orientation not in ON_ITS_SIDE:
        return Scan(info, upright_bands(scan.reader, info.rows, orientation))
    check_decoded(info.path, info.rows * info.columns * depth)
    whole = np.ascontiguousarray(turned(scan.reader(0, info.rows), orientation))
    info = replace(
        info,
        rows=info.columns,
        columns=info.rows,
        dpi=info.dpi and info.dpi[::-1],
        banded=False,
    )
    return Scan(info, lambda start, stop: whole[start:stop])


def _compression(layout: SegmentLayout, page: TiffPage) -> str:
    return "" if layout.compression == NONE else str(page.compression.name)


def _dpi(page: TiffPage) -> tuple[Dpi | None, Notes]:
    """Return the resolution in pixels per inch, if it is stated and can be true."""
    stated = [_quotient(page.tags.valueof(code)) for code in (282, 283)]
    unit = page.tags.valueof(296, 2)
    if unit not in _PER_INCH and any(value > 0 for value in stated):
        note = f"the file states a resolution of {stated[0]:g} without a unit: not used"
        return None, (note,)
    across, down = (value * _PER_INCH.get(unit, nan) for value in stated)
    return clean_dpi(across, down)


def _quotient(value: object) -> float:
    """Return the value of a rational tag, NaN for anything that is none."""
    match value:
        case (int(numerator), int(denominator)) if denominator:
            return numerator / denominator
        case _:
            return nan


def _orientation(page: TiffPage) -> tuple[int, Notes]:
    """Return how the page is turned, upright where what is stated cannot be."""
    stated = page.tags.valueof(274, UPRIGHT)
    if stated == UPRIGHT:
        return UPRIGHT, ()
    if stated not in range(1, 9):
        return UPRIGHT, (f"the file states orientation {stated!r}: not used",)
    return int(stated), (f"turned upright from orientation {stated}",)
