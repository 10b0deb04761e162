"""The baselines of the benchmark read ink, colours and plotdigitizer's reports."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from benchmark import peers
from benchmark.methods import (
    read_colour_centroids,
    read_colour_runs,
    read_ink_runs,
)
from tests.test_benchmark import ROWS, SLOPE, make_case, score


class TestPeers:
    def test_the_ink_run_stays_with_its_line_and_passes_over_depth_lines(self):
        picture = np.full((40, 60), 255, dtype=np.uint8)
        column = 20 + np.arange(40) // 4
        for offset in (-1, 0, 1):
            picture[np.arange(40), column + offset] = 0
        picture[:, 50] = 0
        picture[15] = 0
        found = peers.follow_runs(peers.ink_of(picture), 5, 21.0)
        expected = column.astype(float)
        expected[:5] = expected[15] = np.nan
        np.testing.assert_array_equal(found, expected)

    def test_an_ink_run_is_brought_to_the_page(self):
        case = make_case(SLOPE)
        case.panel.image[np.arange(ROWS), np.rint(SLOPE).astype(int) - 8] = 0
        (reading,) = read_ink_runs(case.sheet).values()
        np.testing.assert_allclose(reading.column, np.rint(SLOPE))
        assert np.isnan(reading.confidence).all()

    def test_a_peer_is_put_into_the_wrap_nearest_to_the_truth(self):
        wraps = np.where(np.arange(ROWS) < 30, 0.0, -1.0)
        case = make_case(SLOPE, wraps)
        case.panel.image[np.arange(ROWS), np.rint(SLOPE).astype(int) - 8] = 0
        (reading,) = read_ink_runs(case.sheet).values()
        assert score(case, reading.column).read.mae_px < 0.5

    def test_plotdigitizer_gets_the_track_on_its_side(self, tmp_path):
        """A stand-in that reports, as its manual has it, rows from the bottom."""
        program = tmp_path / "stand-in"
        program.write_text(
            f"#!{sys.executable}\n"
            "import sys, cv2, numpy as np\n"
            "picture = cv2.imread(sys.argv[1], 0)\n"
            "assert sys.argv[4:] == ['-p', '0,0', '-l', '0,0', '-p', '48,0', '-l',"
            " '48,0', '-p', '0,38', '-l', '0,38'], sys.argv\n"
            "rows, columns = np.nonzero(picture < 128)\n"
            "with open(sys.argv[3], 'w') as f:\n"
            "    for row, column in zip(rows, columns):\n"
            "        f.write(f'{column} {picture.shape[0] - row}\\n')\n"
        )
        program.chmod(0o755)
        picture = np.full((40, 30), 255, dtype=np.uint8)
        column = 3.0 + np.arange(40) // 2
        column[7] = np.nan
        rows = np.flatnonzero(np.isfinite(column))
        picture[rows, column[rows].astype(int)] = 60
        found = peers.read_with_plotdigitizer(picture, program)
        np.testing.assert_array_equal(found, column)

    def test_what_plotdigitizer_gives_up_is_unread(self, tmp_path):
        program = tmp_path / "stand-in"
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        picture = np.full((40, 30), 255, dtype=np.uint8)
        assert np.isnan(peers.read_with_plotdigitizer(picture, program)).all()

    def test_without_plotdigitizer_the_script_says_so(self, tmp_path, capsys):
        blocked = tmp_path / "file"
        blocked.write_text("no folder")
        assert peers.install_plotdigitizer(blocked) is None
        assert "plotdigitizer is left out" in capsys.readouterr().out

    def test_the_skeleton_is_one_pixel_wide_and_has_no_depth_lines(self):
        ink = np.zeros((40, 60), dtype=bool)
        ink[:, 20:25] = True
        ink[15] = True
        skeleton = peers.skeleton_of(ink)
        assert skeleton[5:14].sum(axis=1).tolist() == [1] * 9
        assert np.flatnonzero(skeleton[10])[0] == 22
        assert not skeleton[15].any()

    @pytest.mark.parametrize(
        ("pixel", "seen"),
        [
            ((0, 0, 255), True),
            ((170, 170, 255), True),  # a tint of it
            ((255, 255, 255), False),
            ((128, 128, 128), False),  # the grid
            ((255, 0, 0), False),
        ],
    )
    def test_a_tint_of_a_colour_is_that_colour(self, pixel, seen):
        picture = np.full((2, 3, 3), 255, dtype=np.uint8)
        picture[1, 1] = pixel
        tint = peers.tint_of(picture, "#0000ff")
        assert (tint[1, 1] == 0) == seen
        assert tint[0].min() == 255

    @pytest.mark.parametrize(
        ("colour", "pixel", "seen"),
        [
            ("#008080", (128, 192, 192), True),
            ("#008080", (128, 128, 128), False),  # the grid, though hardly another hue
            ("#800080", (128, 128, 128), False),
            ("#000000", (128, 128, 128), True),
        ],
    )
    def test_a_dull_colour_is_told_from_grey(self, colour, pixel, seen):
        picture = np.array([[pixel]], dtype=np.uint8)
        assert (peers.tint_of(picture, colour)[0, 0] == 0) == seen

    def test_a_curve_is_found_by_its_colour(self):
        case = make_case([SLOPE, SLOPE[::-1]])
        tint = np.full(case.panel.image.shape, 255, dtype=np.uint8)
        tint[np.arange(ROWS), np.rint(SLOPE).astype(int) - 8] = 0
        sheet = replace(case.sheet, tints={"C0": tint})
        found = read_colour_runs(sheet)
        np.testing.assert_allclose(found["C0"].column, np.rint(SLOPE))
        # A curve without a colour cannot be found by it.
        assert np.isnan(found["C1"].column).all()

    def test_the_centroid_of_a_colour_is_read_where_it_is_of_one_curve_only(self):
        case = make_case([SLOPE, SLOPE[::-1]])
        rows, at = np.arange(ROWS), np.rint(SLOPE).astype(int) - 8
        tint = np.full(case.panel.image.shape, 255, dtype=np.uint8)
        tint[rows, at - 1] = tint[rows, at] = 0
        for colours, unread in (
            (("#ff0000", "#0000ff"), False),
            (("#ff0000",) * 2, True),
        ):
            pairs = zip(case.panel.curves, colours, strict=True)
            curves = tuple(replace(spec, colour=colour) for spec, colour in pairs)
            track = replace(case.panel.tracks[0], curves=curves)
            panel = replace(case.panel, tracks=(track,))
            sheet = replace(case.sheet, panel=panel, tints={"C0": tint})
            found = read_colour_centroids(sheet)["C0"].column
            if unread:
                assert np.isnan(found).all()
            else:
                np.testing.assert_allclose(found, np.rint(SLOPE) - 0.5)
