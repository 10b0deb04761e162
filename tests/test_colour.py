"""Colour of ink: paper made white, tints, and the curves that they speak for."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.registrations import registration, track
from veernet.axes import Floats, Scale
from veernet.colour import (
    DECISIVE,
    NEUTRAL,
    NO_TINT,
    affinity,
    darkest,
    on_white,
    tints,
)
from veernet.digitise import Result, digitise
from veernet.engines import DarknessEngine
from veernet.records import CurveSpec, Grey, Registration, Scan

RED, GREEN, BLUE, BROWN, BLACK = "#ff0000", "#00c000", "#0000ff", "#a52a2a", "#000000"


def spec(mnemonic: str, colour: str | None) -> CurveSpec:
    """Return a solid curve of a colour."""
    return CurveSpec(mnemonic, "V", Scale("linear", 0, 1), colour=colour)


def rgb(colour: str) -> Floats:
    """Return the light of a colour, 0 to 255."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def line(*inks: tuple[str, float], columns: int = 21) -> Grey:
    """Draw upright lines over one another that cover shares of the tenth column."""
    page = np.full((9, columns, 3), 255.0)
    for colour, share in inks:
        page[:, 10] = (1 - share) * page[:, 10] + share * rgb(colour)
    return np.rint(page).astype(np.uint8)


def weights(picture: Grey, *colours: str | None) -> Grey:
    """Return (curves, rows, columns) how well a picture agrees with curves."""
    # A wide page, so that no colour is common on it.
    wide = np.pad(picture, ((0, 0), (0, 200), (0, 0)), constant_values=255)
    curves = [spec(f"C{i}", colour) for i, colour in enumerate(colours)]
    found = affinity(tints(wide), curves)
    assert found is not None
    return found.weight[:, found.tint][:, :, : picture.shape[1]]


