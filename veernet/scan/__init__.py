"""Read a page of paper: TIFF, PNG, JPEG or PDF, in bands, whatever state it is in.

A file is opened by what its first bytes say it is, not by its name. Sizes are read and
judged before pixels are; what is odd about a file is mended where the right picture is
known, and noted, and refused in one line where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from veernet.errors import InputError
from veernet.records import Scan, ScanInfo
from veernet.scan.limits import check_page
from veernet.scan.pdf import count_pdf_pages, open_pdf
from veernet.scan.picture import count_jpeg, count_png, open_jpeg, open_png
from veernet.scan.tiff import count_tiff_pages, open_tiff

__all__ = ["check_format", "check_pages", "describe", "open_scan"]

_Opener = Callable[[Path, int], Scan]
_Counter = Callable[[Path], int]

_SIGNATURES: tuple[tuple[bytes, _Opener, _Counter], ...] = (
    (b"II*\0", open_tiff, count_tiff_pages),
    (b"MM\0*", open_tiff, count_tiff_pages),
    (b"II+\0", open_tiff, count_tiff_pages),
    (b"MM\0+", open_tiff, count_tiff_pages),
    (b"\x89PNG\r\n\x1a\n", open_png, count_png),
    (b"\xff\xd8\xff", open_jpeg, count_jpeg),
)
_PDF_SEARCH = 1024
"""Bytes: readers accept a PDF whose header lies this far into the file."""


def open_scan(path: Path | str, page: int = 0) -> Scan:
    """Open one page of a file.

    Every strip is decoded once, and let go, before the scan is returned: what is
    damaged is known, and in the notes, before anything is made of the page. That takes
    about two seconds for 500 million pixels. No file is held open between bands.

    Parameters
    ----------
    path
        TIFF (also BigTIFF), PNG, JPEG or PDF.
    page
        Counted from 0.

    Returns
    -------
    Scan
        Ink is dark on light paper; what is transparent is paper; rows that are missing
        or damaged are blank paper, and ``info.notes`` says which.

    Raises
    ------
    InputError
        If there is no such file or page, or it is no picture of a kind that is read, is
        larger than a log can be, or nothing of it can be decoded.
    """
    file = Path(path)
    opener, _ = _format_of(file)
    return opener(file, page)


def check_format(path: Path | str) -> None:
    """Refuse what is no picture of a kind that is read, before any of it is decoded.

    Raises
    ------
    InputError
        If there is no such file, or its first bytes are those of no such kind.
    """
    _format_of(Path(path))


def check_pages(path: Path | str, page: int) -> None:
    """Refuse a file without a page, or cut short, before any pixel is decoded.

    Parameters
    ----------
    path
        As for `open_scan`.
    page
        That is wanted, from 0.

    Raises
    ------
    InputError
        If there is no such file or page, its pages cannot be counted, or it is cut
        short.
    """
    file = Path(path)
    _, count = _format_of(file)
    check_page(str(file), page, count(file))


def describe(path: Path | str) -> tuple[str, ...]:
    """Say what a file is, in lines for a reader: its pages, and their notes.

    Parameters
    ----------
    path
        As for `open_scan`.

    Returns
    -------
    tuple of str
        A line per page, and one per note below it; a page that cannot be read has the
        reason in its line.

    Raises
    ------
    InputError
        If no page of the file can be read.
    """
    file = Path(path)
    opener, count = _format_of(file)
    lines: list[str] = []
    refusals: list[InputError] = []
    pages = count(file)
    for page in range(pages):
        try:
            lines += _describe_page(opener(file, page).info)
        except InputError as error:
            refusals.append(error)
            lines.append(f"page {page}: cannot be read: {error}")
    if len(refusals) == pages:
        raise refusals[0]
    return tuple(lines)


def _describe_page(info: ScanInfo) -> list[str]:
    """Describe a page in one line, and each note in another."""
    dpi = "no dpi" if info.dpi is None else "{:g} x {:g} dpi".format(*info.dpi)
    how = "read in bands" if info.banded else "decoded whole"
    stored = f"{info.mode} {info.compression}".rstrip()
    line = (
        f"page {info.page} of {info.pages}: {info.rows} rows x {info.columns} columns, "
        f"{stored}, {dpi}, {how}"
    )
    return [line, *(f"  note: {note}" for note in info.notes)]


def _format_of(path: Path) -> tuple[_Opener, _Counter]:
    """Choose the reader by the first bytes of a file."""
    if path.is_dir():
        msg = f"{path}: is a folder: name a file"
        raise InputError(msg)
    if not path.exists():
        msg = f"{path}: there is no such file: check the path"
        raise InputError(msg)
    # A pipe or a device would wait for ever.
    if not path.is_file():
        msg = f"{path}: is no regular file: name a TIFF, PNG, JPEG or PDF"
        raise InputError(msg)
    try:
        with path.open("rb") as stream:
            head = stream.read(_PDF_SEARCH)
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise InputError(msg) from error
    if not head:
        msg = f"{path}: is empty: copy or download it again"
        raise InputError(msg)
    for signature, opener, count in _SIGNATURES:
        if head.startswith(signature):
            return opener, count
    if b"%PDF-" in head:
        return open_pdf, count_pdf_pages
    msg = f"{path}: is no TIFF, PNG, JPEG or PDF: it begins with {head[:8]!r}"
    raise InputError(msg)
