"""What a review writes: all files or none, and never over what is there."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path

import lasio
import numpy as np
import pytest

pytest.importorskip("fastapi")

from tests.reviews import (
    FIRST,
    Client,
    files,
    registration,
    serving,
    traces,
    write_well,
)
from veernet.calibrate import calibrate_all
from veernet.check.finding import Finding
from veernet.cli import main
from veernet.export import Provenance, read_reviewed, read_traces, write_traces
from veernet.export.intolas import Clash, Clashes, into_las
from veernet.registration import load_registrations


def values(client: Client, name: str) -> np.ndarray:
    body = client.get(f"/api/values/{name}").body
    return np.frombuffer(body, "<f8").reshape(2, -1)


def test_the_las_read_back_has_the_values_that_the_page_shows(
    client: Client, tmp_path: Path
) -> None:
    client.edit("shift", curve="GR", row0=200, row1=299, by=12)
    client.edit("cut", curve="ILM", row0=400, row1=420)
    answer = client.post("/api/export", las=True, csv=True, stem="out")
    assert answer.status == 200
    names = [one["name"] for one in answer.json["files"]]
    assert names == ["out.las", "out.csv", "out.audit.txt"]
    trail = (tmp_path / "out.audit.txt").read_text()
    assert "Audit trail of out.las" in trail
    assert "by veernet review" in trail
    assert (
        "GR shifted by +12.0 columns, 1010.0 to 1019.9 ft; changed: GR 100 rows"
        in trail
    )
    assert "ILM cut, 1030.0 to 1032.0 ft; changed: ILM 21 rows" in trail
    las = lasio.read(tmp_path / "out.las")
    for name in ("GR", "CALI", "ILD", "ILM"):
        depth, value = values(client, name)
        np.testing.assert_allclose(las["DEPT"], depth, atol=1e-6)
        np.testing.assert_array_equal(np.isnan(las[name]), np.isnan(value))
        np.testing.assert_allclose(las[name], value, rtol=1e-4, atol=1e-4)
    assert "Rows edited by a person: GR 20.0%, ILM 4.2%" in las.other
    assert "Scan: well.tif, SHA-256" in las.other


def test_the_trail_names_what_nobody_has_looked_at(
    client: Client, tmp_path: Path
) -> None:
    stretches = client.get("/api/doubt").json["stretches"]
    open_ = [one["text"] for one in stretches if one["kind"] != "finding"]
    assert open_
    assert client.post("/api/export", las=True, stem="out").status == 200
    trail = (tmp_path / "out.audit.txt").read_text()
    left = trail.split("To be looked at\n", 1)[1]
    assert all(text in left for text in open_)


def test_what_is_there_is_written_over_only_when_asked(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / "out.las").write_text("mine")
    wanted = {"las": True, "csv": True, "stem": "out"}
    answer = client.post("/api/export", **wanted)
    assert answer.status == 409
    assert answer.json["existing"] == ["out.las"]
    assert (tmp_path / "out.las").read_text() == "mine"
    assert not (tmp_path / "out.csv").exists()
    assert client.post("/api/export", **wanted, overwrite=True).status == 200
    assert (tmp_path / "out.las").read_text().startswith("~V")
    assert not list(tmp_path.glob(".veernet-*"))


def test_a_failure_leaves_no_file(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("veernet.review.exporting.write_edits", full)
    answer = client.post("/api/export", las=True, edits=True, stem="out")
    assert answer.status == 507
    assert "No space left" in answer.json["error"]
    assert not list(tmp_path.glob("out*"))
    assert not list(tmp_path.glob(".veernet-*"))


def test_edits_are_made_again_without_the_page(client: Client, tmp_path: Path) -> None:
    client.edit("shift", curve="GR", row0=200, row1=299, by=12)
    client.edit("bend", curve="ILD", row=300, column=300.0, reach=20)
    client.edit("swap", curve="ILD", other="ILM", row0=350, row1=380)
    client.edit("accept", curve="CALI", row0=300, row1=339)
    client.edit("cut", curve="GR", row0=500, row1=510)
    client.post("/api/undo", base=client.revision)
    answer = client.post(
        "/api/export", trace=True, edits=True, registration=True, stem="out"
    )
    assert answer.status == 200
    again = tmp_path / "again.parquet"
    arguments = [
        *("export", str(tmp_path / "out.unedited.parquet")),
        *("--edits", str(tmp_path / "out.edits.csv")),
        *("--registration", str(tmp_path / "out.yaml")),
        *("--out", str(tmp_path / "again.las"), "--trace", str(again)),
    ]
    assert main(arguments) == 0
    wanted, seen, metadata = read_reviewed(tmp_path / "out.parquet")
    made, seen_again, _ = read_reviewed(again)
    for one, other in zip(wanted, made, strict=True):
        np.testing.assert_array_equal(one.column, other.column)
        np.testing.assert_array_equal(one.origin, other.origin)
        np.testing.assert_array_equal(seen[one.mnemonic], seen_again[one.mnemonic])
    assert metadata["scan"] == "well.tif"
    assert load_registrations(tmp_path / "out.yaml") == (registration(),)


def test_edits_are_those_that_were_made_whatever_is_registered_since(
    client: Client, tmp_path: Path
) -> None:
    client.edit("redraw", curve="CALI", points=[[200, 10], [250, 12]], values=True)
    client.edit("wrap", curve="GR", row0=300, row1=320, by=1)
    reported = client.get("/api/document").json["registration"]
    reported["tracks"][0]["right"] = [{"row": 0, "column": 190}]
    reported["tracks"][0]["curves"][1]["right"] = 26
    client.post(
        "/api/registration",
        base=client.revision,
        id=str(uuid.uuid4()),
        registration=reported,
    )
    client.edit("redraw", curve="CALI", points=[[400, 10], [450, 12]], values=True)
    wanted = {"trace": True, "edits": True, "registration": True, "stem": "out"}
    assert client.post("/api/export", **wanted).status == 200
    assert "CALI,400.0,10.0," in (tmp_path / "out.edits.csv").read_text()
    arguments = [
        *("export", str(tmp_path / "out.unedited.parquet")),
        *("--edits", str(tmp_path / "out.edits.csv")),
        *("--registration", str(tmp_path / "out.yaml")),
        *("--out", str(tmp_path / "again.las")),
        *("--trace", str(tmp_path / "again.parquet")),
    ]
    assert main(arguments) == 0
    made, _, _ = read_reviewed(tmp_path / "out.parquet")
    again, _, _ = read_reviewed(tmp_path / "again.parquet")
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one.column, other.column)
        np.testing.assert_array_equal(one.origin, other.origin)


def test_two_files_are_never_written_in_one_place(
    client: Client, tmp_path: Path
) -> None:
    las_of_another(tmp_path / "well.las")
    before = (tmp_path / "well.las").read_bytes()
    wanted = {"las": True, "append_to": "well.las", "clash": "append"}
    answer = client.post("/api/export", **wanted, overwrite=True)
    assert answer.status == 422
    assert "another output has that name" in answer.json["error"]
    assert (tmp_path / "well.las").read_bytes() == before


def test_what_the_reading_says_of_itself_goes_along(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    given = files(scan)
    read, metadata = read_traces(given["trace"])
    jump = Finding("main", "ILD: it jumps", "", kind="jump", curves=("ILD",))
    made = Provenance.from_dict(metadata)
    jump = replace(jump, rows=(300, 310))
    write_traces(given["trace"], read, registration(), made, findings=[jump])

    def reported(stem: str) -> list[str]:
        answer = client.post("/api/export", trace=True, stem=stem)
        assert answer.status == 200
        _, metadata = read_traces(tmp_path / f"{stem}.parquet")
        return [one["kind"] for one in json.loads(metadata["findings"])]

    with serving(scan, **given) as client:
        assert reported("before") == ["jump"]
        client.edit("accept", curve="ILD", row0=295, row1=310)
        client.edit("cut", curve="GR", row0=300, row1=420)
        assert reported("after") == ["unread"]


def las_of_another(path: Path, unit: str = "M") -> np.ndarray:
    """Write a LAS with depths of its own; return them in feet."""
    las = lasio.LASFile()
    depth = np.round(np.arange(1010, 1040, 0.75) * 0.3048, 4)
    las.append_curve("DEPT", depth, unit=unit)
    las.append_curve("GR", np.round(np.linspace(20, 90, depth.size), 2), unit="GAPI")
    las.append_curve("RHOB", np.round(np.linspace(2, 2.6, depth.size), 3), unit="G/C3")
    las.well["WELL"].value = "THEIRS"
    with path.open("w") as stream:
        las.write(stream, version=2.0)
    return depth / 0.3048


@pytest.mark.parametrize("clash", ["replace", "append"])
def test_curves_go_into_a_las_on_its_own_depths(
    client: Client, tmp_path: Path, clash: str
) -> None:
    depth = las_of_another(tmp_path / "theirs.las")
    assert client.get("/api/files").json["files"] == ["theirs.las"]
    before = lasio.read(tmp_path / "theirs.las")
    asked = client.post("/api/export", append_to="theirs.las", overwrite=True)
    assert asked.status == 409
    assert asked.json["clashes"] == ["GR"]
    asked = client.post("/api/export", append_to="theirs.las", clash=clash)
    assert asked.json["existing"] == ["theirs.las"]
    answer = client.post(
        "/api/export", append_to="theirs.las", clash=clash, overwrite=True
    )
    assert answer.status == 200

    after = lasio.read(tmp_path / "theirs.las")
    assert after.well["WELL"].value == "THEIRS"
    np.testing.assert_array_equal(after["DEPT"], before["DEPT"])
    np.testing.assert_array_equal(after["RHOB"], before["RHOB"])
    name = "GR" if clash == "replace" else "GR_2"
    if clash == "append":
        np.testing.assert_array_equal(after["GR"], before["GR"])
    assert [c.mnemonic for c in after.curves][-3:] == ["CALI", "ILD", "ILM"]
    gr = traces()[0]
    row = FIRST + (depth - 1000) * 10
    column = np.interp(row, gr.row, gr.column)
    np.testing.assert_allclose(after[name], (column - 20) / 160 * 150, atol=0.02)
    assert "Digitised from a scan" in after.other


HEADER = """~V
VERS. 2.0:
WRAP. NO:
~W
STRT.FT 1000:
STOP.FT 1002:
STEP.FT 1:
~C
DEPT.FT :
GR.API :
GR.API : again
ROCK. :
~A
"""


def test_a_las_with_text_and_a_name_twice_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "theirs.las"
    data = "999 1.5 2 SAND\n1001 -999.25 3 SHALE\n1002 2.5 4 SAND\n"

    def put(clash: Clash | None) -> str:
        return into_las(
            path,
            lambda at: calibrate_all(traces(), registration(), at),
            "ft",
            (),
            clash,
        )

    # One file says its null, the other none.
    for header in (HEADER, HEADER.replace("STEP", "NULL. -999.25:\nSTEP")):
        path.write_text(header + data)
        with pytest.raises(Clashes, match="has GR already"):
            put(None)
        text = put("append")
        assert "nan" not in text
        assert "      999.0" in text
        las = lasio.read(text)
        assert [c.mnemonic for c in las.curves][:5] == [
            *("DEPT", "GR:1", "GR:2", "ROCK", "GR_2")
        ]
        assert list(las["ROCK"]) == ["SAND", "SHALE", "SAND"]
        for name in ("GR_2", "CALI"):
            value = [float(v) for v in las[name]]
            assert np.isnan(value).tolist() == [True, False, False]
        replaced = lasio.read(put("replace"))
        assert list(replaced["GR:2"]) == list(las["GR:2"])
        np.testing.assert_array_equal(replaced["GR:1"], las["GR_2"])


def test_depths_beyond_the_reading_are_null(tmp_path: Path) -> None:
    depth = np.array([999.0, 1000.0, 1049.95, 1050.0, 1051.0])
    curve = calibrate_all(traces(), registration(), depth)[0]
    np.testing.assert_array_equal(
        np.isnan(curve.value), [True, False, False, False, True]
    )
    path = tmp_path / "up.las"
    las_of_another(path, "F")
    text = into_las(
        path, lambda at: calibrate_all(traces(), registration(), at), "ft", (), "append"
    )
    found = lasio.read(text)
    assert found["CALI"].size == found["DEPT"].size
    assert np.isnan(found["CALI"]).all()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"las": True, "stem": "../out"}, "cannot name a file"),
        ({"las": True, "stem": "a/b"}, "cannot name a file"),
        ({"las": True, "stem": ".hidden"}, "cannot name a file"),
        ({"las": True, "folder": ".."}, "no folder that was named"),
        ({"las": True, "folder": "/tmp"}, "no folder that was named"),
        ({"las": True, "folder": "none"}, "there is no folder"),
        ({"append_to": "../x.las"}, "no folder that was named"),
        ({"append_to": "/etc/passwd"}, "no folder that was named"),
        ({"append_to": "well.yaml"}, "no file 'well.yaml' that ends in .las"),
        ({}, "nothing is chosen"),
    ],
)
def test_nothing_is_written_elsewhere(
    client: Client, body: dict[str, object], said: str
) -> None:
    answer = client.post("/api/export", **body)
    assert answer.status == 422
    assert said in answer.json["error"]
    assert "\n" not in answer.json["error"]


def test_a_folder_that_was_named_may_be_written_to(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    (home / "link").symlink_to(tmp_path)
    scan = write_well(home)
    given = {
        "registration": scan.with_suffix(".yaml"),
        "trace": scan.with_suffix(".parquet"),
    }
    with serving(scan, **given, roots=[out]) as client:
        assert client.post("/api/export", las=True, folder=str(out)).status == 200
        las_of_another(out / "theirs.las")
        wanted = {"csv": True, "append_to": str(out / "theirs.las"), "overwrite": True}
        answer = client.post("/api/export", **wanted, clash="append")
        assert [one["name"] for one in answer.json["files"]] == [
            "well.csv",
            "theirs.las",
        ]
        assert "GR_2" in (out / "theirs.las").read_text()
        assert not list(out.glob(".*"))
        assert client.post("/api/export", las=True, folder="link").status == 422
    assert (out / "well.las").is_file()


def test_what_was_exported_opens_the_document_again(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as client:
        reported = client.get("/api/document").json["registration"]
        reported["tracks"][0]["curves"][0] |= {"right": 300.0, "weight": None}
        reported["depth"]["points"][0] |= {"row_left": None, "row_right": None}
        name = str(uuid.uuid4())
        reported = client.post(
            "/api/registration", base=1, id=name, registration=reported
        )
        assert reported.status == 200
        client.edit("cut", curve="GR", row0=200, row1=299)
        wanted = {"registration": True, "trace": True, "overwrite": True}
        assert client.post("/api/export", **wanted).status == 200
    with serving(scan, **files(scan)) as client:
        assert client.revision == 3
