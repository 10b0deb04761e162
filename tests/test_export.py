"""What is written is what others read: LAS, CSV, report, whole files or none."""

from __future__ import annotations

import json
from pathlib import Path

import lasio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.check.finding import Finding
from veernet.errors import InputError
from veernet.export import check_output, section_path, write_curves
from veernet.export.csvlog import read_csv, write_csv
from veernet.export.curvelines import NULLS
from veernet.export.las import las_mnemonics, las_text, write_las
from veernet.export.lasread import read_las
from veernet.export.logtable import depth_decimals, value_decimals
from veernet.export.provenance import Provenance
from veernet.export.report import report, write_report
from veernet.files import replacing, sha256, write_text
from veernet.records import Curve, CurveSpec, Registration, Trace, Track

NAN = np.nan
MADE_FROM = Provenance(
    scan="well.tif",
    scan_sha256="ab" * 32,
    registration="well.yaml",
    registration_sha256="cd" * 32,
    weights="release",
    weights_sha256="ef" * 32,
    version="0.1.0",
    tracer="dp",
)


def make_registration(
    *,
    unit: str = "ft",
    null_value: float = -999.25,
    well: dict[str, str] | None = None,
    mnemonics: tuple[str, ...] = ("GR",),
    wraps: bool = False,
) -> Registration:
    points = (DepthPoint(0, 250.0), DepthPoint(200, 350.0))
    scale = Scale("linear", 0, 150)
    specs = tuple(CurveSpec(m, "", scale, wraps=wraps) for m in mnemonics)
    edges = [Edge((0.0,), (column,)) for column in (10.0, 110.0)]
    return Registration(
        "main",
        DepthAxis(unit, points),
        (Track("T1", *edges, specs),),
        step=0.5,
        null_value=null_value,
        well=well or {},
    )


def make_curve(
    mnemonic: str,
    value: list[float],
    *,
    unit: str = "",
    top: float = 250.0,
    step: float = 0.5,
) -> Curve:
    values = np.array(value)
    depth = top + step * np.arange(len(values))
    return Curve(mnemonic, unit, depth, values, np.where(np.isnan(values), 0.0, 0.9))


GOLDEN_LAS = """\
~Version ---------------------------------------------------
VERS. 2.0 : CWLS log ASCII Standard -VERSION 2.0
WRAP.  NO : One line per depth step
~Well ------------------------------------------------------
STRT.FT       250.00 : START DEPTH
STOP.FT       251.50 : STOP DEPTH
STEP.FT         0.50 : STEP
NULL.        -999.25 : NULL VALUE
COMP.     SAMPLE: OIL : COMPANY
WELL.      SPECIMEN 1.4 : WELL
FLD .                : FIELD
LOC .                : LOCATION
PROV.                : PROVINCE
CNTY.                : COUNTY
STAT.                : STATE
CTRY.                : COUNTRY
SRVC.                : SERVICE COMPANY
DATE.                : DATE
UWI .                : UNIQUE WELL ID
API .                : API NUMBER
KB  .          1290 ft : KB
~Curve Information -----------------------------------------
DEPT.FT    : Depth
GR  .GAPI  : Gamma ray
ILD .OHMM  : Deep induction resistivity
~Params ----------------------------------------------------
SCAN  . well.tif : Scan that was read
SHA256. {scan} : SHA-256 of its bytes
SECT  . main : Section of the scan
~Other -----------------------------------------------------
Digitised from a scan by veernet 0.1.0, tracer dp.
Scan: well.tif, SHA-256 {scan}
Registration: well.yaml, SHA-256 {registration}
Weights: release, SHA-256 {weights}
Status: auto. {nulls}
GR: track T1, solid line, linear scale 0 to 150, read at 75.0% of depths, auto
~ASCII -----------------------------------------------------
     250.00      87.125    0.200000
     250.50     -999.25     -999.25
     251.00       5.500 2000.123457
     251.50     149.999    5.000000
"""


def golden_curves() -> list[Curve]:
    return [
        make_curve("GR", [87.125, NAN, 5.5, 149.99901], unit="GAPI"),
        make_curve("ILD", [0.2, NAN, 2000.1234567, 5.0], unit="OHMM"),
    ]


