"""Status of an archive, from its commits and from what is being read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from veernet.archive.ledger import Ledger, Shard
from veernet.archive.packing import counted
from veernet.archive.records import OUTCOMES, REASONS
from veernet.archive.shardwork import ROW
from veernet.errors import InputError

SILENT = 60.0
"""Seconds after which a driver that should run is taken to have been killed."""


@dataclass
class RunStatus:
    """How an archive stands.

    Parameters
    ----------
    logs
        Of the plan.
    counts
        Logs that have ended, by outcome, and ``outcome:reason`` of bad ones.
    shards, committed
        Of all plans, and how many are done.
    driver
        What the last driver has said: rate, time left, and why it ended.
    """

    logs: int
    counts: Counter[str]
    shards: int
    committed: int
    driver: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> int:
        """How many logs have ended."""
        return self.counts.total()

    def of(self, outcome: str) -> int:
        """Return how many logs have an outcome."""
        return sum(
            count
            for name, count in self.counts.items()
            if name.partition(":")[0] == outcome
        )

    def lines(self) -> list[str]:
        """Say it to a person."""
        listing = [f"{self.ended} of {self.logs} logs have ended"]
        for outcome in OUTCOMES:
            if self.of(outcome):
                listing.append(f"  {outcome}: {self.of(outcome)}")
            for name, count in sorted(self.counts.items(), key=lambda one: -one[1]):
                kind, _, reason = name.partition(":")
                if kind == outcome and reason:
                    listing.append(f"    {reason}: {count} ({REASONS.get(reason, '')})")
        return listing + self._driver_lines()

    def _silence(self) -> float:
        """Seconds since the last driver was heard of; 0 where that is not known."""
        try:
            last = datetime.fromisoformat(str(self.driver.get("updated")))
            return (datetime.now(UTC) - last).total_seconds()
        except (ValueError, TypeError):
            return 0.0

    def _driver_lines(self) -> list[str]:
        if not self.driver:
            return []
        state, rate = self.driver.get("state"), self.driver.get("logs_per_hour")
        if state == "running" and self._silence() > SILENT:
            when = self.driver.get("updated")
            return [f"driver: not heard of since {when}: run the plan again to go on"]
        listing = [f"driver: {state}, last heard of at {self.driver.get('updated')}"]
        if rate:
            listing[0] += f", {rate:.0f} logs an hour"
        if state == "running" and self.driver.get("seconds_left") is not None:
            listing[0] += f", {duration(self.driver['seconds_left'])} left"
        if self.driver.get("why"):
            listing.append(str(self.driver["why"]))
        return listing


def run_status(ledger: Ledger) -> RunStatus:
    """Return how an archive stands now."""
    done = sorted(ledger.committed())
    total = sum(ledger.plan(number).shards for number in ledger.plans())
    if ledger.plans() == [0]:
        counts: Counter[str] = Counter()
        for shard in done:
            counts.update(ledger.commit(shard)["counts"])
        # A shard that was committed meanwhile is counted there.
        working = _working(ledger, set(done))
        counts.update(working.values())
    else:
        latest = dict(ended_logs(ledger, done))
        latest.update(_working(ledger, set(done)))
        counts = Counter(latest.values())
    return RunStatus(
        ledger.plan(0).logs, counts, total, len(done), _last_driver(ledger.folder)
    )


def ended_logs(ledger: Ledger, shards: list[Shard]) -> Iterator[tuple[str, str]]:
    """Yield each log of shards that are done with what it counts as, retries last."""
    for shard in shards:
        path = ledger.part(shard, "rows.parquet")
        table = pq.read_table(path, columns=["log", "outcome", "reason"])
        for row in table.to_pylist():
            yield row["log"], counted(row)


def ledger_rows(ledger: Ledger, columns: list[str] | None = None) -> pa.Table:
    """Return the rows of all logs that have ended and are committed, one for each.

    Of a log that was retried it is the last.
    """
    parts: list[pa.Table] = []
    for shard in sorted(ledger.committed()):
        path = ledger.part(shard, "rows.parquet")
        wanted = None if columns is None else ["log", *columns]
        table = pq.read_table(path, columns=wanted)
        names = pa.array([str(shard)] * table.num_rows)
        parts.append(table.append_column("shard", names))
    if not parts:
        msg_table: pa.Table = pa.table({"log": pa.array([], pa.string())})
        return msg_table
    whole = pa.concat_tables(parts)
    if ledger.plans() == [0]:
        return whole
    last = {log: i for i, log in enumerate(whole.column("log").to_pylist())}
    return whole.take(sorted(last.values()))


def bad_lines(ledger: Ledger, most: int | None = None) -> list[str]:
    """Say of each log that was refused or has failed which file it is, and why.

    Parameters
    ----------
    ledger
        Of the folder of results; shards that are not done are not told of.
    most
        Lines; the others are counted. All unless given.
    """
    rows = ledger_rows(ledger, ["address", "outcome", "reason", "detail"]).to_pylist()
    bad = [row for row in rows if row["outcome"] in {"refused", "failed"}]
    # Failures of ours and of the machine stand before what is wrong with a scan.
    bad.sort(key=lambda row: (row["outcome"], row["reason"], row["log"]))
    listing = [
        f"{row['outcome']} ({row['reason']}) {row['address']} [{row['log']}]: "
        + row["detail"].removeprefix(f"{row['address']}: ")
        for row in bad[:most]
    ]
    if len(bad) > len(listing):
        listing.append(f"and {len(bad) - len(listing)} more: status --bad lists them")
    return listing


def _working(ledger: Ledger, done: set[Shard]) -> dict[str, str]:
    """Return the logs that have ended in shards that are not done, by what they are."""
    found: dict[str, str] = {}
    folder = ledger.folder / "work"
    with suppress(FileNotFoundError):
        for shard in sorted(folder.iterdir()):
            # A name that is no shard's is of whatever else looks into folders.
            with suppress(InputError):
                if Shard.parse(shard.name) not in done:
                    found.update(_ended_in(shard))
    return found


def _ended_in(folder: Path) -> dict[str, str]:
    """Return the logs that have ended in a working folder, which may go meanwhile."""
    found: dict[str, str] = {}
    with suppress(FileNotFoundError):
        for path in folder.glob(f"[!.]*/{ROW}"):
            with suppress(OSError, ValueError, KeyError):
                row = json.loads(path.read_text(encoding="utf-8"))
                found[row["log"]] = counted(row)
    return found


def left_to_read(ledger: Ledger) -> int:
    """Return how many logs of all plans are still to be read."""
    done = ledger.committed()
    sizes = {number: ledger.plan(number).sizes() for number in ledger.plans()}
    left = sum(
        size
        for number, each in sizes.items()
        for index, size in enumerate(each)
        if Shard(number, index) not in done
    )
    return max(0, left - len(_working(ledger, done)))


def _last_driver(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        listing: dict[str, Any] = json.loads(
            (folder / "status.json").read_text("utf-8")
        )
        return listing
    return {}


def duration(seconds: float) -> str:
    """Say a time as a person does: 3 h 20 min."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours / 24:.1f} days"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
