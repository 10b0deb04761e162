"""Limits of a scan: its size, and its resolution."""

from __future__ import annotations

from math import isfinite

from veernet.errors import InputError

MAX_LENGTH = 500_000
"""Pixels: a log of 25,000 ft at 5 inches per 100 ft and 400 dpi; 241,108 were seen."""

MAX_BREADTH = 20_000
"""Pixels: more than the widest plotter's sheet, 36 inches, at 400 dpi."""

MAX_PIXELS = 4_000_000_000
"""More than 250,000 rows of 12,800 columns; a page beyond it is a trap or a mistake."""

MAX_DECODED = 1_000_000_000
"""Bytes that may have to be decoded at one time: a strip, a tile, or a page of a format
that has neither. A strip of 500 million bilevel pixels takes half of it."""

MAX_MEMORY = 4_000_000_000
"""Bytes that the decoder of a PNG, JPEG or PDF may take in all, its copies included."""

DPI_RANGE = (30.0, 2400.0)
"""Below, a column would be a millimetre of paper; above, no film scanner goes."""

Dpi = tuple[float, float]


def check_page(where: str, page: int, pages: int) -> None:
    """Refuse a page that a file does not have."""
    if not 0 <= page < pages:
        msg = f"{where}: has no page {page}: its pages are 0 to {pages - 1}"
        raise InputError(msg)


def check_size(where: str, rows: int, columns: int) -> None:
    """Refuse a page without pixels, or with more of them than a log can have."""
    if rows < 1 or columns < 1:
        msg = f"{where}: has no pixels: {rows} rows x {columns} columns"
        raise InputError(msg)
    breadth, length = sorted((rows, columns))
    if length > MAX_LENGTH or breadth > MAX_BREADTH or rows * columns > MAX_PIXELS:
        msg = (
            f"{where}: has {rows} rows x {columns} columns, more than a log has: at "
            f"most {MAX_LENGTH} x {MAX_BREADTH} and {MAX_PIXELS:.0e} pixels are read; "
            "scan it at a lower resolution, or cut it"
        )
        raise InputError(msg)


def check_decoded(where: str, size: int) -> None:
    """Refuse what cannot be decoded piecewise and is too large to be decoded whole."""
    if size > MAX_DECODED:
        msg = (
            f"{where}: {size:.1e} bytes would have to be decoded at one time, of at "
            f"most {MAX_DECODED:.0e}: save it as a TIFF with strips of 64 rows"
        )
        raise InputError(msg)


def check_memory(where: str, size: int) -> None:
    """Refuse a picture that can only be decoded whole, in more memory than may be."""
    if size > MAX_MEMORY:
        msg = (
            f"{where}: would take {size:.1e} bytes to decode at one time, of at most "
            f"{MAX_MEMORY:.0e}: save it as a TIFF with strips of 64 rows"
        )
        raise InputError(msg)


def clean_dpi(across: float, down: float) -> tuple[Dpi | None, tuple[str, ...]]:
    """Return a resolution that can be true, or None and a note that says what it was.

    Parameters
    ----------
    across, down
        Pixels per inch as stated; 0 or NaN where the file says nothing.
    """
    lowest, highest = DPI_RANGE
    stated = (across, down)
    if all(isfinite(dpi) and lowest <= dpi <= highest for dpi in stated):
        return (round(across, 3), round(down, 3)), ()
    if not any(dpi > 0 for dpi in stated):
        return None, ("the file states no resolution",)
    note = f"the file states {across:g} x {down:g} dpi, which cannot be: not used"
    return None, (note,)
