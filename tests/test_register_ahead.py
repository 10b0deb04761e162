"""Print that is read on several cores is the same as print that is read on one."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import CancelledError
from threading import Event, Lock

import numpy as np
import pytest

from tests.pages import DrawnPage, DrawnSection
from veernet.records import Grey, Scan
from veernet.register import ahead
from veernet.register.ahead import _until, read_print
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.heading.heading import WellField
from veernet.register.legends.header import read_header
from veernet.register.ocr.reader import Reader, Text


@pytest.fixture(scope="module")
def scan() -> Scan:
    sections = DrawnSection(700, 2700), DrawnSection(3600, 5000)
    return Scan.from_array(DrawnPage(rows=5400, sections=sections).draw())


@pytest.fixture(scope="module")
def sections(scan: Scan) -> tuple[FoundSection, ...]:
    found = find_sections(scan)
    assert len(found) == 2
    return found


def _numeral(grey: Grey) -> tuple[str, float]:
    """Read some number: what a picture shows decides, and not when it is read."""
    return str(10 * int((grey < 128).sum() % 900 + 10)), 0.9


class _Reads:
    """Reads a line from a picture, and counts how often it is asked for each."""

    def __init__(self) -> None:
        self.asked: Counter[bytes] = Counter()
        self._lock = Lock()

    def __call__(self, grey: Grey) -> list[Text]:
        with self._lock:
            self.asked[grey.tobytes()] += 1
        ink = int((grey < 128).sum())
        return [Text(str(ink), 0.9, 1.0, 2.0, 20.0, 90.0)]


def test_threads_read_the_same_and_nothing_twice(
    scan: Scan, sections: tuple[FoundSection, ...]
) -> None:
    alone = read_print(scan, sections, None, _numeral)
    counts = []
    reads = _Reads()
    both = read_print(
        scan,
        sections,
        reads,
        _numeral,
        threads=3,
        progress=lambda done, total: counts.append((done, total)),
    )
    assert both.placed == alone.placed
    assert all(numerals for _, numerals in both.placed)
    assert both.read is not None
    before = sum(reads.asked.values())
    for section in sections:
        others = [other for other in sections if other is not section]
        header = read_header(scan, section, "above", both.read, others)
        assert header is not None
        assert header.texts == read_header(scan, section, "above", reads, others).texts
    # What the headers hold was asked for once ahead, and once for the comparison.
    tracks = sum(len(section.tracks) for section in sections)
    assert sum(reads.asked.values()) == before + tracks
    done = [done for done, _ in counts]
    assert done == sorted(done)
    assert counts[-1][0] == counts[-1][1] == counts[0][1]


def test_what_fails_in_a_thread_is_told(
    scan: Scan, sections: tuple[FoundSection, ...]
) -> None:
    def broken(_: Grey) -> tuple[str, float]:
        msg = "the recogniser is broken"
        raise RuntimeError(msg)

    for threads in (1, 2):
        with pytest.raises(RuntimeError, match="recogniser is broken"):
            read_print(scan, sections, None, broken, threads=threads)


def test_what_is_begun_reads_no_further_once_it_is_stopped() -> None:
    stopped, grey = Event(), np.zeros((8, 8), np.uint8)
    numeral = _until(stopped, _numeral)
    assert numeral(grey) == _numeral(grey)
    stopped.set()
    with pytest.raises(CancelledError):
        numeral(grey)


def test_depths_that_are_stated_need_no_numerals(
    scan: Scan, sections: tuple[FoundSection, ...]
) -> None:
    assert read_print(scan, sections, None, None, threads=2).placed == ()
    assert read_print(scan, sections, None, None).placed == ()


@pytest.mark.parametrize("threads", [1, 3])
def test_the_heading_is_read_beside_the_rest_and_only_where_it_is_wanted(
    scan: Scan,
    sections: tuple[FoundSection, ...],
    monkeypatch: pytest.MonkeyPatch,
    threads: int,
) -> None:
    def heading(_: Scan, stop: float, read: Reader) -> tuple[WellField, ...]:
        (text,) = read(np.zeros((8, 8), np.uint8))
        return (WellField("WELL", text.text, 0.9, int(stop), 0),)

    monkeypatch.setattr(ahead, "read_heading", heading)
    seen = read_print(
        *(scan, sections, _Reads(), _numeral), heading=True, threads=threads
    )
    (well,) = seen.well
    assert (well.value, well.row) == ("64", int(sections[0].first_row))
    plain = read_print(scan, sections, _Reads(), _numeral, threads=threads)
    assert plain.well == ()
    assert read_print(scan, sections, None, None, heading=True).well == ()
