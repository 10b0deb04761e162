"""Read the print of a page on several cores: headers, numerals and heading at once.

Nine tenths of the time of a proposal go into reading print, and what is read of one
section does not depend on what is read of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import (
    CancelledError,
    Future,
    ThreadPoolExecutor,
    as_completed,
)
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Any, TypeVar

from veernet.records import Grey, Scan
from veernet.register.depths.column import numerals_of
from veernet.register.depths.numerals import Numeral
from veernet.register.geometry.page import FoundSection
from veernet.register.heading.heading import WellField, read_heading
from veernet.register.legends.header import SIDES, read_header
from veernet.register.ocr.reader import Reader, Text
from veernet.register.ocr.recognise import Recogniser

Placed = tuple[FoundSection, tuple[Numeral, ...]]
Progress = Callable[[int, int], None]
Result = TypeVar("Result")

HEADER = 1500
"""Rows of a section whose numerals take as long to read as a header: what is left to do
is told in rows."""

HEADING = 9000
"""The same for the heading: three pictures, each as long to read as two headers."""


@dataclass(frozen=True)
class Print:
    """What is read of a page before sense is made of it.

    Parameters
    ----------
    read
        Reads print, that of headers without reading it again; None where none is read.
    placed
        For each section where its depths stand, and their numerals; empty where these
        are not read.
    well
        What the heading says of the well; empty where it is not read.
    """

    read: Reader | None
    placed: tuple[Placed, ...]
    well: tuple[WellField, ...] = ()


def read_print(
    scan: Scan,
    sections: Sequence[FoundSection],
    read: Reader | None,
    recognise: Recogniser | None,
    *,
    heading: bool = False,
    threads: int = 1,
    progress: Progress | None = None,
) -> Print:
    """Read the headers and the depth numerals of all sections, and the heading.

    Parameters
    ----------
    scan
        The page.
    sections
        Of it.
    read, recognise
        Read print and numerals; None not to. With more than one thread they are called
        from several at once.
    heading
        Whether to read the fields of the well above the first section.
    threads
        That read. One leaves headers to whoever asks for them.
    progress
        Is told how much of how much is done, in rows.
    """
    if threads < 2:
        placed = _one_by_one(scan, sections, recognise, progress)
        if read is None or not heading:
            return Print(read, placed)
        return Print(read, placed, read_heading(scan, sections[0].first_row, read))
    kept = None if read is None else _Kept(read)
    shared = _shared(scan)
    rows: dict[Future[Any], int] = {}
    numerals: dict[int, Future[Placed]] = {}
    well: Future[tuple[WellField, ...]] | None = None
    stopped = Event()
    pool = ThreadPoolExecutor(threads, "print")
    try:
        if kept is not None and heading:
            # First, as its pictures are read one after the other.
            top = sections[0].first_row
            well = pool.submit(read_heading, shared, top, _until(stopped, kept))
            rows[well] = HEADING
        if recognise is not None:
            numbers = _until(stopped, recognise)
            for index in _longest_first(sections):
                own = sections[index]
                numerals[index] = pool.submit(numerals_of, shared, own, numbers)
                rows[numerals[index]] = _rows(own)
        if kept is not None:
            text = _until(stopped, kept)
            for own in sections:
                others = [other for other in sections if other is not own]
                for side in SIDES:
                    header = pool.submit(read_header, shared, own, side, text, others)
                    rows[header] = HEADER
        _wait(rows, progress)
    finally:
        # Where one fails, or the user stops it, the others are not begun, and what is
        # begun goes no further: a long section takes minutes.
        stopped.set()
        pool.shutdown(cancel_futures=True)
    read_of = tuple(numerals[index].result() for index in sorted(numerals))
    return Print(kept, read_of, () if well is None else well.result())


def _one_by_one(
    scan: Scan,
    sections: Sequence[FoundSection],
    recognise: Recogniser | None,
    progress: Progress | None,
) -> tuple[Placed, ...]:
    """Read the numerals of sections from top to bottom."""
    if recognise is None:
        return ()
    placed = []
    done, total = 0, sum(map(_rows, sections))
    for section in sections:
        placed.append(numerals_of(scan, section, recognise))
        done += _rows(section)
        if progress is not None:
            progress(done, total)
    return tuple(placed)


def _wait(rows: dict[Future[Any], int], progress: Progress | None) -> None:
    """Wait for all of what is read, and raise what was raised first."""
    done, total = 0, sum(rows.values())
    for future in as_completed(rows):
        future.result()
        done += rows[future]
        if progress is not None:
            progress(done, total)


def _longest_first(sections: Sequence[FoundSection]) -> list[int]:
    """Return the indices of sections: who begins with the longest is done first."""
    return sorted(range(len(sections)), key=lambda index: -_rows(sections[index]))


def _rows(section: FoundSection) -> int:
    return max(1, int(section.last_row - section.first_row))


def _until(stopped: Event, read: Callable[[Grey], Result]) -> Callable[[Grey], Result]:
    """Return what reads a picture, until it is stopped."""

    def reading(grey: Grey) -> Result:
        if stopped.is_set():
            raise CancelledError
        return read(grey)

    return reading


def _shared(scan: Scan) -> Scan:
    """Return a scan that may be read from several threads: decoders may not."""
    lock = Lock()

    def read(start: int, stop: int) -> Grey:
        with lock:
            return scan.reader(start, stop)

    return replace(scan, reader=read)


class _Kept:
    """A reader that reads no picture twice; pictures are told apart by their bytes."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._known: dict[bytes, list[Text]] = {}

    def __call__(self, grey: Grey) -> list[Text]:
        content = hashlib.blake2b(grey.tobytes(), digest_size=16)
        content.update(repr(grey.shape).encode())
        key = content.digest()
        if key not in self._known:
            self._known[key] = self._read(grey)
        return list(self._known[key])
