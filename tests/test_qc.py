"""A LAS plotted back: figures that see a wrong curve, and a sheet that can be read."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest

from tests import logs
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.calibrate import even_depths
from veernet.cli import main
from veernet.errors import InputError
from veernet.export.las import las_text
from veernet.export.lasread import read_las
from veernet.export.provenance import Provenance
from veernet.files import sha256
from veernet.qc.bars import outliers, places
from veernet.qc.ink import curve_ink, stroke_width, vertical_lines
from veernet.qc.listing import ListedStretch, agreements, events, residuals, stretches
from veernet.qc.measure import _length, measure
from veernet.qc.montage import layout_of
from veernet.qc.reading import between, drawn_traces, read_back
from veernet.records import (
    ORIGINS,
    Curve,
    CurveSpec,
    Registration,
    Scan,
    Trace,
    Track,
)

ROWS, LEFT, RIGHT = 1200, 40, 440
"""Of a page of 100 ft, and the columns of its one track."""


def registered(*, wraps: bool = False, unit: str = "ft") -> Registration:
    specs = (
        CurveSpec("GR", "GAPI", Scale("linear", 0, 200), wraps=wraps),
        CurveSpec("DT", "US/F", Scale("linear", 140, 40), line="short-dash"),
    )
    track = Track("T1", Edge((0.0,), (LEFT,)), Edge((0.0,), (RIGHT,)), specs)
    points = (DepthPoint(100, 1000.0), DepthPoint(1100, 1100.0))
    return Registration("main", DepthAxis(unit, points), (track,), step=0.5)


def gamma(depth: np.ndarray) -> np.ndarray:
    return 80 + 40 * np.sin(depth / 5) + 10 * np.sin(depth / 1.7)


def sonic(depth: np.ndarray) -> np.ndarray:
    return 60 + 8 * np.sin(depth / 9)


def page(*, gap: tuple[int, int] = (0, 0)) -> Scan:
    """Draw both curves over a grid; the rows of a gap lose the ink of DT."""
    image = np.full((ROWS, 480), 255, dtype=np.uint8)
    rows = np.arange(ROWS)
    depth = 1000 + (rows - 100) / 10
    for column in range(LEFT, RIGHT + 1, 40):
        image[:, column] = 0
    image[100::20, LEFT : RIGHT + 1] = 0
    columns = {"GR": LEFT + 2 * gamma(depth), "DT": LEFT + 4 * (140 - sonic(depth))}
    for name, column in columns.items():
        points = np.rint(np.stack([column, rows], axis=1) * 16).astype(np.int32)
        dash = 12 if name == "DT" else ROWS
        for start in range(0, ROWS, dash + 8):
            if name == "DT" and gap[0] <= start < gap[1]:
                continue
            part = points[start : start + dash, None]
            cv2.polylines(image, [part], False, 0, 3, cv2.LINE_8, 4)
    return Scan.from_array(image)


def write(
    path: Path,
    registration: Registration,
    *,
    shift: float = 0.0,
    unread: tuple[float, float] = (0.0, 0.0),
    confidence: bool = True,
) -> Path:
    """Write the truth, or what is wrong by a shift of GR's depths, as a LAS."""
    depth = even_depths(registration.depth, registration.step)
    value = np.where((depth >= unread[0]) & (depth < unread[1]), np.nan, sonic(depth))
    curves = [
        Curve("GR", "GAPI", depth, gamma(depth + shift), np.full(depth.size, 0.9)),
        Curve("DT", "US/F", depth, value, np.where(np.isnan(value), 0, 0.4)),
    ]
    made = Provenance(scan="a.tif", scan_sha256="ab" * 32)
    text = las_text(curves, registration, made, confidence=confidence)
    path.write_text(text)
    return path


