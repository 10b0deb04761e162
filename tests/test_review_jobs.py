"""Long work of a review: it arrives as one change, or leaves nothing."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("fastapi")

from tests.reviews import (
    FIRST,
    curve,
    files,
    finished,
    patch_of,
    serving,
    traces,
    write_well,
)
from veernet.errors import InputError
from veernet.review import jobs
from veernet.review.jobs import Jobs
from veernet.review.opening import open_document
from veernet.review.results import take_proposal


def test_a_scan_is_digitised_and_edited_rows_are_not_lost(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, registration=scan.with_suffix(".yaml")) as client:
        assert client.get("/api/document").json["stage"] == "digitise"
        answer = client.post("/api/job", kind="digitise", base=1)
        assert answer.status == 202
        assert client.post("/api/job", kind="digitise", base=1).status == 422
        assert finished(client)["state"] == "done"
        reported = client.get("/api/document").json
        assert reported["stage"] == "review"
        assert reported["history"]["undo"] == "digitised"
        read = curve(client, "ILD")["column"]
        assert np.nanmedian(np.abs(read - traces()[2].column)) < 1
        assert client.get("/api/document").json["retrace"]
        reported = client.edit("cut", curve="ILD", row0=320, row1=370).json
        picks = [[r, float(read[r - FIRST]) + 0.25] for r in (310, 345, 380)]
        again = {"action": "retrace", "curve": "ILD", "picks": picks}
        preview = client.post("/api/preview", edit=again).json["patches"][0]
        assert (preview["row0"], preview["rows"]) == (310, 71)
        found = patch_of(preview)["column"]
        for row, column in picks:
            assert found[row - 310] == np.float32(column)
        np.testing.assert_allclose(found, read[310 - FIRST : 381 - FIRST], atol=1)
        client.post("/api/undo", base=reported["revision"])

        client.edit("shift", curve="ILD", row0=300, row1=309, by=5)
        moved = curve(client, "ILD")["column"]
        asked = client.post("/api/job", kind="digitise", base=5)
        assert asked.status == 409
        assert (asked.json["edited"], asked.json["by_curve"]) == (10, {"ILD": 10})
        reported = client.post("/api/job", kind="digitise", base=5, keep_edits=True)
        assert reported.status == 202
        assert finished(client)["state"] == "done"
        kept = curve(client, "ILD")
        np.testing.assert_array_equal(kept["column"], moved)
        assert (kept["flags"][300 - FIRST : 310 - FIRST] == 3).all()
        client.post("/api/undo", base=6)
        client.post("/api/undo", base=7)
        np.testing.assert_array_equal(curve(client, "ILD")["column"], read)


def test_a_reading_from_a_file_is_traced_again(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    true = traces()[2].column
    picks = [[row, float(true[row - FIRST])] for row in (310, 380)]
    edit = {"action": "retrace", "curve": "ILD", "picks": picks}
    with serving(scan, cache=tmp_path / "cache", **files(scan)) as client:
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
        reported = client.post("/api/job/cancel").json
        assert reported["job"]["state"] == "cancelled"
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


def test_a_job_whose_process_dies_before_it_takes_its_task_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = jobs._begin

    def begin_and_die() -> subprocess.Popen[bytes]:
        process = begin()
        process.kill()
        process.wait()
        return process

    scan = write_well(tmp_path)
    with serving(scan, registration=scan.with_suffix(".yaml")) as client:
        monkeypatch.setattr(jobs, "_begin", begin_and_die)
        client.post("/api/job", kind="digitise", base=1)
        job = finished(client)
        assert job["state"] == "failed"
        assert "digitise ended with code -9" in job["error"]
        monkeypatch.undo()
        client.post("/api/job", kind="digitise", base=1)
        assert finished(client)["state"] == "done"


def test_a_proposal_does_not_replace_what_was_registered_meanwhile(
    tmp_path: Path,
) -> None:
    scan = write_well(tmp_path)
    document = open_document(scan, registration=scan.with_suffix(".yaml")).document
    before = document.documents()
    reported = {"documents": before, "findings": []}
    (tmp_path / "result.json").write_text(json.dumps(reported))
    take_proposal(document, tmp_path, before)
    assert document.history()["undo"] == "registration proposed"
    moved = copy.deepcopy(before)
    moved[0]["depth"]["points"][0]["row"] += 1
    base = document.revision
    document.commit("registration", "depth moved", base=base, documents=moved)
    with pytest.raises(InputError, match="changed while one was proposed"):
        take_proposal(document, tmp_path, before)
    assert document.documents() == moved
    document.store.close()


def run_as(code: str) -> Callable[[], subprocess.Popen[bytes]]:
    """Return what starts a script in the place of the work."""

    def begin() -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", code]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)

    return begin


def test_a_job_that_was_cancelled_is_not_put_in_place_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs, made = Jobs(lambda _: None), []
    monkeypatch.setattr("veernet.review.jobs._begin", run_as("input(); input()"))
    first = jobs.start({"kind": "digitise"}, None, made.append)
    jobs.cancel()
    assert jobs.current is not None
    assert jobs.current.state == "cancelled"
    second = jobs.start({"kind": "check"}, None, made.append)
    # Its process had ended well just as it was cancelled.
    assert jobs._finish(first, Path("folder"), made.append) is None
    assert made == []
    assert jobs.current.id == second.id
    jobs.close()


def test_no_job_runs_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs(lambda _: None)

    def refused() -> subprocess.Popen[bytes]:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("veernet.review.jobs._begin", refused)
    with pytest.raises(InputError, match="digitise cannot be started"):
        jobs.start({"kind": "digitise"}, None, lambda _: None)
    assert not jobs.is_running
    # What a library prints is passed over, be it JSON or not.
    monkeypatch.setattr(
        "veernet.review.jobs._begin", run_as("input(); print(5); print('[')")
    )
    jobs.start({"kind": "digitise"}, None, lambda _: None)
    assert jobs._thread is not None
    jobs._thread.join(20)
    assert jobs.current is not None
    assert jobs.current.state == "done"


@pytest.mark.slow
def test_a_registration_is_proposed_and_confirmed(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    scan = tmp_path / "sample.tif"
    shutil.copy(Path(__file__).parents[1] / "data" / "sample.tif", scan)
    with serving(scan) as client:
        assert finished(client)["state"] == "done"
        reported = client.get("/api/document").json
        assert reported["stage"] == "register"
        assert any(
            "T1: its curves are still to be given" in p for p in reported["problems"]
        )
        found = [f for f in reported["findings"] if f["severity"] == "suggestion"]
        assert {f["curve"] for f in found} >= {"ILD", "ILM"}
        assert all(f["row"] is not None for f in found)
        keys = [f["key"] for f in found]
        answer = client.post("/api/confirm", base=2, id=str(uuid.uuid4()), keys=keys)
        assert answer.status == 200
        assert all(f["confirmed"] for f in answer.json["findings"] if f["key"] in keys)
        client.post("/api/undo", base=3)
        reported = client.get("/api/document").json
        assert not any(f["confirmed"] for f in reported["findings"])
        again = client.post("/api/job", kind="register", base=4)
        assert again.status == 409
        assert "proposed anew" in again.json["error"]
