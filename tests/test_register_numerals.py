"""Numerals of drawn depth columns: found by shape, read right, or left out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from veernet.axes import Edge
from veernet.errors import InputError
from veernet.records import Scan
from veernet.register.depths.depth import depth_from_numerals
from veernet.register.depths.numerals import BAND, Numeral, read_numerals
from veernet.register.depths.words import find_words, ink_of
from veernet.register.ocr.recognise import load_recogniser
from veernet.registration import load_registrations
from veernet.scan import open_scan

LEFT, RIGHT = 300, 450
FONTS = {
    "plain": cv2.FONT_HERSHEY_SIMPLEX,
    "double": cv2.FONT_HERSHEY_DUPLEX,
    "serif": cv2.FONT_HERSHEY_COMPLEX,
}
TURNS = {
    "upright": None,
    "clockwise": cv2.ROTATE_90_CLOCKWISE,
    "anticlockwise": cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def draw(
    texts,
    *,
    turn="upright",
    font="plain",
    size=0.9,
    stroke=2,
    spacing=200,
    lines=False,
    across=False,
):
    """Draw a page with a depth column; numerals are centred on their depth lines."""
    rows = spacing * (len(texts) + 1)
    page = np.full((rows, 800), 255, np.uint8)
    for row in range(0, rows, spacing // 10):
        page[row : row + 1, 20:LEFT] = 0
        page[row : row + 1, RIGHT:780] = 0
    for column in (20, LEFT, RIGHT, 777):
        page[:, column : column + 3] = 0
    for k, text in enumerate(texts):
        row = spacing * (k + 1)
        if lines:
            # A depth line runs up to the numeral, or right through it.
            page[row : row + 2, LEFT : LEFT + 20] = 0
            page[row : row + 2, RIGHT - 20 : RIGHT] = 0
        if across:
            page[row - 1 : row + 1, LEFT:RIGHT] = 0
        word = np.full((60, 240), 255, np.uint8)
        cv2.putText(word, text, (20, 45), FONTS[font], size, 0, stroke, cv2.LINE_AA)
        inked = np.argwhere(word < 128)
        (top, left), (bottom, right) = inked.min(0), inked.max(0) + 1
        word = word[top:bottom, left:right]
        if TURNS[turn] is not None:
            word = cv2.rotate(word, TURNS[turn])
        first = row - word.shape[0] // 2
        aside = (LEFT + RIGHT) // 2 - word.shape[1] // 2
        box = page[first : first + word.shape[0], aside : aside + word.shape[1]]
        np.minimum(box, word, out=box)
    return np.where(page < 128, 0, 255).astype(np.uint8)


def edge(column):
    return Edge((0.0,), (float(column),))


def words_of(page):
    return find_words(ink_of(page[:, LEFT : RIGHT + 3]), 0, LEFT)


def read(page, recognise, left=LEFT, right=RIGHT + 3):
    scan = Scan.from_array(page)
    return read_numerals(
        scan.read, (0, page.shape[0]), edge(left), edge(right), recognise
    )


@pytest.fixture(scope="module")
def recognise():
    pytest.importorskip("rapidocr")
    return load_recogniser()


DEPTHS = [str(depth) for depth in range(2310, 2410, 10)]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize(("size", "stroke"), [(0.6, 1), (0.9, 2), (1.2, 3)])
def test_words_are_found_where_they_are_drawn(turn, font, size, stroke):
    page = draw(DEPTHS, turn=turn, font=font, size=size, stroke=stroke, lines=True)
    words = words_of(page)
    assert len(words) == len(DEPTHS)
    for k, word in enumerate(words):
        assert abs(word.row - 200 * (k + 1)) <= 1.5
        assert abs(word.column - (LEFT + RIGHT) / 2) <= 1.5
        assert word.long == (turn != "upright")


def test_no_words_are_found_in_an_empty_column():
    page = np.full((2000, 800), 255, np.uint8)
    page[:, [LEFT, RIGHT]] = 0
    page[::20, :] = 0
    assert words_of(page) == []


def test_curves_that_stray_into_the_column_are_no_numerals(recognise):
    page = draw(["2310", "2320", "2330"])
    at = np.arange(60, 140)
    aside = LEFT + (60 * np.sin(np.pi * (at - 60) / 80)).astype(int)
    for row, column in zip(at, aside, strict=True):
        page[row - 2 : row + 2, column - 2 : column + 2] = 0
    found = read(page, recognise)
    assert [numeral.text for numeral in found] == ["2310", "2320", "2330"]


def test_ticks_beside_a_numeral_are_cut_off_and_broken_digits_are_not():
    page = draw(["2310"])
    (whole,) = words_of(page)
    ticked = page.copy()
    ticked[200:202, whole.left - 20 : whole.left - 6] = 0
    (word,) = words_of(ticked)
    assert (word.left, word.right) == (whole.left, whole.right)
    broken = page.copy()
    broken[199:203, whole.left : whole.left + 18] = 255
    (word,) = words_of(broken)
    assert (word.left, word.right) == (whole.left, whole.right)


def test_a_word_whose_last_digit_touches_the_edge_is_left_out():
    page = draw(["15000", "2310"], size=0.8)
    first, second = words_of(page)
    # The column ends in the last digit, on its edge or without one.
    for edged in (False, True):
        page[:, first.right - 4 : first.right - 2] = 0 if edged else 255
        (word,) = find_words(ink_of(page[:, LEFT : first.right - 3]), 0, LEFT)
        assert (word.row, word.right) == (second.row, second.right)


@pytest.mark.parametrize("paper", [255, 200, 120])
def test_ink_is_told_from_paper_of_any_shade(paper):
    page = draw(["2310", "2320"])
    faded = np.where(page < 128, paper - 70, paper).astype(np.uint8)
    assert np.array_equal(ink_of(faded[:, LEFT:RIGHT]), 255 - page[:, LEFT:RIGHT])


def test_paper_without_ink_has_none():
    assert not ink_of(np.full((50, 50), 230, np.uint8)).any()


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize(("size", "stroke"), [(0.7, 1), (0.9, 2), (1.2, 3)])
def test_numerals_are_read(recognise, turn, size, stroke):
    page = draw(DEPTHS, turn=turn, size=size, stroke=stroke, lines=True)
    found = read(page, recognise)
    assert [numeral.text for numeral in found] == DEPTHS
    assert {numeral.turn for numeral in found} == {turn}
    for k, numeral in enumerate(found):
        assert abs(numeral.row - 200 * (k + 1)) <= 1.5
        assert numeral.confidence > 0.5


def test_numbers_that_read_upside_down_too_follow_the_others(recognise):
    texts = ["9100", "6600", "9900", "6900", "7200", "7300"]
    found = read(draw(texts, turn="anticlockwise", spacing=300), recognise)
    assert [numeral.text for numeral in found] == texts


@pytest.mark.parametrize("wrong", [-3, 3])
def test_edges_may_be_two_percent_off(recognise, wrong):
    page = draw(DEPTHS, lines=True)
    for left, right in ((LEFT + wrong, RIGHT + 3), (LEFT, RIGHT + 3 + wrong)):
        found = read(page, recognise, left, right)
        assert [numeral.text for numeral in found] == DEPTHS


@pytest.mark.parametrize("turn", ["upright", "clockwise"])
def test_worn_print_is_read_or_left_out(recognise, turn):
    """Depth lines through the digits, specks, and strokes that are broken."""
    texts = [str(depth) for depth in range(4100, 6100, 100)]
    page = draw(texts, turn=turn, size=1.0, spacing=150, across=turn == "upright")
    rng = np.random.default_rng(1)
    page[rng.random(page.shape) < 0.03] = 255
    page[rng.random(page.shape) < 0.002] = 0
    found = read(page, recognise)
    true = {150 * (k + 1): text for k, text in enumerate(texts)}
    right = sum(true.get(round(n.row / 150) * 150) == n.text for n in found)
    assert right >= 0.8 * len(texts)
    assert len(found) - right <= 0.1 * len(texts)


def test_letters_are_no_numerals(recognise):
    found = read(draw(["GR", "2310", "STIT", "2320", "CALI"]), recognise)
    assert [numeral.text for numeral in found] == ["2310", "2320"]


def test_bands_neither_lose_a_numeral_nor_read_it_twice():
    spacing = 64
    texts = ["2300"] * (3 * BAND // spacing)
    page = draw(texts, turn="clockwise", size=0.6, stroke=1, spacing=spacing)
    asked = []

    def recognise(picture):
        asked.append(picture.shape)
        return "2300", 1.0

    found = read(page, recognise)
    assert [round(n.row / spacing) for n in found] == list(range(1, len(texts) + 1))


def test_a_band_at_a_time_is_read():
    page = draw(["2300"] * 40)
    heights = []

    def band(start, stop):
        heights.append(stop - start)
        return page[start:stop]

    def recognise(picture):
        return "2300", 1.0

    rows = (1000, page.shape[0])
    read_numerals(band, rows, edge(LEFT), edge(RIGHT), recognise)
    assert max(heights) <= BAND + 3 * (RIGHT - LEFT)


def test_turned_words_are_read_one_way_and_zeros_first_is_none():
    """A recogniser that is as sure of a word upside down as of the word."""
    page = draw(["9100"] * 5, turn="clockwise")
    first = read_turn = None

    def recognise(picture):
        nonlocal first, read_turn
        if first is None:
            first = picture
        same = picture.shape == first.shape and np.array_equal(picture, first)
        return ("9100", 0.9) if same else ("0016", 1.0)

    found = read(page, recognise)
    assert all(numeral.text == "9100" for numeral in found)


def test_words_are_tried_one_way_once_that_is_known():
    asked = []

    def by_weight(grey):
        """Tell which end of 881 is heavier: the first where it stands upright."""
        ink = grey < 128
        asked.append(grey.shape)
        half = ink.shape[1] // 2
        upright = ink[:, :half].sum() > ink[:, -half:].sum()
        return ("881", 0.99) if upright else ("18", 0.6)

    for turn in ("clockwise", "anticlockwise"):
        asked.clear()
        found = read(draw(["881"] * 40, turn=turn), by_weight)
        assert [(n.turn, n.text) for n in found] == [(turn, "881")] * 40
        # Each is read once as it stands and twice to settle it, a dozen the other way.
        assert 120 < len(asked) < 135


def test_speckle_is_not_read():
    rng = np.random.default_rng(2)
    page = np.full((3000, 800), 255, np.uint8)
    for row, column in zip(
        rng.integers(0, 2980, 4000), rng.integers(LEFT, RIGHT - 20, 4000), strict=True
    ):
        page[row : row + 9, column : column + 14] ^= 255
    asked = []

    def recognise(picture):
        asked.append(1)
        return "2300", 1.0

    read(page, recognise)
    assert len(asked) <= 3 * 6 * 80


def test_a_recogniser_of_its_own_mind_is_doubted():
    page = draw(["2310"])
    answers = iter([("2310", 0.9), ("2370", 0.5), ("no", 0.9)])
    (numeral,) = read(page, lambda picture: next(answers))
    assert numeral.text == "2310"
    assert numeral.confidence == pytest.approx(0.3)


@pytest.mark.parametrize("rows", [(5, 5), (-1, 10), (10, 3)])
def test_rows_must_be_a_section(rows):
    page = draw(["2310"])
    with pytest.raises(InputError, match="no section"):
        read_numerals(
            Scan.from_array(page).read, rows, edge(LEFT), edge(RIGHT), lambda p: ("", 0)
        )


def test_a_depth_column_must_hold_digits():
    with pytest.raises(InputError, match="10 columns wide"):
        read(draw(["2310"]), lambda picture: ("", 0.0), LEFT, LEFT + 10)


def test_a_numeral_is_digits():
    with pytest.raises(InputError, match="other characters"):
        Numeral(1.0, 2.0, "23O0")
    with pytest.raises(InputError, match="confidence"):
        Numeral(1.0, 2.0, "2300", confidence=1.5)


def test_without_rapidocr_one_line_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(InputError, match=r"veernet\[register\]") as caught:
        load_recogniser()
    assert "\n" not in str(caught.value)
    assert "--top" in str(caught.value)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(
    "VEERNET_REAL" not in os.environ, reason="VEERNET_REAL names no folder"
)
def test_numerals_of_real_logs_are_read(recognise):
    """Against the depths of hand-made registrations: nine in ten right, few wrong."""
    folder = Path(os.environ["VEERNET_REAL"])
    wanted = right = wrong = 0
    for file in sorted((folder / "registrations").glob("*.yaml")):
        (registration,) = load_registrations(file)
        if len(registration.tracks) < 2:
            continue
        depth, (left, right_track, *_) = registration.depth, registration.tracks
        if right_track.left == left.right:
            # A curve is drawn in the depth column too: a track between the two.
            right_track = registration.tracks[2]
        scan = open_scan(folder / "scans" / registration.image)
        found = read_numerals(
            scan.read, registration.row_range, left.right, right_track.left, recognise
        )
        proposal = depth_from_numerals(found, within=(depth.depths[0] - 50, 2e4))
        assert proposal.refusal is None
        assert not proposal.stated
        step = proposal.step
        marks = (
            np.arange(np.ceil(depth.depths[0] / step), depth.depths[-1] / step) * step
        )
        wanted += len(marks)
        for numeral in found:
            true = round(float(depth.depth_at(numeral.row)) / step) * step
            good = str(round(true)).endswith(numeral.text) and len(numeral.text) > 2
            right, wrong = right + good, wrong + (not good)
        # What the depths rest on is right, without exception.
        for point in proposal.points:
            assert abs(depth.depth_at(point.row) - point.depth) < 8, file.name
    assert right >= 0.9 * wanted
    assert wrong <= 0.06 * wanted