class TestPaper:
    @pytest.mark.parametrize(
        "paper", [(255, 255, 255), (240, 228, 196), (200, 210, 190)]
    )
    def test_paper_becomes_white_and_ink_keeps_its_colour(
        self, paper: tuple[int, int, int]
    ) -> None:
        drawn = np.full((40, 60, 3), 255.0)
        drawn[:, ::5] = rgb("#c04060")
        aged = np.rint(drawn * np.array(paper) / 255).astype(np.uint8)
        assert_allclose(on_white(aged), drawn, atol=2)

    def test_dense_print_leaves_the_paper_white(self) -> None:
        page = np.full((40, 64, 3), (235, 225, 200), dtype=np.uint8)
        page[:, : 64 * 2 // 3] = 30
        assert (on_white(page)[:, -1] == 255).all()

    def test_a_band_without_paper_is_left_as_it_is(self) -> None:
        flooded = np.full((40, 60, 3), (60, 50, 40), dtype=np.uint8)
        assert_array_equal(on_white(flooded), flooded)

    def test_ink_of_any_colour_is_dark(self) -> None:
        for colour in ("#ffff00", GREEN, RED, BLUE, BLACK):
            assert darkest(line((colour, 1.0)))[4, 10] == 0
        assert darkest(line())[4, 10] == 255


class TestTints:
    @pytest.mark.parametrize("colour", [RED, GREEN, BLUE, BROWN, "#ffd000"])
    def test_a_pale_line_has_the_tint_of_a_full_one(self, colour: str) -> None:
        full = tints(line((colour, 1.0)))[4, 10]
        pale = weights(line((colour, 0.3)), colour)[0]
        assert full != NO_TINT
        assert weights(line((colour, 1.0)), colour)[0, 4, 10] >= DECISIVE
        assert (pale[4, 9:12] >= DECISIVE).all()
        assert (pale[4, [7, 13]] == NEUTRAL).all()

    def test_paper_and_its_noise_have_none(self) -> None:
        generator = np.random.default_rng(3)
        noise = generator.integers(238, 256, (50, 50, 3), dtype=np.uint8)
        assert (tints(noise) == NO_TINT).all()


class TestAffinity:
    def test_ink_speaks_for_its_curve_and_against_others(self) -> None:
        curves = (RED, GREEN, BLUE, BLACK)
        for own, colour in enumerate(curves[:3]):
            found = weights(line((colour, 0.6)), *curves)[:, 4, 10]
            assert found[own] >= DECISIVE
            assert (np.delete(found, own) < 50).all()

    def test_black_speaks_for_none_and_against_colours(self) -> None:
        red, black = weights(line((BLACK, 0.8)), RED, BLACK)[:, 4, 10]
        assert red < 40
        assert black == NEUTRAL

    def test_ink_of_no_curve_speaks_against_all(self) -> None:
        found = weights(line(("#c000ff", 0.7)), RED, GREEN)[:, 4, 10]
        assert (found < 40).all()

    def test_two_shades_of_a_hue_are_told_apart(self) -> None:
        red, brown = (
            weights(line((c, 0.7)), RED, BROWN)[:, 4, 10] for c in (RED, BROWN)
        )
        assert red[0] >= DECISIVE > NEUTRAL > red[1]
        assert brown[1] >= NEUTRAL > brown[0]

    def test_a_crossing_is_neither_ones_alone(self) -> None:
        found = weights(line((RED, 0.6), (BLUE, 0.5)), RED, BLUE)[:, 4, 10]
        assert (found > 80).all()
        assert found.max() < DECISIVE

    def test_a_line_over_a_grid_line_is_seen(self) -> None:
        assert weights(line((BLACK, 0.5), (GREEN, 0.5)), GREEN)[0, 4, 10] >= NEUTRAL

    def test_the_fringes_of_a_black_line_are_no_colour(self) -> None:
        page = line((BLACK, 1.0))
        page[:, 9], page[:, 11] = (255, 170, 170), (170, 170, 255)
        found = weights(page, RED, BLUE)[:, 4, 10]
        assert (found < NEUTRAL).all()

    def test_a_colour_that_covers_the_panel_decides_nothing(self) -> None:
        grid = np.full((60, 60, 3), 255, dtype=np.uint8)
        grid[:, ::6], grid[::6] = rgb(GREEN), rgb(GREEN)
        found = affinity(tints(grid), [spec("A", GREEN), spec("B", RED)])
        assert found is not None
        own, other = found.weight[:, found.tint[6, 6]]
        assert own == NEUTRAL
        assert other < 20

    def test_colours_that_print_makes_of_one_another_are_one(self) -> None:
        close = affinity(tints(line()), [spec("A", RED), spec("B", "#e06030")])
        apart = affinity(tints(line()), [spec("A", RED), spec("B", BROWN)])
        assert close is not None
        assert apart is not None
        assert_array_equal(*close.weight)
        assert (apart.weight[0] != apart.weight[1]).any()

    def test_a_curve_of_unknown_colour_is_neutral_everywhere(self) -> None:
        assert (weights(line((RED, 1.0)), RED, None)[1] == NEUTRAL).all()

    def test_nothing_is_known_without_colours(self) -> None:
        assert affinity(None, [spec("A", RED)]) is None
        assert affinity(tints(line()), [spec("A", None)]) is None


ROWS, COLUMNS = 500, 260
AT = np.arange(ROWS)
MEET = 250
LEFT = 130 - 0.3 * np.abs(AT - MEET)
RIGHT = 130 + 0.3 * np.abs(AT - MEET)
"""Two curves that run towards each other, touch and turn back, as no pen would."""


def strip(
    *colours: str, paper: tuple[int, int, int] = (246, 240, 222), apart: float = 0.0
) -> Grey:
    """Draw both curves on aged paper, a pixel wide and smooth."""
    page = np.full((ROWS, COLUMNS, 3), 255, dtype=np.uint8)
    for columns, colour in zip((LEFT - apart, RIGHT), colours, strict=True):
        points = np.rint(np.stack([columns, AT], axis=1) * 16).astype(np.int32)
        light = [int(v) for v in rgb(colour)]
        cv2.polylines(page, [points[:, None]], False, light, 1, cv2.LINE_AA, shift=4)
    return np.rint(page * (np.array(paper) / 255)).astype(np.uint8)


def registered(*colours: str | None) -> Registration:
    """Register both curves, drawn in one style."""
    curves = (spec(name, c) for name, c in zip("AB", colours, strict=True))
    return registration(track("T1", 20, 240, *curves), rows=(0, ROWS - 1))


def away(result: Result) -> tuple[float, float]:
    """Return the largest error of each curve, in columns."""
    a, b = (
        float(np.nanmax(np.abs(trace.column - truth)))
        for trace, truth in zip(result.traces, (LEFT, RIGHT), strict=True)
    )
    return a, b


class TestRead:
    @pytest.mark.parametrize("colours", [(RED, BLUE), (GREEN, RED), (BLACK, "#e0c000")])
    def test_two_curves_of_one_style_are_told_apart_by_colour(
        self, colours: tuple[str, str]
    ) -> None:
        scan = Scan.from_array(strip(*colours))
        result = digitise(scan, registered(*colours), DarknessEngine())
        assert max(away(result)) < 3
        assert all(np.isfinite(t.column).mean() > 0.97 for t in result.traces)
        # Where only their directions are known they are taken to cross.
        blind = digitise(scan, registered(None, None), DarknessEngine())
        assert max(away(blind)) > 50

    def test_colours_are_followed_whichever_curve_is_listed_first(self) -> None:
        scan = Scan.from_array(strip(RED, BLUE))
        made = registered(BLUE, RED)
        second, first = digitise(scan, made, DarknessEngine()).traces
        assert np.nanmax(np.abs(first.column - LEFT)) < 3
        assert np.nanmax(np.abs(second.column - RIGHT)) < 3

    def test_without_colours_a_scan_is_read_as_its_darkness(self) -> None:
        page = strip(RED, BLUE, paper=(255, 255, 255))
        made = registered(None, None)
        coloured = digitise(Scan.from_array(page), made, DarknessEngine())
        grey = digitise(Scan.from_array(darkest(page)), made, DarknessEngine())
        for one, other in zip(coloured.traces, grey.traces, strict=True):
            assert_array_equal(one.column, other.column)
            assert_array_equal(one.confidence, other.confidence)

    def test_colours_of_a_registration_change_nothing_on_a_grey_scan(self) -> None:
        scan = Scan.from_array(darkest(strip(RED, BLUE)))
        plain, named = (
            digitise(scan, registered(*colours), DarknessEngine())
            for colours in ((None, None), (RED, BLUE))
        )
        for one, other in zip(plain.traces, named.traces, strict=True):
            assert_array_equal(one.column, other.column)
            assert_array_equal(one.confidence, other.confidence)

    def test_curves_of_one_colour_are_still_named_from_left_to_right(self) -> None:
        scan = Scan.from_array(strip(RED, RED, apart=20))
        made = registered(RED, RED)
        a, b = digitise(scan, made, DarknessEngine()).traces
        assert np.nanmedian(a.column - b.column) < 0
        swapped = replace(made.tracks[0], curves=made.tracks[0].curves[::-1])
        made = replace(made, tracks=(swapped,))
        b, a = digitise(scan, made, DarknessEngine()).traces
        assert np.nanmedian(b.column - a.column) < 0