class TestLas:
    def test_text_is_the_golden_one(self) -> None:
        well = {"WELL": "SPECIMEN 1.4", "COMP": "SAMPLE: OIL", "KB": "1290 ft"}
        text = las_text(golden_curves(), make_registration(well=well), MADE_FROM)
        hashes = {"scan": "ab" * 32, "registration": "cd" * 32, "weights": "ef" * 32}
        golden = GOLDEN_LAS.format(**hashes, nulls=NULLS)
        # lasio pads its columns; how far is its own affair.
        assert squeeze(text) == squeeze(golden)

    def test_same_input_gives_same_bytes(self, tmp_path: Path) -> None:
        for name in ("a.las", "b.las"):
            write_las(tmp_path / name, golden_curves(), make_registration(), MADE_FROM)
        first, second = (tmp_path / name for name in ("a.las", "b.las"))
        assert first.read_bytes() == second.read_bytes()

    def test_lasio_loads_depths_units_nulls_and_well(self, tmp_path: Path) -> None:
        path = tmp_path / "a.las"
        well = {"WELL": "SPECIMEN 1.4", "COMP": "SAMPLE: OIL", "uwi": "00-001"}
        write_las(path, golden_curves(), make_registration(well=well), MADE_FROM)
        las = lasio.read(path)
        np.testing.assert_array_equal(las.index, [250.0, 250.5, 251.0, 251.5])
        assert (las.well.STRT.value, las.well.STOP.value) == (250.0, 251.5)
        assert (las.well.STEP.value, las.well.NULL.value) == (0.5, -999.25)
        assert las.well.STRT.unit == las.curves.DEPT.unit == "FT"
        assert las.well.WELL.value == "SPECIMEN 1.4"
        assert las.well.COMP.value == "SAMPLE: OIL"
        assert las.well.UWI.value == "00-001"
        assert [c.unit for c in las.curves[1:]] == ["GAPI", "OHMM"]
        np.testing.assert_allclose(las["ILD"], [0.2, NAN, 2000.1234567, 5], rtol=1e-6)
        assert MADE_FROM.scan_sha256 in las.other

    @pytest.mark.filterwarnings("ignore")  # welly's own, of pkg_resources and pandas
    def test_welly_loads_curves_and_depths(self, tmp_path: Path) -> None:
        welly = pytest.importorskip("welly")
        path = tmp_path / "a.las"
        registration = make_registration(well={"WELL": "SPECIMEN 1.4"})
        write_las(path, golden_curves(), registration, MADE_FROM)
        well = welly.Well.from_las(str(path))
        gamma = well.data["GR"]
        np.testing.assert_allclose(gamma.values, [87.125, NAN, 5.5, 149.999], rtol=1e-5)
        np.testing.assert_allclose(gamma.basis, [250.0, 250.5, 251.0, 251.5])
        assert gamma.units == "GAPI"

    @pytest.mark.parametrize(
        ("null_value", "printed"), [(-999.25, "-999.25"), (-9999, "-9999"), (0, "0")]
    )
    def test_null_is_printed_exactly(self, null_value: float, printed: str) -> None:
        registration = make_registration(null_value=null_value)
        text = las_text([make_curve("GR", [1.0, NAN])], registration, MADE_FROM)
        assert text.splitlines()[-1].split() == ["250.50", printed]
        (header,) = (line for line in text.splitlines() if line.startswith("NULL"))
        assert header.split(":")[0].split()[-1] == printed

    def test_a_value_that_equals_the_null_stays_a_value(self, tmp_path: Path) -> None:
        path = tmp_path / "a.las"
        write_las(
            path, [make_curve("SP", [-999.25, NAN])], make_registration(), MADE_FROM
        )
        read = lasio.read(path)["SP"]
        np.testing.assert_allclose(read, [-999.25, NAN], atol=0.002)

    def test_letters_beyond_ascii_become_their_nearest(self) -> None:
        registration = make_registration(well={"FLD": "Åsgard Øst — 90°"})
        curve = make_curve("DT", [1.0], unit="µs / ft")
        text = las_text([curve], registration, MADE_FROM)
        assert text.isascii()
        assert "Asgard Ost ? 90deg" in text
        assert "DT  .us/ft" in text

    def test_what_a_mnemonic_may_not_hold_becomes_an_underscore(self) -> None:
        assert las_mnemonics(["gr", "GR EDTC", "A.B:C"]) == ("gr", "GR_EDTC", "A_B_C")

    @pytest.mark.parametrize("names", [["GR", "gr"], ["A B", "A.B"], ["dept"]])
    def test_mnemonics_that_read_alike_are_refused(self, names: list[str]) -> None:
        with pytest.raises(InputError, match="rename one of them"):
            las_mnemonics(names)

    def test_computed_well_fields_are_not_taken_from_the_registration(self) -> None:
        registration = make_registration(well={"STRT": "9", "null": "7"})
        text = las_text([make_curve("GR", [1.0, 2.0])], registration, MADE_FROM)
        assert "STRT.FT" in text
        assert text.count("NULL") == 2  # mnemonic and description

    def test_step_is_zero_where_depths_are_uneven(self) -> None:
        depth = np.array([250.0, 250.5, 252.0])
        curve = Curve("GR", "", depth, depth, depth)
        text = las_text([curve], make_registration(), MADE_FROM)
        (line,) = (line for line in text.splitlines() if line.startswith("STEP"))
        assert line.split(":")[0].split()[-1] == "0.00"

    def test_metres_and_a_step_of_half_a_foot_keep_four_decimals(self) -> None:
        curve = make_curve("GR", [1.0, 2.0], top=197.5104, step=0.1524)
        text = las_text([curve], make_registration(unit="m"), MADE_FROM)
        assert text.splitlines()[-1].split()[0] == "197.6628"
        assert "STEP.M" in text

    @pytest.mark.parametrize(
        ("depth", "message"),
        [
            ([250.0, 250.0], "do not increase after 250"),
            ([250.0, 249.5], "do not increase after 250"),
            ([], "no curve to write"),
        ],
    )
    def test_depths_that_do_not_increase_are_refused(
        self, depth: list[float], message: str
    ) -> None:
        at = np.array(depth)
        with pytest.raises(InputError, match=message):
            las_text([Curve("GR", "", at, at, at)], make_registration(), MADE_FROM)

    def test_curves_on_other_depths_are_refused(self) -> None:
        curves = [make_curve("GR", [1.0, 2.0]), make_curve("SP", [1.0, 2.0], top=251)]
        with pytest.raises(InputError, match="SP is not on the depths of GR"):
            las_text(curves, make_registration(), MADE_FROM)


