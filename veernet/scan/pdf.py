"""PDF pages, drawn at the resolution of the picture they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_PAGEOBJ_IMAGE

from veernet.errors import InputError
from veernet.records import Grey, Scan, ScanInfo
from veernet.scan.boundary import listening, refusing
from veernet.scan.limits import check_memory, check_page, check_size
from veernet.scan.picture import whole_page, without_colour

DRAWN_DPI = 200.0
"""Resolution at which a page without a picture of its own is drawn."""

_PICTURE_DPI = (72.0, 2400.0)
"""Resolutions that a picture on a page is believed to have."""

_PICTURE_SHARE = 0.5
"""Share of the page that a picture must cover to set the resolution."""

_POINTS = 72.0
"""PDF units per inch."""

_PEAK = 10
"""Bytes of memory per pixel: the drawing in four channels, its copy, and the grey."""

_HAIR = 1e-6
"""Share of a page by which sizes are off that went through 32-bit numbers, and more."""


def count_pdf_pages(path: Path) -> int:
    """Return how many pages a PDF has."""
    with listening(), _open(path) as document:
        return len(document)


def open_pdf(path: Path, page: int) -> Scan:
    """Draw a page of a PDF.

    Parameters
    ----------
    path
        Of the file.
    page
        Counted from 0.

    Returns
    -------
    Scan
        At the resolution of the picture that covers the page, or at `DRAWN_DPI`; as
        grey if it has no colour.

    Raises
    ------
    InputError
        If the page is not there, is locked, damaged, or larger than a log can be.
    """
    with listening() as messages, _open(path) as document:
        pages = len(document)
        check_page(str(path), page, pages)
        where = str(path) if pages == 1 else f"{path}, page {page}"
        with refusing(where):
            dpi, picture = _draw(document, page, where)
    notes = [f"drawn at {dpi:g} dpi", *messages]
    if picture.min() == 255:
        notes.append("the page is blank: its picture may be damaged")
    info = ScanInfo(
        path=str(path),
        page=page,
        pages=pages,
        rows=0,
        columns=0,
        mode="pdf",
        dpi=(dpi, dpi),
        notes=tuple(notes),
    )
    return whole_page(info, picture)


@contextmanager
def _open(path: Path) -> Iterator[PdfDocument]:
    """Open a PDF that has pages and no password."""
    with refusing(str(path)):
        try:
            document = PdfDocument(path)
        except PdfiumError as error:
            if error.err_code != FPDF_ERR_PASSWORD:
                raise
            msg = f"{path}: is locked by a password: save it without one"
            raise InputError(msg) from error
        try:
            yield document
        finally:
            document.close()


def _draw(document: PdfDocument, number: int, where: str) -> tuple[float, Grey]:
    """Draw a page on white paper."""
    page = _load(document, number)
    try:
        dpi = _resolution(page)
        # Sizes are rounded up: one that is whole would be drawn a pixel larger.
        scale = dpi / _POINTS * (1 - 4 * _HAIR)
        rows, columns = (
            ceil(points * scale) for points in (page.get_height(), page.get_width())
        )
        check_size(where, rows, columns)
        check_memory(where, rows * columns * _PEAK)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        try:
            return dpi, without_colour(np.array(bitmap.to_numpy()))
        finally:
            bitmap.close()
    finally:
        page.close()


def _load(document: PdfDocument, number: int) -> PdfPage:
    """Load a page with a hair of room around it.

    A picture that goes beyond its page by a rounding error is stretched over another
    row of pixels and blurred.
    """
    page = document[number]
    left, bottom, right, top = page.get_bbox()
    beside, above = (right - left) * _HAIR, (top - bottom) * _HAIR
    roomy = left - beside, bottom - above, right + beside, top + above
    page.set_mediabox(*roomy)
    page.set_cropbox(*roomy)
    page.close()
    return document[number]


def _resolution(page: PdfPage) -> float:
    """Return the pixels per inch of the picture that covers a page, or a default."""
    area = page.get_width() * page.get_height()
    found: tuple[float, float] = (_PICTURE_SHARE * area, DRAWN_DPI)
    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        covered = (right - left) * (top - bottom)
        if covered >= found[0]:
            # Areas, so that it does not matter which way the picture is turned.
            columns, rows = picture.get_px_size()
            found = covered, sqrt(rows * columns / covered) * _POINTS
    lowest, highest = _PICTURE_DPI
    dpi = min(max(found[1], lowest), highest)
    # A box rounded to points puts a picture of 200 dpi at 199.97.
    return float(round(dpi)) if abs(dpi - round(dpi)) < 0.001 * dpi else round(dpi, 3)
