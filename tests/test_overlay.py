"""The overlay: curves lie where they were read, and nothing is drawn where not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.export.heading import (
    BLACK,
    COLOURS,
    CURVE,
    INK,
    PAPER,
    POINT,
    Canvas,
    colour_of,
    heading_rows,
    palette,
    style_of,
)
from veernet.export.overlay import draw_part, label_step, write_overlay
from veernet.files import together
from veernet.parts import parts_of
from veernet.records import CurveSpec, Registration, Scan, Trace, Track

NAN = np.nan
AUTO, BRIDGED, MANUAL = 1, 2, 3
ROWS, COLUMNS = 400, 300


def make_registration(*, turn: float = 0.0) -> Registration:
    points = tuple(
        DepthPoint(row, depth, row - turn, row + turn)
        if turn
        else DepthPoint(row, depth)
        for row, depth in ((100.0, 1000.0), (300.0, 1020.0))
    )
    edges = [Edge((0.0,), (column,)) for column in (50.0, 250.0)]
    specs = (
        CurveSpec("GR", "GAPI", Scale("linear", 0, 150), wraps=True),
        CurveSpec("CALI", "IN", Scale("linear", 6, 16)),
    )
    return Registration("main", DepthAxis("ft", points), (Track("T1", *edges, specs),))


def make_trace(
    column: float | np.ndarray, origin: int = AUTO, mnemonic: str = "GR"
) -> Trace:
    row = np.arange(100, 301)
    columns = np.zeros(len(row)) + column
    read = np.isfinite(columns)
    origins = np.where(read, origin, 0).astype(np.uint8)
    return Trace(mnemonic, row, columns, read * 0.9, origins)


def draw(*traces: Trace, registration: Registration | None = None) -> Canvas:
    """Draw the whole blank page; return the part that is the page itself."""
    registration = registration or make_registration()
    scan = Scan.from_array(np.full((ROWS, COLUMNS), 255, dtype=np.uint8))
    canvas = draw_part(scan, registration, traces, 0, ROWS, "title")
    style = style_of(COLUMNS)
    return canvas[heading_rows(registration, style) :, style.gutter :]


def pixels(page: Canvas, colour: int) -> set[tuple[int, int]]:
    return {(int(row), int(column)) for row, column in np.argwhere(page == colour)}


class TestDrawing:
    def test_a_read_curve_is_a_line_one_pixel_wide_on_its_column(self) -> None:
        found = pixels(draw(make_trace(120.0)), CURVE)
        assert found == {(row, 120) for row in range(100, 301)}

    def test_unread_rows_are_not_drawn(self) -> None:
        column = np.where(np.arange(201) < 100, 120.0, NAN)
        rows = {row for row, _ in pixels(draw(make_trace(column)), CURVE)}
        assert rows == set(range(100, 200))

    def test_a_single_read_row_is_a_dot(self) -> None:
        column = np.where(np.arange(201) == 50, 120.0, NAN)
        assert pixels(draw(make_trace(column)), CURVE) == {(150, 120)}

    def test_bridged_rows_are_dashed(self) -> None:
        rows = {row for row, _ in pixels(draw(make_trace(120.0, BRIDGED)), CURVE)}
        assert 80 <= len(rows) <= 120
        assert 14 * 8 in rows
        assert 14 * 8 + 7 not in rows

    def test_rows_set_by_hand_are_thick(self) -> None:
        found = pixels(draw(make_trace(120.0, MANUAL)), CURVE)
        assert {column for row, column in found if row == 200} == {119, 120, 121}

    def test_a_wrap_is_folded_back_without_a_line_across_the_track(self) -> None:
        # 20 columns a row: from 240 over the right edge at 250 to 260, drawn at 60.
        column = np.where(np.arange(201) < 100, 240.0, 260.0)
        found = pixels(draw(make_trace(column)), CURVE)
        assert {column for _, column in found} == {240, 60}

    def test_a_steep_curve_is_joined_from_row_to_row(self) -> None:
        column = np.where(np.arange(201) < 100, 100.0, 180.0)
        found = pixels(draw(make_trace(column)), CURVE)
        assert {column for _, column in found} == set(range(100, 181))

    def test_on_a_turned_page_the_line_lies_on_the_depth_line(self) -> None:
        registration = make_registration(turn=8.0)
        column = np.where(np.arange(201) == 50, 250.0, NAN)
        trace = make_trace(column, mnemonic="CALI")
        page = draw(trace, registration=registration)
        assert pixels(page, CURVE + 1) == {(158, 250)}

    def test_depth_points_are_marked_at_the_edges(self) -> None:
        rows = {row for row, _ in pixels(draw(), POINT)}
        assert rows == {100, 300}

    @pytest.mark.parametrize("gap", [False, True])
    def test_no_depths_are_written_in_a_gap(self, *, gap: bool) -> None:
        strips = DepthPoint(110, 992, gap=gap), DepthPoint(290, 1010)
        first, last = DepthPoint(100, 991), DepthPoint(300, 1011)
        axis = DepthAxis("ft", (first, *strips, last))
        registration = replace(make_registration(), depth=axis)
        scan = Scan.from_array(np.full((ROWS, COLUMNS), 255, dtype=np.uint8))
        canvas = draw_part(scan, registration, [make_trace(100.0)], 0, ROWS, "title")
        style = style_of(COLUMNS)
        gutter = canvas[heading_rows(registration, style) :, : style.gutter]
        ticks = np.flatnonzero((gutter[:, -12:-6] == BLACK).all(axis=1))
        assert ticks.tolist() == ([] if gap else [190])

    def test_curves_have_colours_of_their_own(self) -> None:
        page = draw(make_trace(120.0), make_trace(180.0, mnemonic="CALI"))
        assert np.all(page[110:290, 120] == CURVE)
        assert np.all(page[110:290, 180] == CURVE + 1)
        assert colour_of(make_registration(), "CALI") == CURVE + 1
        assert len(set(COLOURS)) == len(COLOURS) >= 10

    def test_a_curve_is_drawn_in_the_colour_that_its_ink_alone_has(self) -> None:
        plain = make_registration()
        (track, *more) = plain.tracks
        inks = ("#cc0000", "#000000")
        curves = tuple(
            replace(spec, colour=ink)
            for spec, ink in zip(track.curves, inks, strict=False)
        )
        first = replace(track, curves=curves)
        registration = replace(plain, tracks=(first, *more))
        colours = np.array(palette(registration)).reshape(256, 3)
        red, black = (colour_of(registration, spec.mnemonic) for spec in curves[:2])
        assert colours[red].tolist() == [0xCC, 0, 0]
        assert tuple(colours[black]) in COLOURS
        # Two curves of one ink are told apart by the palette.
        alike = replace(
            track, curves=tuple(replace(c, colour="#cc0000") for c in curves[:2])
        )
        both = replace(plain, tracks=(alike, *more))
        drawn = [colour_of(both, spec.mnemonic) for spec in curves[:2]]
        assert drawn == [CURVE, CURVE + 1]


class TestScan:
    def test_the_scan_is_paled_and_blacks_stay_visible(self) -> None:
        image = np.full((ROWS, COLUMNS), 255, dtype=np.uint8)
        image[:, 10] = 0
        scan = Scan.from_array(image)
        canvas = draw_part(scan, make_registration(), [], 0, ROWS, "")
        page = canvas[-ROWS:, -COLUMNS:]
        assert np.all(page[:, 10] == INK)
        assert np.all(page[:, 11] == PAPER)
        colours = np.array(palette(make_registration())).reshape(256, 3)
        assert colours[INK].tolist() == [INK] * 3

    def test_a_colour_scan_is_drawn_in_grey(self) -> None:
        image = np.full((ROWS, COLUMNS, 3), (200, 30, 30), dtype=np.uint8)
        scan = Scan.from_array(image)
        page = draw_part(scan, make_registration(), [], 0, ROWS, "")[-ROWS:, -COLUMNS:]
        assert len(np.unique(page[:40, :40])) == 1
        assert INK < page[0, 0] < PAPER


class TestFiles:
    def test_one_file_holds_the_section_and_its_heading(self, tmp_path: Path) -> None:
        scan = Scan.from_array(np.full((ROWS, COLUMNS), 255, dtype=np.uint8))
        registration = make_registration()
        path = tmp_path / "a.png"
        assert write_overlay(path, scan, registration, [make_trace(120.0)]) == (path,)
        style = style_of(COLUMNS)
        with Image.open(path) as image:
            assert image.mode == "P"
            # 60 rows above the first registered row and below the last.
            heading = heading_rows(registration, style)
            assert image.size == (style.gutter + COLUMNS, heading + 202 + 119)
            colour = image.convert("RGB").getpixel((style.gutter + 120, heading + 100))
        assert colour == COLOURS[0]

    def test_a_tall_section_is_several_files_each_with_a_heading(
        self, tmp_path: Path
    ) -> None:
        scan = Scan.from_array(np.full((45_000, 200), 255, dtype=np.uint8))
        points = (DepthPoint(100, 0.0), DepthPoint(44_900, 4480.0))
        edges = [Edge((0.0,), (column,)) for column in (20.0, 180.0)]
        spec = CurveSpec("GR", "GAPI", Scale("linear", 0, 150))
        track = Track("T1", *edges, (spec,))
        registration = Registration("main", DepthAxis("ft", points), (track,))
        row = np.arange(100, 44_901)
        ones = np.ones(len(row))
        trace = Trace("GR", row, 100 * ones, ones, ones.astype(np.uint8))
        paths = write_overlay(tmp_path / "a.png", scan, registration, [trace])
        assert [p.name for p in paths] == ["a.1.png", "a.2.png", "a.3.png"]
        style = style_of(200)
        heading = heading_rows(registration, style)
        rows = []
        for path in paths:
            with Image.open(path) as image:
                canvas = np.asarray(image)
            rows.append(canvas.shape[0] - heading)
            assert np.any(canvas[:heading] == CURVE)
            # Joined across the seam: every row of the page has its pixel.
            drawn = canvas[heading:, style.gutter + 100] == CURVE
            assert drawn.sum() >= rows[-1] - 60
        assert rows == [20_000, 20_000, 4_921]

    def test_same_input_gives_same_bytes(self, tmp_path: Path) -> None:
        scan = Scan.from_array(np.full((ROWS, COLUMNS), 255, dtype=np.uint8))
        traces = [make_trace(120.0)]
        for name in ("a.png", "b.png"):
            write_overlay(tmp_path / name, scan, make_registration(), traces)
        first, second = (tmp_path / name for name in ("a.png", "b.png"))
        assert first.read_bytes() == second.read_bytes()


class TestHeading:
    def test_curves_of_a_track_stand_one_below_the_other(self) -> None:
        registration = make_registration()
        scan = Scan.from_array(np.full((ROWS, COLUMNS), 255, dtype=np.uint8))
        style = style_of(COLUMNS)
        canvas = draw_part(scan, registration, [], 0, ROWS, "title")
        heading = canvas[: heading_rows(registration, style)]
        first = np.argwhere(heading == CURVE)
        second = np.argwhere(heading == CURVE + 1)
        assert first[:, 0].max() < second[:, 0].min()
        # Each rule spans its track from edge to edge.
        for rule in (first, second):
            columns = rule[:, 1] - style.gutter
            assert (columns.min(), columns.max()) == (50, 249)

    @pytest.mark.parametrize(
        ("apart", "step"), [(20.0, 2.0), (21.0, 5.0), (51.0, 10.0), (3.0, 0.5)]
    )
    def test_depth_labels_are_round_and_far_enough_apart(
        self, apart: float, step: float
    ) -> None:
        # Ten rows a foot.
        assert label_step(make_registration(), apart) == pytest.approx(step)

    def test_parts_of_an_earlier_overlay_go_with_it(self, tmp_path: Path) -> None:
        scan = Scan.from_array(np.full((ROWS, COLUMNS), 255, dtype=np.uint8))
        for name in ("a.1.png", "a.2.png", "a.3.png", "a.x.png", "ab.2.png"):
            (tmp_path / name).write_bytes(b"old")
        registration, traces = make_registration(), [make_trace(120.0)]

        @together()
        def stopped() -> None:
            write_overlay(tmp_path / "a.png", scan, registration, traces)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            stopped()
        assert len(list(tmp_path.iterdir())) == 5
        with together():
            write_overlay(tmp_path / "a.png", scan, registration, traces)
            assert (tmp_path / "a.3.png").exists()
        left = sorted(path.name for path in tmp_path.iterdir())
        assert left == ["a.png", "a.x.png", "ab.2.png"]

    def test_one_picture_goes_where_there_are_parts(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(b"old")
        (tmp_path / "a.4.png").write_bytes(b"old")
        with together():
            names = parts_of(tmp_path / "a.png", 3)
        assert [name.name for name in names] == ["a.1.png", "a.2.png", "a.3.png"]
        assert not list(tmp_path.iterdir())