def squeeze(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


VALUES = st.lists(
    st.one_of(
        st.just(NAN), st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 6))
    ),
    min_size=1,
    max_size=40,
)


class TestRoundTrip:
    @given(values=VALUES)
    @pytest.mark.parametrize("suffix", [".las", ".csv"])
    def test_written_then_read_is_equal_to_six_digits(
        self, suffix: str, values: list[float], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("trip") / f"a{suffix}"
        curve = make_curve("GR", values, unit="GAPI")
        write_curves(path, [curve], make_registration(), MADE_FROM)
        table = read_las(path) if suffix == ".las" else read_csv(path)
        np.testing.assert_array_equal(table.depth, curve.depth)
        # Six digits of the largest value; -999.25 and its like read as null.
        largest = np.nanmax(np.abs(values), initial=1e-9)
        expected = np.where(
            np.isin(curve.value, [-999.25, -9999.25, -999, -9999]), NAN, curve.value
        )
        read = table.values["GR"]
        known = np.isfinite(read)
        np.testing.assert_array_equal(np.isfinite(expected[known]), True)
        np.testing.assert_allclose(read[known], expected[known], atol=1e-5 * largest)

    @pytest.mark.parametrize(
        ("values", "decimals"),
        [
            ([87.1, 150.0], 3),
            ([-0.15, 0.45], 6),
            ([0.2, 2000.0], 6),
            ([-80.0, 0.01], 4),
            ([12345678.0], 0),
            ([0.0, NAN], 3),
        ],
    )
    def test_decimals_keep_six_digits(self, values: list[float], decimals: int) -> None:
        assert value_decimals(np.array(values)) == decimals

    @pytest.mark.parametrize(
        ("step", "decimals"), [(0.5, 2), (0.125, 3), (0.1524, 4), (1 / 3, 7)]
    )
    def test_depths_keep_the_decimals_of_their_step(
        self, step: float, decimals: int
    ) -> None:
        assert depth_decimals(step * np.arange(100)) == decimals


class TestCsv:
    def test_text_is_the_golden_one(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        curves = [
            make_curve("GR", [87.125, NAN, 150.0]),
            make_curve("NPHI", [0.45, -0.15, NAN]),
        ]
        write_csv(path, curves, confidence=True)
        assert path.read_bytes().decode() == (
            "DEPT,GR,NPHI,GR_CONF,NPHI_CONF\n"
            "250.00,87.125,0.450000,0.900,0.900\n"
            "250.50,,-0.150000,0.000,0.900\n"
            "251.00,150.000,,0.900,0.000\n"
        )

    def test_without_confidence_there_are_only_curves(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        write_csv(path, [make_curve("GR", [1.0])])
        assert path.read_text().splitlines()[0] == "DEPT,GR"

    def test_a_name_with_a_comma_survives(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        write_csv(path, [make_curve("GR, left", [1.5])])
        np.testing.assert_array_equal(read_csv(path).values["GR, left"], [1.5])

    def test_columns_of_one_name_are_refused(self, tmp_path: Path) -> None:
        curves = [make_curve("GR", [1.0]), make_curve("GR_CONF", [1.0])]
        with pytest.raises(InputError, match=r"two columns .* named GR_CONF"):
            write_csv(tmp_path / "a.csv", curves, confidence=True)


def fail_midway(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half of the n")
        msg = "midway"
        raise RuntimeError(msg)


class TestFiles:
    def test_an_exception_midway_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.las"
        path.write_text("old")
        with pytest.raises(RuntimeError, match="midway"):
            fail_midway(path)
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_an_exception_midway_leaves_no_new_file(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match="midway"):
            fail_midway(tmp_path / "a.las")
        assert list(tmp_path.iterdir()) == []

    def test_the_name_is_taken_only_at_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "a.las"
        with replacing(path) as temporary:
            temporary.write_text("new")
            assert not path.exists()
            assert temporary.parent == path.parent
            assert temporary.suffix == ".las"
        assert path.read_text() == "new"

    def test_rights_and_links_of_the_old_file_are_kept(self, tmp_path: Path) -> None:
        target = tmp_path / "target.txt"
        target.write_text("old")
        target.chmod(0o640)
        link = tmp_path / "link.txt"
        link.symlink_to(target)
        write_text(link, "new")
        assert link.is_symlink()
        assert target.read_text() == "new"
        assert target.stat().st_mode & 0o777 == 0o640

    def test_a_new_file_has_the_rights_of_any_new_file(self, tmp_path: Path) -> None:
        usual = tmp_path / "usual"
        usual.touch()
        write_text(tmp_path / "ours", "")
        assert (tmp_path / "ours").stat().st_mode == usual.stat().st_mode

    def test_places_that_cannot_be_written_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"nowhere/a\.las does not exist"):
            write_text(tmp_path / "nowhere" / "a.las", "")
        with pytest.raises(InputError, match="is a folder"):
            write_text(tmp_path, "")

    def test_sha256_is_that_of_the_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "a"
        path.write_bytes(b"abc")  # the test vector of FIPS 180-2
        assert sha256(path).startswith("ba7816bf8f01cfea414140de5dae2223")
        with pytest.raises(InputError, match="there is no file"):
            sha256(tmp_path / "b")


FAINT = Finding(
    "main",
    "GR is faint from 260 to 261 ft",
    "",
    kind="unread",
    curves=("GR",),
    rows=(20, 22),
    depths=(260.0, 261.0),
)


class TestReport:
    def make(self) -> dict[str, object]:
        row = np.arange(40, 50)
        column = np.array([NAN, 20, 20, 20, NAN, NAN, 20, 20, 20, 20])
        origin = np.array([0, 1, 1, 2, 5, 5, 3, 1, 1, 1], dtype=np.uint8)
        confidence = np.where(np.isnan(column), 0, 0.8)
        trace = Trace("GR", row, column, confidence, origin)
        return {
            "traces": [trace],
            "registration": make_registration(),
            "findings": [FAINT],
            "timings": {"segment": 1.23456},
            "provenance": MADE_FROM,
        }

    def test_shares_gaps_and_confidence(self) -> None:
        content = report(**self.make())  # type: ignore[arg-type]
        assert content["curves"] == [
            {
                "mnemonic": "GR",
                "rows": 10,
                "read_share": 0.7,
                "bridged_share": 0.1,
                "manual_share": 0.1,
                "off_scale_share": 0.2,
                "mean_confidence": 0.8,
                "gaps": [
                    {"top": 270.0, "bottom": 270.0, "kind": "unread"},
                    {"top": 272.0, "bottom": 272.5, "kind": "off-right"},
                ],
                "wraps": [],
            }
        ]
        assert content["provenance"]["scan_sha256"] == "ab" * 32
        assert content["timings"] == {"segment": 1.235}
        (finding,) = content["findings"]
        assert finding == {
            "kind": "unread",
            "curves": ("GR",),
            "rows": (20, 22),
            "depths": (260.0, 261.0),
            "columns": None,
            "text": "GR is faint from 260 to 261 ft",
        }
        assert content["refused"] is None

    def test_changes_of_wrap_are_listed_by_depth(self) -> None:
        column = np.array([NAN, 60, 100, 115, 114, NAN, 90, 5, -95])
        read = np.isfinite(column)
        trace = Trace("GR", np.arange(9), column, read * 0.8, read.astype(np.uint8))
        made = {**self.make(), "traces": [trace]}
        made["registration"] = make_registration(wraps=True)
        (curve,) = report(**made)["curves"]  # type: ignore[arg-type]
        assert curve["wraps"] == [
            {"depth": 251.5, "wrap": 1},
            {"depth": 253.0, "wrap": 0},
            {"depth": 253.5, "wrap": -1},
            {"depth": 254.0, "wrap": -2},
        ]

    def test_file_is_strict_json_when_nothing_was_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        none = np.full(3, NAN)
        trace = Trace("GR", np.arange(3), none, np.zeros(3), np.zeros(3, np.uint8))
        arguments = self.make() | {"traces": [trace], "refused": "no curve"}
        write_report(path, **arguments)  # type: ignore[arg-type]
        content = json.loads(path.read_text(), parse_constant=pytest.fail)
        assert content["curves"][0]["mean_confidence"] is None
        assert content["refused"] == "no curve"


class TestExport:
    def test_sections_name_their_files(self) -> None:
        assert section_path(Path("a/W.1.las"), "main", 1) == Path("a/W.1.las")
        assert section_path(Path("a/W.1.las"), "main", 2) == Path("a/W.1.main.las")

    def test_an_unknown_suffix_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"neither \.las nor \.csv"):
            write_curves(
                tmp_path / "a.xls",
                [make_curve("GR", [1.0])],
                make_registration(),
                MADE_FROM,
            )

    def test_what_would_fail_after_hours_is_refused_before(
        self, tmp_path: Path
    ) -> None:
        registration = make_registration(mnemonics=("GR", "gr"))
        with pytest.raises(InputError, match="rename one of them"):
            check_output(tmp_path / "a.las", [registration])
        with pytest.raises(InputError, match="make it first"):
            check_output(tmp_path / "no" / "a.las", [make_registration()])

    def test_provenance_survives_a_mapping_and_what_is_missing(self) -> None:
        assert Provenance.from_dict(MADE_FROM.to_dict() | {"more": "x"}) == MADE_FROM
        assert Provenance.from_dict({}).scan == "unknown"
