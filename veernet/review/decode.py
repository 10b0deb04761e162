"""Decode a scan into its pyramid, in a process of its own: `python -m` this module.

What a file can do to a decoder it does to this process: its memory and time are
limited, and the server reads nothing but the pixels that it wrote.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

import numpy as np

from veernet.records import Grey, Scan
from veernet.review.pyramid import TileLayout, halve

BAND = 2048
"""Rows that are decoded at once; a power of 2, so that every level has its first."""

MEMORY = 6 * 2**30
"""Bytes of address space: what a strip of the largest size takes to decode, and twice
the libraries."""

SECONDS = 600
"""Of processor time: the largest scan seen takes ten."""


def main(arguments: list[str]) -> int:
    """Decode: the scan, its page, the file of pixels, and that of what they are."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from veernet.errors import InputError  # noqa: PLC0415 - after the limits
    from veernet.scan import open_scan  # noqa: PLC0415

    source, page, pixels, facts = arguments
    try:
        scan = open_scan(Path(source), int(page))
        layout = write_pyramid(scan, Path(pixels))
    except (InputError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201
        return 2
    except MemoryError:
        said = f"{source}: needs more memory to decode than {MEMORY / 2**30:g} GiB"
        print(json.dumps({"error": said}), flush=True)  # noqa: T201
        return 2
    info = scan.info
    facts_found = {
        "layout": json.loads(layout.to_json()),
        "pages": info.pages,
        "mode": info.mode,
        "dpi": info.dpi,
        "notes": info.notes,
    }
    Path(facts).write_text(json.dumps(facts_found), encoding="utf-8")
    return 0


def write_pyramid(scan: Scan, path: Path) -> TileLayout:
    """Write all levels of a page, band by band, and tell how far it is.

    Returns
    -------
    TileLayout
        Of the file.
    """
    rows, columns = scan.info.rows, scan.info.columns
    first = scan.read_stored(0, min(BAND, rows))
    layout = TileLayout.of(rows, columns, 1 if first.ndim == 2 else 3)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, layout.size)
        for start in range(0, rows, BAND):
            stop = min(start + BAND, rows)
            band = first if start == 0 else scan.read_stored(start, stop)
            _write_band(file.fileno(), layout, start, band)
            print(json.dumps({"done": stop, "total": rows}), flush=True)  # noqa: T201
    return layout


def _write_band(descriptor: int, layout: TileLayout, start: int, band: Grey) -> None:
    """Write a band and its halves; it begins at a row that every level has."""
    for number, level in enumerate(layout.levels):
        if number:
            band = halve(band)
        row = start >> number
        line = level.columns * layout.channels
        os.pwrite(
            descriptor,
            np.ascontiguousarray(band).data,
            level.offset + row * line,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
