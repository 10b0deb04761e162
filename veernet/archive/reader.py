"""Read a shard: each of its logs once, whatever happens, and then commit it.

`read_shard` yields what happens as plain dictionaries, which any engine can carry:

- ``{"event": "log", ...}``: a log has ended; outcome, reason, detail, measures
- ``{"event": "strike", ...}``: an attempt has ended badly, and is made again
- ``{"event": "shard", "committed": bool}``: the last one of a shard
- ``{"event": "stop", "text": ...}``: something general is wrong
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from veernet.archive.attempt import Attempt
from veernet.archive.general import gone_folder
from veernet.archive.ledger import Ledger, Shard
from veernet.archive.packing import commit_shard
from veernet.archive.plan import Plan
from veernet.archive.records import Log, Stop
from veernet.archive.shardwork import ShardWork
from veernet.archive.worker import Halted, Worker

WITNESSES = 16
"""Shards of the plan whose logs are looked for where the folder of one is gone."""

STRIKES = 2
"""Attempts that end badly, one after another, until a log is set aside."""

Event = dict[str, Any]


def read_shard(
    results: Path, shard: Shard, worker: Worker, *, backwards: bool = False
) -> Iterator[Event]:
    """Read what is left of a shard, and commit it when all its logs have ended.

    Parameters
    ----------
    results
        The folder of results.
    shard
        Of a plan in it.
    worker
        Reads logs.
    backwards
        Begin with the last log: for who helps another that began with the first.

    Yields
    ------
    dict
        See the module.
    """
    ledger = Ledger(results)
    if ledger.is_committed(shard):
        yield {"event": "shard", "shard": str(shard), "committed": False}
        return
    try:
        yield from _read(ledger, shard, worker, backwards=backwards)
    except Halted:
        return
    except Stop as error:
        yield {"event": "stop", "shard": str(shard), "text": str(error)}
    except OSError as error:
        # Somebody has committed the shard, and cleared the folder under our hands.
        if ledger.is_committed(shard):
            yield {"event": "shard", "shard": str(shard), "committed": False}
            return
        text = f"{results} cannot be written: {error}: mend it, and run again"
        yield {"event": "stop", "shard": str(shard), "text": text}


def _read(
    ledger: Ledger, shard: Shard, worker: Worker, *, backwards: bool
) -> Iterator[Event]:
    logs = ledger.plan(shard.plan).logs_of(shard.number)
    with closing(ShardWork(ledger.work_folder(shard))) as work:
        for log in reversed(logs) if backwards else logs:
            if ledger.is_committed(shard):
                break
            if not work.has(log.log):
                yield from _read_log(log, shard, work, worker, ledger)
        done = _commit(ledger, shard, work, logs)
    if not done and ledger.is_committed(shard):
        # It was done by somebody else, perhaps just before its folder was made again.
        shutil.rmtree(work.folder, ignore_errors=True)
    yield {"event": "shard", "shard": str(shard), "committed": done}


def _commit(ledger: Ledger, shard: Shard, work: ShardWork, logs: list[Log]) -> bool:
    """Commit a shard if all its logs have ended, and nobody has."""
    if ledger.is_committed(shard) or not all(work.has(log.log) for log in logs):
        return False
    rows = [work.row(log.log) for log in logs]
    sound = [row for row in rows if row is not None]
    # One that was not on the disk as it was written is read again by who comes next.
    if len(sound) < len(logs):
        return False
    return commit_shard(ledger, shard, work, sound)


def _read_log(
    log: Log, shard: Shard, work: ShardWork, worker: Worker, ledger: Ledger
) -> Iterator[Event]:
    """Make attempts at a log until it has ended."""
    plan, patience = ledger.plan(shard.plan), ledger.settings.interruptions
    history = work.history()
    if log.log in history.in_progress:
        return
    strikes = list(history.strikes.get(log.log, ()))
    killed = history.interrupted[log.log]
    last: Attempt | None = None
    row: dict[str, Any] | None = None
    while row is None and len(strikes) < STRIKES and killed < patience:
        folder = work.begin(log.log)
        try:
            last = worker.read(log, folder, alone=bool(strikes))
        except (Halted, Stop):
            work.end(log.log, "halted", "")
            raise
        work.end(log.log, last.reason, last.detail)
        row = last.row
        if row is not None:
            _check_mount(log, row, _witnesses(plan))
        elif last.reason == "killed":
            killed += 1
        else:
            strikes.append((last.reason, last.detail))
        if row is None:
            facts = {"log": log.log, "reason": last.reason, "detail": last.detail}
            yield {"event": "strike", "shard": str(shard), **facts}
    if row is None:
        folder = work.place(log.log)
        row = _set_aside(strikes, patience)
    made = len(strikes) + killed + (last is not None and last.row is not None)
    whole = {**_known(log), **row, "measures": _measures(log, last, made)}
    work.keep(log.log, folder, whole)
    facts = {k: whole[k] for k in ("log", "outcome", "reason", "detail")}
    yield {"event": "log", "shard": str(shard), **facts, **whole["measures"]}


def _set_aside(strikes: list[tuple[str, str]], patience: int) -> dict[str, Any]:
    """Return how a log ends that is not tried again."""
    if len(strikes) >= STRIKES:
        reason, detail = strikes[-1]
    else:
        reason = "worker"
        detail = f"{patience} times whatever was reading it was killed"
    return {"outcome": "failed", "reason": reason, "detail": detail}


def _witnesses(plan: Plan) -> Iterator[str]:
    """Yield addresses of logs from all over a plan."""
    for number in range(0, plan.shards, -(-plan.shards // WITNESSES)):
        for log in plan.logs_of(number):
            yield log.address


def _check_mount(log: Log, row: dict[str, Any], others: Iterable[str]) -> None:
    """Stop where a log is missing because its folder is gone: the mount, mostly."""
    if row.get("reason") == "missing" and (folder := gone_folder(log.address, others)):
        msg = (
            f"{folder} is gone or empty, where the logs of the plan are: is it "
            "mounted? Mend it, and run again"
        )
        raise Stop(msg)


def _known(log: Log) -> dict[str, Any]:
    return {
        "log": log.log,
        "address": log.address,
        "how": log.how,
        "rows": log.rows,
        "columns": log.columns,
        "year": log.year,
        "well": json.dumps(dict(log.well)) if log.well else "",
        "read": 0.0,
        "doubt": 0.0,
        "sections": [],
        "doubts": [],
        "files": [],
        "curves": 0,
        "depths": 0,
    }


def _measures(log: Log, last: Attempt | None, made: int) -> dict[str, Any]:
    facts = dict(last.measures) if last is not None else {}
    return {
        "attempts": made,
        "seconds": round(facts.get("seconds", 0.0), 3),
        "core_seconds": round(facts.get("core_seconds", 0.0), 3),
        "peak_bytes": facts.get("peak_bytes", 0),
        "stages": {k: round(v, 4) for k, v in facts.get("stages", {}).items()},
        "megapixels": round(log.megapixels, 3),
        "host": socket.gethostname(),
        "said": facts.get("said", ""),
    }
