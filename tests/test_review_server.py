"""What the server of a review answers."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fastapi")

from tests.reviews import (
    CURVES,
    FIRST,
    LAST,
    Client,
    curve,
    events,
    files,
    patch_of,
    registration,
    serving,
    shared_cache,
    traces,
    write_well,
)
from veernet.calibrate import calibrate_all
from veernet.registration import load_registrations, save_registrations


def test_the_document_says_how_things_stand(client: Client) -> None:
    reported = client.get("/api/document").json
    assert reported["stage"] == "review"
    assert reported["problems"] == []
    assert [one["mnemonic"] for one in reported["curves"]] == list(CURVES)
    cali = reported["curves"][1]
    assert cali["track"] == "T1"
    assert (cali["first_row"], cali["rows"]) == (FIRST, LAST - FIRST + 1)
    assert cali["share_read"] == pytest.approx(461 / 501, abs=1e-4)
    assert reported["registration"]["tracks"][0]["left"] == [{"row": 0, "column": 20}]
    assert reported["depth"][0] == {"row": FIRST, "depth": 1000, "residual": None}
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
    reported = answer.json
    (patch,) = reported["patches"]
    assert (patch["curve"], patch["row0"], patch["rows"]) == ("CALI", gap["row0"], 40)
    rows = patch_of(patch)
    assert np.isfinite(rows["column"]).all()
    assert (rows["flags"] == 3).all()
    assert [s["curve"] for s in reported["doubt"]["stretches"]] == ["ILD"]
    assert reported["doubt"]["share_reviewed"] == pytest.approx(40 / 60, abs=1e-4)
    assert "joined" in reported["history"]["undo"]

    ild = reported["doubt"]["stretches"][0]
    rows_of = {"row0": ild["row0"], "row1": ild["row1"]}
    reported = client.edit("accept", curve="ILD", **rows_of).json
    assert reported["doubt"]["stretches"] == []
    assert reported["doubt"]["share_reviewed"] == 1
    assert (patch_of(reported["patches"][0])["flags"] == 1).all()

    reported = client.post("/api/undo", base=reported["revision"]).json
    reported = client.post("/api/undo", base=reported["revision"]).json
    assert reported["doubt"]["stretches"] == before["stretches"]
    np.testing.assert_array_equal(
        curve(client, "CALI")["column"], traces()[1].column.astype("<f4")
    )


def test_a_preview_changes_nothing(client: Client) -> None:
    edit = {"action": "shift", "curve": "GR", "row0": 200, "row1": 210, "by": 2}
    reported = client.post("/api/preview", edit=edit).json
    np.testing.assert_allclose(
        patch_of(reported["patches"][0])["column"],
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
    reported = client.get("/api/changes?since=1").json
    assert [(p["row0"], p["rows"]) for p in reported["patches"]] == [(200, 11)]
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
    reported = client.get("/api/document").json
    before = {name: curve(client, name)["column"].tobytes() for name in CURVES}
    new = json.loads(json.dumps(reported["registration"]))
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
    assert client.get("/api/document").json["registration"] == reported["registration"]


def test_a_registration_may_be_incomplete_but_not_wrong(client: Client) -> None:
    reported = client.get("/api/document").json["registration"]
    short = {
        **reported,
        "depth": {"unit": "ft", "points": reported["depth"]["points"][:1]},
    }
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
        ({**reported, "step": -1}, "step"),
        ({**reported, "tracks": 3}, "tracks"),
        ({**reported, "more": 3}, "more"),
        ({**reported, "section": "other"}, "section"),
        ({**reported, "page": 3}, "of page 0"),
        ({**reported, "depth": {"unit": "ft", "points": [{"row": "1"}]}}, "row"),
        (
            {**reported, "depth": {"points": [{"row": 10**400, "depth": 1}]}},
            "points[0].row: 10000000000000000000: no page has so many rows",
        ),
        ({**reported, "tracks": [], "step": np.nan}, "not finite"),
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


def test_another_tab_is_told_of_an_edit(client: Client) -> None:
    reported = events(client, "state")
    assert next(reported)["revision"] == 1
    client.edit("cut", curve="GR", row0=200, row1=210)
    after = next(reported)
    assert after["revision"] == 2
    assert "cut" in after["history"]["undo"]
    reported.close()


def start(scan: Path, *more: str) -> tuple[subprocess.Popen[str], int]:
    """Start the command, and return it with its port."""
    command = [sys.executable, "-m", "veernet", "review", str(scan), "--no-open"]
    process = subprocess.Popen(
        [*command, "--token", "t", *more],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(shared_cache())},
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
        reported = events(client, "state")
        next(reported)
        client.served.stop()
        assert list(reported) == []
    assert capfd.readouterr().err == ""


def test_each_section_has_its_curves_and_files(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    repeat = dataclasses.replace(registration(), section="repeat")
    save_registrations(scan.with_suffix(".yaml"), registration(), repeat)
    with serving(scan, **files(scan)) as client:
        reported = client.get("/api/document").json
        assert (reported["sections"], reported["section"]) == (
            ["main", "repeat"],
            "main",
        )
        reported = client.get("/api/document?section=repeat").json
        assert (reported["stage"], reported["curves"]) == ("digitise", [])
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


def test_nobody_waits_for_an_edit_that_is_at_work(client: Client) -> None:
    listening = threading.Thread(target=lambda: next(events(client, "state")))
    with client.served.review.document.lock:
        listening.start()
        # The page that listens must not keep the others from being served.
        for _ in range(20):
            assert client.get("/static/main.js").status == 200
        assert listening.is_alive()
    listening.join(20)
    assert not listening.is_alive()
