"""Where the strips or tiles of a TIFF page lie.

A *segment* is a strip or a tile with all its samples, also where the file keeps each
colour in a plane of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from tifffile import TiffPage

from veernet.scan.limits import check_decoded, check_size

NONE, RLE, G3, G4, LZW, JPEG = 1, 2, 3, 4, 5, 7
"""Compression numbers of TIFF 6.0 (1992), section 8 and its supplements."""

DEFLATE, OLD_DEFLATE, PACKBITS = 8, 32946, 32773
"""Compression numbers: Adobe's deflate of 2002, the one before it, and TIFF 6.0's."""

COMPRESSIONS = {NONE, RLE, G3, G4, LZW, JPEG, DEFLATE, OLD_DEFLATE, PACKBITS}
"""What is decoded: the output of each is bounded by the size of the segment."""


@dataclass(frozen=True)
class SegmentLayout:
    """Where the segments of a page lie, on the page and in the file.

    Parameters
    ----------
    rows, columns
        Size of the page in pixels.
    samples, bits
        Samples per pixel, over all planes, and bits of each.
    planes
        How many planes the samples are spread over: 1, or one for each.
    height, width
        Size of a segment; the last ones of a page may be cut to it.
    compression
        As the file numbers it.
    offsets, sizes
        Of each segment's data, plane after plane, in bytes.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    planes: int
    height: int
    width: int
    compression: int
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, page: TiffPage, where: str) -> SegmentLayout:
        """Read the layout of a tifffile page; refuse one that is too large."""
        rows, columns = int(page.imagelength), int(page.imagewidth)
        check_size(where, rows, columns)
        tiled = bool(page.is_tiled)
        height = int(page.tilelength if tiled else page.rowsperstrip)
        width = int(page.tilewidth) if tiled else columns
        check_size(where, height, width)
        samples, bits = int(page.samplesperpixel), int(page.bitspersample)
        check_decoded(where, height * width * samples * ceil(bits / 8))
        return cls(
            rows=rows,
            columns=columns,
            samples=samples,
            bits=bits,
            planes=samples if int(page.planarconfig) == 2 else 1,
            height=height,
            width=width,
            compression=int(page.compression),
            offsets=tuple(int(offset) for offset in page.dataoffsets),
            sizes=tuple(int(size) for size in page.databytecounts),
        )

    @property
    def across(self) -> int:
        """Segments beside each other."""
        return ceil(self.columns / self.width)

    @property
    def count(self) -> int:
        """Segments of the page."""
        return self.across * ceil(self.rows / self.height)

    @property
    def bilevel(self) -> bool:
        """Whether a pixel is one bit."""
        return self.bits == 1 and self.samples == 1

    @property
    def row_bytes(self) -> int:
        """Bytes of an uncompressed row of a segment, in one plane."""
        return ceil(self.width * self.samples // self.planes * self.bits / 8)

    def corner(self, segment: int) -> tuple[int, int]:
        """Return the row and column of the upper left pixel of a segment."""
        return segment // self.across * self.height, segment % self.across * self.width

    def touched(self, start: int, stop: int) -> range:
        """Segments that hold pixels of the rows start to stop."""
        if stop <= start:
            return range(0)
        first, last = start // self.height, (stop - 1) // self.height
        return range(first * self.across, (last + 1) * self.across)
