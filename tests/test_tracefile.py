"""The trace file: what is written is read back, and what an edit breaks is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.check.finding import Finding
from veernet.errors import InputError
from veernet.export.onpage import ink
from veernet.export.provenance import Provenance
from veernet.export.tracefile import read_reviewed, read_traces, write_traces
from veernet.records import ORIGINS, CurveSpec, Registration, Trace, Track

NAN = np.nan


def make_registration(*, turned: bool = False) -> Registration:
    """Two tracks, 0 to 100 and 100 to 200; turned, the depth lines fall by 10 rows."""
    turn = (-5.0, 5.0)
    points = tuple(
        DepthPoint(row, depth, *((row + turn[0], row + turn[1]) if turned else ()))
        for row, depth in ((0.0, 0.0), (1000.0, 100.0))
    )
    edges = [Edge((0.0,), (column,)) for column in (0.0, 100.0, 200.0)]
    gamma = CurveSpec("GR", "GAPI", Scale("linear", 0, 150), wraps=True)
    sonic = CurveSpec("DT", "US/F", Scale("linear", 140, 40))
    return Registration(
        "repeat",
        DepthAxis("ft", points),
        (Track("T1", *edges[:2], (gamma,)), Track("T2", *edges[1:], (sonic,))),
    )


def make_trace(
    mnemonic: str = "GR", column: tuple[float, ...] = (10.0, NAN, 130.0, 20.5)
) -> Trace:
    columns = np.array(column)
    read = np.isfinite(columns)
    row = np.arange(40, 40 + len(columns))
    origin = np.where(read, 1 + np.arange(len(columns)) % 3, 0).astype(np.uint8)
    return Trace(mnemonic, row, columns, np.where(read, 0.75, 0.0), origin)


def assert_same(read: Trace, written: Trace) -> None:
    assert read.mnemonic == written.mnemonic
    np.testing.assert_array_equal(read.row, written.row)
    np.testing.assert_array_equal(read.column, written.column)
    np.testing.assert_array_equal(read.origin, written.origin)
    # The file keeps 32 bits of a confidence.
    np.testing.assert_allclose(read.confidence, written.confidence, atol=1e-7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "a.parquet"
    traces = [make_trace(), make_trace("DT", (150.0, 151.0, NAN, 150.5))]
    write_traces(written, traces, make_registration(), Provenance(scan="well.tif"))
    return written


class TestRoundTrip:
    def test_traces_come_back_in_order(self, path: Path) -> None:
        traces, _ = read_traces(path)
        assert_same(traces[0], make_trace())
        assert_same(traces[1], make_trace("DT", (150.0, 151.0, NAN, 150.5)))

    def test_metadata_says_what_it_was_made_from(self, path: Path) -> None:
        _, metadata = read_traces(path)
        assert metadata["section"] == "repeat"
        assert metadata["depth_unit"] == "ft"
        assert metadata["format"] == "veernet trace 1"
        assert Provenance.from_dict(metadata) == Provenance(scan="well.tif")
        assert json.loads(metadata["findings"]) == []

    def test_findings_are_kept_with_the_traces(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        place = {"rows": (41, 41), "depths": (4.1, 4.1)}
        gap = Finding("repeat", "GR: unread", "", kind="unread", **place)
        write_traces(
            path, [make_trace()], make_registration(), Provenance(), findings=[gap]
        )
        _, metadata = read_traces(path)
        (kept,) = json.loads(metadata["findings"])
        assert (kept["kind"], kept["rows"]) == ("unread", [41, 41])
        assert kept["text"] == "GR: unread"

    @given(
        columns=st.lists(
            st.one_of(st.just(NAN), st.floats(-1e4, 1e4)), min_size=1, max_size=30
        )
    )
    def test_any_trace_survives(
        self, columns: list[float], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("trip") / "a.parquet"
        trace = make_trace("GR", tuple(columns))
        write_traces(path, [trace], make_registration(), Provenance())
        ((read,), _) = read_traces(path)
        assert_same(read, trace)

    def test_no_trace_is_a_file_of_no_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        write_traces(path, [], make_registration(), Provenance())
        traces, metadata = read_traces(path)
        assert traces == ()
        assert metadata["section"] == "repeat"


class TestSchema:
    def test_columns_and_types_are_those_of_the_design(self, path: Path) -> None:
        words = pa.dictionary(pa.int32(), pa.string())
        schema = pq.read_schema(path)
        assert schema.names == [
            *("curve", "row", "column", "scan_row", "confidence", "origin")
        ]
        assert schema.types == [
            *(words, pa.int32(), pa.float64(), pa.float64(), pa.float32(), words)
        ]

    def test_unread_is_null_and_wraps_stay_unfolded(self, path: Path) -> None:
        table = pq.read_table(path).slice(0, 4).to_pydict()
        assert table["column"] == [10.0, None, 130.0, 20.5]
        assert table["scan_row"] == [40.0, None, 42.0, 43.0]
        assert table["origin"] == ["auto", "none", "manual", "auto"]

    def test_scan_row_follows_the_skew_of_the_page_at_the_ink(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.parquet"
        # Across 200 columns the depth line falls from 5 rows above to 5 below; 150,
        # unfolded in a track of 0 to 100, is drawn at 50.
        trace = make_trace("GR", (0.0, 50.0, 150.0))
        write_traces(path, [trace], make_registration(turned=True), Provenance())
        scan_row = pq.read_table(path)["scan_row"].to_pylist()
        assert scan_row == pytest.approx([40 - 5, 41 - 2.5, 42 - 2.5])


class TestInk:
    def test_wraps_are_folded_back_on_either_side(self) -> None:
        where = ink(make_trace("GR", (30.0, 130.0, -20.0, NAN)), make_registration())
        np.testing.assert_allclose(where.column, [30, 30, 80, NAN])
        assert where.wrap.tolist() == [0, 1, -1, 0]

    def test_a_curve_that_does_not_wrap_may_leave_its_track(self) -> None:
        where = ink(make_trace("DT", (210.0, 95.0)), make_registration())
        np.testing.assert_array_equal(where.column, [210, 95])


class TestEdited:
    """An edit is made as a user makes it, by way of pandas."""

    @pytest.fixture
    def frame(self, path: Path) -> pd.DataFrame:
        return pd.read_parquet(path)

    @pytest.fixture
    def edited(self, tmp_path: Path) -> Path:
        return tmp_path / "edited.parquet"

    def test_a_manual_row_out_of_order_is_read(
        self, frame: pd.DataFrame, edited: Path
    ) -> None:
        frame = frame.astype({"curve": str, "origin": str})
        frame.loc[1, ["column", "confidence", "origin"]] = [15.0, 1.0, "manual"]
        frame.iloc[::-1].to_parquet(edited)
        traces, metadata = read_traces(edited)
        gamma = next(trace for trace in traces if trace.mnemonic == "GR")
        np.testing.assert_array_equal(gamma.column, [10.0, 15.0, 130.0, 20.5])
        assert gamma.origin.tolist() == [1, 3, 3, 1]
        assert Provenance.from_dict(metadata).version == "unknown"

    def test_missing_rows_are_unread(self, frame: pd.DataFrame, edited: Path) -> None:
        frame.drop(index=[2]).to_parquet(edited)
        gamma = read_traces(edited)[0][0]
        np.testing.assert_array_equal(gamma.row, [40, 41, 42, 43])
        np.testing.assert_array_equal(gamma.column, [10.0, NAN, NAN, 20.5])
        assert gamma.origin.tolist() == [1, 0, 0, 1]
        assert gamma.confidence.tolist() == [0.75, 0, 0, 0.75]

    def test_a_column_taken_out_makes_the_row_unread(
        self, frame: pd.DataFrame, edited: Path
    ) -> None:
        frame.loc[0, "column"] = NAN
        frame.to_parquet(edited)
        gamma = read_traces(edited)[0][0]
        assert gamma.origin.tolist() == [0, 0, 3, 1]
        assert gamma.confidence[0] == 0

    def test_off_scale_stays_known(self, frame: pd.DataFrame, edited: Path) -> None:
        frame = frame.astype({"curve": str, "origin": str})
        frame.loc[1, "origin"] = "off-left"
        frame.to_parquet(edited)
        gamma = read_traces(edited)[0][0]
        assert gamma.origin.tolist() == [1, ORIGINS.index("off-left"), 3, 1]
        assert np.isnan(gamma.column[1])

    def test_scan_row_is_not_needed(self, frame: pd.DataFrame, edited: Path) -> None:
        frame.drop(columns="scan_row").to_parquet(edited)
        assert_same(read_traces(edited)[0][0], make_trace())

    @pytest.mark.parametrize(
        ("column", "entry", "message"),
        [
            ("row", 42, "row 42 of GR occurs 2 times"),
            ("row", 40.5, "column row .* does not hold int64"),
            ("row", None, "1 entries of column row"),
            ("row", -30, "rows of GR .* run from -30 to 43"),
            ("row", 2_000_000_000, "run from 41 to 2000000000"),
            ("origin", "guessed", "origin 'guessed' .* use none, auto, bridged"),
            ("origin", "none", "row 40 of GR .* origin none: say manual"),
            ("origin", "off-left", "row 40 of GR .* origin off-left: say manual"),
            ("origin", None, "entry 0 of column origin .* is None"),
            ("confidence", 1.5, "row 40 of GR .* confidence outside 0 to 1"),
            ("confidence", None, "row 40 of GR .* confidence outside 0 to 1"),
            ("column", np.inf, "row 40 of GR .* infinite column"),
            ("column", "left", "column column .* does not hold double"),
        ],
    )
    def test_nonsense_is_refused_with_its_place(
        self, path: Path, edited: Path, column: str, entry: object, message: str
    ) -> None:
        table = pq.read_table(path).to_pydict()
        table[column] = [entry, *table[column][1:]]
        if isinstance(entry, str) and column == "column":
            table[column] = [str(cell) for cell in table[column]]
        pq.write_table(pa.table(table), edited)
        with pytest.raises(InputError, match=message):
            read_traces(edited)

    def test_other_files_are_refused(
        self, frame: pd.DataFrame, edited: Path, tmp_path: Path
    ) -> None:
        text = tmp_path / "a.txt"
        text.write_text("DEPT,GR")
        with pytest.raises(InputError, match=r"a\.txt is no Parquet file"):
            read_traces(text)
        with pytest.raises(InputError, match="there is no file"):
            read_traces(tmp_path / "b.parquet")
        frame.drop(columns=["row", "origin"]).to_parquet(edited)
        with pytest.raises(InputError, match="no column row, origin"):
            read_traces(edited)


class TestReviewed:
    def test_marks_come_back_row_by_row(self, tmp_path: Path) -> None:
        traces = [make_trace(), make_trace("DT", (150.0, 151.0, NAN, 150.5))]
        marks = {"GR": np.array([True, True, False, False])}
        path = tmp_path / "a.parquet"
        write_traces(path, traces, make_registration(), Provenance(), reviewed=marks)
        read, reviewed, _ = read_reviewed(path)
        assert_same(read[0], traces[0])
        np.testing.assert_array_equal(reviewed["GR"], marks["GR"])
        assert not reviewed["DT"].any()
        assert_same(read_traces(path)[0][1], traces[1])

    def test_a_file_without_the_column_is_not_reviewed(self, path: Path) -> None:
        assert "reviewed" not in pq.read_table(path).column_names
        _, reviewed, _ = read_reviewed(path)
        assert not any(marks.any() for marks in reviewed.values())

    def test_rows_taken_out_shift_no_mark(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        marks = {"GR": np.array([True, False, False, True])}
        write_traces(
            path, [make_trace()], make_registration(), Provenance(), reviewed=marks
        )
        table = pd.read_parquet(path).drop(index=1).iloc[::-1]
        table.to_parquet(path)
        _, reviewed, _ = read_reviewed(path)
        np.testing.assert_array_equal(reviewed["GR"], marks["GR"])

    def test_words_are_no_marks(self, path: Path) -> None:
        pd.read_parquet(path).assign(reviewed="yes").to_parquet(path)
        with pytest.raises(InputError, match="use true and false"):
            read_reviewed(path)
