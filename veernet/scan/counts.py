"""Byte counts of strips and tiles that cannot be true, and what can be read instead.

Writers leave the counts out, write 0, or count rows that are not padded to whole bytes.
The data are there all the same: they end before the next thing in the file.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from tifffile import TiffPage

from veernet.scan.layout import NONE, SegmentLayout


def mended(
    layout: SegmentLayout, page: TiffPage
) -> tuple[SegmentLayout, tuple[str, ...]]:
    """Return a layout with byte counts that go to the data, and notes on what changed.

    Parameters
    ----------
    layout
        As the file states it.
    page
        Of tifffile, its file still open.
    """
    sizes = list(layout.sizes[: len(layout.offsets)])
    sizes += [0] * (len(layout.offsets) - len(sizes))
    ends = _bounds(layout, page)
    missing = small = 0
    # One count of 0 among others is that of a strip that was left out.
    no_counts = not any(size > 0 for size in sizes)
    for number, (offset, size) in enumerate(zip(layout.offsets, sizes, strict=True)):
        if offset <= 0:  # a strip that was left out
            continue
        room = ends[bisect_right(ends, offset)] - offset if offset < ends[-1] else 0
        needed = _needed(layout, number) if layout.compression == NONE else None
        if no_counts and room > 0:
            sizes[number] = room if needed is None else min(room, needed)
            missing += 1
        elif needed is not None and 0 < size < needed <= room:
            sizes[number] = needed
            small += 1
    notes = []
    if missing:
        notes.append(f"{_strips(missing)} no byte count: read to where the next begins")
    if small:
        notes.append(f"{_strips(small)} too small a byte count: read beyond it")
    return replace(layout, sizes=tuple(sizes)), tuple(notes)


def _needed(layout: SegmentLayout, index: int) -> int:
    """Return the bytes of the rows of an uncompressed segment that lie on the page."""
    top, _ = layout.corner(index % layout.count)
    tiled = layout.width != layout.columns
    rows = layout.height if tiled else min(layout.height, layout.rows - top)
    return rows * layout.row_bytes


def _bounds(layout: SegmentLayout, page: TiffPage) -> list[int]:
    """Return where what is no data of the segment before begins in the file."""
    size = int(page.parent.filehandle.size)
    tags = [int(tag.valueoffset) for tag in page.tags if int(tag.count) > 1]
    found = {int(page.offset), *layout.offsets, *tags, size}
    return sorted(place for place in found if 0 < place <= size)


def _strips(count: int) -> str:
    return "a strip or tile states" if count == 1 else f"{count} strips or tiles state"