def shares(path: Path, scan: Scan, **more: tuple[Trace, ...]) -> dict[str, float]:
    log = read_back(path, registered(), **more)
    found = measure(log, scan)
    reported = {
        name: sum(s.on_ink for s in sums) / sum(s.judged for s in sums)
        for name, sums in found.curves.items()
    }
    ink = found.tracks["T1"]
    reported["explained"] = sum(i.explained for i in ink) / sum(i.ink for i in ink)
    return reported


class TestFigures:
    def test_the_truth_is_on_ink_and_explains_it(self, tmp_path: Path) -> None:
        reported = shares(write(tmp_path / "a.las", registered()), page())
        assert reported["GR"] > 0.98
        assert reported["DT"] > 0.98
        assert reported["explained"] > 0.97

    def test_a_curve_of_other_depths_is_seen_and_the_other_not_blamed(
        self, tmp_path: Path
    ) -> None:
        reported = shares(write(tmp_path / "a.las", registered(), shift=4.0), page())
        assert reported["GR"] < 0.5
        assert reported["DT"] > 0.98
        assert reported["explained"] < 0.8

    def test_the_worst_stretch_comes_first(self, tmp_path: Path) -> None:
        # DT has no ink from 1040 to 1060 ft, and is null from 1080 to 1090 ft.
        path = write(tmp_path / "a.las", registered(), unread=(1080, 1090))
        log = read_back(path, registered())
        scan = page(gap=(500, 700))
        listed = stretches(log, measure(log, scan))
        assert {(one.curve, one.top) for one in listed[:2]} == {
            ("DT", 1040.0),
            ("DT", 1050.0),
        }
        assert (listed[2].curve, listed[2].top, listed[2].read) == ("DT", 1080.0, 0.0)
        assert np.isnan(listed[2].on_ink)
        missed = outliers(listed)
        assert missed == {
            ("DT", 1040.0): "off the ink",
            ("DT", 1050.0): "off the ink",
            ("DT", 1080.0): "not read",
        }
        reported = [(one.top, one.base, one.why) for one in places(listed, 10.0)]
        assert reported == [(1040, 1060, "off the ink"), (1080, 1090, "not read")]
        assert [one.badness for one in listed] == sorted(
            (one.badness for one in listed), reverse=True
        )
        # The whole is told but once: ten stretches of ten feet for two curves.
        assert len(listed) == 20

    def test_what_is_usual_of_a_worn_log_is_no_place_to_look_at(self) -> None:
        rng = np.random.default_rng(3)
        worn = [
            ListedStretch(
                "GR", "T1", 10.0 * k, 0.95, 0.9 + 0.03 * u, 0.6 + 0.1 * u, 0.8
            )
            for k, u in enumerate(rng.uniform(-1, 1, 100).tolist())
        ]
        assert outliers(worn) == {}
        # Half of the ink of three stretches is left over; in one it is lettering.
        for k in (7, 8, 70):
            worn[k] = replace(worn[k], explained=0.31)
        for k in (40, 41, 42):
            worn[k] = replace(worn[k], read=0.3)
        assert [(p.top, p.base, p.why) for p in places(worn, 10.0)] == [
            (400.0, 430.0, "not read"),
            (70.0, 90.0, "ink of T1 is left over"),
        ]
        # One that is bad throughout is told throughout.
        bad = [replace(one, on_ink=0.5) for one in worn]
        assert len(outliers(bad)) == len(bad)

    def test_stretches_are_longer_where_the_paper_is_small(self) -> None:
        axis = registered().depth
        assert _length(axis) == 10.0
        # At an inch to 100 ft and 100 dots an inch a foot is a row.
        small = DepthAxis("ft", (DepthPoint(100, 0.0), DepthPoint(1100, 1000.0)))
        assert _length(small) == 50.0

    def test_metres_are_the_same_log(self, tmp_path: Path) -> None:
        feet = registered()
        metres = replace(feet, depth=feet.depth.in_unit("m"), step=0.1524)
        depth = even_depths(metres.depth, 0.1524)
        curve = Curve("GR", "GAPI", depth, gamma(depth / 0.3048), np.ones(depth.size))
        path = tmp_path / "m.las"
        path.write_text(las_text([curve], metres, Provenance()))
        log = read_back(path, feet)
        assert log.registration.depth.unit == "m"
        assert log.absent == ("DT",)
        found = measure(log, page())
        assert found.length == 3.0
        sums = found.curves["GR"]
        assert sum(s.on_ink for s in sums) > 0.98 * sum(s.judged for s in sums) > 150

    def test_ink_of_a_curve_that_is_not_exported_is_explained_by_its_trace(
        self, tmp_path: Path
    ) -> None:
        registration = registered()
        depth = even_depths(registration.depth, 0.5)
        curve = Curve("GR", "GAPI", depth, gamma(depth), np.ones(depth.size))
        path = tmp_path / "a.las"
        path.write_text(las_text([curve], registration, Provenance()))
        rows = np.arange(*registration.row_range)
        column = LEFT + 4 * (140 - sonic(1000 + (rows - 100) / 10))
        ones = np.ones(rows.size)
        trace = Trace("DT", rows, column, ones, ones.astype(np.uint8))
        log = read_back(path, registration, (trace,))
        without, with_it = (
            sum(i.explained for i in measure(log, page(), t).tracks["T1"])
            for t in ([], [trace])
        )
        assert with_it > 1.3 * without
        assert [t.mnemonic for t in drawn_traces(log, (trace,))] == ["GR", "DT"]


