"""Write TIFF files tag by tag, also such as no sound writer would."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

SHORT, LONG, RATIONAL, LONG8 = 3, 4, 5, 16
_FORMATS = {1: "B", 2: "s", SHORT: "H", LONG: "I", RATIONAL: "II", LONG8: "Q"}

Tag = tuple[int, Sequence[int]]
"""Type and values; a rational takes two."""


@dataclass(frozen=True)
class Page:
    """Strips or tiles as encoded, and tags that replace or join the usual ones.

    A tag that is None is left out.
    """

    rows: int
    columns: int
    data: Sequence[bytes]
    tags: dict[int, Tag | None] = field(default_factory=dict)

    def all_tags(self, offsets: Sequence[int]) -> dict[int, Tag]:
        """Return the tags of a bilevel, uncompressed page of one strip, as changed."""
        usual: dict[int, Tag | None] = {
            256: (LONG, [self.columns]),
            257: (LONG, [self.rows]),
            258: (SHORT, [1]),
            259: (SHORT, [1]),
            262: (SHORT, [1]),
            273: (LONG, offsets),
            277: (SHORT, [1]),
            278: (LONG, [self.rows]),
            279: (LONG, [len(data) for data in self.data]),
            282: (RATIONAL, [200, 1]),
            283: (RATIONAL, [200, 1]),
        }
        return {c: t for c, t in sorted((usual | self.tags).items()) if t is not None}


def tiff_bytes(pages: Sequence[Page], *, order: str = "<", big: bool = False) -> bytes:
    """Lay out a file: the tags of each page, then its data."""
    mark = {"<": b"II", ">": b"MM"}[order]
    if big:
        out = bytearray(mark + struct.pack(order + "HHHQ", 43, 8, 0, 16))
    else:
        out = bytearray(mark + struct.pack(order + "HI", 42, 8))
    for number, page in enumerate(pages):
        # The length of the tags does not depend on the offsets in them.
        start = len(out)
        length = len(
            _directory(page.all_tags([0] * len(page.data)), start, 0, order, big)
        )
        offsets = [
            start + length + sum(map(len, page.data[:i])) for i in range(len(page.data))
        ]
        end = start + length + sum(map(len, page.data))
        following = end if number + 1 < len(pages) else 0
        out += _directory(page.all_tags(offsets), start, following, order, big)
        out += b"".join(page.data)
    return bytes(out)


def _directory(
    tags: dict[int, Tag], start: int, following: int, order: str, big: bool
) -> bytes:
    count, entry, offset = ("Q", "HHQ", "Q") if big else ("H", "HHI", "I")
    room = struct.calcsize(order + offset)
    size = struct.calcsize(order + count) + len(tags) * (
        struct.calcsize(order + entry) + room
    )
    beside = start + size + room
    entries, values = bytearray(), bytearray()
    for code, (kind, items) in tags.items():
        words = _FORMATS[kind]
        number = len(items) // len(words)
        packed = struct.pack(f"{order}{len(items)}{words[0]}", *items)
        entries += struct.pack(order + entry, code, kind, number)
        if len(packed) <= room:
            entries += packed.ljust(room, b"\0")
        else:
            entries += struct.pack(order + offset, beside + len(values))
            values += packed
    return (
        struct.pack(order + count, len(tags))
        + entries
        + struct.pack(order + offset, following)
        + values
    )


def g4(bits: NDArray[np.bool_]) -> bytes:
    """Encode a strip of bits, (rows, columns), 1 being black to the fax."""
    stream = io.BytesIO()
    image = Image.fromarray(bits)
    image.save(stream, "TIFF", compression="group4", strip_size=1 << 28)
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        page = file.pages[0]
        assert (page.photometric, len(page.dataoffsets)) == (1, 1)
        stream.seek(page.dataoffsets[0])
        return stream.read(page.databytecounts[0])


def g4_page(
    bits: NDArray[np.bool_], height: int, tags: dict[int, Tag | None] | None = None
) -> Page:
    """Return a page of G4 strips of so many rows, in which 1 is black ink."""
    rows, columns = bits.shape
    data = [g4(bits[row : row + height]) for row in range(0, rows, height)]
    own: dict[int, Tag | None] = {
        259: (SHORT, [4]),
        262: (SHORT, [0]),
        278: (LONG, [height]),
    }
    return Page(rows, columns, data, own | (tags or {}))
