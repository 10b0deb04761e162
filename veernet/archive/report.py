"""One HTML page about a run: what came of the logs, what it cost, what to review."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from veernet import __version__
from veernet.archive.ledger import Ledger
from veernet.archive.packing import counted
from veernet.archive.queueing import commands, importance
from veernet.archive.records import OUTCOMES, REASONS, Log
from veernet.archive.status import ledger_rows, run_status
from veernet.archive.worst import picture
from veernet.errors import InputError
from veernet.files import write_text

WORST = 50
"""Logs that are shown as pictures."""

QUEUE = 500
"""Logs that the queue for review names: a person's work of weeks."""

BAD = 2000
"""Logs that were not read, listed with their reasons; the ledger has all."""

FOLDERS = 30
"""That are told apart; the others count together."""

COLUMNS = [
    *("address", "outcome", "reason", "detail", "how", "sections", "curves", "depths"),
    *("read", "doubt", "doubts", "worst_section", "worst_row", "year", "files"),
]


def write_report(path: Path, ledger: Ledger, *, price: float) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    path
        Of the HTML file.
    ledger
        Of the folder of results.
    price
        Of a core for an hour, in dollars.

    Raises
    ------
    InputError
        If plotly is not installed, or no log has ended.
    """
    if not price >= 0:
        msg = f"--price {price:g}: give dollars for an hour of a core, 0 or more"
        raise InputError(msg)
    document = make_document(ledger, price)
    write_text(path, render(document))


def make_document(ledger: Ledger, price: float) -> dict[str, Any]:
    """Return everything that the page shows, as plain values."""
    table = ledger_rows(ledger, COLUMNS)
    if not table.num_rows:
        msg = f"{ledger.folder}: no log has ended yet: run the plan first"
        raise InputError(msg)
    rows = table.to_pylist()
    stands = run_status(ledger)
    return {
        "made": {"version": __version__, "plan": ledger.run["plan"][:12]},
        "logs": stands.logs,
        "ended": len(rows),
        "outcomes": {name: stands.of(name) for name in OUTCOMES},
        "reasons": _reasons(rows),
        "folders": _stacked(rows, _folder),
        "years": _stacked(rows, lambda row: str(row["year"] or "unknown")),
        "doubt": [round(row["doubt"], 4) for row in rows if row["files"]],
        "cost": _cost(ledger, price),
        "speed": _speed(ledger.folder),
        "bad": _bad(rows),
        "queue": _queue(rows, ledger),
    }


def render(document: Mapping[str, Any]) -> str:
    """Return the page for a document of `make_document`.

    Raises
    ------
    InputError
        If plotly is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs  # noqa: PLC0415 - of an extra
    except ImportError as error:
        msg = "the report needs plotly: pip install 'veernet[archive]'"
        raise InputError(msg) from error
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    parts = {
        "style": _asset("report.css"),
        "plotly": get_plotlyjs(),
        # Names come from files and from print on paper: none may end the element.
        "document": text.replace("<", "\\u003c"),
        "script": _asset("report.js"),
    }
    page = _asset("report.html")
    for name, part in parts.items():
        before, after = page.split(f"<!--{name}-->", 1)
        page = before + part + after
    return page


def _asset(name: str) -> str:
    return files("veernet.archive").joinpath("page", name).read_text("utf-8")


def _reasons(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    counts = Counter(counted(row) for row in rows)
    return [
        {
            "outcome": name.partition(":")[0],
            "reason": name.partition(":")[2],
            "count": count,
            "says": REASONS.get(name.partition(":")[2], ""),
        }
        for name, count in counts.most_common()
    ]


def _folder(row: Mapping[str, Any]) -> str:
    parent = PurePosixPath(row["address"]).parent
    return "/".join(parent.parts[-2:])


def _stacked(rows: Iterable[Mapping[str, Any]], key: Any) -> dict[str, Any]:  # noqa: ANN401
    """Count outcomes by a key; the rarest keys together."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[key(row)][row["outcome"]] += 1
    kept = sorted(counts, key=lambda name: -counts[name].total())[:FOLDERS]
    others: Counter[str] = Counter()
    for name in counts.keys() - set(kept):
        others.update(counts[name])
    names = sorted(kept)
    series = {
        outcome: [counts[name][outcome] for name in names] for outcome in OUTCOMES
    }
    if others:
        names.append(f"{len(counts) - len(kept)} others")
        for outcome in OUTCOMES:
            series[outcome].append(others[outcome])
    return {"names": names, "series": series}


def _cost(ledger: Ledger, price: float) -> dict[str, Any]:
    """Sum up what the logs took; of one that was retried, all that it took."""
    stages: Counter[str] = Counter()
    logs, seconds, megapixels = 0, 0.0, 0.0
    for shard in sorted(ledger.committed()):
        path = ledger.part(shard, "measures.parquet")
        table = pq.read_table(path, columns=["core_seconds", "stages", "megapixels"])
        for row in table.to_pylist():
            logs += 1
            seconds += row["core_seconds"] or 0.0
            megapixels += row["megapixels"] or 0.0
            for stage, spent in row["stages"] or ():
                stages[stage] += spent
    each = seconds / max(logs, 1)
    return {
        "price": price,
        "seconds": round(seconds, 1),
        "seconds_a_log": round(each, 3),
        "megapixels_a_log": round(megapixels / max(logs, 1), 2),
        "stages": {name: round(spent, 1) for name, spent in stages.most_common()},
        "per_thousand": round(1000 * each * price / 3600, 4),
        "core_hours_a_million": round(1e6 * each / 3600),
    }


def _speed(folder: Path) -> dict[str, Any]:
    """Count logs that ended in each minute of each run, from the events."""
    ends: Counter[int] = Counter()
    try:
        lines = (folder / "events.jsonl").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if '"event": "log"' not in line:
            continue
        try:
            when = datetime.fromisoformat(json.loads(line)["time"])
        except (ValueError, KeyError):
            continue
        ends[int(when.timestamp() // 60)] += 1
    minutes = sorted(ends)
    stamps = [datetime.fromtimestamp(60 * m).isoformat() for m in minutes]
    return {"minutes": stamps, "logs": [ends[m] for m in minutes]}


def _bad(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    bad = [row for row in rows if row["outcome"] in {"refused", "failed"}]
    keys = ("log", "address", "outcome", "reason", "detail")
    return [{key: row[key] for key in keys} for row in bad[:BAD]]


def _queue(rows: Sequence[Mapping[str, Any]], ledger: Ledger) -> list[dict[str, Any]]:
    """Return logs in the order in which they are worth a review."""
    order = sorted(
        (row for row in rows if row["files"] and row["doubt"]),
        key=lambda row: (-importance(row), row["log"]),
    )[:QUEUE]
    logs = _logs(ledger, {row["log"] for row in order})
    return [
        {
            "log": row["log"],
            "doubt": round(row["doubt"], 4),
            "weight": round(importance(row)),
            "doubts": row["doubts"][:3],
            "commands": commands(row, logs[row["log"]], ledger.folder.absolute()),
            "picture": picture(row, logs[row["log"]], ledger) if i < WORST else None,
        }
        for i, row in enumerate(order)
    ]


def _logs(ledger: Ledger, wanted: set[str]) -> dict[str, Log]:
    table = ledger.plan(0).table()
    mask = pa.array([log in wanted for log in table["log"].to_pylist()])
    return {row["log"]: Log.from_row(row) for row in table.filter(mask).to_pylist()}
