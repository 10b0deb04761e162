"""What the server of a review answers."""

from __future__ import annotations

import dataclasses
import http.client
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("fastapi")

from tests.reviews import (
    COLUMNS,
    CURVES,
    FIRST,
    LAST,
    ROWS,
    Client,
    patch_of,
    registration,
    samples_of,
    serving,
    traces,
    write_well,
)
from veernet.calibrate import calibrate_all
from veernet.registration import load_registrations, save_registrations
from veernet.review import pages
from veernet.scan import open_scan


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep decoded scans out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def files(scan: Path) -> dict[str, Path]:
    return {
        "registration": scan.with_suffix(".yaml"),
        "trace": scan.with_suffix(".parquet"),
    }


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as client:
        yield client


def curve(client: Client, name: str) -> dict[str, np.ndarray]:
    return samples_of(client.get(f"/api/curve/{name}").body)


@pytest.mark.parametrize("colour", [False, True])
def test_tiles_make_up_the_page(tmp_path: Path, *, colour: bool) -> None:
    scan = write_well(tmp_path, colour=colour)
    with serving(scan) as client:
        image = client.get("/api/document").json["image"]
        assert (image["rows"], image["columns"]) == (ROWS, COLUMNS)
        assert image["colour"] is colour
        assert image["dpi"] == [200, 200]
        page = open_scan(scan).read_colour(0, ROWS)
        whole = page
        for level in image["levels"]:
            shape = (level["rows"], level["columns"])
            assert whole.shape[:2] == shape
            rows = []
            for row in range(-(-shape[0] // 512)):
                line = []
                for column in range(-(-shape[1] // 512)):
                    at = {"level": level["level"], "row": row, "column": column}
                    answer = client.get(image["tiles"].format(**at))
                    assert answer.status == 200
                    assert "immutable" in answer.headers["cache-control"]
                    tile = cv2.imdecode(np.frombuffer(answer.body, np.uint8), 1)
                    assert max(tile.shape[:2]) <= 512
                    line.append(tile[..., ::-1])
                rows.append(np.hstack(line))
            np.testing.assert_allclose(
                np.vstack(rows).astype(int), whole.astype(int), atol=level["level"]
            )
            even = np.pad(
                whole, ((0, shape[0] % 2), (0, shape[1] % 2), (0, 0)), mode="edge"
            )
            quarters = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2, 3)
            whole = np.rint(quarters.mean(axis=(1, 3)))


def test_a_tile_is_asked_for_once(client: Client) -> None:
    image = client.get("/api/document").json["image"]
    path = image["tiles"].format(level=0, row=0, column=0)
    tag = client.get(path).headers["etag"]
    again = client.ask("GET", path, headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert client.get(path.replace("/0/0/0.png", "/0/2/0.png")).status == 404
    assert client.get(path.replace("/0/0/0.png", "/9/0/0.png")).status == 404
    assert client.get(path.replace(image["key"], "f" * 36)).status == 404


def test_a_scan_that_cannot_be_decoded_is_told_in_one_line(tmp_path: Path) -> None:
    scan = tmp_path / "well.tif"
    scan.write_bytes(b"II*\0" + b"\xff" * 400)
    with serving(scan) as client:
        answer = client.get("/api/document")
        assert answer.status == 422
        assert str(scan) in answer.json["error"]
        assert "\n" not in answer.json["error"]


@pytest.mark.parametrize(
    ("decoder", "said"),
    [
        ("crashing", "the decoder was stopped (signal 11)"),
        ("hanging", "was not decoded within"),
        ("silent", "could not be decoded"),
    ],
)
def test_what_a_file_does_to_its_decoder_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: str, said: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(pages, "DECODER", f"tests.decoders.{decoder}")
    monkeypatch.setattr(pages, "TIMEOUT", 2.0)
    with serving(write_well(tmp_path)) as client:
        answer = client.get("/api/document")
        assert answer.status == 422
        assert said in answer.json["error"]
        assert not list((tmp_path / "cache/veernet/pages").iterdir())


def test_a_decoder_takes_no_more_memory_than_it_may(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    code = (
        "import sys; from veernet.review import decode; decode.MEMORY = 2 ** 28;"
        "sys.exit(decode.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, scan, "0", tmp_path / "a", tmp_path / "b"],
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert not (tmp_path / "b").exists()


def test_the_document_says_how_things_stand(client: Client) -> None:
    told = client.get("/api/document").json
    assert told["stage"] == "review"
    assert told["problems"] == []
    assert [one["mnemonic"] for one in told["curves"]] == list(CURVES)
    cali = told["curves"][1]
    assert cali["track"] == "T1"
    assert (cali["first_row"], cali["rows"]) == (FIRST, LAST - FIRST + 1)
    assert cali["share_read"] == pytest.approx(461 / 501, abs=1e-4)
    assert told["registration"]["tracks"][0]["left"] == [{"row": 0, "column": 20}]
    assert told["depth"][0] == {"row": FIRST, "depth": 1000, "residual": None}
    for trace in traces():
        found = curve(client, trace.mnemonic)
        np.testing.assert_allclose(found["column"], trace.column, rtol=1e-6)
        np.testing.assert_array_equal(found["origin"], trace.origin)
    assert client.get("/api/curve/NONE").status == 404
    assert client.get("/api/document?section=none").status == 422
    assert client.get(f"/api/changes?since={10**30}").status == 422
    assert client.get("/api/doubt?limit=nan").status == 200


def test_values_are_those_of_an_export(client: Client) -> None:
    for wanted in calibrate_all(traces(), registration()):
        answer = client.get(f"/api/values/{wanted.mnemonic}")
        depth, value = np.frombuffer(answer.body, "<f8").reshape(2, -1)
        np.testing.assert_array_equal(depth, wanted.depth)
        np.testing.assert_array_equal(value, wanted.value)


def test_an_edit_answers_with_its_rows_and_the_doubt_that_is_left(
    client: Client,
) -> None:
    before = client.get("/api/doubt").json
    assert [(s["curve"], s["kind"]) for s in before["stretches"]] == [
        ("CALI", "gap"),
        ("ILD", "unsure"),
    ]
    assert before["rows"] == 60
    gap = before["stretches"][0]
    assert (gap["row0"], gap["row1"]) == (FIRST + 200, FIRST + 239)

    answer = client.edit("join", curve="CALI", row0=gap["row0"], row1=gap["row1"])
    assert answer.status == 200
    told = answer.json
    (patch,) = told["patches"]
    assert (patch["curve"], patch["row0"], patch["rows"]) == ("CALI", gap["row0"], 40)
    rows = patch_of(patch)
    assert np.isfinite(rows["column"]).all()
    assert (rows["flags"] == 3).all()
    assert [s["curve"] for s in told["doubt"]["stretches"]] == ["ILD"]
    assert told["doubt"]["share_reviewed"] == pytest.approx(40 / 60, abs=1e-4)
    assert "joined" in told["history"]["undo"]

    ild = told["doubt"]["stretches"][0]
    rows_of = {"row0": ild["row0"], "row1": ild["row1"]}
    told = client.edit("accept", curve="ILD", **rows_of).json
    assert told["doubt"]["stretches"] == []
    assert told["doubt"]["share_reviewed"] == 1
    assert (patch_of(told["patches"][0])["flags"] == 1).all()

    told = client.post("/api/undo", base=told["revision"]).json
    told = client.post("/api/undo", base=told["revision"]).json
    assert told["doubt"]["stretches"] == before["stretches"]
    np.testing.assert_array_equal(
        curve(client, "CALI")["column"], traces()[1].column.astype("<f4")
    )


def test_a_preview_changes_nothing(client: Client) -> None:
    edit = {"action": "shift", "curve": "GR", "row0": 200, "row1": 210, "by": 2}
    told = client.post("/api/preview", edit=edit).json
    np.testing.assert_allclose(
        patch_of(told["patches"][0])["column"],
        traces()[0].column[200 - FIRST : 211 - FIRST] + 2,
        rtol=1e-6,
    )
    assert client.revision == 1


def test_figures_are_computed_anew_after_an_edit(client: Client) -> None:
    before = client.get("/api/figures").json["curves"][0]
    assert before["edited_share"] == 0
    client.edit("cut", curve="GR", row0=200, row1=299)
    after = client.get("/api/figures").json
    assert after["curves"][0]["edited_share"] == pytest.approx(100 / 501, abs=1e-4)
    assert after["curves"][0]["read_share"] == pytest.approx(401 / 501, abs=1e-4)
    (found,) = [f for f in after["findings"] if f["curve"] == "GR"]
    assert "unread from 1010.0 to 1019.9 ft" in found["text"]
    assert found["row"] == pytest.approx(200, abs=1)


def test_a_stale_edit_is_brought_up_to_date_and_made_again(client: Client) -> None:
    edit = {"action": "cut", "curve": "GR", "row0": 200, "row1": 210}
    other = {"action": "cut", "curve": "GR", "row0": 300, "row1": 310}
    name = str(uuid.uuid4())
    assert (
        client.post("/api/edit", base=1, id=str(uuid.uuid4()), edit=edit).status == 200
    )
    refused = client.post("/api/edit", base=1, id=name, edit=other)
    assert refused.status == 409
    assert refused.json["revision"] == 2
    told = client.get("/api/changes?since=1").json
    assert [(p["row0"], p["rows"]) for p in told["patches"]] == [(200, 11)]
    for _ in range(2):
        again = client.post("/api/edit", base=2, id=name, edit=other)
        assert again.status == 200
        assert again.json["revision"] == 3
    assert client.revision == 3


def test_of_edits_at_one_time_one_is_made(client: Client) -> None:
    answers: list[int] = []

    def send(row: int) -> None:
        edit = {"action": "cut", "curve": "GR", "row0": row, "row1": row + 5}
        name = str(uuid.uuid4())
        answers.append(client.post("/api/edit", base=1, id=name, edit=edit).status)

    threads = [threading.Thread(target=send, args=(200 + 10 * k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[409] * 7]
    assert client.revision == 2


def test_an_edit_that_cannot_be_saved_is_not_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = curve(client, "GR")["column"].tobytes()

    def full(*_: object) -> None:
        msg = "database or disk is full"
        raise sqlite3.OperationalError(msg)

    store = client.served.review.document.store
    with monkeypatch.context() as patch:
        patch.setattr(store, "add_patches", full)
        answer = client.edit("cut", curve="GR", row0=200, row1=210)
    assert answer.status == 507
    assert "disk is full" in answer.json["error"]
    assert curve(client, "GR")["column"].tobytes() == before
    assert client.revision == 1
    assert client.edit("cut", curve="GR", row0=200, row1=210).status == 200


def test_a_wrong_edit_is_told_in_one_line(client: Client) -> None:
    for action, more in (
        ("cut", {"curve": "NONE", "row0": 200, "row1": 210}),
        ("cut", {"curve": "GR", "row0": 0, "row1": 210}),
        ("fly", {}),
        ("join", {"curve": "GR", "row0": 200, "row1": 210}),
    ):
        answer = client.edit(action, **more)
        assert answer.status == 422
        assert "\n" not in answer.json["error"]
    assert client.revision == 1


def test_a_registration_edit_touches_no_trace(client: Client) -> None:
    told = client.get("/api/document").json
    before = {name: curve(client, name)["column"].tobytes() for name in CURVES}
    new = json.loads(json.dumps(told["registration"]))
    new["tracks"][0]["curves"][0]["right"] = 300
    answer = client.post(
        "/api/registration", base=1, id=str(uuid.uuid4()), registration=new
    )
    assert answer.status == 200
    assert answer.json["registration"] == new
    body = client.get("/api/values/GR").body
    value = np.frombuffer(body, "<f8").reshape(2, -1)[1]
    once = calibrate_all(traces(), registration())[0].value
    np.testing.assert_allclose(value, 2 * once)
    assert {n: curve(client, n)["column"].tobytes() for n in CURVES} == before
    back = client.post("/api/undo", base=2).json
    assert back["reload"]
    assert client.get("/api/document").json["registration"] == told["registration"]


def test_a_registration_may_be_incomplete_but_not_wrong(client: Client) -> None:
    told = client.get("/api/document").json["registration"]
    short = {**told, "depth": {"unit": "ft", "points": told["depth"]["points"][:1]}}
    answer = client.post(
        "/api/registration", base=1, id=str(uuid.uuid4()), registration=short
    )
    assert answer.status == 200
    assert answer.json["problems"] == [
        "two or more depth points are needed: there is 1"
    ]
    assert client.get("/api/document").json["stage"] == "register"
    assert client.post("/api/preview", edit={"action": "cut"}).status == 422
    for wrong, said in (
        ({**told, "step": -1}, "step"),
        ({**told, "tracks": 3}, "tracks"),
        ({**told, "more": 3}, "more"),
        ({**told, "section": "other"}, "section"),
        ({**told, "depth": {"unit": "ft", "points": [{"row": "1"}]}}, "row"),
    ):
        answer = client.post(
            "/api/registration", base=2, id=str(uuid.uuid4()), registration=wrong
        )
        assert answer.status == 422
        assert said in answer.json["error"]
    assert client.post("/api/undo", base=2).status == 200
    assert client.get("/api/document").json["stage"] == "review"


def test_a_read_only_document_is_not_changed(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, **files(scan), read_only=True) as client:
        assert client.get("/api/document").json["read_only"]
        answer = client.edit("cut", curve="GR", row0=200, row1=210)
        assert answer.status == 423
        assert client.post("/api/job", kind="digitise", base=1).status == 423
    assert not scan.with_suffix(".veernet").exists()


def events(client: Client, wanted: str, seconds: float = 30) -> Iterator[dict]:
    """Listen as a page does, and yield what is told of one kind."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=seconds)
    host = f"127.0.0.1:{client.port}"
    headers = {"Host": host, "Cookie": client.cookie}
    connection.request("GET", "/api/events", headers=headers)
    response = connection.getresponse()
    assert response.headers["content-type"].startswith("text/event-stream")
    kind = ""
    try:
        while line := response.readline().decode():
            if line.startswith("event: "):
                kind = line[7:].strip()
            elif line.startswith("data: ") and kind == wanted:
                yield json.loads(line[6:])
    finally:
        connection.close()


def test_another_tab_is_told_of_an_edit(client: Client) -> None:
    told = events(client, "state")
    assert next(told)["revision"] == 1
    client.edit("cut", curve="GR", row0=200, row1=210)
    after = next(told)
    assert after["revision"] == 2
    assert "cut" in after["history"]["undo"]
    told.close()


def finished(client: Client, seconds: float = 120) -> dict:
    """Wait for the job that runs."""
    for told in events(client, "job", seconds):
        if told["job"] is not None and told["job"]["state"] != "running":
            return told["job"]
    raise AssertionError


def test_a_scan_is_digitised_and_edited_rows_are_not_lost(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, registration=scan.with_suffix(".yaml")) as client:
        assert client.get("/api/document").json["stage"] == "digitise"
        answer = client.post("/api/job", kind="digitise", base=1)
        assert answer.status == 202
        assert client.post("/api/job", kind="digitise", base=1).status == 422
        assert finished(client)["state"] == "done"
        told = client.get("/api/document").json
        assert told["stage"] == "review"
        assert told["history"]["undo"] == "digitised"
        read = curve(client, "ILD")["column"]
        assert np.nanmedian(np.abs(read - traces()[2].column)) < 1
        assert client.get("/api/document").json["retrace"]
        told = client.edit("cut", curve="ILD", row0=320, row1=370).json
        picks = [[r, float(read[r - FIRST]) + 0.25] for r in (310, 345, 380)]
        again = {"action": "retrace", "curve": "ILD", "picks": picks}
        preview = client.post("/api/preview", edit=again).json["patches"][0]
        assert (preview["row0"], preview["rows"]) == (310, 71)
        found = patch_of(preview)["column"]
        for row, column in picks:
            assert found[row - 310] == np.float32(column)
        np.testing.assert_allclose(found, read[310 - FIRST : 381 - FIRST], atol=1)
        client.post("/api/undo", base=told["revision"])

        client.edit("shift", curve="ILD", row0=300, row1=309, by=5)
        moved = curve(client, "ILD")["column"]
        asked = client.post("/api/job", kind="digitise", base=5)
        assert asked.status == 409
        assert (asked.json["edited"], asked.json["by_curve"]) == (10, {"ILD": 10})
        told = client.post("/api/job", kind="digitise", base=5, keep_edits=True)
        assert told.status == 202
        assert finished(client)["state"] == "done"
        kept = curve(client, "ILD")
        np.testing.assert_array_equal(kept["column"], moved)
        assert (kept["flags"][300 - FIRST : 310 - FIRST] == 3).all()
        client.post("/api/undo", base=6)
        client.post("/api/undo", base=7)
        np.testing.assert_array_equal(curve(client, "ILD")["column"], read)


def test_a_reading_from_a_file_is_traced_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    scan = write_well(tmp_path)
    true = traces()[2].column
    picks = [[row, float(true[row - FIRST])] for row in (310, 380)]
    edit = {"action": "retrace", "curve": "ILD", "picks": picks}
    with serving(scan, **files(scan)) as client:
        assert not client.get("/api/document").json["retrace"]
        straight = client.post("/api/preview", edit={**edit, "straight": True})
        column = patch_of(straight.json["patches"][0])["column"]
        np.testing.assert_allclose(np.diff(column), np.diff(column)[0], atol=1e-3)
        for _ in range(2):
            refused = client.post("/api/preview", edit=edit)
            assert refused.status == 422
            assert "which is being made now" in refused.json["error"]
        assert client.post("/api/job", kind="evidence", base=1).status == 422
        assert finished(client)["state"] == "done"
        assert client.get("/api/document").json["retrace"]
        found = patch_of(client.post("/api/preview", edit=edit).json["patches"][0])
        wanted = true[310 - FIRST : 381 - FIRST]
        np.testing.assert_allclose(found["column"], wanted, atol=1.5)
        assert client.revision == 1


def test_a_job_is_cancelled_and_leaves_nothing(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, registration=scan.with_suffix(".yaml")) as client:
        client.post("/api/job", kind="digitise", base=1)
        told = client.post("/api/job/cancel").json
        assert told["job"]["state"] == "cancelled"
        assert client.revision == 1
        assert client.get("/api/document").json["job"]["state"] == "cancelled"


def test_what_cannot_be_registered_says_why(tmp_path: Path) -> None:
    scan = tmp_path / "well.tif"
    write_well(tmp_path)
    cv2.imwrite(str(scan), np.full((900, 400), 255, np.uint8))
    with serving(scan) as client:
        job = finished(client)
        assert (job["kind"], job["state"]) == ("register", "failed")
        assert "\n" not in job["error"]
        assert client.get("/api/document").json["stage"] == "register"


def start(scan: Path, *more: str) -> tuple[subprocess.Popen[str], int]:
    """Start the command, and return it with its port."""
    command = [sys.executable, "-m", "veernet", "review", str(scan), "--no-open"]
    process = subprocess.Popen(
        [*command, "--token", "t", *more], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    address = process.stdout.readline()
    return process, int(address.split(":")[2].split("/")[0])


def test_an_edit_outlives_a_killed_server(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    given = [f"--{name}={path}" for name, path in files(scan).items()]

    class Access:
        token = "t"
        port = 0

    class Served:
        access = Access()

    client = Client(Served())  # type: ignore[arg-type]
    process, Access.port = start(scan, *given)
    client.open()
    assert client.edit("cut", curve="GR", row0=200, row1=210).status == 200
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()

    process, Access.port = start(scan)
    client.open()
    assert client.revision == 2
    column = curve(client, "GR")["column"]
    assert np.isnan(column[200 - FIRST : 211 - FIRST]).all()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert "stopped; all changes are in" in process.stdout.read()
    process.stdout.close()


def test_a_stopped_server_ends_what_pages_listen_to(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as client:
        told = events(client, "state")
        next(told)
        client.served.stop()
        assert list(told) == []
    assert capfd.readouterr().err == ""


def test_a_job_whose_process_dies_has_failed(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, registration=scan.with_suffix(".yaml")) as client:
        client.post("/api/job", kind="digitise", base=1)
        process = client.served.review.jobs._process
        assert process is not None
        process.kill()
        job = finished(client)
        assert job["state"] == "failed"
        assert "digitise ended with code -9" in job["error"]
        assert client.revision == 1


def test_each_section_has_its_curves_and_files(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    repeat = dataclasses.replace(registration(), section="repeat")
    save_registrations(scan.with_suffix(".yaml"), registration(), repeat)
    with serving(scan, **files(scan)) as client:
        told = client.get("/api/document").json
        assert (told["sections"], told["section"]) == (["main", "repeat"], "main")
        told = client.get("/api/document?section=repeat").json
        assert (told["stage"], told["curves"]) == ("digitise", [])
        edit = {"action": "cut", "curve": "GR", "row0": 200, "row1": 210}
        name = str(uuid.uuid4())
        wrong = client.post("/api/edit", base=1, id=name, section="repeat", edit=edit)
        assert wrong.status == 422
        right = client.post("/api/edit", base=1, id=name, section="main", edit=edit)
        assert right.status == 200
        assert client.get("/api/changes?since=1&section=repeat").json["patches"] == []
        assert client.post("/api/export", csv=True, section="repeat").status == 422
        made = client.post("/api/export", csv=True, registration=True, stem="out")
        assert [f["name"] for f in made.json["files"]] == ["out.main.csv", "out.yaml"]
        assert len(load_registrations(tmp_path / "out.yaml")) == 2


@pytest.mark.slow
def test_a_registration_is_proposed_and_confirmed(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    scan = tmp_path / "sample.tif"
    shutil.copy(Path(__file__).parents[1] / "data" / "sample.tif", scan)
    with serving(scan) as client:
        assert finished(client)["state"] == "done"
        told = client.get("/api/document").json
        assert told["stage"] == "register"
        assert any(
            "T1: its curves are still to be given" in p for p in told["problems"]
        )
        found = [f for f in told["findings"] if f["severity"] == "suggestion"]
        assert {f["curve"] for f in found} >= {"ILD", "ILM"}
        assert all(f["row"] is not None for f in found)
        keys = [f["key"] for f in found]
        answer = client.post("/api/confirm", base=2, id=str(uuid.uuid4()), keys=keys)
        assert answer.status == 200
        assert all(f["confirmed"] for f in answer.json["findings"] if f["key"] in keys)
        client.post("/api/undo", base=3)
        told = client.get("/api/document").json
        assert not any(f["confirmed"] for f in told["findings"])
        again = client.post("/api/job", kind="register", base=4)
        assert again.status == 409
        assert "proposed anew" in again.json["error"]
