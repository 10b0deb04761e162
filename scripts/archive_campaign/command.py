"""The campaign, and the table that it prints."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from archive_campaign.checks import digests, outcomes, wrongs
from archive_campaign.drivers import LIMIT, ROOT, disturbed, ray_disturbed, start
from archive_campaign.full import filled, small_disk
from archive_campaign.generated import BAD, write_logs
from archive_campaign.million import million
from archive_campaign.planned import open_stubs, plan_stubs, write_stubs
from archive_campaign.stubs import ENDS
from archive_campaign.whole import killed_and_resumed, plan_folder
from veernet.archive.run import run_left

Row = tuple[str, str, str, list[str]]
"""What was done, how often, how it ended, and what was wrong."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaign, print its table, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="archive_campaign", description=__doc__)
    add = parser.add_argument
    add("--moments", type=int, default=100, help="of kill -9; 0 for none")
    add("--rows", type=int, default=1_000_000, help="of the large plan; 0 for none")
    add("--logs", type=int, default=308, help="generated and read; 0 for none")
    add("--engines", nargs="+", default=["local", "ray"], choices=["local", "ray"])
    add("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    path = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    os.environ["PYTHONPATH"] = path
    lines = [
        "| what was done | how often | how it ended | wrong |",
        "|---|---|---|---|",
    ]
    bad = False
    print("\n".join(lines))
    with TemporaryDirectory() as temporary:
        for what, often, ended, wrong in _rows(Path(temporary), options):
            bad = bad or bool(wrong)
            listed = "; ".join(wrong) or "0"
            print(f"| {what} | {often} | {ended} | {listed} |", flush=True)
    return int(bad)


def _rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    yield _ends(folder / "ends")
    if options.moments:
        rng = random.Random(options.seed)
        yield from _kills(folder / "kills", options.moments, rng)
    yield _two_drivers(folder / "two")
    yield _full(folder / "full")
    if "ray" in options.engines:
        yield _ray(folder / "ray")
    if options.rows:
        yield _million(folder / "million", options.rows)
    if options.logs:
        yield from _whole(folder / "logs", options.logs, options.engines)
        yield from _real(folder / "real", options.engines)


def _planned(folder: Path, kinds: Sequence[dict[str, object]]) -> Path:
    return plan_stubs(write_stubs(folder / "logs", kinds), folder / "plan.parquet")


def listed(counts: Counter[str]) -> str:
    """Say how many logs ended how."""
    return ", ".join(f"{n} {name}" for name, n in counts.most_common())


def _ends(folder: Path) -> Row:
    kinds = [kind for kind in ENDS if kind != "hang"]
    plan = _planned(folder, [{"do": kind} for kind in kinds])
    results = folder / "results"
    ledger = open_stubs(results, plan, memory=2**28)
    run_left(ledger, workers=2, keep_going=True, quiet=True)
    hang = _planned(folder / "hang", [{"do": "hang"}])
    late = open_stubs(folder / "hang/results", hang, time=0.01)
    run_left(late, workers=1, quiet=True)
    counts = outcomes(results) + outcomes(folder / "hang/results")
    wrong = wrongs(results) + wrongs(folder / "hang/results")
    if counts != Counter(ENDS.values()):
        wrong.append("another outcome than was to be")
    what = "readers that segfault, allocate without end, hang, exit in silence, raise"
    return what, "1 each", listed(counts), wrong


def _kills(folder: Path, moments: int, rng: random.Random) -> Iterator[Row]:
    kinds = [{"do": "read", "seconds": 0.1}] * 150 + [{"do": "doubt"}] * 10
    plan = _planned(folder, kinds)
    run_left(open_stubs(folder / "whole", plan), workers=2, quiet=True)
    expected = digests(folder / "whole")
    killed: Counter[str] = Counter()
    wrong = []
    rounds = 0
    while killed.total() < moments:
        rounds += 1
        results = folder / f"killed{rounds}"
        killed.update(disturbed(results, plan, moments - killed.total(), rng))
        wrong += wrongs(results)
        if digests(results) != expected:
            wrong.append(f"round {rounds}: not the bytes of an undisturbed run")
    ended = f"{rounds} runs of {len(kinds)} logs: each once, bytes as undisturbed"
    what = "kill -9 at random moments: " + listed(killed)
    yield what, str(killed.total()), ended, wrong


def _two_drivers(folder: Path) -> Row:
    plan = _planned(folder, [{"do": "read", "seconds": 0.05}] * 100)
    results = folder / "results"
    drivers = [start(results, plan) for _ in range(2)]
    codes = [driver.wait(LIMIT) for driver in drivers]
    wrong = wrongs(results) + [f"exit code {code}" for code in codes if code]
    return "two drivers on one plan", "1", listed(outcomes(results)), wrong


def _full(folder: Path) -> Row:
    plan = _planned(folder, [{"do": "read", "size": 20_000}] * 12)
    what = "a disk of 1 MB that fills, and is enlarged"
    with small_disk(folder / "disk", "1m") as disk:
        if disk is None:
            return what, "0", "not done: only root may mount", []
        wrong = filled(disk / "results", disk, plan)
    return what, "1", "stopped, no log blamed, then all done", wrong


def _ray(folder: Path) -> Row:
    plan = _planned(folder, [{"do": "read", "seconds": 0.1}] * 40)
    results = folder / "results"
    killed = ray_disturbed(results, plan)
    what = "Ray, two actors, one of them killed"
    return what, str(killed), listed(outcomes(results)), wrongs(results)


def _million(folder: Path, rows: int) -> Row:
    folder.mkdir()
    took = million(folder, rows)
    ended = (
        f"{took.shards} shards, {took.plan_bytes / 1e6:.0f} MB; planned in "
        f"{took.plan_seconds:.0f} s ({took.plan_cpu:.0f} s of a core), resumed in "
        f"{took.resume_seconds:.1f} s ({took.resume_cpu:.1f} s of a core); "
        f"{took.plan_peak / 1e6:.0f} and {took.driver_peak / 1e6:.0f} MB of memory"
    )
    return f"a plan of {rows:,} rows", "1", ended, []


def _whole(folder: Path, count: int, engines: Sequence[str]) -> Iterator[Row]:
    folder.mkdir()
    logs = write_logs(folder / "scans", count)
    plan = plan_folder(logs, logs, folder / "plan.parquet")
    expected = Counter(BAD.values())
    first: dict[str, str] = {}
    for engine in engines:
        results = folder / engine
        went = killed_and_resumed(plan, results, engine)
        wrong = list(went.wrong)
        bad = Counter({k: n for k, n in went.counts.items() if ":" in k})
        if bad != expected:
            wrong.append("bad logs ended otherwise than they are bad")
        if first and digests(results) != first:
            wrong.append("not the bytes of the other engine")
        first = first or digests(results)
        what = f"{count} generated logs, {engine}, driver killed and resumed"
        yield what, "1", f"{listed(went.counts)}; {went.seconds:.0f} s", wrong


def _real(folder: Path, engines: Sequence[str]) -> Iterator[Row]:
    real = Path(os.environ.get("VEERNET_REAL", ""))
    what = "private scans with registrations"
    if not os.environ.get("VEERNET_REAL"):
        yield what, "0", "not done: VEERNET_REAL is not set", []
        return
    folder.mkdir()
    scans = folder / "scans"
    scans.mkdir()
    for scan in sorted((real / "scans").glob("*.tif")):
        if any((real / "registrations").glob(f"{scan.stem}*.yaml")):
            with suppress(FileExistsError):
                (scans / scan.name).symlink_to(scan)
    plan = plan_folder(scans, real / "registrations", folder / "plan.parquet")
    first: dict[str, str] = {}
    for engine in engines:
        results = folder / engine
        went = killed_and_resumed(plan, results, engine, commits=1)
        wrong = list(went.wrong)
        if first and digests(results) != first:
            wrong.append("not the bytes of the other engine")
        first = first or digests(results)
        ended = f"{listed(went.counts)}; {went.seconds:.0f} s"
        yield f"{what}, {engine}, driver killed and resumed", "1", ended, wrong


if __name__ == "__main__":
    sys.exit(main())
