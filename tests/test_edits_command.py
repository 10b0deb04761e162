"""Corrections from the command line: export --edits, and a stretch read anew."""

from __future__ import annotations

import json
from pathlib import Path

import lasio
import numpy as np
import pytest
from PIL import Image

from tests import logs
from veernet import engines
from veernet.check.finding import Finding
from veernet.cli import DONE, WRONG_INPUT, main
from veernet.export import Provenance, read_reviewed, read_traces, write_traces
from veernet.findings.earlier import earlier
from veernet.records import ORIGINS
from veernet.registration import load_registrations

MANUAL = ORIGINS.index("manual")


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Read a log, darkness standing in for the network, into well.parquet."""
    monkeypatch.setattr(engines, "load_engine", lambda *_: engines.DarknessEngine())
    monkeypatch.chdir(tmp_path)
    scan, registration = logs.draw(tmp_path)
    assert _digitise(scan, "--out", "well.las", "--trace", "well.parquet") == DONE
    return scan, registration


def _digitise(scan, *more):
    return main(["digitise", str(scan), "--registration", "well.yaml", *more])


def _export(*more, trace="well.parquet", out="new.las"):
    options = ["--registration", "well.yaml", "--out", out]
    return main(["export", trace, *options, *more])


def _edits(text):
    Path("edits.csv").write_text(f"curve,depth,value,action\n{text}")
    return ["--edits", "edits.csv"]


def test_edits_change_the_las_and_are_told_in_it(log, capsys):
    capsys.readouterr()
    edits = _edits("GR,1010,50,\nGR,1012,60,\n\nGR,1030,,gap\nGR,1031,,gap\n")
    assert _export(*edits, "--trace", "new.parquet") == DONE
    old, new = lasio.read("well.las"), lasio.read("new.las")
    at = {depth: row for row, depth in enumerate(new.index)}
    assert new["GR"][at[1010.0]] == pytest.approx(50)
    assert new["GR"][at[1011.0]] == pytest.approx(55, abs=0.01)
    assert np.isnan(new["GR"][at[1030.5]])
    assert new["GR"][at[1040.0]] == old["GR"][at[1040.0]]
    assert "Edits: edits.csv, SHA-256" in new.other
    reported = "GR: 21 of 601 rows set by hand, 1010.0 to 1012.0 ft; 11 reviewed as"
    assert reported in new.other
    out = capsys.readouterr().out
    assert reported in out
    assert "edits.csv: 2 edits; changed: GR 32 rows" in out
    edits = _edits("GR,1010,50,\nGR,1012,60,\n\nGR,1010,50,\nGR,1012,61,\n")
    assert _export(*edits, "--overwrite") == DONE
    # Each row is counted once, however many edits it has.
    assert "edits.csv: 2 edits; changed: GR 21 rows" in capsys.readouterr().out


def test_a_corrected_trace_keeps_where_it_comes_from(log):
    _, before = read_traces(Path("well.parquet"))
    assert _export(*_edits("GR,1010,50,\n"), "--trace", "new.parquet") == DONE
    (trace,), reviewed, after = read_reviewed(Path("new.parquet"))
    assert trace.column[100] == pytest.approx(20 + 2 * 50)
    assert trace.origin[100] == MANUAL
    assert np.flatnonzero(reviewed["GR"]).tolist() == [100]
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"edits", "history"}
    more = _edits("GR,1020,70,\n")
    assert (
        _export(*more, "--trace", "2.parquet", trace="new.parquet", out="2.las") == DONE
    )
    (trace,), metadata = read_traces(Path("2.parquet"))
    assert trace.origin[[100, 200]].tolist() == [MANUAL, MANUAL]
    assert Provenance.from_dict(metadata).edits.count("edits.csv, SHA-256") == 2


def test_the_overlay_is_drawn_again_with_what_was_edited(log):
    scan, _ = log
    options = ["--overlay", "new.png", "--scan", str(scan)]
    assert _export(*options) == DONE
    before = np.asarray(Image.open("new.png").convert("RGB")).astype(int)
    more = _edits("GR,1030,20,\nGR,1040,20,\n")
    assert _export(*more, *options, "--overwrite") == DONE
    after = np.asarray(Image.open("new.png").convert("RGB")).astype(int)
    rows = np.flatnonzero(np.abs(after - before).sum(axis=(1, 2)))
    heading = after.shape[0] - (min(641 + 60, 700) - 0)
    assert rows.min() >= heading + 338
    assert rows.max() <= heading + 442
    line = after[heading + 390]
    assert np.any(np.ptp(line[40:], axis=1) > 60)


def test_an_overlay_of_another_scan_is_told(log, capsys):
    scan, _ = log
    image = Image.open(scan)
    image.putpixel((1, 1), 7)
    image.save("other.png")
    assert _export("--overlay", "new.png", "--scan", "other.png") == DONE
    assert "other.png is not the file that was read" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--overlay", "new.png"], "--overlay is given without --scan"),
        (["--scan", "well.png"], "--scan is given without --overlay"),
        (["--trace", "new.las"], "new.las does not end in .parquet"),
        (["--trace", "well.parquet"], "cannot be written: it is read"),
        (["--step", "0"], "step 0 must be above 0"),
        (["--edits", "none.csv"], "there is no file none.csv"),
    ],
)
def test_what_cannot_be_exported_is_one_line(log, capsys, more, message):
    capsys.readouterr()
    assert _export(*more) == WRONG_INPUT
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not Path("new.las").exists()


def test_a_wrong_edit_leaves_no_file(log, capsys):
    capsys.readouterr()
    edits = _edits("GR,1010,50,\n\nGR,1020,500,\n")
    assert _export(*edits, "--trace", "new.parquet") == WRONG_INPUT
    error = capsys.readouterr().err
    assert "edits.csv, line 4, column value: 500 is beyond the track of GR" in error
    assert not Path("new.las").exists()
    assert not Path("new.parquet").exists()


def test_depths_in_metres_keep_the_values(log):
    assert _export("--unit", "m") == DONE
    feet, metres = lasio.read("well.las"), lasio.read("new.las")
    assert metres.well.STEP.value == pytest.approx(0.1524)
    assert metres.well.STRT.unit.upper() == "M"
    assert metres.curves["GR"].unit == "GAPI"
    expected = np.interp(metres.index / 0.3048, feet.index, feet["GR"])
    np.testing.assert_allclose(metres["GR"], expected, atol=0.05)
    assert _export("--unit", "m", "--step", "0.1", out="2.las") == DONE
    assert lasio.read("2.las").index[:2].tolist() == pytest.approx([304.8, 304.9])


def test_a_stretch_is_read_by_itself(log):
    scan, _ = log
    more = ["--out", "part.las", "--trace", "part.parquet"]
    assert _digitise(scan, "--from", "1020", "--to", "1030", *more) == DONE
    las = lasio.read("part.las")
    assert las.index[[0, -1]].tolist() == [1020, 1030]
    error = np.abs(las["GR"] - logs.truth(las.index))
    assert np.nanmedian(error) < 0.3
    ((trace,), _) = read_traces(Path("part.parquet"))
    assert trace.row[[0, -1]].tolist() == [240, 340]


def test_findings_of_a_stretch_are_of_its_rows_or_of_the_whole(log, capsys):
    scan, _ = log
    picture = np.array(Image.open(scan))
    picture[450:] = 255  # nothing is drawn below 1041 ft
    Image.fromarray(picture).save(scan)
    assert _digitise(scan, "--out", "a.las", "--trace", "a.parquet") == DONE
    whole = "note: GR: unread from 1041.0 to 1060.0 ft"
    assert whole in capsys.readouterr().out
    more = ["--from", "1020", "--to", "1030"]
    assert _digitise(scan, "--out", "b.las", *more) == DONE
    assert "unread" not in capsys.readouterr().out
    into = ["--into", "a.parquet", "--trace", "c.parquet"]
    assert _digitise(scan, "--out", "c.las", *more, *into) == DONE
    assert whole in capsys.readouterr().out


def _kinds(path):
    _, metadata = read_traces(Path(path))
    reported = json.loads(metadata["findings"])
    return [
        (f["kind"], f["rows"]) for f in reported if f["kind"] not in {"scan", "unread"}
    ]


def test_what_the_ink_showed_is_told_until_it_is_looked_at(log):
    scan, _ = log
    traces, metadata = read_traces(Path("well.parquet"))
    (registration,) = load_registrations(Path("well.yaml"))
    found = [
        Finding("main", f"GR: {kind}", "", kind=kind, curves=("GR",), rows=rows)
        for kind, rows in (("jump", (200, 201)), ("style", (300, 340)))
    ]
    made = Provenance.from_dict(metadata)
    write_traces(Path("well.parquet"), traces, registration, made, findings=found)
    assert _export(*_edits("GR,1050,50,\n"), "--trace", "1.parquet") == DONE
    assert _kinds("1.parquet") == [("jump", [200, 201]), ("style", [300, 340])]
    looked_at = Path("new.audit.txt").read_text("utf-8").partition("To be looked at")[2]
    assert "GR: jump" in looked_at
    assert "GR: style" in looked_at
    edits = _edits("GR,1015.5,,accept\nGR,1017,,accept\n")
    assert _export(*edits, "--trace", "2.parquet", out="2.las") == DONE
    assert _kinds("2.parquet") == [("style", [300, 340])]
    assert "GR: jump" not in Path("2.audit.txt").read_text("utf-8")
    more = ["--from", "1020", "--to", "1030", "--out", "3.las"]
    into = ["--into", "1.parquet", "--trace", "3.parquet"]
    assert _digitise(scan, *more, *into) == DONE
    assert _kinds("3.parquet") == [("jump", [200, 201])]
    # Whatever another tool has put there.
    broken = '[1, {"text": null, "rows": ["a", 2], "curves": null}]'
    assert [f.rows for f in earlier({"findings": broken}, "main")] == [None]
    for broken in ("{", "{}", "3"):
        assert earlier({"findings": broken}, "main") == ()


def test_a_stretch_takes_its_place_in_an_earlier_reading(log, capsys):
    scan, _ = log
    edits = _edits("GR,1015,,gap\nGR,1035,,gap\n\nGR,1024,50,\nGR,1025,50,\n")
    assert _export(*edits, "--trace", "new.parquet") == DONE
    capsys.readouterr()
    more = ["--from", "1020", "--to", "1030", "--into", "new.parquet"]
    files = ["--out", "2.las", "--trace", "2.parquet"]
    # A gap that a person made stays as well, unless it is said.
    assert _digitise(scan, *more, *files) == DONE
    out = capsys.readouterr().out
    assert "note: GR: 101 rows set or reviewed are kept" in out
    assert "read anew: 1020 to 1030 ft\n" in out
    # The gap that a person made is nothing to be looked at.
    assert "GR: unread" not in out
    assert "GR: unread" not in Path("new.audit.txt").read_text("utf-8")
    ((kept,), _) = read_traces(Path("2.parquet"))
    ((before,), _) = read_traces(Path("new.parquet"))
    np.testing.assert_array_equal(kept.column, before.column)
    anew = ["--replace-manual", "--overwrite"]
    assert _digitise(scan, *more, *files, *anew) == DONE
    las = lasio.read("2.las")
    assert las.index[[0, -1]].tolist() == [1000, 1060]
    read = np.isfinite(las["GR"])
    inside = (las.index >= 1020) & (las.index <= 1030)
    assert read[inside].all()
    assert not read[(las.index > 1015) & (las.index < 1020)].any()
    assert "GR: 0 of" not in las.other
    (_, metadata) = read_traces(Path("2.parquet"))
    assert "edits.csv" in metadata["edits"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            ["--from", "1030", "--to", "1020"],
            "1030 to 1020 ft is no stretch of the section, which runs from 1000 to",
        ),
        (["--to", "2000"], "1000 to 2000 ft is no stretch"),
        (["--from", "nan"], "is no stretch"),
        (["--into", "well.parquet"], "--into is given without --trace"),
        (["--replace-manual"], "--replace-manual is given without --into"),
        (
            ["--into", "well.parquet", "--trace", "well.parquet"],
            "cannot be written: it is read",
        ),
        (["--into", "none.parquet", "--trace", "a.parquet"], "there is no file none"),
    ],
)
def test_what_is_no_stretch_is_one_line(log, capsys, monkeypatch, more, message):
    monkeypatch.setattr(engines, "load_engine", lambda *_: pytest.fail("it was read"))
    capsys.readouterr()
    assert _digitise(log[0], "--out", "part.las", *more) == WRONG_INPUT
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_reading_of_another_scan_is_not_changed(log, capsys):
    other = Image.open(log[0])
    other.putpixel((1, 1), 7)
    other.save("other.png")
    more = ["--out", "a.las", "--trace", "a.parquet", "--into", "well.parquet"]
    assert _digitise("other.png", *more) == WRONG_INPUT
    assert "was read from another scan, well.png" in capsys.readouterr().err


def test_sections_are_not_read_in_part_together(log, capsys):
    _, registration = log
    text = logs.REGISTRATION
    repeat = text.replace("section: main", "section: repeat")
    registration.write_text(f"{text}---\n{repeat}")
    more = ["--out", "a.las", "--from", "1010"]
    assert _digitise(log[0], *more) == WRONG_INPUT
    assert "choose one with --section" in capsys.readouterr().err
    assert _digitise(log[0], *more, "--section", "repeat") == DONE
