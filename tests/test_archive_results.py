"""What is kept of an archive, verified, exported, retried and reported."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from archive_campaign.planned import open_stubs, plan_stubs, write_stubs
from tests.logs import draw
from veernet.archive.ledger import Ledger, Shard, put_new
from veernet.archive.plan import Plan
from veernet.archive.queueing import commands
from veernet.archive.records import Log
from veernet.archive.report import make_document, render
from veernet.archive.retry import plan_retry
from veernet.archive.run import run_left
from veernet.archive.shardwork import ShardWork
from veernet.archive.status import ledger_rows, run_status
from veernet.archive.verify import verify
from veernet.archive.worst import brightness, picture
from veernet.cli import main
from veernet.errors import InputError

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find the stubs, and date nothing by the day."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")


@pytest.fixture
def stubs(tmp_path: Path) -> Ledger:
    """Return results of stubs: three are read, one is refused, one has failed."""
    kinds = [{"do": kind} for kind in ("read", "read", "doubt", "refuse", "raise")]
    plan = plan_stubs(write_stubs(tmp_path / "logs", kinds), tmp_path / "plan.parquet")
    ledger = open_stubs(tmp_path / "results", plan)
    run_left(ledger, workers=1, quiet=True)
    return ledger


def test_a_scan_is_read_as_by_digitise(tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    scan, registration = draw(scans)
    (scans / "bad.tif").write_bytes(b"no picture at all")
    (scans / "bad.yaml").write_text(registration.read_text())
    plan, results = tmp_path / "plan.parquet", tmp_path / "results"
    words = ["plan", str(scans), "--registrations", str(scans), "--out", str(plan)]
    assert main(["archive", *words]) == 0
    words = ["run", str(plan), "--out", str(results), "--workers", "1", "--overlay"]
    assert main(["archive", *words]) == 0
    out = tmp_path / "out"
    assert main(["archive", "export", str(results), "--out", str(out)]) == 0
    (folder,) = out.iterdir()
    alone = tmp_path / "alone.las"
    words = [str(scan), "--registration", str(registration), "--out", str(alone)]
    assert main(["digitise", *words, "--trace", str(tmp_path / "alone.parquet")]) == 0
    assert (folder / "main.las").read_text() == alone.read_text()
    own, other = (
        pq.read_table(path).to_pylist()
        for path in (folder / "main.parquet", tmp_path / "alone.parquet")
    )
    assert own == other
    assert (folder / "main.png").stat().st_size > 1000
    # Limits may be given anew, and stay where they are not.
    for more in (["--time", "2"], []):
        assert (
            main(
                ["archive", "run", str(plan), "--out", str(results), "--overlay", *more]
            )
            == 0
        )
        assert Ledger(results).settings.time == 2
    rows = {row["outcome"]: row for row in ledger_rows(Ledger(results)).to_pylist()}
    assert set(rows) == {"failed", "done"}
    assert rows["failed"]["reason"] == "decode"
    assert "is no TIFF, PNG, JPEG or PDF" in rows["failed"]["detail"]
    done = rows["done"]
    assert done["read"] > 0.95
    part = Ledger(results).part(Shard.parse(done["shard"]), "curves.parquet")
    (curve,) = pq.read_table(part).to_pylist()
    assert (curve["curve"], curve["depth0"], curve["step"]) == ("GR", 1000.0, 0.5)
    assert len(curve["values"]) == len(curve["confidence"]) == 121
    logs = {log.log: log for shard in (0, 1) for log in Plan(plan).logs_of(shard)}
    drawn = picture(done, logs[done["log"]], Ledger(results))
    assert drawn is not None
    # Paper, and a thin curve on it.
    assert 200 < brightness(drawn) < 255


def test_a_ledger_agrees_with_its_plan(stubs: Ledger) -> None:
    found = verify(stubs)
    assert (found.wrong, found.logs, found.open) == ([], 5, 0)
    assert run_status(stubs).counts == {
        "done": 2,
        "doubt": 1,
        "refused:unread": 1,
        "failed:ours": 1,
    }


def test_a_driver_that_is_silent_is_told_of(stubs: Ledger) -> None:
    path = stubs.folder / "status.json"
    reported = json.loads(path.read_text())
    assert run_status(stubs).lines()[-1].startswith("driver: finished")
    reported.update(state="running", updated="2026-01-01T00:00:00+00:00")
    path.write_text(json.dumps(reported))
    assert "not heard of since 2026-01-01" in run_status(stubs).lines()[-1]


def test_what_was_altered_or_is_gone_is_told(stubs: Ledger) -> None:
    first, second, *_ = sorted(stubs.committed())
    stubs.part(first, "rows.parquet").write_bytes(b"PAR1")
    stubs.part(second, "las.zip").unlink()
    wrong = verify(stubs).wrong
    assert any("is not as it was written" in text for text in wrong)
    assert any("las.zip: is gone" in text for text in wrong)
    assert main(["archive", "verify", str(stubs.folder)]) == 2


def test_where_a_commit_is_damaged_the_parts_stay(stubs: Ledger) -> None:
    shard = min(stubs.committed())
    part = stubs.part(shard, "rows.parquet")
    whole = stubs.commit_path(shard).read_bytes()
    stubs.commit_path(shard).write_bytes(whole[:50])
    (wrong,) = verify(stubs).wrong
    assert "take it away, and run the plan again" in wrong
    stubs.commit_path(shard).write_bytes(whole)
    assert part.is_file()
    assert not verify(stubs).wrong


def test_what_is_no_shard_is_not_counted(stubs: Ledger) -> None:
    (stubs.folder / "work/.DS_Store").touch()
    assert run_status(stubs).ended == 5


def test_parts_that_no_commit_names_are_cleared(stubs: Ledger) -> None:
    shard = min(stubs.committed())
    left = stubs.folder / "shards" / f"{shard}.0000abcd"
    left.mkdir()
    assert not verify(stubs).wrong
    assert not left.exists()


def test_only_one_commit_is_the_first(tmp_path: Path) -> None:
    path = tmp_path / "0-000000.json"
    assert put_new(path, {"who": 1})
    assert not put_new(path, {"who": 2})
    assert json.loads(path.read_text()) == {"who": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_commit_into_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put_new(tmp_path / "gone/0-000000.json", {"who": 1})


def test_a_commit_is_whole_where_a_disk_takes_it_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, what: write(to, what[:3]))
    assert put_new(tmp_path / "0-000000.json", {"who": 1})
    monkeypatch.undo()
    assert json.loads((tmp_path / "0-000000.json").read_text()) == {"who": 1}


def test_results_of_another_plan_or_of_other_settings_are_refused(
    stubs: Ledger, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.parquet"
    with pytest.raises(InputError, match="results with overlay False"):
        open_stubs(stubs.folder, plan, overlay=True)
    # Limits are no part of what is read.
    open_stubs(stubs.folder, plan, time=2.0)
    write_stubs(tmp_path / "more", [{"do": "read"}])
    other = plan_stubs(tmp_path / "more", tmp_path / "other.parquet")
    with pytest.raises(InputError, match="another plan"):
        open_stubs(stubs.folder, other)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.doc").touch()
    with pytest.raises(InputError, match="holds other files"):
        open_stubs(tmp_path / "full", plan)


def test_a_retry_replaces_the_outcome_of_a_log(stubs: Ledger) -> None:
    (path,) = stubs.folder.parent.glob("logs/*_raise.tif")
    size = path.stat().st_size
    path.write_text('{"do": "read"}'.ljust(size))
    assert plan_retry(stubs) == 1
    ledger = Ledger(stubs.folder)
    run_left(ledger, workers=1, quiet=True)
    assert run_status(ledger).counts == {"done": 3, "doubt": 1, "refused:unread": 1}
    assert not verify(ledger).wrong
    assert ledger_rows(ledger).num_rows == 5
    with pytest.raises(InputError, match="no log is meant"):
        plan_retry(ledger)
    assert plan_retry(ledger, reasons=["unread"]) == 1
    with pytest.raises(InputError, match="not all logs have ended"):
        plan_retry(Ledger(stubs.folder), reasons=["unread"])


def test_a_retry_looks_again_at_scans_and_registrations(
    stubs: Ledger, tmp_path: Path
) -> None:
    (path,) = stubs.folder.parent.glob("logs/*_raise.tif")
    path.write_text('{"do": "read", "size": 999}'.ljust(path.stat().st_size + 40))
    folder = tmp_path / "registrations"
    folder.mkdir()
    with pytest.raises(InputError, match=r"holds no \.yaml"):
        plan_retry(stubs, registrations=folder)
    (folder / f"{path.stem}.yaml").write_text("image: x\n", "utf-8")
    assert plan_retry(stubs, registrations=folder) == 1
    (log,) = Ledger(stubs.folder).plan(1).logs_of(0)
    assert log.bytes == path.stat().st_size
    assert (log.how, log.registrations) == ("own", (str(folder / f"{path.stem}.yaml"),))
    (before,) = (one for one in _planned_logs(stubs, 0) if one.log == log.log)
    assert before.bytes != log.bytes  # of one log still, by its id


def _planned_logs(ledger: Ledger, number: int) -> list[Log]:
    plan = ledger.plan(number)
    return [log for shard in range(plan.shards) for log in plan.logs_of(shard)]


def test_a_retry_that_is_planned_twice_at_once_is_refused(
    stubs: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plan_retry(stubs) == 1
    first = stubs.plan_path(1).read_bytes()
    monkeypatch.setattr(Ledger, "plans", lambda _: [0])  # as it was before the first
    with pytest.raises(InputError, match="somebody else has planned a retry"):
        plan_retry(stubs, reasons=["unread"])
    assert stubs.plan_path(1).read_bytes() == first
    assert len(list((stubs.folder / "plans").iterdir())) == 2


def test_files_are_exported_by_id_and_outcome(stubs: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["archive", "export", str(stubs.folder), "--out", str(out)]
    assert main([*words, "--outcome", "doubt"]) == 0
    assert [path.name for path in out.glob("*/*")] == ["main.las"]
    assert main([*words, "--outcome", "doubt"]) == 2  # it is there
    assert main([*words, "--outcome", "doubt", "--overwrite"]) == 0
    assert main([*words, "--id", "log000[01]*"]) == 0
    assert len(list(out.glob("*/*"))) == 3
    assert main([*words, "--outcome", "refused"]) == 2  # nothing was read
    assert main([*words, "--well", "42-1"]) == 2  # no such log


def test_attempts_of_who_was_killed_are_counted(tmp_path: Path) -> None:
    dead = ShardWork(tmp_path / "0-000000")
    dead.begin("a")
    dead.end("a", "time", "too long")
    dead.begin("b")
    alive = ShardWork(tmp_path / "0-000000")
    assert alive.history().in_progress == {"b"}
    dead.close()
    reported = alive.history()
    assert reported.strikes == {"a": [("time", "too long")]}
    assert (reported.interrupted["b"], reported.in_progress) == (1, set())
    alive.close()


def test_a_log_that_is_not_on_the_disk_as_written_is_read_again(tmp_path: Path) -> None:
    work = ShardWork(tmp_path / "0-000000")
    folder = work.begin("a")
    (folder / "main.las").write_text("~V")
    work.keep("a", folder, {"log": "a", "outcome": "done"})
    assert work.row("a") == {"log": "a", "outcome": "done"}
    (work.folder / "a/main.las").write_text("")
    assert work.row("a") is None
    assert not work.has("a")
    work.close()


def test_the_report_holds_every_bad_log_and_no_open_element(stubs: Ledger) -> None:
    document = make_document(stubs, 0.04)
    assert document["outcomes"] == {"done": 2, "doubt": 1, "refused": 1, "failed": 1}
    assert {one["reason"] for one in document["bad"]} == {"unread", "ours"}
    assert sum(map(sum, document["folders"]["series"].values())) == 5
    pytest.importorskip("plotly", reason="plotly is not installed")
    document["bad"][0]["detail"] = "</script><script>alert(1)</script>"
    page = render(document)
    assert "</script><script>alert(1)" not in page
    assert "Plotly.newPlot" in page


@pytest.mark.parametrize(
    ("how", "files", "registration", "named"),
    [
        ("own", ["/r/a b.yaml"], "'/r/a b.yaml'", " --section repeat"),
        ("own", ["/r/well.5in.yaml", "/r/well.repeat.yaml"], "/r/well.repeat.yaml", ""),
        ("like", ["/t.yaml"], "to-review/well-1/well.yaml", " --section repeat"),
    ],
)
def test_a_log_in_doubt_is_opened_by_its_commands(
    how: str, files: list[str], registration: str, named: str
) -> None:
    row = {
        "log": "well-1",
        "address": "/s/well.tif",
        "worst_section": "repeat",
        "sections": ["main", "repeat"],
        "files": ["main.las", "well.yaml"],
    }
    log = Log("well-1", "/s/well.tif", 1, 1, 1, how, tuple(files))  # type: ignore[arg-type]
    first, second = commands(row, log, Path("/res"))
    assert first == "veernet archive export /res --id well-1 --out to-review"
    assert second == (
        f"veernet review /s/well.tif --registration {registration} --trace "
        f"to-review/well-1/repeat.parquet{named}"
    )
