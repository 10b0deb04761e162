"""An archive is run: every log ends as one thing, whatever whoever reads it does."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive_campaign.checks import attempts, digests, outcomes, wrongs
from archive_campaign.drivers import disturbed, start
from archive_campaign.planned import open_stubs, plan_stubs, write_stubs
from archive_campaign.stubs import ENDS
from veernet.archive import attempt
from veernet.archive.driver import Rule, drive
from veernet.archive.general import gone_folder
from veernet.archive.ledger import Ledger, Shard, put_new
from veernet.archive.records import Stop
from veernet.archive.run import run_left
from veernet.archive.shardwork import ShardWork, is_worked_at
from veernet.errors import InputError

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find the stubs."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    monkeypatch.setenv("PYTHONPATH", path)


def planned(folder: Path, *kinds: dict) -> Path:
    return plan_stubs(write_stubs(folder / "logs", kinds), folder / "plan.parquet")


def test_each_log_ends_as_what_it_does(tmp_path: Path) -> None:
    kinds = ["read", "doubt", "refuse", "raise", "crash", "exit", "grow"]
    plan = planned(tmp_path, *({"do": kind} for kind in kinds))
    ledger = open_stubs(tmp_path / "results", plan, memory=2**28)
    run_status = run_left(ledger, workers=2, quiet=True)
    expected = Counter(ENDS[kind] for kind in kinds)
    assert run_status.counts == expected
    assert run_status.committed == run_status.shards
    assert not wrongs(tmp_path / "results")
    # Those that took down their process had two attempts, the others one.
    assert attempts(tmp_path / "results") == 4 + 2 * 3


def test_a_log_that_hangs_is_ended_at_its_time(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"do": "hang"}, {"do": "hang"})
    ledger = open_stubs(tmp_path / "results", plan, time=0.004)
    run_status = run_left(ledger, workers=2, quiet=True)
    assert run_status.counts == {"failed:time": 2}
    assert not wrongs(tmp_path / "results")


def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(
    tmp_path: Path,
) -> None:
    kinds = [{"do": "read", "seconds": 0.05}] * 24 + [{"do": "doubt"}] * 8
    plan = planned(tmp_path, *kinds)
    run_left(open_stubs(tmp_path / "whole", plan), workers=2, quiet=True)
    killed = disturbed(tmp_path / "killed", plan, 10, random.Random(7), 0.4)
    assert sum(killed.values()) > 0
    assert not wrongs(tmp_path / "killed")
    assert outcomes(tmp_path / "killed") == outcomes(tmp_path / "whole")
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")


def test_two_drivers_share_a_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, *([{"do": "read", "seconds": 0.02}] * 24))
    drivers = [start(tmp_path / "results", plan) for _ in range(2)]
    assert [driver.wait(300) for driver in drivers] == [0, 0]
    assert not wrongs(tmp_path / "results")
    assert outcomes(tmp_path / "results") == {"done": 24}


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    plan = planned(tmp_path, *([{"do": "read"}] * 5))
    ledger = open_stubs(tmp_path / "results", plan)
    run_left(ledger, workers=1, quiet=True)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "results/commits").iterdir()}
    shutil.rmtree(tmp_path / "logs")
    run_status = run_left(ledger, workers=1, quiet=True)
    assert run_status.counts == {"done": 5}
    after = {p: p.stat().st_mtime_ns for p in (tmp_path / "results/commits").iterdir()}
    assert before == after


def test_a_full_disk_is_no_fault_of_a_log(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"do": "full"}, {"do": "read"})
    ledger = open_stubs(tmp_path / "results", plan)
    with pytest.raises(Stop, match="No space left on device"):
        run_left(ledger, workers=1, quiet=True)
    # Mended, the run goes on, and the log has no strike against it.
    (path,) = (tmp_path / "logs").glob("*_full.tif")
    size = path.stat().st_size
    path.write_text('{"do": "read"}'.ljust(size))
    assert run_left(ledger, workers=1, quiet=True).counts == {"done": 2}
    assert attempts(tmp_path / "results") == 2


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("mount"),
    reason="only root can make a small disk",
)
def test_a_small_disk_fills_and_the_run_goes_on_where_there_is_room(
    tmp_path: Path,
) -> None:
    plan = planned(tmp_path, *([{"do": "read", "size": 20_000}] * 12))
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this container may not mount")
    try:
        results = disk / "results"
        with pytest.raises((InputError, OSError), match="No space left"):
            run_left(open_stubs(results, plan), workers=2, quiet=True)
        remount = ["mount", "-o", "remount,size=64m", str(disk)]
        subprocess.run(remount, check=True)
        run_status = run_left(open_stubs(results, plan), workers=2, quiet=True)
        assert run_status.counts == {"done": 12}
        assert not wrongs(results)
    finally:
        # Lazily: a plan that a traceback holds open would keep the disk busy.
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_mount_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    address = str(tmp_path / "logs/a.tif")
    lost = str(tmp_path / "lost/b.tif")
    assert gone_folder(address, [lost]) == str(tmp_path / "logs")
    (tmp_path / "logs/other.tif").touch()
    assert gone_folder(address, [lost]) is None


def test_a_folder_that_is_gone_is_no_lost_mount_where_others_are_there(
    tmp_path: Path,
) -> None:
    there = tmp_path / "well_2/b.tif"
    there.parent.mkdir()
    there.touch()
    gone = str(tmp_path / "well_1/a.tif")
    assert gone_folder(gone, [gone]) == str(tmp_path / "well_1")
    assert gone_folder(gone, [gone, str(there)]) is None
    assert gone_folder("s3://bucket/well_1/a.tif", []) is None


def test_where_the_first_logs_all_end_badly_the_run_stops(tmp_path: Path) -> None:
    plan = planned(tmp_path, *([{"do": "refuse"}] * 30))
    with pytest.raises(Stop, match=r"first 20 logs all ended as refused \(unread\)"):
        run_left(open_stubs(tmp_path / "results", plan), workers=2, quiet=True)
    ledger = open_stubs(tmp_path / "results", plan)
    run_status = run_left(ledger, workers=2, keep_going=True, quiet=True)
    assert run_status.counts == {"refused:unread": 30}


class Pool:
    """Two workers: the first takes ten looks to commit a shard, the second helps."""

    slots = 2

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.given: list[tuple[int, Shard, bool]] = []
        self.looks = 0
        self.reported: list[tuple[int, dict]] = []

    def give(self, slot: int, shard: Shard, *, backwards: bool) -> None:
        self.given.append((slot, shard, backwards))
        if backwards:
            self._tell(slot, shard, committed=False)

    def events(self, seconds: float) -> list[tuple[int, dict]]:
        self.looks += 1
        if self.looks == 10:
            slot, shard, _ = self.given[0]
            put_new(self.ledger.commit_path(shard), {})
            self._tell(slot, shard, committed=True)
        reported, self.reported = self.reported, []
        return reported

    def _tell(self, slot: int, shard: Shard, *, committed: bool) -> None:
        event = {"event": "shard", "shard": str(shard), "committed": committed}
        self.reported.append((slot, event))


def test_who_has_helped_a_shard_does_not_help_it_again(tmp_path: Path) -> None:
    plan = planned(tmp_path, *([{"do": "read"}] * 128))
    ledger = open_stubs(tmp_path / "results", plan)
    shards = ledger.shards()
    assert ledger.plan(0).sizes()[0] == 2
    for shard in shards[1:]:
        put_new(ledger.commit_path(shard), {})
    pool = Pool(ledger)
    drive(ledger, pool, lambda _: None, Rule())
    assert pool.given == [(0, shards[0], False), (1, shards[0], True)]
    assert pool.looks == 10


def test_a_worker_that_cannot_load_is_no_fault_of_a_log(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"do": "read"})
    for loader, says in (
        ("archive_campaign.stubs:nowhere", "cannot be made ready: AttributeError"),
        ("archive_campaign.stubs:dies", "started 3 times and was never ready"),
    ):
        results = tmp_path / loader.rpartition(":")[2]
        with pytest.raises(Stop, match=says):
            run_left(open_stubs(results, plan, loader=loader), workers=1, quiet=True)
        assert not outcomes(results)


def test_a_log_whose_reader_is_killed_each_time_is_set_aside(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"do": "read"})
    ledger = open_stubs(tmp_path / "results", plan, interruptions=5)
    (log,) = ledger.plan(0).logs_of(0)
    for _ in range(5):
        work = ShardWork(ledger.work_folder(Shard(0, 0)))
        work.begin(log.log)
        work.close()
    run_status = run_left(ledger, workers=1, quiet=True)
    assert run_status.counts == {"failed:worker": 1}
    assert not wrongs(ledger.folder)


def test_a_folder_that_goes_while_it_is_looked_at_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(folder: Path, pattern: str) -> Iterator[Path]:
        raise FileNotFoundError(folder / pattern)
        yield folder

    work = ShardWork(tmp_path / "0-000000")
    assert is_worked_at(work.folder)
    monkeypatch.setattr(Path, "glob", gone)
    assert not is_worked_at(work.folder)
    work.close()


def test_a_limit_of_the_batch_system_stays() -> None:
    code = """
import resource
from veernet.archive.child import limit
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))
limit(2**50)
print(resource.getrlimit(resource.RLIMIT_FSIZE), resource.getrlimit(resource.RLIMIT_AS))
"""
    command = [sys.executable, "-c", code]
    reported = subprocess.run(command, check=True, capture_output=True, text=True)
    assert reported.stdout.split() == f"({2**20}, {2**20}) ({2**40}, {2**40})".split()


def test_kills_for_memory_are_counted_in_the_own_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = tmp_path / "memory.events"
    events.write_text("low 0\noom 5\noom_kill 3\noom_group_kill 0\n", "ascii")
    monkeypatch.setattr(attempt, "_group_events", lambda: [events])
    assert attempt.oom_kills() == 3
    events.unlink()
    assert attempt.oom_kills() >= 0  # of the machine