class TestInk:
    def test_the_grid_goes_and_a_curve_stays(self) -> None:
        image = page().read(0, ROWS)
        verticals = vertical_lines(image)
        assert verticals[LEFT] & verticals[LEFT + 40]
        assert not verticals[LEFT + 20]
        seen = curve_ink(image, LEFT, RIGHT, verticals)
        assert not seen.ink[:, LEFT + 40].any()
        assert not seen.ink[120].any()
        rows = np.flatnonzero(~seen.grid.all(axis=1))
        column = np.rint(LEFT + 2 * gamma(1000 + (rows - 100) / 10)).astype(int)
        own = ~seen.grid[rows, column]
        assert seen.ink[rows, column][own].mean() > 0.99

    @pytest.mark.parametrize("width", [2, 3, 5])
    def test_the_width_of_a_stroke(self, width: int) -> None:
        ink = np.zeros((60, 60), dtype=bool)
        ink[:, 20 : 20 + width] = True
        assert stroke_width(ink, ink)[0] == pytest.approx(width, abs=1.0)
        assert np.isnan(stroke_width(ink, ~ink)[0])


class TestLists:
    def test_gaps_guesses_wraps_and_off_scale(self, tmp_path: Path) -> None:
        registration = registered(wraps=True)
        depth = even_depths(registration.depth, 0.5)
        value = np.where(depth < 1050, 150.0, 250.0)  # of 200: one wrap
        value[20:30] = np.nan
        value[40:42] = np.nan
        sure = np.where(depth > 1090, 0.3, 0.9)
        curve = Curve("GR", "GAPI", depth, value, sure)
        path = tmp_path / "a.las"
        path.write_text(las_text([curve], registration, Provenance(), confidence=True))
        rows = np.arange(*registration.row_range)
        origin = np.ones(rows.size, dtype=np.uint8)
        origin[rows < 225] = ORIGINS.index("off-right")
        trace = Trace("GR", rows, np.full(rows.size, 50.0), np.ones(rows.size), origin)
        found = events(read_back(path, registration, (trace,)))
        assert [(one.what, one.top, one.base) for one in found] == [
            ("off scale", 1010.0, 1012.0),
            ("gap", 1012.5, 1014.5),
            ("wrap +0 to +1", 1050.0, 1050.0),
            ("guessed", 1090.5, 1100.0),
        ]

    def test_nothing_is_plotted_across_a_null(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.las", registered(), unread=(1020, 1030))
        log = read_back(path, registered())
        rows = np.arange(*registered().row_range)
        known = np.isfinite(between(log.curves[1], rows))
        # The last sample before the gap is at 1019.5 ft, the next at 1030 ft.
        assert known[: 295 - 100 + 1].all()
        assert not known[296 - 100 : 400 - 100].any()
        assert known[400 - 100 :].all()

    def test_a_slip_of_a_depth_point_is_the_largest_residual(self) -> None:
        points = [DepthPoint(100 * k, 1000.0 + 10 * k) for k in range(6)]
        points[3] = DepthPoint(300, 1031.0)
        registration = replace(registered(), depth=DepthAxis("ft", tuple(points)))
        found = residuals(registration)
        assert (found[0].row, found[0].depth, found[0].off) == (300, 1031.0, 1.0)
        assert [round(abs(one.off), 9) for one in found] == [1.0, 0.5, 0.5, 0.0]

    def test_points_beyond_a_gap_are_no_neighbours(self) -> None:
        points = [DepthPoint(100 * k, 1000.0 + 10 * k + 50 * (k > 2)) for k in range(6)]
        points[2] = replace(points[2], gap=True)
        registration = replace(registered(), depth=DepthAxis("ft", tuple(points)))
        assert [(one.row, one.off) for one in residuals(registration)] == [
            (100, 0.0),
            (400, 0.0),
        ]

    def test_a_repeat_agrees_after_its_shift(self, tmp_path: Path) -> None:
        log = read_back(write(tmp_path / "a.las", registered()), registered())
        other = read_las(write(tmp_path / "b.las", registered(), shift=1.0))
        by_name = {one.curve: one for one in agreements(log, other)}
        assert by_name["GR"].lag == pytest.approx(1.0)
        assert by_name["GR"].lagged < 0.005 < by_name["GR"].median
        assert by_name["DT"].lag == 0.0
        assert by_name["DT"].p90 < 1e-4
        assert by_name["DT"].samples == 201


class TestSheet:
    def test_pages_are_of_the_size_of_the_paper(self, tmp_path: Path) -> None:
        layout = layout_of(registered(), page(), (100.0, 50.0))
        # 400 columns and 0.15 in beside them; 1001 rows in pages of 15 in of 50 rows.
        assert layout.width == pytest.approx(4.3)
        assert layout.parts == [(100, 862), (838, 1101)]

    def test_a_sheet_of_a_reading(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        scan, _ = logs.draw(tmp_path)
        read = "digitise well.png --registration well.yaml --out a.las --confidence"
        assert main(f"{read} --trace a.parquet".split()) == 0
        capsys.readouterr()
        check = "qc a.las --scan well.png --registration well.yaml --out a.pdf"
        assert main(f"{check} --trace a.parquet --repeat a.las".split()) == 2
        assert "this is the LAS itself" in capsys.readouterr().err
        Path("b.las").write_bytes(Path("a.las").read_bytes())
        assert main(f"{check} --trace a.parquet --repeat b.las".split()) == 0
        assert (
            "a.pdf: 4 pages; 0 places to look at (0 of 6 stretches of 10 ft)"
            in capsys.readouterr().out
        )
        pdf = pypdfium2.PdfDocument(Path("a.pdf").read_bytes())
        first = pdf[0].get_textpage().get_text_range()
        assert "Plot-back of a.las, section main, 1000 to 1060 ft" in first
        assert "WELL TEST 1" in first
        assert (
            f"well.png (the file that the LAS names), SHA-256 {sha256(scan)}" in first
        )
        assert "Agreement with b.las" in first
        plots = pdf[1].get_textpage().get_text_range()
        assert "GR GAPI" in plots
        assert "LAS, plotted back" in plots
        # The plot: grey ink of the scan, and the curve's colour on it.
        picture = np.asarray(pdf[1].render(scale=4.0).to_pil().convert("RGB"))
        assert (np.abs(picture.astype(int) - (213, 94, 0)).sum(axis=2) < 60).sum() > 200
        pdf.close()
        again = Path("a.pdf").read_bytes()
        redone = f"{check} --trace a.parquet --repeat b.las --overwrite"
        assert main(redone.split()) == 0
        assert Path("a.pdf").read_bytes() == again

    def test_other_sections_beside_it_are_repeats(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        logs.draw(tmp_path)
        depth = np.arange(1000, 1060.5, 0.5)
        curve = Curve("GR", "GAPI", depth, logs.truth(depth), np.ones(depth.size))
        text = las_text([curve], registered(), Provenance())
        for name in ("w[1].main", "w[1].repeat", "w1.repeat"):
            Path(f"{name}.las").write_text(text)
        check = "qc w[1].main.las --scan well.png --registration well.yaml --out a.pdf"
        assert main(check.split()) == 0
        pdf = pypdfium2.PdfDocument(Path("a.pdf").read_bytes())
        first = pdf[0].get_textpage().get_text_range()
        assert "Agreement with w[1].repeat.las" in first
        assert "Agreement with w1.repeat.las" not in first
        pdf.close()

    def test_another_scan_and_no_confidence_are_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        logs.draw(tmp_path)
        depth = np.arange(1000, 1060.5, 0.5)
        curve = Curve("GR", "GAPI", depth, logs.truth(depth), np.ones(depth.size))
        odd = Curve("FOO", "", depth, depth, depth)
        made = Provenance(scan="well.png", scan_sha256="ab" * 32)
        Path("a.las").write_text(las_text([curve, odd], registered(), made))
        check = "qc a.las --scan well.png --registration well.yaml --out a.pdf"
        assert main(check.split()) == 0
        pdf = pypdfium2.PdfDocument(Path("a.pdf").read_bytes())
        first = pdf[0].get_textpage().get_text_range()
        assert "NOT the file that the LAS names" in first
        assert "In the LAS and not registered: FOO" in first
        assert "No confidence: give --trace" in first
        assert "states no resolution" in first
        pdf.close()

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            ("qc a.las --out a.png", "a.png does not end in .pdf: the sheet is a PDF"),
            ("qc none.las --out a.pdf", "there is no file none.las"),
            ("qc well.yaml --out a.pdf", "well.yaml cannot be read as LAS"),
            ("qc far.las --out a.pdf", "far.las has no depth between 1000 and 1060 ft"),
            ("qc odd.las --out a.pdf", "odd.las has no curve of section 'main'"),
            ("qc a.las --out none/a.pdf", "the folder of none/a.pdf does not exist"),
        ],
    )
    def test_what_it_refuses(
        self,
        arguments: str,
        line: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        logs.draw(tmp_path)
        for name, top, curve in (
            ("a", 1000, "GR"),
            ("far", 5000, "GR"),
            ("odd", 1000, "FOO"),
        ):
            depth = np.arange(top, top + 60, 0.5)
            one = Curve(curve, "", depth, depth, depth)
            Path(f"{name}.las").write_text(las_text([one], registered(), Provenance()))
        more = "--scan well.png --registration well.yaml"
        assert main(f"{arguments} {more}".split()) == 2
        assert line in capsys.readouterr().err
        assert not list(tmp_path.glob("*.pdf"))

    def test_without_matplotlib_one_line_says_what_to_install(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        check = "qc a.las --scan a.tif --registration a.yaml --out a.pdf"
        assert main(check.split()) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "pip install 'veernet[qc]'" in line

    def test_a_las_without_a_depth_unit_is_refused(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.las", registered())
        path.write_text(path.read_text().replace(".FT", ".  "))
        with pytest.raises(InputError, match="does not say the unit of its depths"):
            read_back(path, registered())
