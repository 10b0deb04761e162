"""``python scripts/benchmark_archive --logs 40``: see the package.

Nothing is asserted: the figures depend on the machine, and on what else it does. The
seconds of a core tell more than those of the clock where it does anything else.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

# Python puts this folder first on the path; the package is in the one above.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import pyarrow.parquet as pq  # noqa: E402, RUF100

from archive_campaign.drivers import ROOT  # noqa: E402, RUF100
from archive_campaign.generated import BAD, write_logs  # noqa: E402, RUF100
from archive_campaign.planned import plan_stubs, write_stubs  # noqa: E402, RUF100
from archive_campaign.whole import plan_folder  # noqa: E402, RUF100
from benchmark_archive.spent import Spent, spent  # noqa: E402, RUF100
from veernet.archive.ledger import Ledger  # noqa: E402, RUF100

PRICE = 0.04
"""Dollars of a core for an hour, as clouds sell it (2026)."""

STUBS = 400
"""Logs that take no time, by which the ledger is measured."""

NOTHING = """
import sys
from pathlib import Path
from archive_campaign.planned import open_stubs
from veernet.archive.run import run_left
reader = "archive_campaign.stubs:nothing"
ledger = open_stubs(Path(sys.argv[1]), Path(sys.argv[2]), reader=reader)
run_left(ledger, workers=1, quiet=True)
"""


def main() -> int:
    """Draw logs, read them by single commands and as an archive, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT, ROOT / "scripts")))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        logs = write_logs(folder / "scans", options.logs + len(BAD))
        for bad in logs.glob("bad_*"):
            bad.unlink()
        single = _single(logs, folder)
        plan = plan_folder(logs, logs, folder / "plan.parquet")
        results = folder / "results"
        words = ["-m", "veernet", "archive", "run", str(plan), "--out", str(results)]
        whole = spent([*words, "--workers", str(options.workers)])
        ledger = _ledger(folder)
        _tell(options.logs, single, whole, ledger, results)
    return 0


def _single(logs: Path, folder: Path) -> Spent:
    """Read each log by a command of its own, one after another."""
    total = Spent(0.0, 0.0)
    for scan in sorted(logs.glob("*.tif")):
        words = ["-m", "veernet", "digitise", str(scan), "--registration"]
        words += [str(scan.with_suffix(".yaml")), "--out"]
        words += [str(folder / f"{scan.stem}.las"), "--trace"]
        total += spent([*words, str(folder / f"{scan.stem}.parquet")], may_refuse=True)
    return total


def _ledger(folder: Path) -> Spent:
    """Return what a log costs that takes no time: fork, attempt, row and commit."""
    stubs = write_stubs(folder / "stubs", [{"do": "read"}] * STUBS)
    plan = plan_stubs(stubs, folder / "stubs.parquet")
    few = write_stubs(folder / "few", [{"do": "read"}])
    one = plan_stubs(few, folder / "few.parquet")
    start = spent(["-c", NOTHING, str(folder / "none"), str(one)])
    whole = spent(["-c", NOTHING, str(folder / "all"), str(plan)])
    return (whole - start) / (STUBS - 1)


def _tell(
    count: int, single: Spent, whole: Spent, ledger: Spent, results: Path
) -> None:
    each = whole.core / count
    print(f"{count} single commands:   {single}; {single.rate(count):.0f} logs an hour")
    print(f"archive, all of them:   {whole}; {whole.rate(count):.0f} logs an hour")
    print(f"faster by the clock:    {single.clock / whole.clock:.2f} times")
    print(f"less work for a core:   {single.core / whole.core:.2f} times")
    print(f"ledger, for a log:      {1000 * ledger.core:.1f} ms of a core, ", end="")
    print(f"{ledger.core / each:.2%} of a log; {1000 * ledger.clock:.1f} ms of clock")
    stages = _stages(Ledger(results))
    total = sum(stages.values())
    for name, seconds in stages.most_common():
        print(f"  {name:<20} {seconds / count:8.3f} s a log {seconds / total:6.1%}")
    hours = 1e6 * each / 3600
    print(
        f"a million of these logs: {hours:.0f} core hours, ${PRICE * hours:.0f} at ",
        end="",
    )
    print(f"${PRICE} a core hour; on 1,000 cores {hours / 1000 * 60:.0f} minutes")


def _stages(ledger: Ledger) -> Counter[str]:
    stages: Counter[str] = Counter()
    for shard in ledger.committed():
        table = pq.read_table(ledger.part(shard, "measures.parquet"))
        for row in table.column("stages").to_pylist():
            for name, seconds in row or ():
                stages[name] += seconds
    return stages


if __name__ == "__main__":
    sys.exit(main())
