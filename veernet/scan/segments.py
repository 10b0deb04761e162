"""Decode the strips or tiles of a TIFF page, only those that a band touches.

The *sound* rows of a strip or tile are those from its top that were decoded; the rest
is missing from the file, or damaged.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile
from tifffile import TiffPage

from veernet.errors import InputError
from veernet.files import stamp_of
from veernet.scan.boundary import one_line, refusing
from veernet.scan.layout import (
    DEFLATE,
    G4,
    JPEG,
    LZW,
    NONE,
    OLD_DEFLATE,
    PACKBITS,
    SegmentLayout,
)


def _inflate(data: bytes, most: int) -> bytes:
    return zlib.decompressobj().decompress(data, most)


def _unpack(decode: Callable[..., Any]) -> Callable[[bytes, int], bytes]:
    # Neither can swell its data beyond some thousand times.
    return lambda data, most: bytes(decode(data))[:most]


def _packed(encode: Callable[..., Any]) -> Callable[[bytes], bytes]:
    return lambda data: bytes(encode(data))


_SELF_CHECKING = {LZW, DEFLATE, OLD_DEFLATE, PACKBITS}
"""Their decoders give all of a segment or fail: data that are cut short need no
guess."""

_CODECS: dict[int, tuple[Callable[[bytes, int], bytes], Callable[[bytes], bytes]]] = {
    DEFLATE: (_inflate, zlib.compress),
    OLD_DEFLATE: (_inflate, zlib.compress),
    LZW: (_unpack(imagecodecs.lzw_decode), _packed(imagecodecs.lzw_encode)),
    PACKBITS: (
        _unpack(imagecodecs.packbits_decode),
        _packed(imagecodecs.packbits_encode),
    ),
}
"""Decoders of so many bytes at most, and encoders, for strips that are not full."""

_KEPT = 32_000_000
"""Bytes of decoded segments kept from one band for the next."""

_PIECE = 512
"""Rows handed out at one time: looking up 8-bit samples takes 8 bytes for each."""

Samples = NDArray[Any]
"""(rows, columns, samples) unsigned integers as stored."""


@dataclass(frozen=True)
class Segment:
    """A decoded segment: its samples, packed to bits if bilevel, and its fault."""

    samples: Samples
    sound: int
    fault: str = ""


class Segments:
    """The segments of a page, decoded when a band touches them.

    The file is open only while a band is read. The segments of the last band are kept,
    so that overlapping bands in sequence decode each once.
    """

    def __init__(
        self, path: Path, page: TiffPage, layout: SegmentLayout, where: str
    ) -> None:
        self.layout = layout
        self._path = path.absolute()
        self._stamp = stamp_of(self._path)
        self._where = where
        self._decoder: Callable[..., Any] = page.decode
        self._tables = {"jpegtables": page.jpegtables, "jpegheader": page.jpegheader}
        self._kept: dict[int, Segment] = {}

    def read(self, start: int, stop: int) -> Iterator[tuple[int, int, Samples]]:
        """Yield the sound samples of rows start to stop, piece by piece.

        Yields
        ------
        row, column
            On the page, of the piece's upper left pixel.
        samples : (rows, columns, samples)
            As stored, cut to the page.
        """
        for number, segment in self._segments(self.layout.touched(start, stop)):
            top, left = self.layout.corner(number)
            width = min(self.layout.width, self.layout.columns - left)
            first = max(start - top, 0)
            last = min(stop - top, segment.sound)
            for row in range(first, last, _PIECE):
                rows = segment.samples[row : min(row + _PIECE, last)]
                if self.layout.bilevel:
                    rows = np.unpackbits(rows, axis=1, count=width)[..., np.newaxis]
                yield top + row, left, rows[:, :width]

    def each(self) -> Iterator[tuple[int, Segment]]:
        """Yield every segment of the page with its number."""
        return self._segments(range(self.layout.count))

    def _segments(self, numbers: range) -> Iterator[tuple[int, Segment]]:
        """Yield segments, from those kept where possible, and keep the last ones."""
        before: dict[int, Segment] = self._kept
        kept: dict[int, Segment] = {}
        held = 0
        with refusing(self._where), self._path.open("rb") as stream:
            size = stream.seek(0, io.SEEK_END)
            if stamp_of(self._path) != self._stamp:
                msg = (
                    f"{self._where}: has changed since it was opened: wait until it is "
                    "copied or saved, then read it again"
                )
                raise InputError(msg)
            for number in numbers:
                segment = before.get(number) or self._decode(stream, size, number)
                kept[number] = segment
                held += segment.samples.nbytes
                while len(kept) > 1 and held > _KEPT:
                    held -= kept.pop(next(iter(kept))).samples.nbytes
                self._kept = kept
                yield number, segment

    def _decode(self, stream: BinaryIO, size: int, number: int) -> Segment:
        """Decode a segment from all its planes."""
        indices = [number + p * self.layout.count for p in range(self.layout.planes)]
        planes = [self._plane(stream, size, index) for index in indices]
        if len(planes) == 1:
            return planes[0]
        sound = min(plane.sound for plane in planes)
        fault = next((plane.fault for plane in planes if plane.fault), "")
        stacked = [plane.samples[:sound] for plane in planes]
        return Segment(np.concatenate(stacked, axis=2), sound, fault)

    def _plane(self, stream: BinaryIO, size: int, index: int) -> Segment:
        """Decode the strip or tile of one plane, as far as it goes."""
        data, whole = self._data(stream, size, index)
        if not data:
            return self._nothing("its data are missing")
        compression = self.layout.compression
        try:
            if compression == G4:
                return self._decode_g4(data, index, whole=whole)
            if compression == NONE and (not whole or self._lacks_rows(data, index)):
                return self._decode_cut(data, index)
            if not whole and compression not in _SELF_CHECKING:
                return self._nothing("its data are cut short")
            if compression == JPEG:
                self._check_jpeg(data)
            samples = self._rows_there(data, index)
            if samples.shape[0] < self._rows_of(index):
                fault = "its data end there"
                return Segment(self._pack(samples), samples.shape[0], fault)
        except MemoryError:
            raise
        # A damaged strip makes the codecs raise anything; the page goes on without it.
        except Exception as error:
            return self._nothing(one_line(error))
        return Segment(self._pack(samples), samples.shape[0])

    def _data(self, stream: BinaryIO, size: int, index: int) -> tuple[bytes, bool]:
        """Return the encoded data, as far as the file goes, and whether that is all."""
        layout = self.layout
        if index >= min(len(layout.offsets), len(layout.sizes)):
            return b"", False
        offset, stated = layout.offsets[index], layout.sizes[index]
        # Never ask for more than there is: a stated size may be any number.
        there = min(stated, size - offset)
        if offset <= 0 or there <= 0:
            return b"", False
        stream.seek(offset)
        return stream.read(there), there == stated

    def _samples(self, data: bytes, index: int) -> Samples:
        """Decode to (rows, columns, samples)."""
        decoded: Samples = self._decoder(data, index, **self._tables)[0][0]
        return decoded

    def _rows_of(self, index: int) -> int:
        """Return how many rows of the page a strip or tile holds."""
        top, _ = self.layout.corner(index % self.layout.count)
        return min(self.layout.height, self.layout.rows - top)

    def _lacks_rows(self, data: bytes, index: int) -> bool:
        return len(data) < self.layout.row_bytes * self._rows_of(index)

    def _rows_there(self, data: bytes, index: int) -> Samples:
        """Decode what there is, also where that is fewer rows than are stated."""
        try:
            return self._samples(data, index)
        except Exception:
            codec = _CODECS.get(self.layout.compression)
            if codec is None or self.layout.width != self.layout.columns:
                raise
            across = self.layout.row_bytes
            whole = across * self._rows_of(index)
            raw = codec[0](data, whole)
            rows = len(raw) // across
            if not 0 < rows < self._rows_of(index):
                raise
            filled = codec[1](raw[: rows * across].ljust(whole, b"\0"))
            return self._samples(filled, index)[:rows]

    def _pack(self, samples: Samples) -> Samples:
        return np.packbits(samples[..., 0], axis=1) if self.layout.bilevel else samples

    def _nothing(self, fault: str) -> Segment:
        layout = self.layout
        shape = (0, layout.width, layout.samples // layout.planes)
        return Segment(self._pack(np.zeros(shape, dtype=np.uint8)), 0, fault)

    def _decode_cut(self, data: bytes, index: int) -> Segment:
        """Decode what is there of uncompressed data that end too early."""
        layout = self.layout
        across = layout.row_bytes
        filled = data.ljust(across * layout.height, b"\0")
        samples = self._samples(filled, index)
        sound = min(len(data) // across, samples.shape[0])
        return Segment(self._pack(samples), sound, "its data are cut short")

    def _decode_g4(self, data: bytes, index: int, *, whole: bool) -> Segment:
        """Decode a G4 strip and find where its decoder gave up.

        The decoder stops at a code that it does not know, and at the end of the data,
        without a word, and leaves the rows below 0, be that white or black.
        """
        bits = self._pack(self._samples(data, index))
        rows = bits.shape[0]
        drawn = np.flatnonzero(bits.any(axis=1))
        ends = int(drawn[-1]) + 1 if drawn.size else 0
        # The row that it gave up in is half decoded.
        given_up = max(ends - 1, 0)
        if not whole:
            return Segment(bits, given_up, "its data are cut short")
        if ends == rows:
            return Segment(bits, rows)
        body = data.rstrip(b"\0")
        spare = _bytes_below(bits[ends - 1] if ends else bits[0], rows - ends)
        if len(body) <= spare:
            return Segment(bits, rows)
        try:
            again = self._pack(self._samples(body[:-spare], index))
        except Exception:  # the data are needed: too few of them are refused
            return Segment(bits, rows)
        if np.array_equal(again, bits):
            return Segment(bits, given_up, "its data are damaged")
        return Segment(bits, rows)

    def _check_jpeg(self, data: bytes) -> None:
        """Refuse a JPEG that is larger than its segment, before it is decoded."""
        columns, rows = JpegImageFile(io.BytesIO(data)).size
        if rows > self.layout.height or columns > self.layout.width:
            msg = f"a JPEG of {rows} x {columns} in a smaller strip or tile"
            raise InputError(msg)


def extremes(segment: Segment, layout: SegmentLayout) -> tuple[Samples, Samples]:
    """Return the least and the largest value of each sample of a segment's sound rows.

    Of bits, the last few columns of a page that do not fill a byte are passed over.
    """
    samples = segment.samples[: segment.sound]
    if not layout.bilevel:
        # One sample at a time: numpy is ten times slower along several short axes.
        each = [samples[..., sample] for sample in range(samples.shape[2])]
        return np.array([s.min() for s in each]), np.array([s.max() for s in each])
    full = samples[:, : layout.columns // 8]
    only_ones = full.size > 0 and bool((full == 255).all())
    return np.array([only_ones]), np.array([samples.any()])


def _bytes_below(last: Samples, blank: int) -> int:
    """Bytes that G4 needs, at most, for blank rows below a row of packed bits.

    Four bits for each two changes of the row above the first blank row, one bit for
    each other blank row, 24 for the end mark, and some to fill up.
    """
    changes = int(np.count_nonzero(np.diff(np.unpackbits(last)))) + 2
    return (2 * changes + blank + 24) // 8 + 8
