"""A LAS as those who receive it want it: exact depths, conform, and told apart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import lasio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import logs
from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.calibrate import even_depths
from veernet.cli import main
from veernet.errors import InputError
from veernet.export import check_output
from veernet.export.audit import Deed, audit_path, audit_text, now
from veernet.export.curvelines import status
from veernet.export.las import las_text, replaced_letters
from veernet.export.lasread import read_las
from veernet.export.parameters import PAPER_SCALES, paper_scale, parameters
from veernet.export.provenance import Provenance
from veernet.records import Curve, CurveSpec, Registration, Track
from veernet.register.legends.describe import DESCRIPTIONS, describe
from veernet.register.legends.vocabulary import USUAL

MADE_FROM = Provenance(
    scan="well.tif", scan_sha256="ab" * 32, version="0.1.0", resolution="200 x 200"
)
WHEN = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)


def registered(
    top: float = 250.0,
    base: float = 350.0,
    *,
    unit: str = "ft",
    step: float = 0.5,
    rows: float = 1000.0,
    well: dict[str, str] | None = None,
) -> Registration:
    specs = (
        CurveSpec("GR", "GAPI", Scale("linear", 0, 150), wraps=True),
        CurveSpec("ILD", "OHMM", Scale("log", 0.2, 2000), line="long-dash"),
        CurveSpec("ILD10", "OHMM", Scale("linear", 0, 200), backup_of="ILD"),
    )
    track = Track("T1", Edge((0.0,), (10.0,)), Edge((0.0,), (110.0,)), specs)
    axis = DepthAxis(unit, (DepthPoint(0, top), DepthPoint(rows, base)))
    return Registration("main", axis, (track,), step=step, well=well or {})


def curves_of(registration: Registration) -> list[Curve]:
    depth = even_depths(registration.depth, registration.step)
    value = np.where(np.arange(depth.size) % 4 == 3, np.nan, 50.0)
    sure = np.where(np.isnan(value), 0.0, 0.875)
    return [Curve(name, "X", depth, value, sure) for name in ("GR", "ILD")]


def header(text: str, mnemonic: str) -> str:
    (line,) = (one for one in text.splitlines() if one.startswith(f"{mnemonic}."))
    return line.split(":")[0].split()[-1]


def samples(text: str) -> list[list[str]]:
    return [line.split() for line in text.split("~ASCII")[1].splitlines()[1:]]


class TestDepths:
    @given(first=st.integers(0, 60_000), count=st.integers(1, 60))
    @pytest.mark.parametrize(
        ("step", "unit"), [("0.5", "ft"), ("0.25", "ft"), ("0.1", "m"), ("0.1524", "m")]
    )
    def test_every_depth_is_a_multiple_of_the_step_to_the_last_digit(
        self, step: str, unit: str, first: int, count: int
    ) -> None:
        exact = Decimal(step)
        ends = [float(exact * first), float(exact * (first + count))]
        registration = registered(*ends, unit=unit, step=float(step))
        text = las_text(curves_of(registration), registration, MADE_FROM)
        depths = [Decimal(cells[0]) for cells in samples(text)]
        assert depths == [exact * k for k in range(first, first + count + 1)]
        assert Decimal(header(text, f"STRT.{unit.upper()}"[:4])) == depths[0]
        assert Decimal(header(text, "STOP")) == depths[-1]
        assert Decimal(header(text, "STEP")) == exact

    def test_one_depth_alone_keeps_the_decimals_of_its_step(self) -> None:
        registration = registered(250.0, 250.1, step=0.125)
        text = las_text(curves_of(registration), registration, MADE_FROM)
        assert header(text, "STEP") == "0.125"

    def test_a_step_that_would_be_rounded_is_refused(self) -> None:
        registration = registered(step=1 / 3)
        with pytest.raises(InputError, match="a LAS may not round depths"):
            las_text(curves_of(registration), registration, MADE_FROM)


@pytest.mark.filterwarnings("ignore")  # lascheck's own, of old regular expressions
class TestLascheck:
    # lascheck divides in floating point, and calls some exact multiples of 0.1524
    # inexact; the depths here are those of a first whole metre that it divides right.
    @pytest.mark.parametrize(
        ("step", "unit", "top"),
        [(0.5, "ft", 250.0), (0.25, "ft", 0.25), (0.1, "m", 12.3), (0.1524, "m", 762)],
    )
    def test_it_finds_nothing(
        self, step: float, unit: str, top: float, tmp_path: Path
    ) -> None:
        lascheck = pytest.importorskip("lascheck")
        well = {"WELL": "Åse 1", "RUN": "2", "PDAT": "KB: 12 ft", "X Y": "1"}
        registration = registered(
            top, top + 100 * step, unit=unit, step=step, well=well
        )
        text = las_text(
            curves_of(registration), registration, MADE_FROM, ["a"], confidence=True
        )
        path = tmp_path / "a.las"
        path.write_text(text)
        found = lascheck.read(str(path))
        assert found.get_non_conformities() == []
        assert found.check_conformity()

    def test_it_would_find_a_fault(self, tmp_path: Path) -> None:
        lascheck = pytest.importorskip("lascheck")
        registration = registered()
        text = las_text(curves_of(registration), registration, MADE_FROM)
        path = tmp_path / "a.las"
        path.write_text(re.sub(r"(STRT.FT +)250.00", r"\g<1>250.10", text))
        assert lascheck.read(str(path)).get_non_conformities()


class TestHeader:
    def test_parameters_are_those_that_are_known(self) -> None:
        # 1000 rows for 100 ft at 200 rows an inch: 5 in for 100 ft.
        well = {"WELL": "A", "RUN": "2", "MATR": "2.71", "PDAT": ""}
        registration = registered(well=well)
        found = {one.mnemonic: one.value for one in parameters(registration, MADE_FROM)}
        assert found == {
            "SCAN": "well.tif",
            "SHA256": "ab" * 32,
            "RESO": "200 x 200",
            "PSCL": "240",
            "SECT": "main",
            "RUN": "2",
            "MATR": "2.71",
        }
        text = las_text(curves_of(registration), registration, MADE_FROM)
        las = lasio.read(text)
        assert las.params["RUN"].value == 2
        assert "RUN" not in las.well
        assert las.params["PSCL"].descr.endswith("measured 240.0")
        assert las.well["WELL"].value == "A"

    def test_of_an_unknown_scan_nothing_is_said(self) -> None:
        found = parameters(registered(), Provenance())
        assert [one.mnemonic for one in found] == ["SECT"]

    @pytest.mark.parametrize("scale", PAPER_SCALES)
    @pytest.mark.parametrize("unit", ["ft", "m"])
    def test_paper_that_stretched_keeps_its_printed_scale(
        self, scale: int, unit: str
    ) -> None:
        inches = (12.0 if unit == "ft" else 39.370079) * 100 / scale
        registration = registered(250, 350, unit=unit, rows=1.015 * inches * 200)
        printed, measured = paper_scale(registration, 200.0)
        assert printed == scale
        assert measured == pytest.approx(scale / 1.015, rel=1e-5)

    def test_an_odd_scale_is_told_as_measured(self) -> None:
        registration = registered(rows=12 * 100 / 333 * 200)
        assert paper_scale(registration, 200.0)[0] == 333

    def test_each_curve_has_its_line(self) -> None:
        registration = registered()
        curves = curves_of(registration)
        marks = {"GR": np.ones(9, dtype=bool), "ILD": np.arange(8) < 2}
        las = lasio.read(las_text(curves, registration, MADE_FROM, reviewed=marks))
        lines = las.other.splitlines()
        assert (
            "GR: track T1, solid line, linear scale 0 to 150 GAPI, wraps, "
            "read at 75.1% of depths, reviewed" in lines
        )
        assert (
            "ILD: track T1, long-dash line, log scale 0.2 to 2000 OHMM, back-up ILD10 "
            "fills in where it was not read, read at 75.1% of depths, "
            "reviewed in part (25.0%)" in lines
        )
        assert any(line.startswith("Status: reviewed in part.") for line in lines)

    def test_all_but_one_row_is_not_reviewed(self) -> None:
        marks = np.ones(100_000, dtype=bool)
        assert status(marks) == "reviewed"
        marks[5] = False
        assert status(marks) == "reviewed in part (99.9%)"
        assert status(np.zeros(3, dtype=bool)) == status(None) == "auto"

    def test_descriptions_are_of_the_vocabulary(self) -> None:
        assert set(USUAL) <= set(DESCRIPTIONS)
        assert describe("gr") == describe("GR_EDTC") == "Gamma ray"
        assert describe("RT90") == "Array resistivity, depth of investigation 90 in"
        assert describe("N16") == "Normal resistivity, spacing 16 in"
        assert describe("FOO") is None
        las = lasio.read(las_text(curves_of(registered()), registered(), MADE_FROM))
        assert [c.descr for c in las.curves] == [
            "Depth",
            "Gamma ray",
            "Deep induction resistivity",
        ]


class TestConfidence:
    def test_a_las_holds_it_and_a_reader_of_curves_leaves_it(
        self, tmp_path: Path
    ) -> None:
        registration = registered()
        text = las_text(
            curves_of(registration), registration, MADE_FROM, confidence=True
        )
        las = lasio.read(text)
        assert las.keys() == ["DEPT", "GR", "ILD", "GR_CONF", "ILD_CONF"]
        np.testing.assert_array_equal(las["GR_CONF"][:4], [0.875, 0.875, 0.875, 0.0])
        assert las.curves["GR_CONF"].descr == "Confidence of GR, 0 to 1"
        path = tmp_path / "a.las"
        path.write_text(text)
        assert list(read_las(path).values) == ["GR", "ILD"]

    def test_a_curve_of_that_name_is_refused_before_any_work(
        self, tmp_path: Path
    ) -> None:
        registration = registered()
        (track,) = registration.tracks
        extra = CurveSpec("gr_conf", "", Scale("linear", 0, 1))
        track = replace(track, curves=(*track.curves, extra))
        registration = replace(registration, tracks=(track,))
        check_output(tmp_path / "a.las", [registration])
        with pytest.raises(InputError, match="GR_CONF in a LAS file"):
            check_output(tmp_path / "a.las", [registration], confidence=True)


class TestLetters:
    def test_each_is_told(self) -> None:
        registration = registered(well={"FLD": "Åsgard Øst — 90°", "COMP": "PLAIN"})
        curve = Curve("GR", "µs", *(np.ones(1),) * 3)
        assert replaced_letters([curve], registration, MADE_FROM) == (
            "FLD 'Åsgard Øst — 90°' is written 'Asgard Ost ? 90deg' in the LAS, which "
            "is ASCII: Å as A, Ø as O, — as ?, ° as deg",
            "unit of GR 'µs' is written 'us' in the LAS, which is ASCII: µ as u",
        )

    def test_the_audit_trail_keeps_them(self) -> None:
        registration = registered(well={"FLD": "Åsgard"})
        text = audit_text(
            "a.las",
            curves_of(registration),
            registration,
            MADE_FROM,
            Deed("veernet digitise"),
            None,
            WHEN,
        )
        assert "  FLD: Åsgard\n" in text
        assert "'Åsgard' is written 'Asgard'" in text


class TestAudit:
    def test_it_says_what_was_done(self) -> None:
        registration = registered()
        deed = Deed(
            "veernet export", ["edits.csv, line 2: GR cut"], ["GR: 3 rows"], ["faint"]
        )
        text = audit_text(
            "a.las", curves_of(registration), registration, MADE_FROM, deed, None, WHEN
        )
        assert text.startswith(
            "Audit trail of a.las\n"
            "  Written 2026-11-30 12:00:00 UTC by veernet export.\n"
        )
        assert "  row 0 is 250, row 1000 is 350" in text.replace("Points, in ft: ", "")
        assert (
            "Edits of this run, in their order\n  edits.csv, line 2: GR cut\n" in text
        )
        assert "To be looked at\n  faint\n" in text
        assert (
            "Depth scale of the paper as scanned, 1 to this; measured 240.0: 240"
            in text
        )

    def test_the_date_may_be_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764504000")
        assert now() == datetime(2025, 11, 30, 12, 0, tzinfo=UTC)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
        with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is 'today'"):
            now()

    def test_commands_write_it_with_every_edit(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764504000")
        logs.draw(tmp_path)
        read = "digitise well.png --registration well.yaml --out a.las --confidence"
        assert main(f"{read} --trace a.parquet".split()) == 0
        assert "a.audit.txt" in capsys.readouterr().out.splitlines()
        first = Path("a.audit.txt").read_bytes()
        assert b"by veernet digitise." in first
        assert "GR_CONF" in lasio.read("a.las").keys()  # noqa: SIM118
        edits = "curve,depth,value,action\nGR,1010,60,\nGR,1012,64,\n\nGR,1030,,gap\n"
        Path("e.csv").write_text(edits)
        again = "export a.parquet --registration well.yaml --edits e.csv --out b.las"
        assert main(again.split()) == 0
        trail = Path("b.audit.txt").read_text()
        assert (
            "e.csv, line 2: GR redrawn, 1010.0 to 1012.0 ft, through 1010.00 ft at 60; "
            "1012.00 ft at 64; changed: GR 21 rows" in trail
        )
        assert "e.csv, line 5: GR cut, 1030.0 ft; changed: GR 1 rows" in trail
        assert "by veernet export." in trail
        # The same input gives the same bytes, but for a date that is told.
        written = Path("b.audit.txt").read_bytes(), Path("b.las").read_bytes()
        Path("b.las").unlink()
        Path("b.audit.txt").unlink()
        assert main(again.split()) == 0
        assert written == (Path("b.audit.txt").read_bytes(), Path("b.las").read_bytes())

    def test_what_was_done_before_goes_along_with_the_trace(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764504000")
        logs.draw(tmp_path)
        well = "--registration well.yaml"
        assert main(f"digitise well.png {well} --out a.las --trace a.pq".split()) == 2
        read = f"digitise well.png {well} --out a.las --trace a.parquet"
        assert main(read.split()) == 0
        Path("e.csv").write_text("curve,depth,value,action\nGR,1010,,gap\n")
        edit = f"export a.parquet {well} --edits e.csv --out b.las --trace b.parquet"
        assert main(edit.split()) == 0
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764604000")
        again = f"digitise well.png {well} --from 1020 --to 1030 --into b.parquet"
        assert main(f"{again} --out c.las --trace c.parquet".split()) == 0
        assert main(f"export c.parquet {well} --out d.las".split()) == 0
        trail = Path("d.audit.txt").read_text()
        before = trail.split("Done before, as the trace file tells\n")[1]
        lines = before.split("\n\n")[0].splitlines()
        assert [line[:12] for line in lines] == [
            "  2025-11-30",
            "  2025-11-30",
            "  2025-12-01",
        ]
        assert "all read by veernet digitise" in lines[0]
        assert "e.csv, line 2: GR cut, 1010.0 ft; changed: GR 1 rows" in lines[1]
        assert "1020 to 1030 ft read by veernet digitise" in lines[2]
        assert "2025" not in Path("d.las").read_text()

    def test_a_csv_has_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        logs.draw(tmp_path)
        assert (
            main(
                [
                    "digitise",
                    "well.png",
                    "--registration",
                    "well.yaml",
                    "--out",
                    "a.csv",
                ]
            )
            == 0
        )
        assert not audit_path(Path("a.csv")).exists()
